//! G05 to G08: the mailed code.

use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_app::Error;
use vestibule_core::Address;
use vestibule_core::interaction::PageKind;
use vestibule_core::method::Method;
use vestibule_core::passcode::ShapeError;
use vestibule_signin::Reply;
use vestibule_signin::prove::passcode;
use vestibule_signin::view::{CodeLocked, CodeState, EnterCode, Face, Lock, SendCode, SourceWait};
use vestibule_ui::Link;
use vestibule_ui::guest::{
    self, CodeProblem, EnterCodePage, LockedPage, ResendHint, SendCodePage, SendProblem, WaitPage,
};

use super::{at, page_path, posted, show};
use crate::http::render::{self, Faces};
use crate::http::request::{Incoming, Shared};

/// G05.
pub(crate) async fn send_page(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, PageKind::SendCode, false).await
}

/// G06.
pub(crate) async fn page(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, PageKind::Prove(Method::Passcode), false).await
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

impl Face<SendCode> for Faces<'_> {
    fn face(&mut self, view: &SendCode) {
        let problem = match view.wait {
            Some(wait) => Some(SendProblem::Wait { at: wait.until() }),
            None => view.bounced.then(|| SendProblem::Bounced { domain: domain_of(&view.address) }),
        };
        self.wear(&SendCodePage { email: view.address.clone(), problem });
    }
}

impl Face<EnterCode> for Faces<'_> {
    fn face(&mut self, view: &EnterCode) {
        let (hint, resend_at) = match view.state {
            CodeState::Early(at) => (Some(ResendHint::Early), at),
            CodeState::Enough(at) => (Some(ResendHint::Enough), at),
            _ => (None, view.resend_at),
        };
        let open = view.state == CodeState::Open;
        self.wear(&EnterCodePage {
            email: view.address.clone(),
            until: view.expires_at,
            lifetime: self.about.tenant.settings.code.lifetime(),
            mark: view.mark.clone(),
            ordinal: u32::try_from(view.ordinal).unwrap_or_default(),
            resend_at,
            auto_submit: view.auto_submit && open,
            resent: view.ordinal > 1 && open,
            problem: problem(&view.state),
            hint,
            bounced: view.bounced.then(|| domain_of(&view.address)),
            help_open: view.ordinal > 2,
            sign_up: view.sign_up,
            sender: self.state.app.options.mail_from.as_str().to_owned(),
            reference: None,
        });
    }
}

/// What was wrong with the last try; how many are left is shown from the third wrong one on.
fn problem(state: &CodeState) -> Option<CodeProblem> {
    match state {
        CodeState::Shape(ShapeError::Empty) => Some(CodeProblem::Empty),
        CodeState::Shape(ShapeError::Length(n)) => Some(CodeProblem::Length(*n)),
        CodeState::Shape(ShapeError::Characters) => Some(CodeProblem::Chars),
        CodeState::Wrong { left } if *left <= 2 => Some(CodeProblem::WrongLeft(*left)),
        CodeState::Wrong { .. } => Some(CodeProblem::Wrong),
        CodeState::Expired => Some(CodeProblem::Expired),
        CodeState::Open | CodeState::Early(_) | CodeState::Enough(_) => None,
    }
}

impl Face<CodeLocked> for Faces<'_> {
    fn face(&mut self, view: &CodeLocked) {
        let (locked, resend_at) = match view.lock {
            Lock::Burned => (guest::LockReason::Burned, view.resend_at),
            Lock::Paused(until) => (guest::LockReason::Paused, until),
            Lock::Suspended(until) => (guest::LockReason::Suspended, until),
        };
        let ordinal = u32::try_from(view.ordinal).unwrap_or_default();
        self.wear(&LockedPage { email: view.address.clone(), locked, ordinal, resend_at });
    }
}

impl Face<SourceWait> for Faces<'_> {
    fn face(&mut self, view: &SourceWait) {
        let about = self.about;
        let path = match &about.locator {
            Some(i) => format!("/{}/signin?i={i}", about.segment),
            None => format!("/{}/invite", about.segment),
        };
        self.wear(&WaitPage { until: view.until, again: Link::path(&path).unwrap_or_else(Link::root) });
    }
}

fn domain_of(address: &str) -> String {
    Address::parse(address).map(|a| a.domain().to_string()).unwrap_or_default()
}
