//! Authorization codes: one minute, one use.

use diesel::QueryResult;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, InteractionId, SessionId, TenantId, UserId};
use vestibule_core::secret::Digest;

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::statements;
use crate::time::Now;

row! {
    /// An authorization code as stored.
    pub struct CodeRow {
        tenant_id: TenantId,
        digest: Digest,
        client_id: ClientId,
        redirect_uri: String,
        challenge: Option<String>,
        nonce: Option<String>,
        scope: String,
        /// What the `claims` parameter named, as JSON.
        requested: Option<String>,
        session_id: SessionId,
        user_id: UserId,
        interaction_id: InteractionId,
        created_at: Instant,
        expires_at: Instant,
        used_at: Option<Instant>,
        cancelled_at: Option<Instant>,
    }
}

record! {
    /// A new authorization code.
    pub struct NewCode {
        tenant_id: TenantId,
        digest: Digest,
        client_id: ClientId,
        redirect_uri: String,
        challenge: Option<String>,
        nonce: Option<String>,
        scope: String,
        /// What the `claims` parameter named, as JSON.
        requested: Option<String>,
        session_id: SessionId,
        user_id: UserId,
        interaction_id: InteractionId,
        created_at: Instant,
        expires_at: Instant,
    }
}

statements! {
    /// Stores a code.
    pub fn insert_code(new: &NewCode) = ["INSERT INTO authorization_codes (" (NewCode) ") VALUES (" (values new) ")"];

    /// Uses a code up: the one returned row is the success (OID-06).
    pub fn consume_code(tenant: TenantId, digest: &Digest, client: &ClientId, now: Now) -> Option<CodeRow> = [
        "UPDATE authorization_codes SET used_at = :now WHERE tenant_id = :tenant AND digest = :digest"
        " AND client_id = :client"
        " AND used_at IS NULL AND cancelled_at IS NULL AND expires_at > :now RETURNING " (CodeRow)
    ];

    /// A code in whatever state: to tell a replay from a stranger.
    pub fn find_code(tenant: TenantId, digest: &Digest) -> Option<CodeRow> = [
        "SELECT " (CodeRow) " FROM authorization_codes WHERE tenant_id = :tenant AND digest = :digest"
    ];

    fn cancel_unused(tenant: TenantId, interaction: InteractionId, now: Now) = [
        "UPDATE authorization_codes" (by authorization_codes_interaction) " SET cancelled_at = :now"
        " WHERE tenant_id = :tenant AND interaction_id = :interaction AND used_at IS NULL AND cancelled_at IS NULL"
    ];

    fn count_used(tenant: TenantId, interaction: InteractionId) -> One<i64> = [
        "SELECT COUNT(*) FROM authorization_codes" (by authorization_codes_interaction)
        " WHERE tenant_id = :tenant AND interaction_id = :interaction AND used_at IS NOT NULL"
    ];

    // by the code's session: the tokens have no index of their codes
    fn revoke_access_of_code(tenant: TenantId, digest: &Digest, now: Now) -> usize = [
        "UPDATE access_tokens" (by access_tokens_session) " SET revoked_at = :now"
        " WHERE tenant_id = :tenant AND session_id ="
        " (SELECT c.session_id FROM authorization_codes c WHERE c.tenant_id = :tenant AND c.digest = :digest)"
        " AND code_digest = :digest AND revoked_at IS NULL"
    ];

    fn revoke_families_of_code(tenant: TenantId, digest: &Digest, now: Now) -> usize = [
        "UPDATE refresh_families" (by refresh_families_code) " SET revoked_at = :now, revoked_reason = 'code_replayed'"
        " WHERE tenant_id = :tenant AND code_digest = :digest AND revoked_at IS NULL"
    ];
}

/// Ends the codes of an interaction that were not exchanged; whether none of its codes had been (OTP-14).
pub fn cancel_codes(
    c: &mut Conn,
    tenant: TenantId,
    interaction: InteractionId,
    now: Now,
) -> QueryResult<bool> {
    // the order matters: a code that is exchanged meanwhile is either cancelled or counted, never missed
    cancel_unused(c, tenant, interaction, now)?;
    Ok(count_used(c, tenant, interaction)? == 0)
}

/// Ends everything that came of a code: it was presented twice.
pub fn revoke_by_code(c: &mut Conn, tenant: TenantId, digest: &Digest, now: Now) -> QueryResult<usize> {
    let tokens = revoke_access_of_code(c, tenant, digest, now)?;
    Ok(tokens + revoke_families_of_code(c, tenant, digest, now)?)
}
