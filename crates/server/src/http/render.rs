//! The page renderer: gives the use cases' views their faces, with what a page says of itself: status, where its forms may
//! end, when to come again.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use vestibule_app::Error;
use vestibule_app::cookies::{CookieChange, Jar};
use vestibule_oidc::redirect::SafeUrl;
use vestibule_oidc::response::Delivery;
use vestibule_signin::view::{About, Shown};
use vestibule_signin::{Answer, Reply, ReplyBody};
use vestibule_ui::guest::{FormPostPage, LAST_RESORT};
use vestibule_ui::{AppLink, FormTarget, Frame, Link, Page};

use super::headers::{self, FormTargets};
use super::problem::problem;
use super::request::Incoming;
use crate::state::State;

/// Renders what a use case answered. `path` is that of the page, which the language menu opens again.
pub(crate) fn reply(
    state: &State,
    incoming: &Incoming,
    path: &str,
    result: Result<Reply, Error>,
) -> HttpResponse {
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

fn outcome(state: &State, incoming: &Incoming, path: &str, outcome: ReplyBody) -> HttpResponse {
    match outcome {
        ReplyBody::Show(shown) => show(state, incoming, path, &shown),
        ReplyBody::Go(path) => see_other(&path),
        ReplyBody::Deliver(answer) => deliver(state, incoming, *answer),
    }
}

/// 303: after a POST never 307 or 308 (WEB-09).
pub(crate) fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, headers::BARE_POLICY))
        .finish()
}

/// G25: the page's form goes to the application's origin and nowhere else.
fn deliver(state: &State, incoming: &Incoming, answer: Answer) -> HttpResponse {
    match answer.delivery {
        Delivery::Redirect(url) => see_other(&url),
        Delivery::FormPost { action, fields } => {
            let mut frame = match &answer.about {
                Some(about) => frame(incoming, about, None),
                None => bare_frame(state, incoming),
            };
            frame.csrf = None;
            let Some(link) = Link::parse(action.as_str()) else { return broken(incoming) };
            let origin = action.origin().unwrap_or_else(|| format!("https://{}", action.host_display()));
            let page = FormPostPage { action: link, fields };
            answer_with(state, incoming, &frame, &page, &FormTargets::Only(origin), false)
        }
    }
}

/// What gives views their faces: `impl Face<…> for Faces<'_>`, each beside its route.
pub(crate) struct Faces<'a> {
    /// What handlers share.
    pub(crate) state: &'a State,
    /// What the page is about.
    pub(crate) about: &'a About,
    incoming: &'a Incoming,
    frame: Frame,
    worn: Option<HttpResponse>,
}

impl Faces<'_> {
    /// The page that the view is seen as.
    pub(crate) fn wear<P: Page>(&mut self, page: &P) {
        let about = self.about;
        let targets = match P::FORMS {
            FormTarget::Here => FormTargets::Own,
            FormTarget::Onward => {
                let url = about.leads_to.as_deref().and_then(|url| SafeUrl::parse(url).ok());
                FormTargets::Out(url.and_then(|url| url.origin()))
            }
        };
        let popups = about.application.as_ref().is_some_and(|a| a.application.settings.popups);
        self.worn = Some(answer_with(self.state, self.incoming, &self.frame, page, &targets, popups));
    }

    /// What the log line of this request is found by.
    pub(crate) fn trace(&self) -> String {
        self.incoming.ctx.trace.to_string()
    }

    /// The application's name, where there is one.
    pub(crate) fn app(&self) -> Option<String> {
        self.frame.app.clone()
    }

    /// Back to the application, where the use case found a place there.
    pub(crate) fn back(&self) -> Option<AppLink> {
        self.app_link(self.about.back.as_deref()?)
    }

    /// A place at the application, by its name.
    pub(crate) fn app_link(&self, url: &str) -> Option<AppLink> {
        Some(AppLink { name: self.app()?, link: Link::parse(url)? })
    }
}

/// Shows a view. One whose face puts nothing on is a fault of ours.
fn show(state: &State, incoming: &Incoming, path: &str, shown: &Shown) -> HttpResponse {
    let frame = frame(incoming, &shown.about, Some(path));
    let mut faces = Faces { state, incoming, about: &shown.about, frame, worn: None };
    shown.view.meet(&mut faces);
    faces.worn.unwrap_or_else(|| broken(incoming))
}

/// A page whose forms stay here.
pub(crate) fn page<P: Page>(state: &State, incoming: &Incoming, frame: &Frame, page: &P) -> HttpResponse {
    answer_with(state, incoming, frame, page, &FormTargets::Own, false)
}

/// A page's answer, or the static one if the page cannot be rendered.
fn answer_with<P: Page>(
    state: &State,
    incoming: &Incoming,
    frame: &Frame,
    page: &P,
    targets: &FormTargets,
    popups: bool,
) -> HttpResponse {
    let body = match page.render(&state.ui, frame) {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(trace = %incoming.ctx.trace, %error, "a page cannot be rendered");
            return broken(incoming);
        }
    };
    let Ok(status) = StatusCode::from_u16(page.status()) else { return broken(incoming) };
    let mut builder = HttpResponseBuilder::new(status);
    headers::page(&mut builder, headers::page_policy(&incoming.nonce, targets), popups);
    builder.insert_header((header::CONTENT_LANGUAGE, incoming.lang.tag()));
    if let Some(at) = page.retry_at() {
        builder.insert_header((header::RETRY_AFTER, (at - incoming.ctx.now).num_seconds().max(1)));
    }
    if let Some(chosen) = incoming.chosen {
        builder.append_header((header::SET_COOKIE, state.names.language_line(chosen.tag())));
    }
    builder.body(body)
}

fn broken(incoming: &Incoming) -> HttpResponse {
    tracing::error!(trace = %incoming.ctx.trace, "last resort page");
    let mut builder = HttpResponse::InternalServerError();
    headers::page(&mut builder, headers::BARE_POLICY.to_owned(), false);
    builder.body(LAST_RESORT)
}

/// The frame of a page.
fn frame(incoming: &Incoming, about: &About, path: Option<&str>) -> Frame {
    let mut frame = Frame::new(incoming.lang, incoming.ctx.now, &about.tenant.name, &about.segment);
    frame.app = about.application.as_ref().map(|a| a.application.name.clone());
    frame.contact = about.tenant.settings.contact.clone();
    frame.csrf = about.csrf.clone();
    frame.locator = about.locator.clone();
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

/// Adds what the browser is to keep.
fn set_cookies(state: &State, incoming: &Incoming, response: &mut HttpResponse, changes: &[CookieChange]) {
    add_cookies(state, &incoming.jar, response, changes);
    if let Some(chosen) = incoming.chosen
        && response.status().is_redirection()
        && let Ok(value) = state.names.language_line(chosen.tag()).parse()
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn add_cookies(state: &State, jar: &Jar, response: &mut HttpResponse, changes: &[CookieChange]) {
    for line in state.names.write(changes, jar) {
        if let Ok(value) = line.parse() {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    if changes.iter().any(|c| matches!(c, CookieChange::ClearSiteData)) {
        let name = header::HeaderName::from_static("clear-site-data");
        response.headers_mut().insert(name, header::HeaderValue::from_static("\"cache\", \"storage\""));
    }
}
