//! Refresh tokens rotate at every use (TOK-03).
//!
//! Two scenarios stand against each other. *A lost answer*: the application never saw the successor and comes again with
//! the token that it has; refusing would end an honest session. *A replay*: a thief and the application use the same token.
//! The answer: the generation before may come once more while its successor is unused; that kills the successor, so the
//! thief's copy and the application's cannot both live. Anything else old ends the family. No time stamps decide.

use std::sync::Arc;

use uuid::Uuid;
use vestibule_app::audit::{self, AuditTarget, AuditedChange};
use vestibule_app::{App, Context, until, vault};
use vestibule_core::ids::TenantId;
use vestibule_core::log::DirectoryEvent;
use vestibule_core::random::secret_256;
use vestibule_core::secret::{Digest, Secret};
use vestibule_core::{ClientId, numbers as n};
use vestibule_oidc::error::TokenError;
use vestibule_oidc::scope;
use vestibule_store::logs::NewAudit;
use vestibule_store::tokens::{FamilyRow, NewAccessToken, Rotation, SessionStanding};
use vestibule_store::{self as store, Conn, Now, QueryError};

use super::exchange::{GrantFault, lifetime};
use super::sign::{IdToken, sign};
use super::{Caller, Refused, Tokens, granted, mint, oauth};

/// `{family}.{generation}.{secret}`: the family finds the row, the secret opens it.
pub(crate) fn render(family: Uuid, generation: i32, secret: &Secret) -> Secret {
    let family = data_encoding::BASE64URL_NOPAD.encode(family.as_bytes());
    Secret::new(format!("{family}.{generation}.{}", secret.expose()))
}

fn parse(token: &Secret) -> Option<(Uuid, Secret)> {
    let mut parts = token.expose().split('.');
    let (family, generation, secret) = (parts.next()?, parts.next()?, parts.next()?);
    generation.parse::<i32>().ok()?;
    let family = data_encoding::BASE64URL_NOPAD.decode(family.as_bytes()).ok()?;
    let whole = secret.len() == 43 && parts.next().is_none();
    whole.then(|| Uuid::from_slice(&family).ok()).flatten().map(|id| (id, Secret::new(secret.to_owned())))
}

enum Refreshed {
    Good(Box<(FamilyRow, SessionStanding, String)>),
    Refused(TokenError),
}

/// Why the transaction is rolled back.
enum Rollback {
    /// The request was wrong, not the token: the token stays the newest, so that a mistake ends no session.
    Scope,
    Fault(GrantFault),
}

