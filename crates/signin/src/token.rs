//! The token endpoint and its kin: exchange, refresh, userinfo, revocation.

pub mod exchange;
pub mod refresh;
pub mod revoke;
pub(crate) mod sign;
pub mod userinfo;

use vestibule_core::access::{Action, Actor, Allowed, Object};
use vestibule_core::client::ClaimsLayout;
use vestibule_core::clock::Instant;
use vestibule_core::ids::ClientId;
use vestibule_core::policy::PolicyGrant;
use vestibule_core::proof::Unreadable;
use vestibule_core::secret::Secret;
use vestibule_core::throttle::{self, Counter};
use vestibule_oidc::authorize::RequestedClaims;
use vestibule_oidc::client_auth::Presented;
use vestibule_oidc::error::TokenError;
use vestibule_oidc::params::Params;
use vestibule_oidc::token::TokenRequest;
use vestibule_store::live::LiveUser;
use vestibule_store::signin::SessionRow;
use vestibule_store::tokens::NewAccessToken;
use vestibule_store::{self as store, Conn, QueryError, QueryResult};

use std::sync::Arc;

use crate::convert;
use crate::gather;
use crate::subject::{TokenSubject, UserClaims};
use vestibule_app::cookies::Jar;
use vestibule_app::live::Live;
use vestibule_app::snapshot::ApplicationSnapshot;
use vestibule_app::{App, Context, Error, audit, vault};

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

impl Caller {
    /// Leave for what this application does with tokens in this tenant.
    fn allowed(&self, ctx: &Context) -> Result<Allowed, Refused> {
        let tenant = self.live.tenant.id;
        let actor = Actor::Application { tenant, client: self.application.application.client_id.clone() };
        audit::allow(ctx, &actor, Action::UseTokens, Object::Tenant(tenant))
            .map_err(|_| oauth(TokenError::INVALID_CLIENT))
    }
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
            exchange::exchange(app, caller, &code, &redirect_uri, verifier.as_ref()).await
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
    let found = app.application(&live, &presented.client_id).await?;
    let digest = presented.secret.as_ref().map(|s| vault::hash("client secret", 0, s.expose()));
    let good = found.as_ref().is_some_and(|a| {
        let known = digest.as_ref().is_some_and(|d| {
            a.secrets
                .iter()
                .filter(|(_, end)| end.is_none_or(|e| e > live.at()))
                .any(|(stored, _)| stored.matches(d))
        });
        a.application.enabled
            && presented.check_method(&a.application).is_ok()
            && (a.application.public || known)
    });
    let known = found.as_ref().map(|a| a.application.client_id.clone());
    match found.filter(|_| good) {
        Some(application) => {
            let caller = Caller { live, application };
            caller.allowed(ctx).map(|_| caller)
        }
        None => {
            failed(app, ctx, &live, known).await?;
            Err(oauth(TokenError::INVALID_CLIENT))
        }
    }
}

/// Failures of one application from one source are counted; beyond the bound they are answered with 503.
async fn failed(app: &App, ctx: &Context, live: &Live, known: Option<ClientId>) -> Result<(), Refused> {
    // One counter for all ids that are none: invented ones must not fill the table (DOS-04).
    let client = known.map(|id| id.0).unwrap_or_default();
    // A source is its narrowest network: of a /64 one has 2^64 addresses (OTP-08).
    let networks = throttle::networks(ctx.source, None);
    let network = networks.first().map(|(network, _)| network.as_str()).unwrap_or_default();
    let what = format!("{client} {network}");
    let key = app.counter(Counter::ClientSecrets, Some(live.tenant.id), &what)?;
    let limit = convert::limit(key, &throttle::CLIENT_FAILURES);
    let now = live.now;
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
    if admitted { Ok(()) } else { Err(oauth(TokenError::UNAVAILABLE)) }
}

/// Policy, asked again with what the session proved: a token needs a grant (architecture rule 1).
pub(crate) fn granted(
    caller: &Caller,
    session: &SessionRow,
    user: &LiveUser,
    now: Instant,
) -> Result<Option<PolicyGrant>, Unreadable> {
    let (tenant, application) = (&caller.live.tenant, &caller.application);
    let client = &application.application.client_id;
    gather::granted(tenant, Some(client), Some(application), user, &session.authentication()?, now)
}

/// Stores an access token by the grant for it: the only place where one is made.
pub(crate) fn mint(c: &mut Conn, grant: &PolicyGrant, new: &NewAccessToken) -> QueryResult<()> {
    if !grant.covers(new.tenant_id, new.user_id, Some(&new.client_id)) {
        return Err(QueryError::RollbackTransaction);
    }
    store::tokens::insert_access(c, new)
}

/// The person of a session, as tokens tell them.
pub(crate) fn subject(
    app: &App,
    caller: &Caller,
    session: &SessionRow,
    user: &LiveUser,
) -> Result<TokenSubject, Unreadable> {
    let (tenant, application) = (&caller.live.tenant, &caller.application);
    let authentication = session.authentication()?;
    Ok(TokenSubject::new(app, tenant, application, UserClaims::of(user), session.id, authentication))
}

/// What the `claims` parameter named, as it was stored with the code.
pub(crate) fn requested(stored: Option<&str>) -> RequestedClaims {
    stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// The layout of an application, for userinfo.
pub(crate) fn layout(application: &ApplicationSnapshot) -> ClaimsLayout {
    application.application.settings.claims_layout
}
