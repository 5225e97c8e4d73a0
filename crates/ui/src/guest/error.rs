//! G24: what went wrong, why, and what to do next.

use askama::Template;
use vestibule_core::error::ErrorCode;

use crate::kit::frame::{Shell, speak};
use crate::kit::names::clean;
use crate::kit::sample::{GUEST, app, path};
use crate::kit::text::Message;
use crate::{AppLink, Frame, Link, Page, Ui, UiError};

/// The keys of a code's title and sentence. A code that has a page of its own has words here too, for the worst case.
const fn keys(code: ErrorCode) -> (&'static str, &'static str) {
    match code {
        ErrorCode::InteractionExpired => ("interaction-expired-title", "interaction-expired"),
        ErrorCode::InteractionStopped => ("interaction-stopped-title", "interaction-stopped"),
        ErrorCode::InteractionUnknown => ("interaction-unknown-title", "interaction-unknown"),
        ErrorCode::OtherBrowser => ("other-browser-title", "other-browser"),
        ErrorCode::AlreadyDone => ("already-done-title", "already-done"),
        ErrorCode::ClientUnknown => ("client-unknown-title", "client-unknown"),
        ErrorCode::ClientOff => ("client-off-title", "client-off"),
        ErrorCode::RedirectMismatch => ("redirect-mismatch-title", "redirect-mismatch"),
        ErrorCode::RequestBad => ("request-bad-title", "request-bad"),
        ErrorCode::NoAccess => ("no-access-title", "no-access"),
        ErrorCode::GuestDisabled => ("guest-disabled-title", "guest-disabled"),
        ErrorCode::GuestRemoved => ("guest-removed-title", "guest-removed"),
        ErrorCode::TenantUnknown => ("tenant-unknown-title", "tenant-unknown"),
        ErrorCode::TenantMissing => ("tenant-missing-title", "tenant-missing"),
        ErrorCode::TenantOff => ("tenant-off-title", "tenant-off"),
        ErrorCode::DomainBlocked => ("domain-blocked-title", "domain-blocked"),
        ErrorCode::MailDown => ("mail-down-title", "mail-down"),
        ErrorCode::Cookies => ("cookies-title", "cookies-body"),
        ErrorCode::Csrf => ("csrf-title", "csrf"),
        ErrorCode::PolicyBlocked | ErrorCode::SecondStep => ("blocked-title-noapp", "blocked-generic"),
        ErrorCode::NoMethod => ("blocked-title-noapp", "blocked-nomethod"),
    }
}

/// A code as the details for support show it, with Entra's number where it has one.
pub(super) fn label(code: ErrorCode) -> String {
    match code.aadsts() {
        Some(number) => format!("{} (AADSTS{number})", code.as_str()),
        None => code.as_str().to_owned(),
    }
}

/// Names the codes that G24 tells, and their words. The others have pages of their own: G27, G28.
macro_rules! told {
    ($($code:ident),+ $(,)?) => {
        const TOLD: &[ErrorCode] = &[$(ErrorCode::$code),+];
        const WORDS: &[&str] = &[$(ErrorCode::$code.as_str()),+];
    };
}

told! {
    InteractionExpired,
    InteractionStopped,
    InteractionUnknown,
    OtherBrowser,
    AlreadyDone,
    ClientUnknown,
    ClientOff,
    RedirectMismatch,
    RequestBad,
    NoAccess,
    GuestDisabled,
    GuestRemoved,
    TenantUnknown,
    TenantMissing,
    TenantOff,
    DomainBlocked,
    MailDown,
    Csrf,
}

/// G24.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    pub code: ErrorCode,
    /// What the log line is found by.
    pub trace: String,
    /// The address, in errors that come after a proof.
    pub email: Option<String>,
    /// The domain, for [`ErrorCode::DomainBlocked`].
    pub domain: Option<String>,
    /// Where the primary button leads; its words follow from the code.
    pub again: Option<Link>,
    /// Back to the application; only with a validated redirect URI.
    pub back: Option<AppLink>,
    /// What is wrong with the request, for developers, in English; a default stands in the catalogue.
    pub developer: Option<String>,
}

impl ErrorPage {
    /// The page of a code, with nothing but what each must have.
    pub fn new(code: ErrorCode, trace: &str) -> Self {
        Self {
            code,
            trace: trace.to_owned(),
            email: None,
            domain: None,
            again: None,
            back: None,
            developer: None,
        }
    }

    fn title<'a>(&'a self, ui: &'a Ui, frame: &'a Frame) -> Message<'a> {
        let speaker = speak(ui, frame);
        speaker
            .msg(keys(self.code).0)
            .name("app", frame.app.as_deref().unwrap_or(&frame.brand))
            .name("org", &frame.brand)
            .ltr("domain", self.domain.as_deref().unwrap_or_default())
    }

    fn sentence<'a>(&'a self, s: &Shell<'a>) -> Message<'a> {
        s.m(keys(self.code).1)
            .name("org", &s.f.brand)
            .ltr("email", self.email.as_deref().unwrap_or_default())
            .contact("contact", &s.f.contact)
    }

    /// The words of the primary button.
    fn action(&self) -> &'static str {
        if self.code == ErrorCode::Csrf { "error-continue" } else { "error-restart" }
    }

    /// What is said to developers: only where the request is at fault, never of guests' own mistakes.
    fn note(&self) -> Option<String> {
        let request = matches!(
            self.code,
            ErrorCode::ClientUnknown
                | ErrorCode::ClientOff
                | ErrorCode::RedirectMismatch
                | ErrorCode::RequestBad
                | ErrorCode::TenantUnknown
                | ErrorCode::TenantMissing
        );
        request.then(|| clean(self.developer.as_deref().unwrap_or_else(|| self.code.developer())))
    }
}

#[derive(Template)]
#[template(path = "guest/error.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a ErrorPage,
    sentence: Message<'a>,
    code: String,
}

impl Page for ErrorPage {
    const ID: &'static str = "G24";
    const STATES: &'static [&'static str] = WORDS;

    fn state(&self) -> &'static str {
        self.code.as_str()
    }

    fn status(&self) -> u16 {
        self.code.status()
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let s = Shell::new(ui, frame, self, self.title(ui, frame));
        let sentence = self.sentence(&s);
        let code = label(self.code);
        Ok(View { s, p: self, sentence, code }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let restart = path("/alder.example/signin?i=8Qn4vYkT");
        let each = TOLD.iter().map(|code| {
            let page = Self {
                email: Some(GUEST.to_owned()),
                domain: Some("mailbox.example".to_owned()),
                again: match code {
                    ErrorCode::ClientUnknown
                    | ErrorCode::ClientOff
                    | ErrorCode::RedirectMismatch
                    | ErrorCode::TenantMissing
                    | ErrorCode::GuestDisabled
                    | ErrorCode::GuestRemoved
                    | ErrorCode::AlreadyDone => None,
                    _ => Some(restart.clone()),
                },
                back: (*code == ErrorCode::AlreadyDone)
                    .then(|| app("Project Portal", "https://portal.alder.example/")),
                developer: (*code == ErrorCode::RequestBad).then(|| "code_challenge is missing".to_owned()),
                ..Self::new(*code, "01JNE8P4ZK7Y5B3W")
            };
            (code.as_str(), page)
        });
        each.collect()
    }
}
