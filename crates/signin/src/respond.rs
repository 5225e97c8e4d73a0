//! Answers to applications: codes and tokens by the front channel, and errors.

use std::sync::Arc;

use vestibule_app::snapshot::ApplicationSnapshot;
use vestibule_app::{App, Error};
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{SessionId, TenantId};
use vestibule_core::interaction::Step;
use vestibule_core::proof::Authentication;
use vestibule_core::secret::Secret;
use vestibule_oidc::authorize::{AuthorizeRequest, RequestError, ResponseMode};
use vestibule_oidc::error::{OAuthErrorCode, text};
use vestibule_oidc::redirect::SafeUrl;
use vestibule_oidc::response::{AuthorizationResponse, Delivery};

use crate::reply::Reply;
use crate::sealed::Ending;
use crate::subject::{TokenSubject, UserClaims};
use crate::token;
use crate::trip::Trip;
use crate::view::About;

/// The answer to a granted request.
pub(crate) async fn granted(
    app: &App,
    trip: &Trip,
    code: Option<Secret>,
    who: UserClaims,
    session: SessionId,
    authentication: Authentication,
) -> Result<Reply, Error> {
    let (Ending::Authorize { request, .. }, Some(application)) = (&trip.sealed.ending, &trip.application)
    else {
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    };
    let Some(uri) = trip.redirect_uri() else { return Err(trip.problem(ErrorCode::RedirectMismatch).into()) };
    let issuer = app.urls.issuer(trip.tenant().id);
    let id_token = if request.response_type.gives_id_token() {
        let person = TokenSubject::new(app, trip.tenant(), application, who, session, authentication);
        Some(front_channel_token(app, trip, application, request, code.as_ref(), &person).await?)
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
    person: &TokenSubject,
) -> Result<Secret, Error> {
    let hash = code.map(|c| vestibule_oidc::claims::c_hash(c.expose(), application.application.algorithm));
    let wanted = token::sign::IdToken {
        nonce: request.nonce.as_deref(),
        c_hash: hash.as_deref(),
        scopes: &request.scopes,
        requested: &request.claims.id_token,
        alone: !request.response_type.gives_code(),
    };
    token::sign::sign(app, trip.live.keys_number, application, &person.claims(), &wanted, trip.at()).await
}

fn deliver(
    trip: &Trip,
    response: &AuthorizationResponse,
    mode: ResponseMode,
    uri: &str,
) -> Result<Reply, Error> {
    let safe = SafeUrl::parse(uri).map_err(Error::internal)?;
    let about = About {
        application: trip.application.clone(),
        leads_to: Some(uri.to_owned()),
        ..About::tenant(trip.tenant(), &trip.sealed.segment)
    };
    Ok(Reply::deliver(response.deliver(mode, &safe), Some(about)))
}

/// The answer to a request that could not be parsed, for an application that is known (OID-04).
pub(crate) fn error(app: &App, tenant: TenantId, uri: &str, error: &RequestError) -> Result<Reply, Error> {
    let safe = SafeUrl::parse(uri).map_err(Error::internal)?;
    let response = AuthorizationResponse::faulty(&app.urls.issuer(tenant), error);
    Ok(Reply::deliver(response.deliver(error.mode, &safe), None))
}

/// Tells the application an error, where the ending is one of its requests and its redirect URI still stands.
pub(crate) fn error_answer(
    app: &App,
    trip: &Trip,
    code: OAuthErrorCode,
    description: &'static str,
) -> Result<Option<Reply>, Error> {
    let (Some(request), Some(uri)) = (trip.sealed.ending.request(), trip.redirect_uri()) else {
        return Ok(None);
    };
    let issuer = app.urls.issuer(trip.tenant().id);
    let response = AuthorizationResponse::refused(&issuer, request.state.as_deref(), code, description);
    deliver(trip, &response, request.response_mode, &uri).map(Some)
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
    error_answer(app, trip, code, line)?.ok_or_else(|| trip.problem(ErrorCode::RedirectMismatch).into())
}

/// The way back to the application that tells it the error; only where a link can carry the answer.
pub(crate) fn back_with_error(
    app: &App,
    trip: &Trip,
    code: OAuthErrorCode,
    line: &'static str,
) -> Option<String> {
    let (request, uri) = (trip.sealed.ending.request()?, trip.redirect_uri()?);
    let safe = SafeUrl::parse(&uri).ok()?;
    let response = AuthorizationResponse::refused(
        &app.urls.issuer(trip.tenant().id),
        request.state.as_deref(),
        code,
        line,
    );
    match response.deliver(request.response_mode, &safe) {
        Delivery::Redirect(url) => Some(url),
        Delivery::FormPost { .. } => trip.back(),
    }
}
