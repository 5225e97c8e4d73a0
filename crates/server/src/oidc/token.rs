//! `POST /{tenant}/oauth2/v2.0/token`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_oidc::error::TokenError;
use vestibule_oidc::params::Params;
use vestibule_signin::token::{self, Refused};

use super::answer;
use crate::http::cors;
use crate::http::form::is_form;
use crate::http::request::{Incoming, Shared};

/// Codes and refresh tokens for tokens. The query is ignored (WEB-14).
pub(crate) async fn post(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let authorization = authorization(&req);
    let result = match form(&req, &body) {
        Ok(params) => {
            token::token(&state.app, &incoming.ctx, &incoming.segment, &authorization, &params).await
        }
        Err(error) => Err(Refused::OAuth(error)),
    };
    match result {
        Ok(tokens) => {
            let mut response = answer::tokens(&tokens);
            cors::reflect(response.headers_mut(), cors::origin(&req), &tokens.client.application);
            response
        }
        Err(refused) => {
            let mut response = answer::refused(&incoming.ctx, refused, !authorization.is_empty());
            cors::reflect_error(&state, &incoming.segment, &req, response.headers_mut()).await;
            response
        }
    }
}

/// The `Authorization` headers; unreadable ones count as given and wrong.
pub(crate) fn authorization(req: &HttpRequest) -> Vec<&str> {
    req.headers().get_all(header::AUTHORIZATION).map(|v| v.to_str().unwrap_or("?")).collect()
}

/// The form of a program's request.
pub(crate) fn form(req: &HttpRequest, body: &[u8]) -> Result<Params, TokenError> {
    if !is_form(req) {
        return Err(TokenError::MALFORMED);
    }
    Params::parse_bytes(body).map_err(|_| TokenError::MALFORMED)
}
