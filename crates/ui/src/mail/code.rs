//! E01: the code (OTP-21, OTP-22).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use vestibule_core::numbers::CODE_LIFETIME;

use super::letter::{Block, Letter, name, speak};
use super::{Mail, Sender};
use crate::names::{has_digit_run, split_digits};
use crate::page::RequestFacts;
use crate::samples::{GUEST, now, url};
use crate::{Lang, Link, Ui, UiError};

/// E01.
#[derive(Clone)]
pub struct CodeMail {
    /// Whose mail it is.
    pub from: Sender,
    /// The eight digits.
    pub code: String,
    /// Until when it works.
    pub until: DateTime<Utc>,
    /// How long that is.
    pub lifetime: TimeDelta,
    /// The four letters that page and mail share.
    pub mark: String,
    /// Who asked for it.
    pub facts: RequestFacts,
    /// *This was not me*.
    pub report: Link,
}

impl fmt::Debug for CodeMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeMail").field("mark", &self.mark).finish_non_exhaustive() // never the code (OTP-20)
    }
}

impl CodeMail {
    /// The mail in a language.
    pub fn render(&self, ui: &Ui, lang: Lang) -> Result<Mail, UiError> {
        let t = speak(ui, lang, self.facts.at);
        let org = split_digits(&name(&self.from.org));
        let app = self.facts.app.as_deref().map(|app| split_digits(&name(app)));
        let minutes = self.lifetime.num_minutes();
        let subject = if has_digit_run(&self.from.org) {
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
        let mut facts = vec![
            (t.msg("mail-code-ctx-app"), whose),
            (t.msg("mail-code-ctx-browser"), t.msg("verbatim").name("value", &self.facts.browser)),
            (t.msg("mail-code-ctx-ip"), t.msg("verbatim").ltr("value", &self.facts.network)),
        ];
        if let Some(place) = &self.facts.place {
            facts.push((t.msg("mail-code-ctx-place"), t.msg("verbatim").name("value", place)));
        }
        facts.push((t.msg("mail-code-ctx-time"), t.msg("verbatim").stamp("value", self.facts.at)));
        let valid =
            t.msg("mail-code-valid").strong_clock("time", self.until).strong_ltr("host", &self.from.host);
        let letter = Letter {
            preheader: preheader.count("minutes", minutes),
            blocks: vec![
                Block::Heading(t.msg("mail-code-h1")),
                Block::Text(lede),
                Block::Code(&self.code),
                Block::Text(valid),
                Block::Text(t.msg("mail-code-mark").mark("mark", &self.mark)),
                Block::Rule,
                Block::Section(t.msg("mail-code-ctx")),
                Block::Facts(facts),
                Block::Stressed(t.msg("mail-code-warn").name("org", &org)),
                Block::Linked {
                    lead: t.msg("mail-code-notyou"),
                    label: t.msg("mail-code-notyou-link"),
                    link: &self.report,
                },
            ],
            reason: t.msg("mail-code-footer").name("org", &org),
            tail: t.msg("verbatim").ltr("value", &self.mark),
        };
        let from = Sender { org: org.clone(), ..self.from.clone() };
        letter.render(t, &from, &subject.clock("hhmm", self.facts.at))
    }

    /// Every state of the mail.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            from: sender(),
            code: "48203917".to_owned(),
            until: now() + CODE_LIFETIME,
            lifetime: CODE_LIFETIME,
            mark: "KWRT".to_owned(),
            facts: RequestFacts {
                email: GUEST.to_owned(),
                app: Some("Project Portal".to_owned()),
                browser: "Firefox on Windows".to_owned(),
                network: "203.0.113.x".to_owned(),
                place: None,
                at: now(),
            },
            report: url("https://id.example/alder.example/report/7f3a"),
        };
        let mut bare = full.clone();
        bare.facts.app = None;
        bare.facts.place = Some("Ghent, Belgium".to_owned());
        bare.from.privacy = None;
        let mut digits = full.clone();
        "Studio 19842026".clone_into(&mut digits.from.org);
        digits.facts.app = Some("Plan 12345678".to_owned());
        vec![("default", full), ("noapp", bare), ("digits", digits)]
    }
}

pub(super) fn sender() -> Sender {
    Sender {
        org: "Alder Works".to_owned(),
        host: "id.example".to_owned(),
        help: url("https://id.example/alder.example/signin/help"),
        privacy: Some(url("https://alder.example/privacy")),
    }
}
