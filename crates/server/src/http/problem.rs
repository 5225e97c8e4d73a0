//! Refusals and faults as pages (G24, G26, G28).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use vestibule_app::{Error, Problem};
use vestibule_core::Address;
use vestibule_core::error::ErrorCode as Code;
use vestibule_ui::guest::{CookiesPage, ErrorPage, Status, StatusPage};
use vestibule_ui::{AppLink, Link};

use super::render;
use super::request::{Incoming, Shared};
use crate::state::State;

/// A failed use case as a page.
pub(crate) fn problem(state: &State, incoming: &Incoming, error: Error) -> HttpResponse {
    match error {
        Error::Refused(problem) => refused(state, incoming, &problem),
        Error::Unavailable(text) => {
            tracing::warn!(trace = %incoming.ctx.trace, error = %text, "unavailable");
            let mut response = status(state, incoming, Status::Busy);
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("2"));
            response
        }
        Error::Internal(text) => {
            tracing::error!(trace = %incoming.ctx.trace, error = %text, "internal");
            status(state, incoming, Status::Down)
        }
    }
}

/// G26.
pub(crate) fn status(state: &State, incoming: &Incoming, status: Status) -> HttpResponse {
    let trace = (status != Status::NotFound).then(|| incoming.ctx.trace.to_string());
    render::page(state, incoming, &render::bare_frame(state, incoming), &StatusPage { status, trace })
}

/// G26 for whatever is not there.
pub(crate) async fn not_found(state: Shared, req: HttpRequest) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    status(&state, &incoming, Status::NotFound)
}

fn refused(state: &State, incoming: &Incoming, problem: &Problem) -> HttpResponse {
    tracing::info!(trace = %incoming.ctx.trace, code = %problem.code, "refused");
    let mut frame = render::bare_frame(state, incoming);
    if let Some(tenant) = &problem.tenant {
        frame.brand = tenant.name.clone();
        frame.segment =
            if incoming.segment.is_empty() { tenant.id.to_string() } else { incoming.segment.clone() };
        frame.contact = tenant.settings.contact.clone();
    }
    frame.app = problem.application.as_ref().map(|a| a.application.name.clone());
    if problem.code == Code::Cookies {
        let again = problem.restart.as_deref().and_then(Link::path).unwrap_or_else(Link::root);
        let page = CookiesPage { host: state.app.urls.host().to_owned(), again };
        return render::page(state, incoming, &frame, &page);
    }
    render::page(state, incoming, &frame, &error_page(incoming, problem, problem.code))
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
    page.developer = problem.developer.map(ToOwned::to_owned);
    page
}

/// Where the button leads: to the step again, or the application, where the trip can start anew.
fn again(problem: &Problem, code: Code) -> Option<Link> {
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
    if place.starts_with('/') { Link::path(place) } else { Link::parse(place) }
}

fn back(problem: &Problem) -> Option<AppLink> {
    let name = problem.application.as_ref().map(|a| a.application.name.clone())?;
    Some(AppLink { name, link: Link::parse(problem.back.as_deref()?)? })
}
