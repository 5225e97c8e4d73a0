//! Answers to applications: codes and tokens by the front channel, errors, and what a hint says of the session.

use std::sync::Arc;

use vestibule_core::clock::Instant;
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{SessionId, TenantId, UserId};
use vestibule_core::interaction::{Refusal, Step};
use vestibule_core::proof::Authentication;
use vestibule_core::secret::Secret;
use vestibule_oidc::authorize::{AuthorizeRequest, RequestError, ResponseMode};
use vestibule_oidc::claims::{Subject, TYP_ID_TOKEN, pairwise_subject};
use vestibule_oidc::error::{OAuthErrorCode, text};
use vestibule_oidc::redirect::SafeUrl;
use vestibule_oidc::response::AuthorizationResponse;
use vestibule_oidc::verify::{Expect, verify_own};
use vestibule_store as store;

use super::authorize::oauth_error;
use super::logbook::{self, Entry};
use super::pages;
use super::trip::{Live, Trip};
use super::view::{Page, View};
use super::{Answer, Outcome, Reply};
use crate::app::App;
use crate::context::Context;
use crate::error::Error;
use crate::snapshot::{ApplicationSnapshot, TenantSnapshot};
use crate::token;

/// Who is signed in, as an answer tells it.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub user: UserId,
    pub session: SessionId,
    pub authentication: Authentication,
    pub address: String,
    pub name: Option<String>,
}

/// The subject that `id_token_hint` names, if it is ours, for this application (OID-13). Anything else is as if absent.
pub(crate) async fn hinted_subject(
    app: &App,
    live: &Live,
    application: &ApplicationSnapshot,
    request: &AuthorizeRequest,
    now: Instant,
) -> Result<Option<String>, Error> {
    let Some(hint) = request.id_token_hint.as_deref() else { return Ok(None) };
    let claims = verified_hint(app, live, Some(&application.application.client_id.0), hint, now).await?;
    Ok(claims.and_then(|c| c.get("sub").and_then(|s| s.as_str()).map(ToOwned::to_owned)))
}

/// The claims of an ID token of ours for this application (or for any, where `audience` is `None`); expired allowed.
pub(crate) async fn verified_hint(
    app: &App,
    live: &Live,
    audience: Option<&str>,
    hint: &str,
    now: Instant,
) -> Result<Option<serde_json::Map<String, serde_json::Value>>, Error> {
    let keys = app.keys(live.deployment_change).await?;
    let public: Vec<_> = keys.keys.iter().map(|k| k.signer.public_key()).collect();
    let issuer = app.urls.issuer(live.tenant.id);
    let expect = Expect { typ: TYP_ID_TOKEN, issuer: &issuer, audience, allow_expired: true };
    Ok(verify_own(hint, &public, expect, now).ok())
}

/// The pairwise subject of a user at an application (OID-19).
pub(crate) fn subject(tenant: &TenantSnapshot, application: &ApplicationSnapshot, user: UserId) -> String {
    pairwise_subject(&tenant.pairwise_key, &application.application.sector, user)
}

/// The answer to a granted request.
pub(crate) async fn granted(app: &App, trip: &Trip, code: Option<Secret>, who: &Who) -> Result<Reply, Error> {
    let (Some(request), Some(application)) = (&trip.sealed.request, &trip.application) else {
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    };
    let Some(uri) = trip.redirect_uri() else { return Err(trip.problem(ErrorCode::RedirectMismatch).into()) };
    let issuer = app.urls.issuer(trip.tenant().id);
    let id_token = if request.response_type.gives_id_token() {
        Some(front_channel_token(app, trip, application, request, code.as_ref(), who).await?)
    } else {
        None
    };
    let response = AuthorizationResponse::granted(&issuer, request.state.as_deref(), code, id_token);
    deliver(trip, &response, request.response_mode, &uri)
}

