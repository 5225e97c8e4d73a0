//! The toy's page and button.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_core::interaction::Page;
use vestibule_core::method::Method;
use vestibule_app::Error;
use vestibule_signin::Page as Shown;
use vestibule_signin::prove::toy;
use vestibule_signin::prove::toy::view::Wrong;

use super::signin::{at, posted, show};
use crate::render;
use crate::request::{Incoming, Shared};

pub(crate) async fn page(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, Page::Prove(Method::Toy), false).await
}

pub(crate) async fn press(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let read: Result<_, Error> =
        posted(&state, &req, &body).map(|form| (form.text("word"), form.text("csrf")));
    let result = async {
        let (word, csrf) = read?;
        toy::verify(at(&state, &incoming)?, word, &csrf).await
    }
    .await;
    render::reply(&state, &incoming, &format!("/{}/signin/toy", incoming.segment), result)
}

/// The page, without looks.
pub(crate) fn face(page: &Shown, wrong: Option<Wrong>) -> (StatusCode, String) {
    let status = match wrong {
        None => StatusCode::OK,
        Some(Wrong::Word) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Wrong::Paused) => StatusCode::TOO_MANY_REQUESTS,
    };
    let (segment, csrf) = (&page.segment, page.csrf.as_deref().unwrap_or_default());
    let locator = page.locator.as_deref().unwrap_or_default();
    let body = format!(
        "<!doctype html><html lang=en><title>Toy</title><body><main data-testid=toy><h1>Toy</h1>\
         <form method=post action=\"/{segment}/signin/toy?i={locator}\">\
         <input type=hidden name=csrf value=\"{csrf}\"><input name=word><button>Prove</button></form></main></body></html>"
    );
    (status, body)
}
