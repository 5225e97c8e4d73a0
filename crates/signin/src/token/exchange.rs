//! An authorization code for tokens (OIDC Core 3.1.3, OID-05 to OID-07): consumed by one conditional write, bound to
//! everything that it was issued for, and revoked with all that came of it when it is presented twice.

use chrono::TimeDelta;
use uuid::Uuid;
use vestibule_app::{App, Error, vault};
use vestibule_core::clock::Instant;
use vestibule_core::ids::random_uuid;
use vestibule_core::policy::PolicyGrant;
use vestibule_core::proof::Unreadable;
use vestibule_core::secret::{Digest, Secret};
use vestibule_oidc::error::TokenError;
use vestibule_oidc::{pkce, scope};
use vestibule_store::tokens::{CodeRow, NewAccessToken, NewFamily, SessionStanding};
use vestibule_store::{self as store, Conn, Now, QueryError};

use super::sign::{IdToken, sign};
use super::{Caller, Refused, Tokens, granted, mint, oauth};

/// What the transaction said.
enum Exchanged {
    Good(Box<(CodeRow, SessionStanding)>),
    Refused(TokenError),
}

/// Why the transaction is rolled back.
#[derive(Debug, thiserror::Error)]
pub(super) enum GrantFault {
    /// A row that cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl From<GrantFault> for Error {
    fn from(fault: GrantFault) -> Self {
        match fault {
            GrantFault::Unreadable(error) => error.into(),
            GrantFault::Query(error) => error.into(),
        }
    }
}

/// Exchanges a code.
pub(crate) async fn exchange(
    app: &App,
    caller: Caller,
    code: &Secret,
    redirect_uri: &str,
    verifier: Option<&Secret>,
) -> Result<Tokens, Refused> {
    let epoch = caller.live.epoch;
    let job = ExchangeJob {
        tenant: caller.live.tenant.id,
        digest: vault::hash("authorization code", epoch, code.expose()),
        client: caller.application.application.client_id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        verifier: verifier.map(Secret::duplicate),
        access: vestibule_core::random::secret_256(app.random.as_ref()),
        family: random_uuid(app.random.as_ref()),
        refresh: vestibule_core::random::secret_256(app.random.as_ref()),
        epoch,
    };
    let (access, family, refresh) = (job.access.duplicate(), job.family, job.refresh.duplicate());
    let (now, shared) = (caller.live.now, std::sync::Arc::new(caller));
    let inside = std::sync::Arc::clone(&shared);
    let done = app.db.write(move |c| job.run(c, &inside, now)).await??;
    let caller = shared.as_ref();
    let (row, standing) = match done {
        Exchanged::Good(good) => *good,
        Exchanged::Refused(error) => return Err(oauth(error)),
    };
    let scopes: Vec<String> = row.scope.split(' ').map(ToOwned::to_owned).collect();
    let subject = super::subject(app, caller, &standing.session, &standing.user)?;
    let asked = super::requested(row.requested.as_deref());
    let token = IdToken {
        nonce: row.nonce.as_deref(),
        c_hash: None,
        scopes: &scopes,
        requested: &asked.id_token,
        alone: false,
    };
    let id_token =
        sign(app, caller.live.keys_number, &caller.application, &subject.claims(), &token, now.instant)
            .await?;
    let offline = scopes.iter().any(|s| s == scope::OFFLINE_ACCESS);
    Ok(Tokens {
        access_token: access,
        expires_in: lifetime(&standing, now.instant),
        id_token,
        refresh_token: offline.then(|| super::refresh::render(family, 1, &refresh)),
        scope: row.scope,
        client: std::sync::Arc::clone(&caller.application),
    })
}

/// Seconds that an access token made now lives: N-13, or what is left of its session.
pub(crate) fn lifetime(standing: &SessionStanding, now: Instant) -> i64 {
    let left: TimeDelta = standing.session.expires_at - now;
    left.min(vestibule_core::numbers::ACCESS_TOKEN_LIFETIME).num_seconds().max(1)
}

struct ExchangeJob {
    tenant: vestibule_core::TenantId,
    digest: Digest,
    client: vestibule_core::ClientId,
    redirect_uri: String,
    verifier: Option<Secret>,
    access: Secret,
    family: Uuid,
    refresh: Secret,
    epoch: i64,
}