async fn front_channel_token(
    app: &App,
    trip: &Trip,
    application: &Arc<ApplicationSnapshot>,
    request: &AuthorizeRequest,
    code: Option<&Secret>,
    who: &Who,
) -> Result<Secret, Error> {
    let (issuer, sub) = (app.urls.issuer(trip.tenant().id), subject(trip.tenant(), application, who.user));
    let person = Subject {
        tenant: trip.tenant().id,
        issuer: &issuer,
        oid: who.user,
        sub: &sub,
        name: who.name.as_deref(),
        email: Some(&who.address),
        email_verified: true,
        preferred_username: Some(&who.address),
        guest: true,
        idp: Some(&who.authentication.idp),
        amr: who.authentication.amr,
        acr: who.authentication.acr,
        auth_time: who.authentication.at,
        sid: who.session,
    };
    let hash = code.map(|c| vestibule_oidc::claims::c_hash(c.expose(), application.application.algorithm));
    let wanted = token::IdToken {
        nonce: request.nonce.as_deref(),
        c_hash: hash.as_deref(),
        scopes: &request.scopes,
        requested: &request.claims.id_token,
        alone: !request.response_type.gives_code(),
    };
    token::sign(app, trip.live.deployment_change, application, &person, &wanted, trip.now).await
}

fn deliver(
    trip: &Trip,
    response: &AuthorizationResponse,
    mode: ResponseMode,
    uri: &str,
) -> Result<Reply, Error> {
    let safe = SafeUrl::parse(uri).map_err(|e| Error::Internal(e.to_string()))?;
    let page = Page {
        tenant: Arc::clone(trip.tenant()),
        application: trip.application.clone(),
        segment: trip.sealed.segment.clone(),
        locator: None,
        csrf: None,
        leads_to: Some(uri.to_owned()),
        back: None,
        view: View::FormPost,
    };
    let answer = Answer { delivery: response.deliver(mode, &safe), page: Some(page) };
    Ok(Reply { outcome: Outcome::Deliver(Box::new(answer)), cookies: Vec::new() })
}

/// The answer to a request that could not be parsed, for an application that is known (OID-04).
pub(crate) fn error(app: &App, tenant: TenantId, uri: &str, error: &RequestError) -> Result<Reply, Error> {
    let safe = SafeUrl::parse(uri).map_err(|e| Error::Internal(e.to_string()))?;
    let response = AuthorizationResponse::faulty(&app.urls.issuer(tenant), error);
    let answer = Answer { delivery: response.deliver(error.mode, &safe), page: None };
    Ok(Reply { outcome: Outcome::Deliver(Box::new(answer)), cookies: Vec::new() })
}

/// Tells the application an error, where the ending is one of its requests and its redirect URI still stands.
pub(crate) fn told(
    app: &App,
    trip: &Trip,
    code: OAuthErrorCode,
    description: &'static str,
) -> Result<Option<Reply>, Error> {
    let (Some(request), Some(uri)) = (&trip.sealed.request, trip.redirect_uri()) else { return Ok(None) };
    let issuer = app.urls.issuer(trip.tenant().id);
    let response = AuthorizationResponse::refused(&issuer, request.state.as_deref(), code, description);
    deliver(trip, &response, request.response_mode, &uri).map(Some)
}

/// Somebody proved who they are, but the application had named another person: it is told so, and nobody is signed in.
pub(crate) async fn other_person(app: &App, ctx: &Context, trip: &Trip) -> Result<Reply, Error> {
    let user = trip.row().and_then(|r| r.user_id);
    let entry = Entry { outcome: "failure", error: Some("other-person"), method: None, step: "finish" };
    let row = logbook::row(app, ctx, trip, user, None, entry);
    app.db.write(move |c| store::logs::insert_sign_in(c, &row)).await??;
    told(app, trip, OAuthErrorCode::LoginRequired, text::LOGIN_REQUIRED)?
        .ok_or_else(|| trip.problem(ErrorCode::RedirectMismatch).into())
}

