//! Sessions of browsers.

use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{InteractionId, Realm, SessionId, UserId};
use vestibule_core::method::Method;
use vestibule_core::proof::{AmrSet, Authentication, Level, StoredAuthentication, Unreadable};
use vestibule_core::secret::Digest;

use crate::directory::LET_IN;
use crate::row::{record, row};
use crate::statement::statements;
use crate::time::Now;

row! {
    /// A session as stored.
    pub struct SessionRow {
        realm_id: Realm,
        id: SessionId,
        /// Of the secret in the browser's cookie.
        secret_digest: Digest,
        user_id: UserId,
        /// With the seven after it how its user was proven; [`SessionRow::authentication`] reads them.
        method: Method,
        provider_id: Option<Uuid>,
        idp: String,
        level: Option<Level>,
        amr: AmrSet,
        auth_time: Instant,
        second_at: Option<Instant>,
        upstream_sid: Option<String>,
        expires_at: Instant,
        ended_at: Option<Instant>,
        interaction_id: InteractionId,
        browser: String,
        network: String,
        created_at: Instant,
    }
}

record! {
    /// A new session.
    pub struct NewSession {
        realm_id: Realm,
        id: SessionId,
        secret_digest: Digest,
        user_id: UserId,
        method: Method,
        provider_id: Option<Uuid>,
        idp: String,
        level: Option<Level>,
        amr: AmrSet,
        auth_time: Instant,
        second_at: Option<Instant>,
        upstream_sid: Option<String>,
        expires_at: Instant,
        interaction_id: InteractionId,
        browser: String,
        network: String,
        created_at: Instant,
    }
}

/// What a session is opened with.
#[derive(Debug, Clone)]
pub struct SessionOpening<'a> {
    /// Where it lives.
    pub realm: Realm,
    pub id: SessionId,
    /// Of the secret in the browser's cookie.
    pub secret_digest: Digest,
    pub user: UserId,
    /// How they were proven.
    pub authentication: &'a Authentication,
    pub expires_at: Instant,
    /// The trip that led to it.
    pub interaction: InteractionId,
    /// What the browser calls itself, for its user.
    pub browser: String,
    /// Where it came from, for its user.
    pub network: String,
    /// When it begins.
    pub now: Instant,
}

impl NewSession {
    /// A session with the columns of its authentication as `core` writes them.
    pub fn of(opening: SessionOpening<'_>) -> Self {
        let StoredAuthentication { method, of, idp, level, amr, at, second_at, upstream_sid } =
            opening.authentication.stored();
        Self {
            realm_id: opening.realm,
            id: opening.id,
            secret_digest: opening.secret_digest,
            user_id: opening.user,
            method,
            provider_id: of,
            idp,
            level,
            amr,
            auth_time: at,
            second_at,
            upstream_sid,
            expires_at: opening.expires_at,
            interaction_id: opening.interaction,
            browser: opening.browser,
            network: opening.network,
            created_at: opening.now,
        }
    }
}

impl SessionRow {
    /// How its user was proven. A row that claims more than its method can give proves nothing (MFA-05).
    pub fn authentication(&self) -> Result<Authentication, Unreadable> {
        Authentication::read(StoredAuthentication {
            method: self.method,
            of: self.provider_id,
            idp: self.idp.clone(),
            level: self.level,
            amr: self.amr,
            at: self.auth_time,
            second_at: self.second_at,
            upstream_sid: self.upstream_sid.clone(),
        })
    }
}

statements! {
    /// Opens a session, if its user may have one at this moment; `false` where they are shut out, deleted or not accepted.
    pub fn insert_session(new: &NewSession) -> bool = [
        "INSERT INTO sessions (" (NewSession) ") SELECT " (values new) " FROM users u"
        " WHERE u.tenant_id = :new.realm_id AND u.id = :new.user_id AND " (part LET_IN)
    ];

    /// One session, in whatever state.
    pub fn session(realm: Realm, id: SessionId) -> Option<SessionRow> = [
        "SELECT " (SessionRow) " FROM sessions WHERE realm_id = :realm AND id = :id"
    ];

    /// Gives a session another secret; the one before dies at once.
    pub fn rotate_session_secret(realm: Realm, id: SessionId, secret: &Digest) -> bool = [
        "UPDATE sessions SET secret_digest = :secret WHERE realm_id = :realm AND id = :id AND ended_at IS NULL"
    ];

    /// Ends a session; `false` where it has ended.
    pub fn end_session(realm: Realm, id: SessionId, now: Now) -> bool = [
        "UPDATE sessions SET ended_at = :now WHERE realm_id = :realm AND id = :id AND ended_at IS NULL"
    ];

    /// Ends the session that an interaction led to; how many there were.
    pub fn end_sessions_of_interaction(realm: Realm, interaction: InteractionId, now: Now) -> usize = [
        "UPDATE sessions SET ended_at = :now WHERE realm_id = :realm AND ended_at IS NULL AND id ="
        " (SELECT i.session_id FROM interactions i WHERE i.realm_id = :realm AND i.id = :interaction)"
    ];

    /// Ends every session of a user; how many there were.
    pub fn end_sessions_of_user(realm: Realm, user: UserId, now: Now) -> usize = [
        "UPDATE sessions" (by sessions_user) " SET ended_at = :now WHERE realm_id = :realm AND user_id = :user"
        " AND ended_at IS NULL"
    ];
}
