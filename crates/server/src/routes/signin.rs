//! The pages of a sign-in and their buttons.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_app::Error;
use vestibule_core::interaction::Page;
use vestibule_core::method::Method;
use vestibule_signin::agree::{self, ReviewForm};
use vestibule_signin::identify::{self, AccountForm, EmailForm};
use vestibule_signin::prove::passcode;
use vestibule_signin::{At, Reply, page};

use crate::form::Form;
use crate::render;
use crate::request::{Incoming, Shared, own_page};
use crate::state::State;

/// The trip that a request names.
pub(super) fn at<'a>(state: &'a State, incoming: &'a Incoming) -> Result<At<'a>, Error> {
    let id = incoming.interaction()?;
    Ok(At { app: &state.app, ctx: &incoming.ctx, jar: &incoming.jar, segment: &incoming.segment, id })
}

pub(super) async fn show(state: Shared, req: HttpRequest, asked: Page, change: bool) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result = async { page::show(at(&state, &incoming)?, asked, change).await }.await;
    render::reply(&state, &incoming, req.path(), result)
}

/// G01.
pub(crate) async fn email(state: Shared, req: HttpRequest) -> HttpResponse {
    let change = req.query_string().split('&').any(|p| p == "change=1");
    show(state, req, Page::Address, change).await
}

/// G02.
pub(crate) async fn accounts(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, Page::Accounts, false).await
}

/// G05.
pub(crate) async fn send_page(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, Page::SendCode, false).await
}

/// G06.
pub(crate) async fn code(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, Page::Prove(Method::Passcode), false).await
}

/// G15.
pub(crate) async fn review_page(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, Page::Review, false).await
}

/// Who may post, and the form.
pub(super) fn posted(state: &Shared, req: &HttpRequest, body: &[u8]) -> Result<Form, Error> {
    own_page(state, req)?;
    Form::read(req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()), body)
}

/// The page that a button stands on, so that the language menu of a re-rendered page leads there.
fn page_path(incoming: &Incoming, page: &str) -> String {
    format!("/{}/signin{page}", incoming.segment)
}

/// G01's button.
pub(crate) async fn identify(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result = async {
        let form = posted(&state, &req, &body)?;
        let suggestion = form.get("suggestion");
        let email = suggestion.clone().unwrap_or_else(|| form.text("email"));
        // "Next" beside a suggestion keeps what was typed.
        let keep = suggestion.is_some() || form.get("typed").is_some_and(|t| t == email);
        let input = EmailForm { email, prefilled: form.get("prefilled"), keep, csrf: form.text("csrf") };
        identify::identify(at(&state, &incoming)?, input).await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, ""), result)
}

/// G02's buttons.
pub(crate) async fn choose(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result = async {
        let form = posted(&state, &req, &body)?;
        let (account, forget) = if form.text("do") == "forget" {
            (None, form.get("account"))
        } else {
            (form.get("account"), None)
        };
        let input = AccountForm { account, forget, csrf: form.text("csrf") };
        identify::choose(at(&state, &incoming)?, input).await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, "/accounts"), result)
}

/// G05's button.
pub(crate) async fn send(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result: Result<Reply, Error> = async {
        let form = posted(&state, &req, &body)?;
        passcode::send::send(at(&state, &incoming)?, &form.text("csrf")).await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, "/code/send"), result)
}

/// *Send a new code*.
pub(crate) async fn resend(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result: Result<Reply, Error> = async {
        let form = posted(&state, &req, &body)?;
        let ordinal = form.text("ordinal").parse().ok();
        passcode::send::resend(at(&state, &incoming)?, ordinal, &form.text("csrf")).await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, "/code"), result)
}

/// G06's button. In a task of its own: a try counts to its end, whether or not anybody waits for the answer (OTP-04).
pub(crate) async fn verify(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let read = posted(&state, &req, &body).map(|form| (form.text("code"), form.text("csrf")));
    let task = actix_web::rt::spawn(async move {
        let result = async {
            let (typed, csrf) = read?;
            passcode::verify::verify(at(&state, &incoming)?, &typed, &csrf).await
        }
        .await;
        render::reply(&state, &incoming, &page_path(&incoming, "/code"), result)
    });
    task.await.unwrap_or_else(|_| HttpResponse::InternalServerError().finish())
}

/// G15's buttons.
pub(crate) async fn review(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result: Result<Reply, Error> = async {
        let form = posted(&state, &req, &body)?;
        let terms = form.get("terms_version").filter(|_| form.text("terms") == "yes");
        let input = ReviewForm {
            accept: form.text("do") == "accept",
            terms: terms.and_then(|version| version.parse().ok()),
        };
        agree::review(at(&state, &incoming)?, input, &form.text("csrf")).await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, "/review"), result)
}