impl ExchangeJob {
    fn run(&self, c: &mut Conn, caller: &Caller, now: Now) -> Result<Exchanged, GrantFault> {
        let refuse = |error| Ok(Exchanged::Refused(error));
        let Some(code) = store::tokens::consume_code(c, self.tenant, &self.digest, &self.client, now)? else {
            return Ok(self.not_consumed(c, now)?);
        };
        // From here on the code is burnt, whatever else is wrong with the request (OID-07).
        if self.redirect_uri != code.redirect_uri {
            return refuse(TokenError::REDIRECT_MISMATCH);
        }
        if pkce::verify(code.challenge.as_deref(), self.verifier.as_ref().map(Secret::expose)).is_err() {
            return refuse(TokenError::PKCE);
        }
        let standing = store::tokens::session_for_tokens(
            c,
            self.tenant,
            code.session_id,
            code.user_id,
            &self.client,
            now,
        )?;
        let Some(standing) = standing.filter(SessionStanding::is_live) else {
            return refuse(TokenError::SESSION_ENDED);
        };
        let Some(grant) = granted(caller, &standing.session, &standing.user, now.instant)? else {
            return refuse(TokenError::ACCESS_ENDED);
        };
        self.issue(c, &grant, &code, &standing, now)?;
        Ok(Exchanged::Good(Box::new((code, standing))))
    }

    /// A code that no write consumed: presented twice by its own application, it takes everything of it along.
    fn not_consumed(&self, c: &mut Conn, now: Now) -> Result<Exchanged, QueryError> {
        let refuse = |error| Ok(Exchanged::Refused(error));
        match store::tokens::find_code(c, self.tenant, &self.digest)? {
            Some(code) if code.used_at.is_some() && code.client_id == self.client => {
                let redirect = self.redirect_uri == code.redirect_uri;
                // "Otherwise valid" (OID-06): a thief without the verifier cannot end a session by a stolen code.
                if redirect
                    && pkce::verify(code.challenge.as_deref(), self.verifier.as_ref().map(Secret::expose))
                        .is_ok()
                {
                    store::tokens::revoke_by_code(c, self.tenant, &self.digest, now)?;
                }
                refuse(TokenError::CODE_REDEEMED)
            }
            Some(code) if code.client_id != self.client => {
                tracing::warn!(tenant = %self.tenant, "a code was presented by another application than its own");
                refuse(TokenError::INVALID_CODE)
            }
            Some(_) | None => refuse(TokenError::INVALID_CODE),
        }
    }

    fn issue(
        &self,
        c: &mut Conn,
        grant: &PolicyGrant,
        code: &CodeRow,
        standing: &SessionStanding,
        now: Now,
    ) -> Result<(), QueryError> {
        let offline = code.scope.split(' ').any(|s| s == scope::OFFLINE_ACCESS);
        let expires_at = vestibule_app::until(now.instant, vestibule_core::numbers::ACCESS_TOKEN_LIFETIME)
            .min(standing.session.expires_at);
        mint(
            c,
            grant,
            &NewAccessToken {
                tenant_id: self.tenant,
                digest: vault::hash("access token", self.epoch, self.access.expose()),
                client_id: self.client.clone(),
                session_id: code.session_id,
                user_id: code.user_id,
                scope: code.scope.clone(),
                requested: code.requested.clone(),
                code_digest: Some(self.digest),
                family_id: offline.then_some(self.family),
                expires_at,
            },
        )?;
        if offline {
            // A passcode guest's family ends with the session (N-14).
            store::tokens::insert_family(
                c,
                &NewFamily {
                    tenant_id: self.tenant,
                    id: self.family,
                    client_id: self.client.clone(),
                    session_id: code.session_id,
                    user_id: code.user_id,
                    scope: code.scope.clone(),
                    nonce: None,
                    auth_time: standing.session.auth_time,
                    current_digest: vault::hash("refresh token", self.epoch, self.refresh.expose()),
                    code_digest: self.digest,
                    created_at: now.instant,
                    expires_at: standing.session.expires_at,
                },
            )?;
        }
        Ok(())
    }
}
