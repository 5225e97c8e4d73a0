//! G06: the code page, the most used page of the product (OTP-28).

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use vestibule_core::numbers::{CODE_LIFETIME, SEND_GAP};

use crate::kit::frame::{Prefix, Shell, speak};
use crate::kit::sample::{GUEST, now};
use crate::kit::text::Message;
use crate::kit::waiting::{Waiting, WaitingKeys};
use crate::{FormTarget, Frame, Page, Ui, UiError};

/// G06. Posts `code` to `/{segment}/signin/code`, and `ordinal` to `/{segment}/signin/code/resend`.
///
/// Everything here is the same for an address that got no code (OTP-18, OTP-19).
#[derive(Debug, Clone)]
pub struct EnterCodePage {
    /// The address that was typed.
    pub email: String,
    /// Until when the code works.
    pub until: DateTime<Utc>,
    /// How long codes of this tenant live.
    pub lifetime: TimeDelta,
    /// The four letters that page and mail share.
    pub mark: String,
    /// The number of the code, which a resend says it replaces.
    pub ordinal: u32,
    /// When the next one may be asked for.
    pub resend_at: DateTime<Utc>,
    /// Whether script may send the first complete code by itself (`code.auto_submit`).
    pub auto_submit: bool,
    /// Whether another code was just sent.
    pub resent: bool,
    /// What was wrong with the last try.
    pub problem: Option<CodeProblem>,
    /// An answer to a resend that was not carried out.
    pub hint: Option<ResendHint>,
    /// The domain whose mail system returned our mail to this address.
    pub bounced: Option<String>,
    /// Whether the help stands open: from the second resend on.
    pub help_open: bool,
    /// Whether strangers may sign up at this application.
    pub sign_up: bool,
    /// The address that mails come from.
    pub sender: String,
    /// What a person quotes to whom they ask.
    pub reference: Option<String>,
}

/// What was wrong with a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeProblem {
    /// Nothing was typed.
    Empty,
    /// So many digits instead of eight.
    Length(usize),
    /// Not digits.
    Chars,
    /// Not the code.
    Wrong,
    /// Not the code, and only so many tries left.
    WrongLeft(i32),
    /// Whatever it was, the code has ended.
    Expired,
}

/// Why no other code was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResendHint {
    /// The gap between two sends is not over (N-06).
    Early,
    /// Enough were sent (N-07, N-08).
    Enough,
}

#[derive(Template)]
#[template(path = "guest/code_enter.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a EnterCodePage,
    error: Option<Message<'a>>,
    expired: bool,
    wait: Option<Waiting>,
}

impl EnterCodePage {
    /// The domain that an IT team may let in.
    fn sender_domain(&self) -> &str {
        self.sender.rsplit('@').next().unwrap_or_default()
    }

    fn error<'a>(&'a self, s: &Shell<'a>) -> Option<Message<'a>> {
        self.problem.map(|problem| match problem {
            CodeProblem::Empty => s.m("code-error-empty"),
            CodeProblem::Length(n) => {
                s.m("code-error-length").count("n", i64::try_from(n).unwrap_or(i64::MAX))
            }
            CodeProblem::Chars => s.m("code-error-chars"),
            CodeProblem::Wrong => s.m("code-error-wrong"),
            CodeProblem::WrongLeft(left) => s.m("code-error-wrong-left").count("left", i64::from(left)),
            CodeProblem::Expired => s.m("code-error-expired").count("minutes", self.lifetime.num_minutes()),
        })
    }
}

impl Page for EnterCodePage {
    const ID: &'static str = "G06";
    const STATES: &'static [&'static str] =
        &["sent", "resent", "empty", "length", "chars", "wrong", "wrong-left", "expired", "early", "enough"];
    const FORMS: FormTarget = FormTarget::Onward;

    fn state(&self) -> &'static str {
        match (&self.problem, &self.hint) {
            (Some(CodeProblem::Empty), _) => "empty",
            (Some(CodeProblem::Length(_)), _) => "length",
            (Some(CodeProblem::Chars), _) => "chars",
            (Some(CodeProblem::Wrong), _) => "wrong",
            (Some(CodeProblem::WrongLeft(_)), _) => "wrong-left",
            (Some(CodeProblem::Expired), _) => "expired",
            (None, Some(ResendHint::Early)) => "early",
            (None, Some(ResendHint::Enough)) => "enough",
            (None, None) if self.resent => "resent",
            (None, None) => "sent",
        }
    }

    fn status(&self) -> u16 {
        match (&self.problem, &self.hint) {
            (Some(_), _) => 422,
            (None, Some(_)) => 429,
            (None, None) => 200,
        }
    }

    fn retry_at(&self) -> Option<DateTime<Utc>> {
        self.hint.map(|_| self.resend_at)
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let expired = self.problem == Some(CodeProblem::Expired);
        let title = speak(ui, frame).msg(if expired { "code-title-expired" } else { "code-title" });
        let prefix = match (self.problem, self.resent) {
            (Some(_), _) => Prefix::Error,
            (None, true) => Prefix::NewCode,
            (None, false) => Prefix::None,
        };
        let s = Shell::new(ui, frame, self, title).prefixed(prefix);
        let error = self.error(&s);
        let wait = Waiting::new(&s, &WaitingKeys::RESEND, self.resend_at)?;
        Ok(View { s, p: self, error, expired, wait }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let sent = Self {
            email: GUEST.to_owned(),
            until: now() + CODE_LIFETIME,
            lifetime: CODE_LIFETIME,
            mark: "KWRT".to_owned(),
            ordinal: 1,
            resend_at: now() + SEND_GAP,
            auto_submit: true,
            resent: false,
            problem: None,
            hint: None,
            bounced: None,
            help_open: false,
            sign_up: false,
            sender: "no-reply@id.example".to_owned(),
            reference: Some("7QX2-M4".to_owned()),
        };
        let wrong =
            |problem| Self { problem: Some(problem), auto_submit: false, resend_at: now(), ..sent.clone() };
        let later = now() + TimeDelta::minutes(42);
        vec![
            ("sent", sent.clone()),
            ("resent", Self { resent: true, ordinal: 2, ..sent.clone() }),
            ("empty", wrong(CodeProblem::Empty)),
            ("length", wrong(CodeProblem::Length(7))),
            ("chars", wrong(CodeProblem::Chars)),
            ("wrong", wrong(CodeProblem::Wrong)),
            ("left2", wrong(CodeProblem::WrongLeft(2))),
            ("left1", wrong(CodeProblem::WrongLeft(1))),
            ("expired", wrong(CodeProblem::Expired)),
            ("bounce", Self { bounced: Some("riverstone.example".to_owned()), ..sent.clone() }),
            ("early", Self { hint: Some(ResendHint::Early), ..sent.clone() }),
            ("enough", Self { hint: Some(ResendHint::Enough), resend_at: later, ..sent.clone() }),
            ("help", Self { help_open: true, ordinal: 3, resend_at: later, ..sent.clone() }),
            ("signup", Self { help_open: true, sign_up: true, ..sent.clone() }),
            (
                "long",
                Self { email: "n.araujo.de.figueiredo@sustainable-riverbanks.example".to_owned(), ..sent },
            ),
        ]
    }
}
