//! What answers which address. A handler looks up who asks, does one thing, and shows one page or goes on.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION, ORIGIN, SET_COOKIE};
use actix_web::web::{self, Data, Form, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use url::Url;

use crate::claims::{address, rows, who};
use crate::cookies::{Cookies, Kind};
use crate::documents::{Document, all};
use crate::pages::{Claims, Frame, ICON, Index, Message, STYLE, Shown, Way, file, page};
use crate::provider::{RelyingParty, RpError};
use crate::sessions::{Pending, Response, Session, Sessions, Standing};
use crate::{CALLBACK_PATH, Clock, SIGNED_OUT_PATH, random};

/// The application's state.
#[derive(Debug)]
pub(crate) struct Portal {
    name: String,
    origin: String,
    issuer: String,
    issuer_source: String,
    style: String,
    cookies: Cookies,
    sessions: Sessions,
    rp: RelyingParty,
    clock: Clock,
}

impl Portal {
    pub(crate) fn new(
        name: String,
        origin: String,
        issuer: (String, &Url),
        rp: RelyingParty,
        clock: Clock,
    ) -> Self {
        let (issuer, url) = issuer;
        let hash = ring::digest::digest(&ring::digest::SHA256, STYLE.as_bytes());
        let style = data_encoding::HEXLOWER.encode(hash.as_ref()).chars().take(12).collect();
        // CSP has no way to write an IPv6 host.
        let plain = url.host_str().is_some_and(|host| host.starts_with('['));
        let issuer_source =
            if plain { format!("{}:", url.scheme()) } else { url.origin().ascii_serialization() };
        let cookies = Cookies::new(&origin);
        Self { name, origin, issuer, issuer_source, style, cookies, sessions: Sessions::new(), rp, clock }
    }

    /// The issuer as a source in a content security policy.
    pub(crate) fn issuer_source(&self) -> &str {
        &self.issuer_source
    }

    fn frame<'a>(&'a self, who: Option<&'a Arc<Session>>) -> Frame<'a> {
        Frame { name: &self.name, style: &self.style, who: who.map(|session| session.who.as_str()) }
    }

    fn standing(&self, request: &HttpRequest) -> Standing {
        let id = self.cookies.read(request, Kind::Session);
        self.sessions.standing(id.as_deref(), self.clock.now())
    }

    fn session(&self, request: &HttpRequest) -> Option<Arc<Session>> {
        match self.standing(request) {
            Standing::SignedIn(session) => Some(session),
            Standing::Ended(_) | Standing::Nobody => None,
        }
    }

    fn message(
        &self,
        status: StatusCode,
        title: &str,
        text: &str,
        detail: Option<String>,
        way: Way<'_>,
    ) -> HttpResponse {
        page(status, &Message { frame: self.frame(None), title, text, detail, way })
    }

    fn trouble(&self, error: &RpError, to: &str) -> HttpResponse {
        let (status, title, text) = match error {
            RpError::Unreachable(_) | RpError::Random(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Sign-in is not available right now",
                "The sign-in service does not answer. Your documents are safe; please try again in a minute.",
            ),
            RpError::Issuer | RpError::Code(_) | RpError::Token(_) => (
                StatusCode::BAD_REQUEST,
                "The sign-in could not be checked",
                "What came back from the sign-in service does not prove who you are, so nothing was opened.",
            ),
        };
        let again = sign_in_path(to);
        self.message(status, title, text, Some(error.to_string()), Way { to: &again, text: "Try again" })
    }

    /// Sends the browser to the issuer, to come back to `to`.
    async fn sign_in(&self, request: &HttpRequest, to: &str) -> HttpResponse {
        let login_hint = match self.standing(request) {
            Standing::Ended(session) => session.login_hint.clone(),
            Standing::SignedIn(_) | Standing::Nobody => None,
        };
        let known = self.cookies.read(request, Kind::Browser);
        let browser = match known.clone().map_or_else(random::token, Ok) {
            Ok(browser) => browser,
            Err(error) => return self.trouble(&error.into(), to),
        };
        let begun = match self.rp.begin(login_hint).await {
            Ok(begun) => begun,
            Err(error) => return self.trouble(&error, to),
        };
        let mut response = go(begun.url.as_str());
        if known.is_none() {
            set_cookie(&mut response, &self.cookies.set(Kind::Browser, &browser));
        }
        let (nonce, verifier) = (begun.nonce, begun.verifier);
        let pending =
            Pending { browser, nonce, verifier, to: to.to_owned(), begun: self.clock.now(), parked: None };
        self.sessions.begin(begun.state, pending);
        response
    }

    /// Takes a response of the issuer's, for the browser that began this sign-in.
    async fn came_back(&self, request: &HttpRequest, response: Response) -> HttpResponse {
        let browser = self.cookies.read(request, Kind::Browser);
        let state = response.state.clone().unwrap_or_default();
        let Some(pending) = self.sessions.resume(&state, browser.as_deref(), self.clock.now()) else {
            if self.session(request).is_some() {
                return go("/"); // the back button, or a second click
            }
            let text = "It was finished before, took too long, or began in another browser.";
            let way = Way { to: "/", text: "Back to the documents" };
            return self.message(StatusCode::BAD_REQUEST, "This sign-in is over", text, None, way);
        };
        let response = if response.code.is_none() && response.error.is_none() {
            pending.parked.clone().unwrap_or(response)
        } else {
            response
        };
        match self.proven(&pending, response).await {
            Ok(done) => done,
            Err(error) => self.trouble(&error, &pending.to),
        }
    }

    async fn proven(&self, pending: &Pending, response: Response) -> Result<HttpResponse, RpError> {
        self.rp.check_issuer(response.iss.as_deref()).await?;
        let Some(code) = response.code.filter(|_| response.error.is_none()) else {
            let said = response.error.unwrap_or_else(|| "no code".to_owned());
            let detail =
                response.error_description.map_or_else(|| said.clone(), |more| format!("{said}: {more}"));
            let text = "You were not signed in, or decided not to go on. Nothing was opened.";
            let again = sign_in_path(&pending.to);
            let way = Way { to: &again, text: "Sign in" };
            let detail = Some(detail.chars().take(500).collect());
            return Ok(self.message(StatusCode::FORBIDDEN, "You are not signed in", text, detail, way));
        };
        let proven = self.rp.finish(code, pending.verifier.clone(), pending.nonce.clone()).await?;
        let id = random::token()?;
        let mut done = go(&pending.to);
        set_cookie(&mut done, &self.cookies.set(Kind::Session, &id));
        let session = Session {
            who: who(&proven.claims),
            login_hint: address(&proven.claims),
            claims: rows(&proven.claims),
            id_token: proven.id_token,
            until: Session::end(proven.expires, self.clock.now()),
        };
        self.sessions.sign_in(id, session);
        Ok(done)
    }
}

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
    let shown = Claims { frame, claims: &session.claims, issuer: &portal.issuer, until: time(&session) };
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

fn go(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}

fn set_cookie(response: &mut HttpResponse, line: &str) {
    if let Ok(value) = HeaderValue::from_str(line) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// The path, if it is one that somebody can be sent back to: nothing outside is ever a target.
fn own_path(path: &str) -> Option<String> {
    let ours = matches!(path, "/" | "/claims") || all().iter().any(|document| document.path() == path);
    ours.then(|| path.to_owned())
}

fn sign_in_path(to: &str) -> String {
    with("/signin", "to", to)
}

fn with(path: &str, key: &str, value: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(key, value).finish();
    format!("{path}?{query}")
}

fn time(session: &Session) -> String {
    session.until.format("%H:%M UTC").to_string()
}

#[cfg(test)]
mod tests;
