//! The application: its state, and a sign-in from the click to the session.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse};
use url::Url;

use crate::claims::{address, rows, who};
use crate::cookies::{Cookies, Kind};
use crate::pages::{Frame, Message, STYLE, Way, page};
use crate::provider::{RelyingParty, RpError};
use crate::sessions::{Pending, Response, Session, Sessions, Standing};
use crate::{Clock, random};

/// The application's state.
#[derive(Debug)]
pub(crate) struct Portal {
    name: String,
    pub(crate) origin: String,
    pub(crate) issuer: String,
    issuer_source: String,
    style: String,
    pub(crate) cookies: Cookies,
    pub(crate) sessions: Sessions,
    pub(crate) rp: RelyingParty,
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

    pub(crate) fn frame<'a>(&'a self, who: Option<&'a Arc<Session>>) -> Frame<'a> {
        Frame { name: &self.name, style: &self.style, who: who.map(|session| session.who.as_str()) }
    }

    fn standing(&self, request: &HttpRequest) -> Standing {
        let id = self.cookies.read(request, Kind::Session);
        self.sessions.standing(id.as_deref(), self.clock.now())
    }

    pub(crate) fn session(&self, request: &HttpRequest) -> Option<Arc<Session>> {
        match self.standing(request) {
            Standing::SignedIn(session) => Some(session),
            Standing::Ended(_) | Standing::Nobody => None,
        }
    }

    pub(crate) fn message(
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
    pub(crate) async fn sign_in(&self, request: &HttpRequest, to: &str) -> HttpResponse {
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
    pub(crate) async fn came_back(&self, request: &HttpRequest, response: Response) -> HttpResponse {
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

/// Sends the browser on, by GET.
pub(crate) fn go(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}

pub(crate) fn set_cookie(response: &mut HttpResponse, line: &str) {
    if let Ok(value) = HeaderValue::from_str(line) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

fn sign_in_path(to: &str) -> String {
    with("/signin", "to", to)
}

/// A path with one parameter.
pub(crate) fn with(path: &str, key: &str, value: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(key, value).finish();
    format!("{path}?{query}")
}
