//! What answers which address. A handler looks up who asks, does one thing, and shows one page or goes on.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, ORIGIN};
use actix_web::web::{self, Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use url::Url;

use crate::cookies::Kind;
use crate::documents::{Document, all};
use crate::pages::{ClaimsPage, ICON, Index, STYLE, Shown, Way, file, page};
use crate::portal::{Portal, go, set_cookie, with};
use crate::sessions::{Response, Session};
use crate::{CALLBACK_PATH, SIGNED_OUT_PATH};

/// Mounts all routes.
pub(crate) fn mount(app: &mut ServiceConfig) {
    app.route("/", web::get().to(index))
        .route("/documents/{slug}", web::get().to(document))
        .route("/claims", web::get().to(claims))
        .route("/signin", web::get().to(sign_in))
        .route(CALLBACK_PATH, web::get().to(callback))
        .route(CALLBACK_PATH, web::post().to(form_callback))
        .route("/signout", web::post().to(sign_out))
        .route(SIGNED_OUT_PATH, web::get().to(signed_out))
        .route("/assets/portal.{hash}.css", web::get().to(style))
        .route("/assets/icon.svg", web::get().to(icon))
        .route("/healthz", web::get().to(health))
        .app_data(web::FormConfig::default().limit(16 * 1024))
        .default_service(web::to(nothing));
}

async fn index(portal: Data<Portal>, request: HttpRequest) -> HttpResponse {
    let session = portal.session(&request);
    page(StatusCode::OK, &Index { frame: portal.frame(session.as_ref()), documents: all() })
}

async fn document(portal: Data<Portal>, request: HttpRequest, slug: Path<String>) -> HttpResponse {
    let Some(document) = Document::find(&slug) else { return nothing(portal).await };
    let Some(session) = portal.session(&request) else {
        return portal.sign_in(&request, &document.path()).await;
    };
    let frame = portal.frame(Some(&session));
    page(StatusCode::OK, &Shown { frame, document, claims: &session.claims, until: time(&session) })
}

async fn claims(portal: Data<Portal>, request: HttpRequest) -> HttpResponse {
    let Some(session) = portal.session(&request) else { return portal.sign_in(&request, "/claims").await };
    let frame = portal.frame(Some(&session));
    let shown = ClaimsPage { frame, claims: &session.claims, issuer: &portal.issuer, until: time(&session) };
    page(StatusCode::OK, &shown)
}

#[derive(Debug, Deserialize)]
struct Target {
    to: Option<String>,
}

async fn sign_in(portal: Data<Portal>, request: HttpRequest, target: Query<Target>) -> HttpResponse {
    let to = target.to.as_deref().and_then(own_path).unwrap_or_else(|| "/".to_owned());
    if portal.session(&request).is_some() {
        return go(&to);
    }
    portal.sign_in(&request, &to).await
}

async fn callback(portal: Data<Portal>, request: HttpRequest, response: Query<Response>) -> HttpResponse {
    portal.came_back(&request, response.into_inner()).await
}

/// `form_post` from another site comes without our cookies (`SameSite=Lax`): the response is kept on the server and the
/// browser asks again by GET, which has them. So the code never stands in an address.
async fn form_callback(portal: Data<Portal>, response: Form<Response>) -> HttpResponse {
    let response = response.into_inner();
    let state = response.state.clone().unwrap_or_default();
    portal.sessions.park(response);
    go(&with(CALLBACK_PATH, "state", state.get(..state.len().min(128)).unwrap_or_default()))
}

/// Ends the session here, then at the issuer. Only from our own pages: the cookie is `Lax`, and the origin is looked at.
async fn sign_out(portal: Data<Portal>, request: HttpRequest) -> HttpResponse {
    let foreign = |origin: &HeaderValue| origin.as_bytes() != portal.origin.as_bytes();
    if request.headers().get(ORIGIN).is_some_and(foreign) {
        return HttpResponse::Forbidden().finish();
    }
    let session = portal.cookies.read(&request, Kind::Session).and_then(|id| portal.sessions.sign_out(&id));
    let there = match session {
        Some(session) => portal.rp.sign_out(&session.id_token).await,
        None => None,
    };
    let mut response = go(there.as_ref().map_or(SIGNED_OUT_PATH, Url::as_str));
    set_cookie(&mut response, &portal.cookies.clear(Kind::Session));
    response
}

async fn signed_out(portal: Data<Portal>) -> HttpResponse {
    let way = Way { to: "/", text: "Back to the documents" };
    portal.message(
        StatusCode::OK,
        "You are signed out",
        "The documents are closed on this device.",
        None,
        way,
    )
}

async fn style() -> HttpResponse {
    file("text/css; charset=utf-8", STYLE)
}

async fn icon() -> HttpResponse {
    file("image/svg+xml", ICON)
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

async fn nothing(portal: Data<Portal>) -> HttpResponse {
    let way = Way { to: "/", text: "See all documents" };
    let text = "There is no page at this address. It may have been moved or taken down.";
    portal.message(StatusCode::NOT_FOUND, "Nothing here", text, None, way)
}

/// The path, if it is one that somebody can be sent back to: nothing outside is ever a target.
fn own_path(path: &str) -> Option<String> {
    let ours = matches!(path, "/" | "/claims") || all().iter().any(|document| document.path() == path);
    ours.then(|| path.to_owned())
}

fn time(session: &Session) -> String {
    session.until.format("%H:%M UTC").to_string()
}

#[cfg(test)]
mod tests;
