//! Bodies are read here, once, before any handler: bounded, in time, and never decompressed (DOS-01, DOS-02, N-20).

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web;
use vestibule_core::numbers as n;

use crate::config::Patience;

/// Reads the body and puts it back whole; the status of a refusal otherwise. What was not read is not read any more.
pub(crate) async fn read(req: &mut ServiceRequest, patience: Patience) -> Result<(), StatusCode> {
    if head_length(req) > n::MAX_HEAD {
        return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    let plain = |value: &header::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if !req.headers().get_all(header::CONTENT_ENCODING).all(plain) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let body = tokio::time::timeout(patience.body, req.extract::<web::Bytes>()).await;
    let body = body.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
    let body = body.map_err(|error| error.as_response_error().status_code())?;
    req.set_payload(Payload::from(body));
    Ok(())
}

/// Bytes of all header lines.
fn head_length(req: &ServiceRequest) -> usize {
    req.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}
