//! The pages of a sign-in and their buttons.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_service::Error;
use vestibule_service::flow::pages::{self, Asked};
use vestibule_service::flow::review::ReviewForm;
use vestibule_service::flow::send::{AccountForm, EmailForm};
use vestibule_service::flow::{Reply, review, send, verify};

use crate::form::Form;
use crate::render;
use crate::request::{Incoming, Shared, own_page};

async fn show(state: Shared, req: HttpRequest, asked: Asked) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result = match incoming.interaction() {
        Ok(id) => pages::show(&state.app, &incoming.ctx, &incoming.jar, &incoming.segment, id, asked).await,
        Err(error) => Err(error),
    };
    render::reply(&state, &incoming, req.path(), result)
}

/// G01.
pub(crate) async fn email(state: Shared, req: HttpRequest) -> HttpResponse {
    let change = req.query_string().split('&').any(|p| p == "change=1");
    show(state, req, Asked::Email { change }).await
}

/// G02.
pub(crate) async fn accounts(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, Asked::Accounts).await
}

/// G05.
pub(crate) async fn send_page(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, Asked::SendCode).await
}

/// G06.
pub(crate) async fn code(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, Asked::EnterCode).await
}

/// G15.
pub(crate) async fn review_page(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, Asked::Review).await
}

/// Who may post, and the form.
fn posted(state: &Shared, req: &HttpRequest, body: &[u8]) -> Result<Form, Error> {
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
        let id = incoming.interaction()?;
        send::identify(&state.app, &incoming.ctx, &incoming.jar, &incoming.segment, id, input).await
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
        let id = incoming.interaction()?;
        send::choose(&state.app, &incoming.ctx, &incoming.jar, &incoming.segment, id, input).await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, "/accounts"), result)
}

/// G05's button.
pub(crate) async fn send(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result: Result<Reply, Error> = async {
        let form = posted(&state, &req, &body)?;
        let id = incoming.interaction()?;
        send::send(&state.app, &incoming.ctx, &incoming.jar, &incoming.segment, id, &form.text("csrf")).await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, "/code/send"), result)
}

/// *Send a new code*.
pub(crate) async fn resend(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result: Result<Reply, Error> = async {
        let form = posted(&state, &req, &body)?;
        let id = incoming.interaction()?;
        let ordinal = form.text("ordinal").parse().ok();
        send::resend(
            &state.app,
            &incoming.ctx,
            &incoming.jar,
            &incoming.segment,
            id,
            ordinal,
            &form.text("csrf"),
        )
        .await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, "/code"), result)
}

/// G06's button. In a task of its own: a try counts to its end, whether or not anybody waits for the answer (OTP-04).
pub(crate) async fn verify(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let read: Result<_, Error> = (|| {
        let form = posted(&state, &req, &body)?;
        Ok((incoming.interaction()?, form.text("code"), form.text("csrf")))
    })();
    let task = actix_web::rt::spawn(async move {
        let result = match read {
            Ok((id, typed, csrf)) => {
                let (ctx, jar) = (&incoming.ctx, &incoming.jar);
                verify::verify(&state.app, ctx, jar, &incoming.segment, id, &typed, &csrf).await
            }
            Err(error) => Err(error),
        };
        render::reply(&state, &incoming, &page_path(&incoming, "/code"), result)
    });
    task.await.unwrap_or_else(|_| HttpResponse::InternalServerError().finish())
}

/// G15's buttons.
pub(crate) async fn review(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result: Result<Reply, Error> = async {
        let form = posted(&state, &req, &body)?;
        let id = incoming.interaction()?;
        let terms = form.get("terms_version").filter(|_| form.text("terms") == "yes");
        let input = ReviewForm {
            accept: form.text("do") == "accept",
            terms: terms.and_then(|version| version.parse().ok()),
        };
        review::review(
            &state.app,
            &incoming.ctx,
            &incoming.jar,
            &incoming.segment,
            id,
            input,
            &form.text("csrf"),
        )
        .await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, "/review"), result)
}
