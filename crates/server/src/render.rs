//! The page renderer: gives the use cases' pages and refusals their faces, with status and headers.

mod problem;
mod views;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use vestibule_app::Error;
use vestibule_app::cookies::{Change, Jar};
use vestibule_core::error::ErrorCode;
use vestibule_oidc::error::TokenError;
use vestibule_oidc::redirect::SafeUrl;
use vestibule_oidc::response::Delivery;
use vestibule_signin::token::Refused;
use vestibule_signin::{Answer, Outcome, Page, Reply, View};
use vestibule_ui::page::{FormPostPage, Status};
use vestibule_ui::{Frame, Link, Page as _};

use crate::headers::{self, FormTargets};
use crate::oauth;
use crate::request::Incoming;
use crate::state::State;

pub use problem::problem;
pub(crate) use problem::status;

/// What was refused before it was read (N-20) or by its method: JSON for a program's endpoint, a page for everything else.
/// The connection is closed, because the rest of such a body would be taken for the next request.
pub(crate) fn unreadable(state: &State, req: &HttpRequest, status: StatusCode) -> HttpResponse {
    let incoming = Incoming::read(state, req);
    let mut response = if PROGRAMS.iter().any(|end| req.path().ends_with(end)) || is_well_known(req.path()) {
        oauth::refused(&incoming.ctx, Refused::OAuth(TokenError::MALFORMED), false)
    } else if status == StatusCode::METHOD_NOT_ALLOWED {
        problem::status(state, &incoming, status, Status::NotFound)
    } else {
        problem(state, &incoming, ErrorCode::RequestBad.into())
    };
    *response.status_mut() = status;
    if status != StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    }
    response
}

/// How the paths end that programs ask.
const PROGRAMS: [&str; 5] = [
    "/oauth2/v2.0/token",
    "/oauth2/v2.0/revoke",
    "/oidc/userinfo",
    "/.well-known/openid-configuration",
    "/discovery/v2.0/keys",
];

fn is_well_known(path: &str) -> bool {
    path.starts_with("/.well-known/")
}

/// Renders what a use case answered.
pub fn reply(state: &State, incoming: &Incoming, path: &str, result: Result<Reply, Error>) -> HttpResponse {
    match result {
        Ok(reply) => {
            let cookies = reply.cookies;
            let mut response = outcome(state, incoming, path, reply.outcome);
            set_cookies(state, incoming, &mut response, &cookies);
            response
        }
        Err(error) => problem(state, incoming, error),
    }
}

fn outcome(state: &State, incoming: &Incoming, path: &str, outcome: Outcome) -> HttpResponse {
    match outcome {
        Outcome::Show(page) => show(state, incoming, path, &page),
        Outcome::Go(path) => see_other(&path),
        Outcome::Deliver(answer) => deliver(state, incoming, *answer),
    }
}

/// 303: after a POST never 307 or 308 (WEB-09).
pub fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, headers::BARE_POLICY))
        .finish()
}

fn deliver(state: &State, incoming: &Incoming, answer: Answer) -> HttpResponse {
    match answer.delivery {
        Delivery::Redirect(url) => see_other(&url),
        Delivery::FormPost { action, fields } => {
            let mut frame = match &answer.page {
                Some(page) => frame(incoming, page, None),
                None => bare_frame(state, incoming),
            };
            frame.csrf = None;
            let Some(link) = Link::parse(action.as_str()) else { return broken(incoming) };
            let page = FormPostPage { action: link, fields };
            // The page's form goes to the application's origin and nowhere else.
            let target = action.origin().unwrap_or_else(|| origin_of(&action));
            let policy = headers::page_policy(&incoming.nonce, &FormTargets::Own)
                .replace("form-action 'self'", &format!("form-action {target} https:"));
            html(state, incoming, StatusCode::OK, page.render(&state.ui, &frame), policy, false)
        }
    }
}

fn origin_of(url: &SafeUrl) -> String {
    format!("https://{}", url.host_display())
}

