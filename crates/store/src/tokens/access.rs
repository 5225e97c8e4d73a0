//! Opaque access tokens, and what the sessions behind tokens are worth at this moment.

use diesel::deserialize;
use uuid::Uuid;
use vestibule_core::client::Audience;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, SessionId, TenantId, UserId};
use vestibule_core::secret::Digest;

use crate::directory::LET_IN;
use crate::live::LiveUser;
use crate::row::{Cells, ColumnNames, FromRow, record, row};
use crate::signin::SessionRow;
use crate::statement::statements;
use crate::time::Now;

row! {
    /// An access token as stored.
    pub struct AccessTokenRow {
        tenant_id: TenantId,
        digest: Digest,
        client_id: ClientId,
        session_id: SessionId,
        user_id: UserId,
        scope: String,
        /// What the `claims` parameter named, as JSON.
        requested: Option<String>,
        code_digest: Option<Digest>,
        family_id: Option<Uuid>,
        expires_at: Instant,
        revoked_at: Option<Instant>,
    }
}

record! {
    /// A new access token.
    pub struct NewAccessToken {
        tenant_id: TenantId,
        digest: Digest,
        client_id: ClientId,
        session_id: SessionId,
        user_id: UserId,
        scope: String,
        /// What the `claims` parameter named, as JSON.
        requested: Option<String>,
        code_digest: Option<Digest>,
        family_id: Option<Uuid>,
        expires_at: Instant,
    }
}

/// A token that is good, with what stands behind it.
#[derive(Debug, Clone)]
pub struct LiveAccess {
    pub token: AccessTokenRow,
    pub session: SessionRow,
    pub user: LiveUser,
}

impl ColumnNames for LiveAccess {
    const NAMES: &'static [&'static str] = &[];
}
impl FromRow for LiveAccess {
    fn read<C: Cells>(cells: &mut C) -> deserialize::Result<Self> {
        Ok(Self {
            token: AccessTokenRow::read(cells)?,
            session: SessionRow::read(cells)?,
            user: LiveUser::read(cells)?,
        })
    }
}

/// What a session is worth for new tokens.
#[derive(Debug, Clone)]
pub struct SessionStanding {
    /// The session, ended ones too.
    pub session: SessionRow,
    pub user: LiveUser,
    /// Whether the session has neither been ended nor expired.
    pub session_live: bool,
    /// Whether the user is enabled, not deleted, and accepted or a member.
    pub user_live: bool,
    /// Whether the application is enabled, by its definition and in this tenant.
    pub client_live: bool,
}

impl SessionStanding {
    /// Whether all three are.
    pub fn is_live(&self) -> bool {
        self.session_live && self.user_live && self.client_live
    }
}

impl ColumnNames for SessionStanding {
    const NAMES: &'static [&'static str] = &[];
}
impl FromRow for SessionStanding {
    fn read<C: Cells>(cells: &mut C) -> deserialize::Result<Self> {
        Ok(Self {
            session: SessionRow::read(cells)?,
            user: LiveUser::read(cells)?,
            session_live: cells.cell()?,
            user_live: cells.cell()?,
            client_live: cells.cell()?,
        })
    }
}

statements! {
    /// Stores an access token.
    pub fn insert_access(new: &NewAccessToken) = [
        "INSERT INTO access_tokens (" (NewAccessToken) ") VALUES (" (values new) ")"
    ];

    /// A good token: not revoked or expired, nor is its family, its session lives, its user is let in (TOK-02).
    pub fn find_access(tenant: TenantId, digest: &Digest, now: Now) -> Option<LiveAccess> = [
        "SELECT " (AccessTokenRow a) ", " (SessionRow s) ", " (LiveUser u) " FROM access_tokens a"
        " JOIN sessions s ON s.realm_id = a.tenant_id AND s.id = a.session_id"
        " JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.user_id"
        " LEFT JOIN refresh_families f ON f.tenant_id = a.tenant_id AND f.id = a.family_id"
        " WHERE a.tenant_id = :tenant AND a.digest = :digest AND a.revoked_at IS NULL AND a.expires_at > :now"
        " AND s.ended_at IS NULL AND s.expires_at > :now AND f.revoked_at IS NULL AND " (part LET_IN)
    ];

    /// Ends one token; `false` where there is no such token, or it has been revoked.
    pub fn revoke_access(tenant: TenantId, digest: &Digest, now: Now) -> bool = [
        "UPDATE access_tokens SET revoked_at = :now WHERE tenant_id = :tenant AND digest = :digest"
        " AND revoked_at IS NULL"
    ];

    /// What a session is worth, asked at code exchange and at refresh (TOK-04): one statement.
    pub fn session_for_tokens(
        tenant: TenantId,
        session: SessionId,
        user: UserId,
        client: &ClientId,
        now: Now,
    ) -> Option<SessionStanding> = [
        "SELECT " (SessionRow s) ", " (LiveUser u) ", (s.ended_at IS NULL AND s.expires_at > :now),"
        " (" (part LET_IN) "),"
        " EXISTS (SELECT 1 FROM service_principals p JOIN applications a ON a.client_id = p.client_id"
        " AND (a.tenant_id = p.tenant_id OR a.audience = " (word Audience::Multi) ")"
        " WHERE p.tenant_id = s.realm_id AND p.client_id = :client AND p.enabled AND a.enabled)"
        " FROM sessions s JOIN users u ON u.tenant_id = s.realm_id AND u.id = s.user_id"
        " WHERE s.realm_id = :tenant AND s.id = :session AND s.user_id = :user"
    ];
}