/// `prompt=none` that needs a page (OID-11).
pub(crate) fn silent_failure(app: &App, trip: &Trip, step: &Step) -> Result<Reply, Error> {
    let (code, line) = match step {
        Step::AppConsent => (OAuthErrorCode::ConsentRequired, text::CONSENT_REQUIRED),
        Step::Review { .. } | Step::Terms(_) => {
            (OAuthErrorCode::InteractionRequired, text::INTERACTION_REQUIRED)
        }
        _ => (OAuthErrorCode::LoginRequired, text::LOGIN_REQUIRED),
    };
    told(app, trip, code, line)?.ok_or_else(|| trip.problem(ErrorCode::RedirectMismatch).into())
}

/// A refusal: logged; told to the application where no page may be shown; else a page, from which the application is
/// told by the way back.
pub(crate) async fn refused(app: &App, ctx: &Context, trip: &Trip, refusal: Refusal) -> Result<Reply, Error> {
    log_refusal(app, ctx, trip, refusal).await?;
    refusal_shown(app, trip, refusal)
}

/// The row of a refusal (AUD-01).
pub(crate) async fn log_refusal(
    app: &App,
    ctx: &Context,
    trip: &Trip,
    refusal: Refusal,
) -> Result<(), Error> {
    let code = ErrorCode::from(refusal);
    let user = trip.row().and_then(|r| r.user_id);
    let entry = Entry { outcome: "failure", error: Some(code.as_str()), method: None, step: "refuse" };
    let row = logbook::row(app, ctx, trip, user, None, entry);
    // Before anything was sent whoever comes can ask without end: that is no sign-in to keep a row of (DOS-04).
    if trip.row().is_some() {
        app.db.write(move |c| store::logs::insert_sign_in(c, &row)).await??;
    }
    Ok(())
}

/// A refusal as a GET shows it: nothing is written, however often it is asked for (LNK-01, DOS-04).
pub(crate) fn refusal_shown(app: &App, trip: &Trip, refusal: Refusal) -> Result<Reply, Error> {
    let code = ErrorCode::from(refusal);
    let line = match oauth_error(refusal) {
        OAuthErrorCode::UnmetAuthenticationRequirements => text::UNMET_AUTHENTICATION,
        OAuthErrorCode::UnauthorizedClient => text::CLIENT_DISABLED,
        _ => text::ACCESS_DENIED,
    };
    if trip.sealed.request.as_ref().is_some_and(|r| r.prompt.none) {
        // Without a page, a rule of the tenant needs one (OIDC Core 3.1.2.6).
        return told(app, trip, OAuthErrorCode::InteractionRequired, text::INTERACTION_REQUIRED)?
            .ok_or_else(|| trip.problem(code).into());
    }
    match pages::refusal_view(trip, refusal) {
        Some(view) => {
            let mut page = trip.page(app, view)?;
            page.back = back_with_error(app, trip, oauth_error(refusal), line);
            Ok(Reply::show(page))
        }
        None => {
            let mut problem = trip.problem(code);
            problem.back = back_with_error(app, trip, oauth_error(refusal), line).or(problem.back);
            problem.block = if let Refusal::Blocked(reason) = refusal { Some(reason) } else { None };
            Err(problem.into())
        }
    }
}

/// The way back to the application that tells it the error; only where a link can carry the answer.
fn back_with_error(app: &App, trip: &Trip, code: OAuthErrorCode, line: &'static str) -> Option<String> {
    let (request, uri) = (trip.sealed.request.as_ref()?, trip.redirect_uri()?);
    let safe = SafeUrl::parse(&uri).ok()?;
    let response = AuthorizationResponse::refused(
        &app.urls.issuer(trip.tenant().id),
        request.state.as_deref(),
        code,
        line,
    );
    match response.deliver(request.response_mode, &safe) {
        vestibule_oidc::response::Delivery::Redirect(url) => Some(url),
        vestibule_oidc::response::Delivery::FormPost { .. } => trip.back(),
    }
}
