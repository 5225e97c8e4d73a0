//! Refusals and faults as pages (G24, G26 to G28).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use vestibule_app::{Error, Problem};
use vestibule_core::Address;
use vestibule_core::error::ErrorCode as Code;
use vestibule_ui::page::{BlockReason, BlockedPage, CookiesPage, ErrorPage, Status, StatusPage};
use vestibule_ui::{Again, AppLink, Link, Page as _};

use super::{bare_frame, html};
use crate::headers::{self, FormTargets};
use crate::request::Incoming;
use crate::state::State;

/// A failed use case as a page.
pub fn problem(state: &State, incoming: &Incoming, error: Error) -> HttpResponse {
    match error {
        Error::Refused(problem) => refused(state, incoming, &problem),
        Error::Unavailable(text) => {
            tracing::warn!(trace = %incoming.ctx.trace, error = %text, "unavailable");
            let mut response = status(state, incoming, StatusCode::SERVICE_UNAVAILABLE, Status::Busy);
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("2"));
            response
        }
        Error::Internal(text) => {
            tracing::error!(trace = %incoming.ctx.trace, error = %text, "internal");
            status(state, incoming, StatusCode::INTERNAL_SERVER_ERROR, Status::Down)
        }
    }
}

/// G26.
pub(crate) fn status(state: &State, incoming: &Incoming, code: StatusCode, what: Status) -> HttpResponse {
    let frame = bare_frame(state, incoming);
    let trace = (what != Status::NotFound).then(|| incoming.ctx.trace.to_string());
    let page = StatusPage { status: what, trace };
    let policy = headers::page_policy(&incoming.nonce, &FormTargets::Own);
    html(state, incoming, code, page.render(&state.ui, &frame), policy, false)
}

fn refused(state: &State, incoming: &Incoming, problem: &Problem) -> HttpResponse {
    tracing::info!(trace = %incoming.ctx.trace, code = %problem.code, "refused");
    let mut frame = bare_frame(state, incoming);
    if let Some(tenant) = &problem.tenant {
        frame.brand = tenant.name.clone();
        frame.segment =
            if incoming.segment.is_empty() { tenant.id.to_string() } else { incoming.segment.clone() };
        frame.contact = tenant.settings.contact.clone();
    }
    frame.app = problem.application.as_ref().map(|a| a.application.name.clone());
    let ui = &state.ui;
    let rendered = match problem.code {
        Code::Cookies => {
            let again = problem
                .restart
                .as_deref()
                .and_then(Link::path)
                .map_or_else(|| Again::Open(Link::root()), Again::Open);
            CookiesPage { host: state.app.urls.host().to_owned(), embedded: false, again }.render(ui, &frame)
        }
        Code::PolicyBlocked | Code::SecondStep | Code::NoMethod => {
            let reason = match problem.code {
                Code::NoMethod => {
                    BlockReason::NoMethod { email: problem.address.clone().unwrap_or_default() }
                }
                _ => BlockReason::Generic,
            };
            let trace = incoming.ctx.trace.to_string();
            BlockedPage { code: problem.code, reason, trace, switch: None, back: back(problem) }
                .render(ui, &frame)
        }
        code => error_page(incoming, problem, code).render(ui, &frame),
    };
    let policy = headers::page_policy(&incoming.nonce, &FormTargets::Own);
    html(state, incoming, status_of(problem.code), rendered, policy, false)
}

fn error_page(incoming: &Incoming, problem: &Problem, code: Code) -> ErrorPage {
    let mut page = ErrorPage::new(code, &incoming.ctx.trace.to_string());
    page.email = problem.address.clone();
    page.domain =
        problem.address.as_deref().and_then(|a| Address::parse(a).ok()).map(|a| a.domain().to_string());
    page.again = again(problem, code);
    // One button is enough where beginning anew leads to the application.
    let same = problem.restart.is_none() || problem.restart == problem.back;
    page.back = back(problem).filter(|_| page.again.is_none() || !same);
    let construction = matches!(
        code,
        Code::ClientUnknown
            | Code::ClientOff
            | Code::RedirectMismatch
            | Code::RequestBad
            | Code::ScopeDenied
            | Code::TenantMissing
    );
    page.developer = construction.then(|| problem.developer.unwrap_or_else(|| code.developer()).to_owned());
    page
}

/// What the button does: the step again, or the application, where the trip can start anew.
fn again(problem: &Problem, code: Code) -> Option<Again> {
    let place = problem.restart.as_deref().or_else(|| {
        let restarts = matches!(
            code,
            Code::OtherBrowser
                | Code::InteractionExpired
                | Code::InteractionStopped
                | Code::InteractionUnknown
        );
        problem.back.as_deref().filter(|_| restarts)
    })?;
    let link = if place.starts_with('/') { Link::path(place) } else { Link::parse(place) };
    link.map(Again::Open)
}

fn back(problem: &Problem) -> Option<AppLink> {
    let name = problem.application.as_ref().map(|a| a.application.name.clone())?;
    Some(AppLink { name, link: Link::parse(problem.back.as_deref()?)? })
}

/// The status of a refusal as a page.
pub(crate) const fn status_of(code: Code) -> StatusCode {
    match code {
        Code::TenantUnknown | Code::TenantOff => StatusCode::NOT_FOUND,
        Code::NoAccess
        | Code::GuestDisabled
        | Code::GuestRemoved
        | Code::NeedsRedemption
        | Code::CodeOff
        | Code::DomainBlocked
        | Code::Csrf
        | Code::PolicyBlocked
        | Code::NoMethod
        | Code::SecondStep => StatusCode::FORBIDDEN,
        Code::Wait => StatusCode::TOO_MANY_REQUESTS,
        Code::Server => StatusCode::INTERNAL_SERVER_ERROR,
        Code::Unavailable | Code::MailDown => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}
