//! RP-initiated sign-out.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_app::Error;
use vestibule_app::live::names_a_tenant;
use vestibule_core::error::ErrorCode;
use vestibule_core::numbers::MAX_URI;
use vestibule_signin::{Reply, signout};

use crate::form::Form;
use crate::render;
use crate::request::{Incoming, Shared, own_page};

/// An application's request, or a link.
pub(crate) async fn get(state: Shared, req: HttpRequest) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result =
        signout::request(&state.app, &incoming.ctx, &incoming.jar, &incoming.segment, req.query_string())
            .await;
    render::reply(&state, &incoming, req.path(), result)
}

/// The button of our own page; from elsewhere, the same request as GET (WEB-01).
pub(crate) async fn post(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result: Result<Reply, Error> = async {
        let form = Form::read(req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()), &body)?;
        if form.get("csrf").is_none() {
            if !names_a_tenant(&incoming.segment) {
                return Err(ErrorCode::TenantUnknown.into());
            }
            let query = std::str::from_utf8(&body)
                .ok()
                .filter(|b| b.bytes().all(|c| c.is_ascii_graphic()) && b.len() < MAX_URI);
            let query = query.ok_or(ErrorCode::RequestBad)?;
            return Ok(Reply::redirect(format!("/{}/oauth2/v2.0/logout?{query}", incoming.segment)));
        }
        own_page(&state, &req)?;
        let request = form.text("request");
        signout::confirm(
            &state.app,
            &incoming.ctx,
            &incoming.jar,
            &incoming.segment,
            &request,
            &form.text("csrf"),
        )
        .await
    }
    .await;
    render::reply(&state, &incoming, req.path(), result)
}