/// Shows a page.
pub fn show(state: &State, incoming: &Incoming, path: &str, page: &Page) -> HttpResponse {
    let frame = frame(incoming, page, Some(path));
    let (status, rendered) = views::render(state, page, &frame, &incoming.ctx.trace.to_string());
    let popups = page.application.as_ref().is_some_and(|a| a.application.settings.popups);
    let policy = headers::page_policy(&incoming.nonce, &targets(page));
    let mut response = html(state, incoming, status, rendered, policy, popups);
    if let Some(seconds) = views::retry_after(page, incoming.ctx.now)
        && let Ok(value) = seconds.to_string().parse()
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// Where the forms of a page may end (WEB-04).
fn targets(page: &Page) -> FormTargets {
    let leads_out = matches!(
        page.view,
        View::Email { .. }
            | View::Accounts { .. }
            | View::SendCode { .. }
            | View::EnterCode(_)
            | View::Locked { .. }
            | View::Review(_)
            | View::Invitation(_)
            | View::InvitationOther { .. }
            | View::SignOut { .. }
    );
    match (&page.leads_to, leads_out) {
        (_, false) => FormTargets::Own,
        (Some(url), true) => FormTargets::Out(SafeUrl::parse(url).ok().and_then(|u| u.origin())),
        (None, true) => FormTargets::Out(None),
    }
}

/// The frame of a page.
pub(crate) fn frame(incoming: &Incoming, page: &Page, path: Option<&str>) -> Frame {
    let mut frame = Frame::new(incoming.lang, incoming.ctx.now, &page.tenant.name, &page.segment);
    frame.app = page.application.as_ref().map(|a| a.application.name.clone());
    frame.contact = page.tenant.settings.contact.clone();
    frame.csrf = page.csrf.clone();
    frame.locator = page.locator.clone();
    frame.path = path.map(ToOwned::to_owned);
    frame.nonce = incoming.nonce.clone();
    if incoming.query.get("change").is_some() {
        frame.keep.push(("change".into(), "1".into()));
    }
    frame
}

/// The frame where no organisation is known.
pub(crate) fn bare_frame(state: &State, incoming: &Incoming) -> Frame {
    let mut frame = Frame::new(incoming.lang, incoming.ctx.now, &state.app.options.site, "common");
    frame.nonce = incoming.nonce.clone();
    frame
}

/// A page's answer, or the static one if the page cannot be rendered.
pub(crate) fn html(
    state: &State,
    incoming: &Incoming,
    status: StatusCode,
    rendered: Result<String, vestibule_ui::UiError>,
    policy: String,
    popups: bool,
) -> HttpResponse {
    match rendered {
        Ok(body) => {
            let mut builder = HttpResponseBuilder::new(status);
            headers::page(&mut builder, policy, popups);
            builder.insert_header((header::CONTENT_LANGUAGE, incoming.lang.tag()));
            if let Some(chosen) = incoming.chosen {
                builder.append_header((header::SET_COOKIE, state.names.language_line(chosen.tag())));
            }
            builder.body(body)
        }
        Err(error) => {
            tracing::error!(trace = %incoming.ctx.trace, %error, "a page cannot be rendered");
            broken(incoming)
        }
    }
}

fn broken(incoming: &Incoming) -> HttpResponse {
    tracing::error!(trace = %incoming.ctx.trace, "last resort page");
    let mut builder = HttpResponse::InternalServerError();
    headers::page(&mut builder, headers::BARE_POLICY.to_owned(), false);
    builder.body(vestibule_ui::page::LAST_RESORT)
}

/// Adds what the browser is to keep.
pub fn set_cookies(state: &State, incoming: &Incoming, response: &mut HttpResponse, changes: &[Change]) {
    add_cookies(state, &incoming.jar, response, changes);
    if let Some(chosen) = incoming.chosen
        && response.status().is_redirection()
        && let Ok(value) = state.names.language_line(chosen.tag()).parse()
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn add_cookies(state: &State, jar: &Jar, response: &mut HttpResponse, changes: &[Change]) {
    for line in state.names.write(changes, jar) {
        if let Ok(value) = line.parse() {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    if changes.iter().any(|c| matches!(c, Change::ClearSiteData)) {
        let name = header::HeaderName::from_static("clear-site-data");
        response.headers_mut().insert(name, header::HeaderValue::from_static("\"cache\", \"storage\""));
    }
}
