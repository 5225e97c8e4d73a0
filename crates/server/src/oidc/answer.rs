//! The OAuth renderer: JSON for programs, with Entra's envelope, never cached (RFC 6749 section 5, WEB-11).

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::{Value, json};
use vestibule_app::{Context, Error};
use vestibule_core::error::ErrorCode;
use vestibule_oidc::error::{OAuthErrorCode, TokenError};
use vestibule_oidc::response::bearer_challenge;
use vestibule_signin::token::{Refused, Tokens};

use crate::http::headers::BARE_POLICY;

/// A JSON answer that nobody keeps.
pub(crate) fn json_answer(status: StatusCode, body: &Value) -> HttpResponse {
    HttpResponseBuilder::new(status)
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::PRAGMA, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, BARE_POLICY))
        .body(body.to_string())
}

/// The token endpoint's success (RFC 6749 section 5.1).
pub(crate) fn tokens(tokens: &Tokens) -> HttpResponse {
    let mut body = json!({
        "token_type": "Bearer",
        "expires_in": tokens.expires_in,
        "ext_expires_in": tokens.expires_in,
        "scope": tokens.scope,
        "access_token": tokens.access_token.expose(),
        "id_token": tokens.id_token.expose(),
    });
    if let (Some(refresh), Some(map)) = (&tokens.refresh_token, body.as_object_mut()) {
        map.insert("refresh_token".into(), refresh.expose().into());
    }
    json_answer(StatusCode::OK, &body)
}

/// A refusal of the token endpoint and its kin.
pub(crate) fn refused(ctx: &Context, refused: Refused, basic: bool) -> HttpResponse {
    let error = error_of(ctx, refused);
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = json_answer(status, &error.body(ctx.trace, ctx.trace.0, ctx.now));
    if error.code == OAuthErrorCode::InvalidClient && basic {
        let value = header::HeaderValue::from_static("Basic realm=\"token\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    retry(&mut response, status);
    response
}

/// A refusal of userinfo, with its challenge (RFC 6750 section 3).
pub(crate) fn bearer_refused(ctx: &Context, refused: Refused) -> HttpResponse {
    let error = error_of(ctx, refused);
    let status = match error.code {
        OAuthErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
        _ => StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST),
    };
    let mut response = json_answer(status, &error.body(ctx.trace, ctx.trace.0, ctx.now));
    if status == StatusCode::UNAUTHORIZED
        && let Ok(value) = bearer_challenge(&error).parse()
    {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    retry(&mut response, status);
    response
}

fn retry(response: &mut HttpResponse, status: StatusCode) {
    if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("2"));
    }
}

fn error_of(ctx: &Context, refused: Refused) -> TokenError {
    match refused {
        Refused::OAuth(error) => error,
        Refused::Fault(Error::Refused(problem)) => match problem.code {
            ErrorCode::TenantUnknown | ErrorCode::TenantOff => {
                TokenError { aadsts: Some(90_002), ..TokenError::MALFORMED }
            }
            ErrorCode::TenantMissing => TokenError { aadsts: Some(50_059), ..TokenError::MALFORMED },
            _ => TokenError::MALFORMED,
        },
        Refused::Fault(Error::Unavailable(text)) => {
            tracing::warn!(trace = %ctx.trace, error = %text, "unavailable");
            TokenError::UNAVAILABLE
        }
        Refused::Fault(Error::Internal(text)) => {
            tracing::error!(trace = %ctx.trace, error = %text, "internal");
            TokenError::SERVER_ERROR
        }
    }
}
