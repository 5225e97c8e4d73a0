//! G05: asking before a code is sent to an address that was not typed here.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use crate::kit::frame::{Prefix, Shell, speak};
use crate::kit::sample::{GUEST, now};
use crate::kit::text::Message;
use crate::kit::waiting::{Waiting, WaitingKeys};
use crate::{FormTarget, Frame, Page, Ui, UiError};

/// G05. Posts to `/{segment}/signin/code/send`.
#[derive(Debug, Clone)]
pub struct SendCodePage {
    /// Where the code would go.
    pub email: String,
    /// Why none was sent.
    pub problem: Option<SendProblem>,
}

/// Why no code was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendProblem {
    /// Mail is down for everybody.
    MailDown,
    /// The mailbox or its domain recently refused our mail.
    Bounced { domain: String },
    /// The limits hold it back (429).
    Wait {
        /// When one may be asked for.
        at: DateTime<Utc>,
    },
}

#[derive(Template)]
#[template(path = "guest/code_send.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a SendCodePage,
    notice: Option<Message<'a>>,
    wait: Option<Waiting>,
}

impl SendCodePage {
    fn notice<'a>(&'a self, s: &Shell<'a>) -> Option<Message<'a>> {
        self.problem.as_ref().map(|problem| match problem {
            SendProblem::MailDown => s.m("send-error-mail").contact("contact", &s.f.contact),
            SendProblem::Bounced { domain } => s.m("send-error-address").ltr("domain", domain),
            SendProblem::Wait { at } => s.m("send-wait").strong_clock("time", *at),
        })
    }

    fn bounced(&self) -> bool {
        matches!(self.problem, Some(SendProblem::Bounced { .. }))
    }

    fn waits(&self) -> bool {
        matches!(self.problem, Some(SendProblem::Wait { .. }))
    }
}

impl Page for SendCodePage {
    const ID: &'static str = "G05";
    const STATES: &'static [&'static str] = &["default", "mail-down", "bounced", "wait"];
    const FORMS: FormTarget = FormTarget::Onward;

    fn state(&self) -> &'static str {
        match &self.problem {
            None => "default",
            Some(SendProblem::MailDown) => "mail-down",
            Some(SendProblem::Bounced { .. }) => "bounced",
            Some(SendProblem::Wait { .. }) => "wait",
        }
    }

    fn status(&self) -> u16 {
        if self.waits() { 429 } else { 200 }
    }

    fn retry_at(&self) -> Option<DateTime<Utc>> {
        match self.problem {
            Some(SendProblem::Wait { at }) => Some(at),
            _ => None,
        }
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("send-title");
        // To have to wait is no error.
        let failed = self.problem.is_some() && !self.waits();
        let prefix = if failed { Prefix::Error } else { Prefix::None };
        let s = Shell::new(ui, frame, self, title).prefixed(prefix);
        let notice = self.notice(&s);
        let wait = match self.problem {
            Some(SendProblem::Wait { at }) => Waiting::new(&s, &WaitingKeys::SEND, at)?,
            _ => None,
        };
        Ok(View { s, p: self, notice, wait }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |problem| Self { email: GUEST.to_owned(), problem };
        let at = now() + TimeDelta::minutes(63);
        vec![
            ("default", page(None)),
            ("noapp", page(None)),
            ("mail-down", page(Some(SendProblem::MailDown))),
            ("bounced", page(Some(SendProblem::Bounced { domain: "riverstone.example".to_owned() }))),
            ("wait", page(Some(SendProblem::Wait { at }))),
        ]
    }
}
