//! The toy's page and button.

use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_app::Error;
use vestibule_core::interaction::PageKind;
use vestibule_core::method::Method;
use vestibule_signin::prove::toy;
use vestibule_signin::view::{Face, Toy, Wrong};
use vestibule_ui::{Frame, Page, Ui, UiError};

use super::{at, page_path, posted, show};
use crate::http::render::{self, Faces};
use crate::http::request::{Incoming, Shared};

pub(crate) async fn page(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, PageKind::Prove(Method::Toy), false).await
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
    render::reply(&state, &incoming, &page_path(&incoming, "/toy"), result)
}

impl Face<Toy> for Faces<'_> {
    fn face(&mut self, view: &Toy) {
        self.wear(&ToyPage { wrong: view.wrong });
    }
}

/// The page, without looks.
struct ToyPage {
    wrong: Option<Wrong>,
}

impl Page for ToyPage {
    const ID: &'static str = "toy";
    const STATES: &'static [&'static str] = &["default", "word", "paused"];

    fn state(&self) -> &'static str {
        match self.wrong {
            None => "default",
            Some(Wrong::Word) => "word",
            Some(Wrong::Paused) => "paused",
        }
    }

    fn status(&self) -> u16 {
        match self.wrong {
            None => 200,
            Some(Wrong::Word) => 422,
            Some(Wrong::Paused) => 429,
        }
    }

    fn render(&self, _: &Ui, frame: &Frame) -> Result<String, UiError> {
        let (segment, csrf) = (&frame.segment, frame.csrf.as_deref().unwrap_or_default());
        let locator = frame.locator.as_deref().unwrap_or_default();
        Ok(format!(
            "<!doctype html><html lang=en><title>Toy</title><body><main data-testid=toy><h1>Toy</h1>\
             <form method=post action=\"/{segment}/signin/toy?i={locator}\">\
             <input type=hidden name=csrf value=\"{csrf}\"><input name=word><button>Prove</button></form></main></body></html>"
        ))
    }

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("default", Self { wrong: None })]
    }
}
