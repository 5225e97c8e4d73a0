//! The token endpoint and its kin: exchange, refresh, userinfo, revocation.

pub mod exchange;
pub mod refresh;
pub mod revoke;
pub mod userinfo;

use vestibule_core::access::{Action, Actor, Object};
use vestibule_core::client::ClaimsLayout;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, UserId};
use vestibule_core::numbers as n;
use vestibule_core::policy::Decision;
use vestibule_core::secret::Secret;
use vestibule_core::throttle::{self, Counter};
use vestibule_oidc::authorize::{RequestedClaims, StandardClaim};
use vestibule_oidc::claims::{IdTokenClaims, IdTokenInput, Subject, TYP_ID_TOKEN};
use vestibule_oidc::client_auth::Presented;
use vestibule_oidc::error::{OAuthErrorCode, TokenError, text};
use vestibule_oidc::keys::KeySchedule;
use vestibule_oidc::params::Params;
use vestibule_oidc::token::TokenRequest;
use vestibule_store::live::LiveUser;
use vestibule_store::signin::SessionRow;
use vestibule_store::{self as store};

use std::sync::Arc;

use crate::app::App;
use crate::context::Context;
use crate::cookies::Jar;
use crate::error::Error;
use crate::flow::Live;
use crate::snapshot::ApplicationSnapshot;
use crate::{audit, convert, vault};

/// Why a program's request was refused.
#[derive(Debug)]
pub enum Refused {
    /// In OAuth's words.
    OAuth(TokenError),
    /// A fault of ours, or no such tenant.
    Fault(Error),
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

fn oauth(error: TokenError) -> Refused {
    Refused::OAuth(error)
}

/// What the token endpoint answers.
#[derive(Debug)]
pub struct Tokens {
    /// Opaque, for userinfo.
    pub access_token: Secret,
    /// N-13, in seconds.
    pub expires_in: i64,
    /// The ID token.
    pub id_token: Secret,
    /// With `offline_access`.
    pub refresh_token: Option<Secret>,
    /// What was granted.
    pub scope: String,
    /// The application, for CORS.
    pub client: Arc<ApplicationSnapshot>,
}

/// A request of an authenticated application.
#[derive(Debug)]
pub(crate) struct Caller {
    pub live: Live,
    pub application: Arc<ApplicationSnapshot>,
}

/// The token endpoint (RFC 6749 section 3.2).
pub async fn token(
    app: &App,
    ctx: &Context,
    segment: &str,
    authorization: &[&str],
    form: &Params,
) -> Result<Tokens, Refused> {
    let request = TokenRequest::parse(form);
    let caller = authenticate(app, ctx, segment, authorization, form).await?;
    match request.map_err(oauth)? {
        TokenRequest::AuthorizationCode { code, redirect_uri, verifier } => {
            exchange::exchange(app, ctx, caller, &code, &redirect_uri, verifier.as_ref()).await
        }
        TokenRequest::RefreshToken { token, scope } => {
            refresh::refresh(app, ctx, caller, &token, scope.as_deref()).await
        }
    }
}

/// Who calls: one method, equal to the registered one; unknown, switched-off and wrong-secret callers look alike
/// (CLA-02, CLA-03).
pub(crate) async fn authenticate(
    app: &App,
    ctx: &Context,
    segment: &str,
    authorization: &[&str],
    form: &Params,
) -> Result<Caller, Refused> {
    let presented = Presented::from(authorization, form).map_err(oauth)?;
    let live = app.live(segment, &Jar::default(), None).await?;
    let found = app.application(&live.tenant, &presented.client_id).await?;
    let digest = presented.secret.as_ref().map(|s| vault::hash("client secret", 0, s.expose()));
    let good = found.as_ref().is_some_and(|a| {
        let known = digest.as_ref().is_some_and(|d| {
            a.secrets
                .iter()
                .filter(|(_, end)| end.is_none_or(|e| e > ctx.now))
                .any(|(stored, _)| stored.matches(d))
        });
        a.application.enabled
            && presented.check_method(&a.application).is_ok()
            && (a.application.public || known)
    });
    let known = found.as_ref().map(|a| a.application.client_id.clone());
    match found.filter(|_| good) {
        Some(application) => {
            let actor = Actor::Application {
                tenant: live.tenant.id,
                client: application.application.client_id.clone(),
            };
            let _allowed = audit::allow(ctx, &actor, Action::UseTokens, Object::Tenant(live.tenant.id))
                .map_err(|_| oauth(TokenError::INVALID_CLIENT))?;
            Ok(Caller { live, application })
        }
        None => {
            failed(app, ctx, &live, known).await?;
            Err(oauth(TokenError::INVALID_CLIENT))
        }
    }
}

/// Failures of one application from one source are counted; beyond the bound they are answered with 503.
async fn failed(app: &App, ctx: &Context, live: &Live, known: Option<ClientId>) -> Result<(), Refused> {
    // One counter for all ids that are none: whoever invents them must not fill the table (DOS-04).
    let client = known.map(|id| id.0).unwrap_or_default();
    // A source is its narrowest network: of a /64 one has 2^64 addresses (OTP-08).
    let networks = throttle::networks(ctx.source, None);
    let network = networks.first().map(|(network, _)| network.as_str()).unwrap_or_default();
    let what = format!("{client} {network}");
    let key = app.counter(Counter::ClientSecrets, Some(live.tenant.id), &what)?;
    let limit = crate::flow::send_limit(key, &throttle::CLIENT_FAILURES);
    let now = app.now();
    tracing::warn!(trace = %ctx.trace, tenant = %live.tenant.id, "client authentication failed");
    // Who is over the bound already costs a look and no write.
    let full = app
        .db
        .read(move |c| store::throttle::peek(c, &key))
        .await?
        .is_some_and(|r| r.full_until(now.instant).is_some());
    let admitted = !full
        && app
            .db
            .write(move |c| store::throttle::admit(c, &[limit], now))
            .await??
            .first()
            .is_some_and(|a| a.admitted);
    if admitted {
        Ok(())
    } else {
        Err(oauth(TokenError {
            code: OAuthErrorCode::TemporarilyUnavailable,
            description: text::UNAVAILABLE,
            aadsts: None,
        }))
    }
}

/// What stands in one ID token beyond the person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdToken<'a> {
    pub nonce: Option<&'a str>,
    pub c_hash: Option<&'a str>,
    pub scopes: &'a [String],
    pub requested: &'a [StandardClaim],
    pub alone: bool,
}