impl<E: Into<GrantFault>> From<E> for Rollback {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Refreshes.
pub(crate) async fn refresh(
    app: &App,
    ctx: &Context,
    caller: Caller,
    token: &Secret,
    asked: Option<&[String]>,
) -> Result<Tokens, Refused> {
    let Some((family, secret)) = parse(token) else { return Err(oauth(TokenError::INVALID_REFRESH_TOKEN)) };
    let epoch = caller.live.epoch;
    let (next, access) = (secret_256(app.random.as_ref()), secret_256(app.random.as_ref()));
    let job = RefreshJob {
        tenant: caller.live.tenant.id,
        client: caller.application.application.client_id.clone(),
        family,
        presented: vault::hash("refresh token", epoch, secret.expose()),
        next: vault::hash("refresh token", epoch, next.expose()),
        access: vault::hash("access token", epoch, access.expose()),
        asked: asked.map(<[String]>::to_vec),
        replayed: ended(app, ctx, &caller, family, "replay")?,
    };
    let (now, shared) = (caller.live.now, Arc::new(caller));
    let inside = Arc::clone(&shared);
    let (row, standing, scope) = match app.db.write(move |c| job.run(c, &inside, now)).await? {
        Ok(Refreshed::Good(good)) => *good,
        Ok(Refreshed::Refused(error)) => return Err(oauth(error)),
        Err(Rollback::Scope) => return Err(oauth(TokenError::INVALID_SCOPE)),
        Err(Rollback::Fault(fault)) => return Err(Refused::Fault(fault.into())),
    };
    let caller = shared.as_ref();
    let scopes: Vec<String> = scope.split(' ').map(ToOwned::to_owned).collect();
    let subject = super::subject(app, caller, &standing.session, &standing.user)?;
    let token = IdToken { nonce: None, c_hash: None, scopes: &scopes, requested: &[], alone: false };
    let id_token =
        sign(app, caller.live.keys_number, &caller.application, &subject.claims(), &token, now.instant)
            .await?;
    Ok(Tokens {
        access_token: access,
        expires_in: lifetime(&standing, now.instant),
        id_token,
        refresh_token: Some(render(row.id, row.generation, &next)),
        scope,
        client: Arc::clone(&caller.application),
    })
}

struct RefreshJob {
    tenant: TenantId,
    client: ClientId,
    family: Uuid,
    presented: Digest,
    next: Digest,
    access: Digest,
    asked: Option<Vec<String>>,
    replayed: NewAudit,
}

impl RefreshJob {
    fn run(&self, c: &mut Conn, caller: &Caller, now: Now) -> Result<Refreshed, Rollback> {
        let refuse = |error| Ok(Refreshed::Refused(error));
        let rotation = Rotation {
            tenant: self.tenant,
            family: self.family,
            client: &self.client,
            presented: &self.presented,
            next: &self.next,
        };
        let rotated = match store::tokens::rotate_family(c, &rotation, now)? {
            Some(row) => Some(row),
            None => store::tokens::replay_family(c, &rotation, now)?,
        };
        let Some(row) = rotated else { return Ok(self.unknown(c, now)?) };
        let standing = store::tokens::session_for_tokens(
            c,
            self.tenant,
            row.session_id,
            row.user_id,
            &self.client,
            now,
        )?;
        let Some(standing) = standing.filter(|s| s.session_live) else {
            return refuse(TokenError::REFRESH_ENDED);
        };
        let grant = granted(caller, &standing.session, &standing.user, now.instant)?;
        let Some(grant) = grant.filter(|_| standing.is_live()) else {
            store::tokens::revoke_family(c, self.tenant, row.id, "access ended", now)?;
            return refuse(TokenError::REFRESH_ACCESS_ENDED);
        };
        let granted: Vec<String> = row.scope.split(' ').map(ToOwned::to_owned).collect();
        let scopes = scope::narrow(&granted, self.asked.as_deref()).map_err(|_| Rollback::Scope)?;
        let scope = scopes.join(" ");
        mint(
            c,
            &grant,
            &NewAccessToken {
                tenant_id: self.tenant,
                digest: self.access,
                client_id: self.client.clone(),
                session_id: row.session_id,
                user_id: row.user_id,
                scope: scope.clone(),
                requested: None,
                code_digest: Some(row.code_digest),
                family_id: Some(row.id),
                expires_at: until(now.instant, n::ACCESS_TOKEN_LIFETIME).min(standing.session.expires_at),
            },
        )?;
        Ok(Refreshed::Good(Box::new((row, standing, scope))))
    }

    /// Not the current token, not the one before: a replay ends the family, be it by its own application or another
    /// (TOK-04). The family's id alone is enough to end it: it is as secret as the token that it stands in.
    fn unknown(&self, c: &mut Conn, now: Now) -> Result<Refreshed, QueryError> {
        if let Some(row) = store::tokens::find_family(c, self.tenant, self.family)? {
            if row.revoked_at.is_none() && row.expires_at > now.instant {
                store::tokens::revoke_family(c, self.tenant, self.family, "replay", now)?;
                store::logs::insert_audit(c, &self.replayed)?;
                tracing::warn!(tenant = %self.tenant, "refresh token replayed; family revoked");
            } else if row.expires_at <= now.instant {
                return Ok(Refreshed::Refused(TokenError::REFRESH_ENDED));
            }
        }
        Ok(Refreshed::Refused(TokenError::INVALID_REFRESH_TOKEN))
    }
}

/// The audit row of a family's end (AUD-01).
pub(crate) fn ended(
    app: &App,
    ctx: &Context,
    caller: &Caller,
    family: Uuid,
    why: &str,
) -> Result<NewAudit, Refused> {
    let allowed = caller.allowed(ctx)?;
    let change = AuditedChange::of(DirectoryEvent::FamilyRevoked, AuditTarget::RefreshFamily(family));
    let change = change.with(serde_json::json!({ "reason": why }));
    Ok(audit::row(app, ctx, &allowed, caller.live.tenant.id, change))
}

/// The family that a text names, if it has the form of a refresh token.
pub(crate) fn family_of(token: &Secret) -> Option<Uuid> {
    parse(token).map(|(family, _)| family)
}
