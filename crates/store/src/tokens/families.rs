//! Refresh tokens: a family with a generation that only grows (TOK-03).

use diesel::QueryResult;
use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, SessionId, TenantId, UserId};
use vestibule_core::secret::Digest;

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::{Statement, binds, statements};
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

statements! {
    Insert = [
        "INSERT INTO refresh_families (" (NewFamily) ", generation, previous_replayed)"
        " VALUES (" (values NewFamily) ", 1, FALSE)"
    ];
    Find = ["SELECT " (FamilyRow) " FROM refresh_families WHERE tenant_id = ? AND id = ?"];
    Rotate = [
        "UPDATE refresh_families SET generation = generation + 1, previous_digest = current_digest,"
        " current_digest = ?, previous_replayed = FALSE WHERE tenant_id = ? AND id = ? AND current_digest = ?"
        " AND client_id = ? AND revoked_at IS NULL AND expires_at > {now} RETURNING " (FamilyRow)
    ];
    // the successor of the lost answer is unused, or its use had moved the generation on: it dies here
    Replay = [
        "UPDATE refresh_families SET generation = generation + 1, current_digest = ?, previous_replayed = TRUE"
        " WHERE tenant_id = ? AND id = ? AND previous_digest = ? AND client_id = ? AND NOT previous_replayed"
        " AND revoked_at IS NULL AND expires_at > {now} RETURNING " (FamilyRow)
    ];
    Revoke = [
        "UPDATE refresh_families SET revoked_at = {now}, revoked_reason = ?"
        " WHERE tenant_id = ? AND id = ? AND revoked_at IS NULL"
    ];
    RevokeOfSession = [
        "UPDATE refresh_families" (by refresh_families_session) " SET revoked_at = {now}, revoked_reason = ?"
        " WHERE tenant_id = ? AND session_id = ? AND revoked_at IS NULL"
    ];
}

/// Begins a family with its first token.
pub fn insert_family(c: &mut Conn, new: &NewFamily) -> QueryResult<()> {
    Insert::run(c, &new.binds()).map(drop)
}

/// A family in whatever state.
pub fn find_family(c: &mut Conn, tenant: TenantId, id: Uuid) -> QueryResult<Option<FamilyRow>> {
    Find::optional(c, binds![tenant, id])
}

/// A token of a family, as presented, and the one that follows it.
#[derive(Debug, Clone, Copy)]
pub struct Rotation<'a> {
    /// Whose family.
    pub tenant: TenantId,
    /// The family; the token names it.
    pub family: Uuid,
    /// The application that presents the token.
    pub client: &'a ClientId,
    /// The digest of the token presented.
    pub presented: &'a Digest,
    /// The digest of the next one.
    pub next: &'a Digest,
}

/// Rotates: the current token dies, the next lives. The family as it is afterwards, or nothing where the token is not
/// the current one of a live family of this application.
pub fn rotate_family(c: &mut Conn, rotation: &Rotation<'_>, now: Now) -> QueryResult<Option<FamilyRow>> {
    let Rotation { tenant, family, client, presented, next } = rotation;
    Rotate::optional(c, binds![next, tenant, family, presented, client, now])
}

/// The generation before, presented once more while its successor is unused: a lost answer. The successor dies, the next
/// lives; the second time finds nothing.
pub fn replay_family(c: &mut Conn, rotation: &Rotation<'_>, now: Now) -> QueryResult<Option<FamilyRow>> {
    let Rotation { tenant, family, client, presented, next } = rotation;
    Replay::optional(c, binds![next, tenant, family, presented, client, now])
}

/// Ends a family; `false` where it has ended.
pub fn revoke_family(c: &mut Conn, tenant: TenantId, id: Uuid, reason: &str, now: Now) -> QueryResult<bool> {
    Revoke::hit(c, binds![now, reason, tenant, id])
}

/// Ends the families of a session; how many there were.
pub fn revoke_families_of_session(
    c: &mut Conn,
    tenant: TenantId,
    session: SessionId,
    reason: &str,
    now: Now,
) -> QueryResult<usize> {
    RevokeOfSession::run(c, binds![now, reason, tenant, session])
}