/// Signs an ID token, off the event loop.
pub(crate) async fn sign(
    app: &App,
    deployment_change: i64,
    application: &ApplicationSnapshot,
    person: &Subject<'_>,
    token: &IdToken<'_>,
    now: Instant,
) -> Result<Secret, Error> {
    let application = &application.application;
    let input = IdTokenInput {
        audience: &application.client_id.0,
        nonce: token.nonce,
        c_hash: token.c_hash,
        layout: application.settings.claims_layout,
        scopes: token.scopes,
        requested: token.requested,
        alone: token.alone,
        issued: now,
        lifetime: n::ID_TOKEN_LIFETIME,
    };
    let claims = IdTokenClaims::build(person, &input, app.random.as_ref());
    let keys = app.keys(deployment_change).await?;
    let times: Vec<_> =
        keys.keys.iter().filter(|k| k.algorithm == application.algorithm).map(|k| k.times.clone()).collect();
    let kid = KeySchedule::current(&times, now).map(|k| k.kid.clone());
    let signer = keys.keys.iter().find(|k| Some(&k.times.kid) == kid.as_ref()).map(|k| k.signer.clone());
    let signer =
        signer.ok_or_else(|| Error::Internal(format!("no {} key may sign now", application.algorithm)))?;
    let _permit = app.signing.acquire().await.map_err(|_| Error::Unavailable("stopping".into()))?;
    let signed = tokio::task::spawn_blocking(move || signer.sign(TYP_ID_TOKEN, &claims)).await;
    let signed =
        signed.map_err(|e| Error::Internal(e.to_string()))?.map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Secret::new(signed))
}

/// A person as tokens tell them, by session and user rows.
pub(crate) struct Told {
    pub issuer: String,
    pub sub: String,
}

impl Told {
    pub(crate) fn new(app: &App, caller: &Caller, user: UserId) -> Self {
        let sub = crate::flow::subject_of(&caller.live.tenant, &caller.application, user);
        Self { issuer: app.urls.issuer(caller.live.tenant.id), sub }
    }

    pub(crate) fn subject<'a>(
        &'a self,
        caller: &Caller,
        session: &'a SessionRow,
        user: &'a LiveUser,
    ) -> Subject<'a> {
        Subject {
            tenant: caller.live.tenant.id,
            issuer: &self.issuer,
            oid: user.id,
            sub: &self.sub,
            name: user.display_name.as_deref(),
            email: Some(&user.address),
            email_verified: true,
            preferred_username: Some(&user.address),
            guest: user.kind == "guest",
            idp: Some(&session.idp),
            amr: convert::amr(&session.amr),
            acr: convert::acr(&session.acr),
            auth_time: session.auth_time,
            sid: session.id,
        }
    }
}

/// Policy, asked again with what the session proved: a token needs a grant (architecture rule 2).
pub(crate) fn granted(caller: &Caller, session: &SessionRow, user: &LiveUser, now: Instant) -> bool {
    let authentication = vestibule_core::proof::Authentication {
        at: session.auth_time,
        amr: convert::amr(&session.amr),
        acr: convert::acr(&session.acr),
        idp: session.idp.clone(),
    };
    if !crate::flow::still_offered(&caller.live.tenant, Some(&caller.application), user, &session.idp) {
        return false;
    }
    let client = &caller.application.application.client_id;
    let decision = crate::flow::decide(&caller.live.tenant, Some(client), Some(user), &authentication, now);
    matches!(decision, Decision::Grant(grant) if grant.covers(caller.live.tenant.id, user.id, Some(client)))
}

/// What the `claims` parameter named, as it was stored with the code.
pub(crate) fn requested(stored: Option<&str>) -> RequestedClaims {
    stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// The layout of an application, for userinfo.
pub(crate) fn layout(application: &ApplicationSnapshot) -> ClaimsLayout {
    application.application.settings.claims_layout
}
