//! Pages: their contexts, compiled templates, and the headers that all of them bear.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ContentType};
use actix_web::middleware::DefaultHeaders;
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

use crate::claims::Claim;
use crate::documents::Document;
use crate::portal::Portal;

/// The style sheet, served from our own origin.
pub(crate) const STYLE: &str = include_str!("../static/portal.css");
/// The icon.
pub(crate) const ICON: &str = include_str!("../static/icon.svg");

/// What every page needs.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) name: &'a str,
    /// Hash of the style sheet, so that it can be cached.
    pub(crate) style: &'a str,
    /// Who is signed in.
    pub(crate) who: Option<&'a str>,
}

/// The list of documents.
#[derive(Debug, Template)]
#[template(path = "index.html")]
pub(crate) struct Index<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) documents: &'static [Document],
}

/// One document.
#[derive(Debug, Template)]
#[template(path = "document.html")]
pub(crate) struct Shown<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) document: &'static Document,
    pub(crate) claims: &'a [Claim],
    pub(crate) until: String,
}

/// The claims of the session.
#[derive(Debug, Template)]
#[template(path = "claims.html")]
pub(crate) struct ClaimsPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) claims: &'a [Claim],
    pub(crate) issuer: &'a str,
    pub(crate) until: String,
}

/// A page that says one thing and offers one way on.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub(crate) struct Message<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) title: &'a str,
    pub(crate) text: &'a str,
    /// What the issuer or the library said, for the person who is asked for help.
    pub(crate) detail: Option<String>,
    pub(crate) way: Way<'a>,
}

/// A link: address and text.
#[derive(Debug)]
pub(crate) struct Way<'a> {
    pub(crate) to: &'a str,
    pub(crate) text: &'a str,
}

/// A page as a response.
pub(crate) fn page(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(body) => HttpResponseBuilder::new(status).insert_header(ContentType::html()).body(body),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// A static file.
pub(crate) fn file(content_type: &'static str, body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header(("Cache-Control", "public, max-age=31536000, immutable"))
        .body(body)
}

/// The headers of every response. `form-action` names the issuer, because sign-out is a form whose redirect goes there.
pub(crate) fn headers(portal: &Portal) -> DefaultHeaders {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'self' {}",
        portal.issuer_source()
    );
    DefaultHeaders::new()
        .add(("Content-Security-Policy", policy))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "same-origin"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        .add(("Permissions-Policy", "camera=(), microphone=(), geolocation=()"))
        .add(("Cache-Control", "no-store"))
}
