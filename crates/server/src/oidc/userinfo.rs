//! `/{tenant}/oidc/userinfo`: the token in the header, or in the form of a POST (TOK-09), never in the query.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_core::secret::Secret;
use vestibule_signin::token::userinfo::userinfo;

use super::answer;
use super::token::{authorization, form};
use crate::http::cors;
use crate::http::request::{Incoming, Shared};

/// By header.
pub(crate) async fn get(state: Shared, req: HttpRequest) -> HttpResponse {
    answer(state, req, None).await
}

/// By header, or in the body.
pub(crate) async fn post(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let in_body =
        form(&req, &body).ok().and_then(|p| p.get("access_token").map(|t| Secret::new(t.to_owned())));
    answer(state, req, in_body).await
}

async fn answer(state: Shared, req: HttpRequest, in_body: Option<Secret>) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let lines = authorization(&req);
    let token = match (lines.as_slice(), in_body) {
        ([line], None) => bearer(line),
        ([], in_body) => in_body,
        // More than one way at once is no way (RFC 6750 section 2).
        _ => None,
    };
    match userinfo(&state.app, &incoming.segment, token.as_ref()).await {
        Ok(info) => {
            let mut response = answer::json_answer(StatusCode::OK, &info.claims);
            cors::reflect(response.headers_mut(), cors::origin(&req), &info.client.application);
            response
        }
        Err(refused) => {
            let mut response = answer::bearer_refused(&incoming.ctx, refused);
            cors::reflect_error(&state, &incoming.segment, &req, response.headers_mut()).await;
            let exposed = header::HeaderValue::from_static("WWW-Authenticate");
            response.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
            response
        }
    }
}

/// The token of a `Bearer` line; the scheme in any case.
fn bearer(line: &str) -> Option<Secret> {
    let (scheme, token) = line.split_once(' ')?;
    let token = token.trim_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| Secret::new(token.to_owned()))
}
