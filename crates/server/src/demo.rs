//! The demo's mailbox: every mail that this process would have sent. Only `demo` makes it, only in loopback mode (SEC-04).

use actix_web::{HttpRequest, HttpResponse};
use vestibule_ui::demo::{MailboxMail, MailboxPage};

use crate::http::request::{Incoming, Shared};
use crate::http::{problem, render};

/// The list, the newest mail open.
pub(crate) async fn list(state: Shared, req: HttpRequest) -> HttpResponse {
    mailbox(state, req, None).await
}

/// One mail.
pub(crate) async fn show(state: Shared, req: HttpRequest) -> HttpResponse {
    let number = req.match_info().get("number").and_then(|n| n.parse().ok());
    mailbox(state, req, number).await
}

async fn mailbox(state: Shared, req: HttpRequest, number: Option<u64>) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let Some(mailbox) = &state.mailbox else { return problem::not_found(state, req).await };
    let mails: Vec<MailboxMail> = mailbox
        .list()
        .into_iter()
        .map(|m| MailboxMail {
            number: m.number,
            at: m.at,
            to: m.to.as_str().to_owned(),
            subject: m.subject,
            text: m.text,
        })
        .collect();
    let open = number.or_else(|| mails.first().map(|m| m.number));
    let frame = render::bare_frame(&state, &incoming);
    let page = MailboxPage { mails, open };
    render::page(&state, &incoming, &frame, &page)
}
