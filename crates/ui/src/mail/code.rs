//! E01: the code (OTP-21, OTP-22).

use vestibule_core::letter::{CodeLetter, Content, RequestFacts, Sender};
use vestibule_core::numbers::CODE_LIFETIME;

use super::body::{Body, BodyBlock, Mail, Posting, link, name, speak};
use crate::kit::names::{has_digit_run, split_digits};
use crate::kit::sample::{GUEST, now};
use crate::{Ui, UiError};

/// The mail, as of the moment when the code was asked for.
pub(super) fn render(
    ui: &Ui,
    from: &Sender,
    code: &CodeLetter,
    posting: &Posting<'_>,
) -> Result<Mail, UiError> {
    let t = speak(ui, &Posting { now: code.facts.at, ..posting.clone() });
    let org = split_digits(&name(&from.org));
    let app = code.facts.app.as_deref().map(|app| split_digits(&name(app)));
    let minutes = (code.until - code.facts.at).num_minutes();
    let subject = if has_digit_run(&from.org) {
        t.msg("mail-code-subject-plain")
    } else {
        t.msg("mail-code-subject").name("org", &org)
    };
    let (preheader, lede, whose) = match &app {
        Some(app) => (
            t.msg("mail-code-preheader").name("app", app),
            t.msg("mail-code-lede").name("app", app).name("org", &org),
            t.msg("pair").name("first", app).name("second", &org),
        ),
        None => (
            t.msg("mail-code-preheader-noapp").name("org", &org),
            t.msg("mail-code-lede-noapp").name("org", &org),
            t.msg("verbatim").name("value", &org),
        ),
    };
    let facts = vec![
        (t.msg("mail-code-ctx-app"), whose),
        (t.msg("mail-code-ctx-browser"), t.msg("verbatim").name("value", &code.facts.browser)),
        (t.msg("mail-code-ctx-ip"), t.msg("verbatim").ltr("value", &code.facts.network)),
        (t.msg("mail-code-ctx-time"), t.msg("verbatim").stamp("value", code.facts.at)),
    ];
    let valid = t.msg("mail-code-valid").strong_clock("time", code.until).strong_ltr("host", posting.host);
    let letter = Body {
        preheader: preheader.count("minutes", minutes),
        blocks: vec![
            BodyBlock::Heading(t.msg("mail-code-h1")),
            BodyBlock::Text(lede),
            BodyBlock::Code(&code.code),
            BodyBlock::Text(valid),
            BodyBlock::Text(t.msg("mail-code-mark").mark("mark", &code.mark)),
            BodyBlock::Rule,
            BodyBlock::Section(t.msg("mail-code-ctx")),
            BodyBlock::Facts(facts),
            BodyBlock::Stressed(t.msg("mail-code-warn").name("org", &org)),
            BodyBlock::Linked {
                lead: t.msg("mail-code-notyou"),
                label: t.msg("mail-code-notyou-link"),
                link: link(&code.report)?,
            },
        ],
        reason: t.msg("mail-code-footer").name("org", &org),
        tail: t.msg("verbatim").ltr("value", &code.mark),
    };
    let from = Sender { org: org.clone(), ..from.clone() };
    letter.render(t, &from, posting, &subject.clock("hhmm", code.facts.at))
}

/// Every state of the mail.
pub(super) fn samples() -> Vec<(&'static str, Content)> {
    let full = CodeLetter {
        code: "48203917".to_owned(),
        mark: "KWRT".to_owned(),
        until: now() + CODE_LIFETIME,
        facts: facts(),
        report: "https://id.example/alder.example/report/7f3a".to_owned(),
    };
    let of = |app: Option<&str>| {
        let facts = RequestFacts { app: app.map(ToOwned::to_owned), ..facts() };
        Content::Code(CodeLetter { facts, ..full.clone() })
    };
    vec![("default", of(Some("Project Portal"))), ("noapp", of(None)), ("digits", of(Some("Plan 12345678")))]
}

pub(super) fn facts() -> RequestFacts {
    RequestFacts {
        email: GUEST.to_owned(),
        app: Some("Project Portal".to_owned()),
        browser: "Firefox on Windows".to_owned(),
        network: "203.0.113.x".to_owned(),
        at: now(),
    }
}
