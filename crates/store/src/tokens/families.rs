//! Refresh tokens: a family with a generation that only grows (TOK-03).

use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, SessionId, TenantId, UserId};
use vestibule_core::secret::Digest;

use crate::bind::fields;
use crate::row::{record, row};
use crate::statement::statements;
use crate::time::Now;

row! {
    /// A family as stored.
    pub struct FamilyRow {
        tenant_id: TenantId,
        id: Uuid,
        client_id: ClientId,
        session_id: SessionId,
        user_id: UserId,
        scope: String,
        nonce: Option<String>,
        auth_time: Instant,
        generation: i32,
        current_digest: Digest,
        previous_digest: Option<Digest>,
        /// Whether the generation before was presented once more already.
        previous_replayed: bool,
        code_digest: Digest,
        created_at: Instant,
        expires_at: Instant,
        revoked_at: Option<Instant>,
        revoked_reason: Option<String>,
    }
}

record! {
    /// A new family.
    pub struct NewFamily {
        tenant_id: TenantId,
        id: Uuid,
        client_id: ClientId,
        session_id: SessionId,
        user_id: UserId,
        scope: String,
        nonce: Option<String>,
        auth_time: Instant,
        current_digest: Digest,
        code_digest: Digest,
        created_at: Instant,
        expires_at: Instant,
    }
}

fields! {
    /// A token of a family, as presented, and the one that follows it.
    pub struct Rotation<'a> {
        /// Whose family.
        pub tenant: TenantId,
        /// The family; the token names it.
        pub family: Uuid,
        /// The application that presents the token.
        pub client: &'a ClientId,
        /// The digest of the token presented.
        pub presented: &'a Digest,
        pub next: &'a Digest,
    }
}

statements! {
    /// Begins a family with its first token.
    pub fn insert_family(new: &NewFamily) = [
        "INSERT INTO refresh_families (" (NewFamily) ", generation, previous_replayed)"
        " VALUES (" (values new) ", 1, FALSE)"
    ];

    /// A family in whatever state.
    pub fn find_family(tenant: TenantId, id: Uuid) -> Option<FamilyRow> = [
        "SELECT " (FamilyRow) " FROM refresh_families WHERE tenant_id = :tenant AND id = :id"
    ];

    /// Rotates: the current token dies, the next lives. The family as it is afterwards, or nothing where the token is not
    /// the current one of a live family of this application.
    pub fn rotate_family(rotation: &Rotation<'_>, now: Now) -> Option<FamilyRow> = [
        "UPDATE refresh_families SET generation = generation + 1, previous_digest = current_digest,"
        " current_digest = :rotation.next, previous_replayed = FALSE WHERE tenant_id = :rotation.tenant"
        " AND id = :rotation.family AND current_digest = :rotation.presented AND client_id = :rotation.client"
        " AND revoked_at IS NULL AND expires_at > :now RETURNING " (FamilyRow)
    ];

    /// The generation before, presented once more while its successor is unused: a lost answer. The successor dies, the
    /// next lives; the second time finds nothing.
    // the successor of the lost answer is unused, or its use had moved the generation on: it dies here
    pub fn replay_family(rotation: &Rotation<'_>, now: Now) -> Option<FamilyRow> = [
        "UPDATE refresh_families"
        " SET generation = generation + 1, current_digest = :rotation.next, previous_replayed = TRUE"
        " WHERE tenant_id = :rotation.tenant AND id = :rotation.family AND previous_digest = :rotation.presented"
        " AND client_id = :rotation.client AND NOT previous_replayed"
        " AND revoked_at IS NULL AND expires_at > :now RETURNING " (FamilyRow)
    ];

    /// Ends a family; `false` where it has ended.
    pub fn revoke_family(tenant: TenantId, id: Uuid, reason: &str, now: Now) -> bool = [
        "UPDATE refresh_families SET revoked_at = :now, revoked_reason = :reason"
        " WHERE tenant_id = :tenant AND id = :id AND revoked_at IS NULL"
    ];

    /// Ends the families of a session; how many there were.
    pub fn revoke_families_of_session(tenant: TenantId, session: SessionId, reason: &str, now: Now) -> usize = [
        "UPDATE refresh_families" (by refresh_families_session) " SET revoked_at = :now, revoked_reason = :reason"
        " WHERE tenant_id = :tenant AND session_id = :session AND revoked_at IS NULL"
    ];

    /// Ends the families of all sessions of a user that have not ended; how many there were.
    pub fn revoke_families_of_user(tenant: TenantId, user: UserId, reason: &str, now: Now) -> usize = [
        "UPDATE refresh_families" (by refresh_families_session) " SET revoked_at = :now, revoked_reason = :reason"
        " WHERE tenant_id = :tenant AND revoked_at IS NULL AND session_id IN"
        " (SELECT id FROM sessions" (by sessions_user) " WHERE realm_id = :tenant AND user_id = :user AND ended_at IS NULL)"
    ];
}
