//! E13: no access; E14: a guest reported a code.

use chrono::TimeDelta;
use vestibule_core::letter::{Content, NoAccess, Reported, Sender};

use super::body::{Body, BodyBlock, Mail, Posting, name, speak};
use super::code::facts;
use crate::kit::sample::now;
use crate::{Ui, UiError};

/// E13.
pub(super) fn no_access(
    ui: &Ui,
    from: &Sender,
    notice: &NoAccess,
    posting: &Posting<'_>,
) -> Result<Mail, UiError> {
    let t = speak(ui, posting);
    let org = name(&from.org);
    let app = notice.app.as_deref().map(name);
    let body = match &app {
        Some(app) => t.msg("mail-noaccess-body").name("app", app),
        None => t.msg("mail-noaccess-body-noapp"),
    };
    let you = match &notice.contact {
        Some(_) => t.msg("mail-noaccess-you").contact("contact", &notice.contact),
        None => t.msg("mail-noaccess-you-nocontact"),
    };
    let body = Body {
        preheader: t.msg("mail-noaccess-preheader").name("org", &org),
        blocks: vec![
            BodyBlock::Heading(t.msg("mail-noaccess-h1")),
            BodyBlock::Text(body.name("org", &org)),
            BodyBlock::Text(you),
            BodyBlock::Text(t.msg("mail-noaccess-notyou")),
        ],
        reason: t.msg("mail-noaccess-footer").name("org", &org),
        tail: t.msg("mail-trace").ltr("trace", posting.trace),
    };
    body.render(t, from, posting, &t.msg("mail-noaccess-subject"))
}

/// Every state of E13.
pub(super) fn no_access_samples() -> Vec<(&'static str, Content)> {
    let full =
        NoAccess { app: Some("Project Portal".to_owned()), contact: Some("it@alder.example".to_owned()) };
    let bare = NoAccess { app: None, contact: None };
    vec![("default", Content::NoAccess(full)), ("bare", Content::NoAccess(bare))]
}

/// E14, as of the moment of the report.
pub(super) fn reported(
    ui: &Ui,
    from: &Sender,
    report: &Reported,
    posting: &Posting<'_>,
) -> Result<Mail, UiError> {
    let t = speak(ui, &Posting { now: report.at, ..posting.clone() });
    let org = name(&from.org);
    let app = report.facts.app.as_deref().map_or_else(|| org.clone(), name);
    let facts = vec![
        (t.msg("mail-reported-ctx-email"), t.msg("verbatim").ltr("value", &report.facts.email)),
        (t.msg("mail-code-ctx-app"), t.msg("verbatim").name("value", &app)),
        (t.msg("mail-code-ctx-browser"), t.msg("verbatim").name("value", &report.facts.browser)),
        (t.msg("mail-code-ctx-ip"), t.msg("verbatim").ltr("value", &report.facts.network)),
        (t.msg("mail-code-ctx-time"), t.msg("verbatim").stamp("value", report.facts.at)),
        (t.msg("mail-reported-ctx-report"), t.msg("verbatim").stamp("value", report.at)),
    ];
    let mut blocks = vec![
        BodyBlock::Heading(t.msg("mail-reported-h1")),
        BodyBlock::Text(t.msg("mail-reported-body").strong_ltr("email", &report.facts.email)),
        BodyBlock::Section(t.msg("mail-reported-ctx")),
        BodyBlock::Facts(facts),
        BodyBlock::Rule,
        BodyBlock::Section(t.msg("mail-reported-done")),
        BodyBlock::Text(t.msg(if report.session_ended {
            "mail-reported-session"
        } else {
            "mail-reported-stopped"
        })),
    ];
    if report.invitation_suspended {
        blocks.push(BodyBlock::Text(t.msg("mail-reported-invitation")));
    }
    if let Some(until) = report.paused_until {
        blocks.push(BodyBlock::Text(t.msg("mail-reported-paused").stamp("time", until)));
    }
    blocks.push(BodyBlock::Text(t.msg("mail-reported-next")));
    let body = Body {
        preheader: t.msg("mail-reported-preheader").ltr("email", &report.facts.email),
        blocks,
        reason: t.msg("mail-reported-footer").name("org", &org),
        tail: t.msg("mail-trace").ltr("trace", posting.trace),
    };
    body.render(t, from, posting, &t.msg("mail-reported-subject").name("org", &org))
}

/// Every state of E14.
pub(super) fn reported_samples() -> Vec<(&'static str, Content)> {
    let stopped = Reported {
        facts: facts(),
        at: now() + TimeDelta::minutes(6),
        session_ended: false,
        invitation_suspended: false,
        paused_until: None,
    };
    let all = Reported {
        session_ended: true,
        invitation_suspended: true,
        paused_until: Some(now() + TimeDelta::hours(24)),
        ..stopped.clone()
    };
    vec![("stopped", Content::Reported(stopped)), ("all", Content::Reported(all))]
}
