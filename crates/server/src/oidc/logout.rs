//! RP-initiated sign-out.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_app::Error;
use vestibule_app::live::names_a_tenant;
use vestibule_core::error::ErrorCode;
use vestibule_core::numbers::MAX_URI;
use vestibule_signin::view::{Face, SignOut, SignedOut};
use vestibule_signin::{Reply, signout};
use vestibule_ui::Link;
use vestibule_ui::guest::{SignOutPage, SignedOutPage};

use crate::http::form::Form;
use crate::http::render::{self, Faces};
use crate::http::request::{Incoming, Shared, own_page};

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

impl Face<SignOut> for Faces<'_> {
    fn face(&mut self, view: &SignOut) {
        let home = self.about.application.as_ref().and_then(|a| a.application.settings.homepage.as_deref());
        self.wear(&SignOutPage {
            email: view.address.clone(),
            fields: vec![("request".into(), view.query.clone())],
            stay: home.and_then(Link::parse),
        });
    }
}

impl Face<SignedOut> for Faces<'_> {
    fn face(&mut self, view: &SignedOut) {
        let back = view.back.as_deref().and_then(|url| self.app_link(url));
        self.wear(&SignedOutPage { again: None, back });
    }
}
