//! E13: no access; E14: a guest reported a code.

use chrono::{DateTime, TimeDelta, Utc};

use super::code::sender;
use super::letter::{Block, Letter, name, speak};
use super::{Mail, Sender};
use crate::page::RequestFacts;
use crate::samples::{GUEST, now};
use crate::{Lang, Ui, UiError};

/// E13: somebody without access asked for a code (OTP-29). It never says whether a record exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAccessMail {
    /// Whose mail it is.
    pub from: Sender,
    /// The application that was asked for.
    pub app: Option<String>,
    /// Whom one may ask.
    pub contact: Option<String>,
    /// When it is rendered.
    pub now: DateTime<Utc>,
    /// What the log line is found by.
    pub trace: String,
}

impl NoAccessMail {
    /// The mail in a language.
    pub fn render(&self, ui: &Ui, lang: Lang) -> Result<Mail, UiError> {
        let t = speak(ui, lang, self.now);
        let org = name(&self.from.org);
        let app = self.app.as_deref().map(name);
        let body = match &app {
            Some(app) => t.msg("mail-noaccess-body").name("app", app),
            None => t.msg("mail-noaccess-body-noapp"),
        };
        let you = match &self.contact {
            Some(_) => t.msg("mail-noaccess-you").contact("contact", &self.contact),
            None => t.msg("mail-noaccess-you-nocontact"),
        };
        let letter = Letter {
            preheader: t.msg("mail-noaccess-preheader").name("org", &org),
            blocks: vec![
                Block::Heading(t.msg("mail-noaccess-h1")),
                Block::Text(body.name("org", &org)),
                Block::Text(you),
                Block::Text(t.msg("mail-noaccess-notyou")),
            ],
            reason: t.msg("mail-noaccess-footer").name("org", &org),
            tail: t.msg("mail-trace").ltr("trace", &self.trace),
        };
        letter.render(t, &self.from, &t.msg("mail-noaccess-subject"))
    }

    /// Every state of the mail.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            from: sender(),
            app: Some("Project Portal".to_owned()),
            contact: Some("it@alder.example".to_owned()),
            now: now(),
            trace: "01JNE8P4ZK7Y5B3W".to_owned(),
        };
        vec![("default", full.clone()), ("bare", Self { app: None, contact: None, ..full })]
    }
}

/// E14: to the security contact and the guest's sponsors (OTP-23).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedMail {
    /// Whose mail it is.
    pub from: Sender,
    /// What the code mail said.
    pub facts: RequestFacts,
    /// When it was reported.
    pub reported_at: DateTime<Utc>,
    /// Whether the code had been used, and its session was ended.
    pub session_ended: bool,
    /// Whether the invitation that it came from was suspended.
    pub invitation_suspended: bool,
    /// Until when codes to the guest are paused.
    pub paused_until: Option<DateTime<Utc>>,
    /// What the log line is found by.
    pub trace: String,
}

impl ReportedMail {
    /// The mail in a language.
    pub fn render(&self, ui: &Ui, lang: Lang) -> Result<Mail, UiError> {
        let t = speak(ui, lang, self.reported_at);
        let org = name(&self.from.org);
        let app = self.facts.app.as_deref().map_or_else(|| org.clone(), name);
        let mut facts = vec![
            (t.msg("mail-reported-ctx-email"), t.msg("verbatim").ltr("value", &self.facts.email)),
            (t.msg("mail-code-ctx-app"), t.msg("verbatim").name("value", &app)),
            (t.msg("mail-code-ctx-browser"), t.msg("verbatim").name("value", &self.facts.browser)),
            (t.msg("mail-code-ctx-ip"), t.msg("verbatim").ltr("value", &self.facts.network)),
        ];
        if let Some(place) = &self.facts.place {
            facts.push((t.msg("mail-code-ctx-place"), t.msg("verbatim").name("value", place)));
        }
        facts.extend([
            (t.msg("mail-code-ctx-time"), t.msg("verbatim").stamp("value", self.facts.at)),
            (t.msg("mail-reported-ctx-report"), t.msg("verbatim").stamp("value", self.reported_at)),
        ]);
        let mut blocks = vec![
            Block::Heading(t.msg("mail-reported-h1")),
            Block::Text(t.msg("mail-reported-body").strong_ltr("email", &self.facts.email)),
            Block::Section(t.msg("mail-reported-ctx")),
            Block::Facts(facts),
            Block::Rule,
            Block::Section(t.msg("mail-reported-done")),
            Block::Text(t.msg(if self.session_ended {
                "mail-reported-session"
            } else {
                "mail-reported-stopped"
            })),
        ];
        if self.invitation_suspended {
            blocks.push(Block::Text(t.msg("mail-reported-invitation")));
        }
        if let Some(until) = self.paused_until {
            blocks.push(Block::Text(t.msg("mail-reported-paused").stamp("time", until)));
        }
        blocks.push(Block::Text(t.msg("mail-reported-next")));
        let letter = Letter {
            preheader: t.msg("mail-reported-preheader").ltr("email", &self.facts.email),
            blocks,
            reason: t.msg("mail-reported-footer").name("org", &org),
            tail: t.msg("mail-trace").ltr("trace", &self.trace),
        };
        letter.render(t, &self.from, &t.msg("mail-reported-subject").name("org", &org))
    }

    /// Every state of the mail.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let stopped = Self {
            from: sender(),
            facts: RequestFacts {
                email: GUEST.to_owned(),
                app: Some("Project Portal".to_owned()),
                browser: "Firefox on Windows".to_owned(),
                network: "203.0.113.x".to_owned(),
                place: None,
                at: now(),
            },
            reported_at: now() + TimeDelta::minutes(6),
            session_ended: false,
            invitation_suspended: false,
            paused_until: None,
            trace: "01JNE8P4ZK7Y5B3W".to_owned(),
        };
        let all = Self {
            session_ended: true,
            invitation_suspended: true,
            paused_until: Some(now() + TimeDelta::hours(24)),
            ..stopped.clone()
        };
        vec![("stopped", stopped), ("all", all)]
    }
}
