//! Discovery, keys and static files: bytes that decide nothing.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use vestibule_app::Error;
use vestibule_core::numbers::JWKS_MAX_AGE_SECONDS;
use vestibule_signin::documents::DocumentKind;
use vestibule_signin::token::Refused;

use super::answer;
use crate::http::request::{Incoming, Shared};
use crate::http::{cors, problem};

/// `openid-configuration`.
pub(crate) async fn discovery(state: Shared, req: HttpRequest) -> HttpResponse {
    document(state, req, DocumentKind::Discovery).await
}

/// The key set.
pub(crate) async fn jwks(state: Shared, req: HttpRequest) -> HttpResponse {
    document(state, req, DocumentKind::Jwks).await
}

async fn document(state: Shared, req: HttpRequest, kind: DocumentKind) -> HttpResponse {
    let segment = req.match_info().get("tenant").unwrap_or_default();
    let mut response = match state.documents.get(&state.app, segment, kind).await {
        Ok(document) => {
            let same = req
                .headers()
                .get(header::IF_NONE_MATCH)
                .is_some_and(|v| v.as_bytes() == document.etag.as_bytes());
            let mut builder = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
            builder
                .insert_header((header::CONTENT_TYPE, "application/json"))
                .insert_header((header::CACHE_CONTROL, format!("public, max-age={JWKS_MAX_AGE_SECONDS}")))
                .insert_header((header::ETAG, document.etag));
            if same { builder.finish() } else { builder.body(document.body.to_vec()) }
        }
        Err(Error::Refused(_)) => {
            let body = json!({ "error": "invalid_tenant", "error_description": "AADSTS90002: No tenant has this identifier or verified domain." });
            answer::json_answer(actix_web::http::StatusCode::NOT_FOUND, &body)
        }
        Err(error) => {
            let incoming = Incoming::read(&state, &req);
            answer::refused(&incoming.ctx, Refused::Fault(error), false)
        }
    };
    cors::open(response.headers_mut());
    response
}

/// A file of the pages, under the name that bears its hash.
pub(crate) async fn asset(state: Shared, req: HttpRequest) -> HttpResponse {
    match state.ui.assets.get(req.path()) {
        Some(asset) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, asset.content_type))
            .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .body(asset.bytes.to_vec()),
        None => problem::not_found(state, req).await,
    }
}

/// Browsers ask for it whatever the page says.
pub(crate) async fn icon(state: Shared, req: HttpRequest) -> HttpResponse {
    match state.ui.assets.url("icon.svg") {
        Some(url) => HttpResponse::MovedPermanently().insert_header((header::LOCATION, url)).finish(),
        None => problem::not_found(state, req).await,
    }
}

/// Nothing here is for search engines.
pub(crate) async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body("User-agent: *\nDisallow: /\n")
}
