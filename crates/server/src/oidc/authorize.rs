//! `GET` and `POST /{tenant}/oauth2/v2.0/authorize`.

use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_app::live::names_a_tenant;
use vestibule_core::error::ErrorCode;
use vestibule_core::numbers::MAX_URI;
use vestibule_signin::authorize::authorize;

use crate::http::form::is_form;
use crate::http::request::{Incoming, Shared};
use crate::http::{problem, render};

/// Begins a trip, or answers at once.
pub(crate) async fn get(state: Shared, req: HttpRequest) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result =
        authorize(&state.app, &incoming.ctx, &incoming.jar, &incoming.segment, req.query_string()).await;
    render::reply(&state, &incoming, req.path(), result)
}

/// Other sites post without our cookies: answered by the same request as GET, which has them (WEB-01).
pub(crate) async fn post(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    // What stands in `Location` is a segment that can be one: a backslash would make another host of it (WEB-07).
    if !names_a_tenant(&incoming.segment) {
        return problem::problem(&state, &incoming, ErrorCode::TenantUnknown.into());
    }
    let form = std::str::from_utf8(&body).ok().filter(|b| b.bytes().all(|c| c.is_ascii_graphic()));
    let target = form.map(|form| format!("/{}/oauth2/v2.0/authorize?{form}", incoming.segment));
    match target.filter(|t| t.len() <= MAX_URI && is_form(&req)) {
        Some(target) => render::see_other(&target),
        None => problem::problem(&state, &incoming, ErrorCode::RequestBad.into()),
    }
}
