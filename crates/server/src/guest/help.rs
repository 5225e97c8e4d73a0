//! G30: help, privacy, terms, accessibility.

use actix_web::{HttpRequest, HttpResponse};
use vestibule_app::cookies::Jar;
use vestibule_ui::Link;
use vestibule_ui::guest::{TextKind, TextPage};

use crate::http::request::{Incoming, Shared};
use crate::http::{problem, render};

/// Help.
pub(crate) async fn index(state: Shared, req: HttpRequest) -> HttpResponse {
    text(state, req, TextKind::Help).await
}

/// Any of the four.
pub(crate) async fn page(state: Shared, req: HttpRequest) -> HttpResponse {
    match req.match_info().get("page").and_then(TextKind::parse) {
        Some(kind) => text(state, req, kind).await,
        None => problem::not_found(state, req).await,
    }
}

async fn text(state: Shared, req: HttpRequest, kind: TextKind) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let tenantless = matches!(incoming.segment.as_str(), "common" | "organizations" | "consumers");
    let tenant = if tenantless {
        None
    } else {
        match state.app.live(&incoming.segment, &Jar::default(), None).await {
            Ok(live) => Some(live.tenant),
            Err(error) => return problem::problem(&state, &incoming, error),
        }
    };
    let mut frame = render::bare_frame(&state, &incoming);
    frame.path = Some(req.path().to_owned());
    if let Some(tenant) = &tenant {
        frame.brand.clone_from(&tenant.name);
        frame.segment.clone_from(&incoming.segment);
        frame.contact.clone_from(&tenant.settings.contact);
    }
    let link = |url: Option<&String>| url.and_then(|u| Link::parse(u));
    let page = TextPage {
        kind,
        sender: state.app.options.mail_from.as_str().to_owned(),
        host: state.app.urls.host().to_owned(),
        privacy: link(tenant.as_ref().and_then(|t| t.settings.privacy_url.as_ref())),
        terms: link(tenant.as_ref().and_then(|t| t.settings.terms_url.as_ref())),
    };
    render::page(&state, &incoming, &frame, &page)
}
