//! G05: asking before a code is sent to an address that was not typed here.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use super::Page;
use crate::frame::{Prefix, Shell, Waiting, WaitingKeys, speak};
use crate::samples::{GUEST, now};
use crate::text::Message;
use crate::{Frame, Ui, UiError};

/// G05. Posts to `/{segment}/signin/code/send`.
#[derive(Debug, Clone)]
pub struct SendCodePage {
    /// Where the code would go.
    pub email: String,
    /// Whether this browser has not signed in before.
    pub first_time: bool,
    /// Why none was sent.
    pub problem: Option<SendProblem>,
}

/// Why no code was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendProblem {
    /// Mail is down for everybody.
    MailDown,
    /// The mailbox or its domain recently refused our mail.
    Bounced {
        /// The domain.
        domain: String,
    },
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

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("send-title");
        // To have to wait is no error.
        let failed = self.problem.is_some() && !self.waits();
        let prefix = if failed { Prefix::Error } else { Prefix::None };
        let s = Shell::new(ui, frame, Self::ID, title).prefixed(prefix);
        let notice = self.notice(&s);
        let wait = match self.problem {
            Some(SendProblem::Wait { at }) => Waiting::new(&s, &WaitingKeys::SEND, at)?,
            _ => None,
        };
        Ok(View { s, p: self, notice, wait }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |problem| Self { email: GUEST.to_owned(), first_time: false, problem };
        let at = now() + TimeDelta::minutes(63);
        vec![
            ("default", page(None)),
            ("first", Self { first_time: true, ..page(None) }),
            ("noapp", page(None)),
            ("maildown", page(Some(SendProblem::MailDown))),
            ("bounced", page(Some(SendProblem::Bounced { domain: "riverstone.example".to_owned() }))),
            ("wait", page(Some(SendProblem::Wait { at }))),
        ]
    }
}
