//! Cross-origin requests (WEB-10): documents are open to all, tokens and userinfo to the origins that an application of
//! the tenant registered; never with credentials.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use vestibule_core::client::Application;

use super::audience::RouteAudience;
use super::request::{Incoming, Shared};

/// The origin of a request, if it names one: scheme and authority, nothing that is merely the beginning of a URI.
pub(crate) fn origin(req: &HttpRequest) -> Option<&str> {
    let origin = req.headers().get(header::ORIGIN).and_then(|v| v.to_str().ok())?;
    let (_, authority) = origin.split_once("://")?;
    (!authority.is_empty() && !authority.contains(['/', '?', '#'])).then_some(origin)
}

/// Opens an answer to everybody.
pub(crate) fn open(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
}

/// Opens an answer to an origin, if the application registered it.
pub(crate) fn reflect(headers: &mut HeaderMap, origin: Option<&str>, application: &Application) {
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin.filter(|o| registered(application, o))
        && let Ok(value) = origin.parse()
    {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        headers.insert(
            header::HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("cross-origin"),
        );
    }
}

/// Whether an origin is that of a registered redirect URI.
fn registered(application: &Application, origin: &str) -> bool {
    application.redirect_uris.iter().any(|r| {
        r.uri.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    })
}

/// A preflight: documents for everybody; the rest for any application of the tenant.
pub(crate) async fn preflight(state: Shared, req: HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::NoContent().finish();
    let Some(origin) = origin(&req).map(ToOwned::to_owned) else { return response };
    let document = RouteAudience::of(&req) == RouteAudience::Everybody;
    let incoming = Incoming::read(&state, &req);
    let allowed = document || state.app.registered_origin(&incoming.segment, &origin).await;
    if !allowed {
        return response;
    }
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if document {
        open(headers);
    } else if let Ok(value) = origin.parse() {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, dpop"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

/// Opens an error to an origin of any application of the tenant, so that a single-page application can read it.
pub(crate) async fn reflect_error(state: &Shared, segment: &str, req: &HttpRequest, headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin(req) else { return };
    if state.app.registered_origin(segment, origin).await
        && let Ok(value) = origin.parse()
    {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
    }
}
