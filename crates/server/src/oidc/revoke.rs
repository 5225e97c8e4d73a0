//! `POST /{tenant}/oauth2/v2.0/revoke` (RFC 7009).

use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_signin::token::{Refused, revoke};

use super::answer;
use super::token::{authorization, form};
use crate::http::cors;
use crate::http::request::{Incoming, Shared};

/// Revokes: an empty 200 without a content type, also for tokens that are unknown.
pub(crate) async fn post(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let authorization = authorization(&req);
    let result = match form(&req, &body) {
        Ok(params) => {
            revoke::revoke(&state.app, &incoming.ctx, &incoming.segment, &authorization, &params).await
        }
        Err(error) => Err(Refused::OAuth(error)),
    };
    match result {
        Ok(client) => {
            let mut response = HttpResponse::Ok().insert_header(("cache-control", "no-store")).finish();
            cors::reflect(response.headers_mut(), cors::origin(&req), &client.application);
            response
        }
        Err(refused) => {
            let mut response = answer::refused(&incoming.ctx, refused, !authorization.is_empty());
            cors::reflect_error(&state, &incoming.segment, &req, response.headers_mut()).await;
            response
        }
    }
}
