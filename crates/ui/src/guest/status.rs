//! G26: not found or down; G27: blocked by a rule; G28: cookies needed.

use askama::Template;

use vestibule_core::error::ErrorCode;

use super::error::label;
use crate::kit::frame::{Shell, speak};
use crate::kit::sample::{GUEST, app, path};
use crate::kit::text::Message;
use crate::{AppLink, Frame, Link, Page, Ui, UiError};

/// What is served if even G26 cannot be rendered.
pub const LAST_RESORT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Back soon</title>\
    <h1>Back soon</h1><p>This site cannot answer right now. Try again in a minute.</p></html>";

/// G26. Needs neither database nor tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusPage {
    pub status: Status,
    /// What the log line is found by.
    pub trace: Option<String>,
}

/// Why there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 404, 405.
    NotFound,
    /// 500, 503 while something of ours is down.
    Down,
    /// 503 while too many ask at once.
    Busy,
}

#[derive(Template)]
#[template(path = "guest/status.html")]
struct StatusView<'a> {
    s: Shell<'a>,
    p: &'a StatusPage,
    sentence: &'static str,
}

impl Page for StatusPage {
    const ID: &'static str = "G26";
    const STATES: &'static [&'static str] = &["not-found", "down", "busy"];

    fn state(&self) -> &'static str {
        match self.status {
            Status::NotFound => "not-found",
            Status::Down => "down",
            Status::Busy => "busy",
        }
    }

    fn status(&self) -> u16 {
        match self.status {
            Status::NotFound => 404,
            Status::Down => 500,
            Status::Busy => 503,
        }
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let (title, sentence) = match self.status {
            Status::NotFound => ("notfound-title", "notfound"),
            Status::Down => ("down-title", "down"),
            Status::Busy => ("busy-title", "busy"),
        };
        let frame = &Frame { path: None, ..frame.clone() };
        let s = Shell::new(ui, frame, self, speak(ui, frame).msg(title));
        Ok(StatusView { s, p: self, sentence }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("not-found-noapp", Self { status: Status::NotFound, trace: None }),
            ("down-noapp", Self { status: Status::Down, trace: Some("01JNE8P4ZK7Y5B3W".to_owned()) }),
            ("busy-noapp", Self { status: Status::Busy, trace: None }),
        ]
    }
}

/// G27.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedPage {
    /// For the person's message to support.
    pub code: ErrorCode,
    /// Which sentence, by the setting of the policy.
    pub reason: BlockReason,
    /// What the log line is found by.
    pub trace: String,
    /// Where one signs in with another account.
    pub switch: Option<Link>,
    /// Back to the application.
    pub back: Option<AppLink>,
}

/// What blocked a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockReason {
    /// Some rule.
    Generic,
    /// Where the guest is.
    Country,
    Network,
    Device,
    /// It looked unusual.
    Risk,
    /// There is no way to sign in for this address.
    NoMethod {
        email: String,
    },
}

#[derive(Template)]
#[template(path = "guest/blocked.html")]
struct BlockedView<'a> {
    s: Shell<'a>,
    p: &'a BlockedPage,
    sentence: Message<'a>,
}

impl BlockedPage {
    fn code(&self) -> String {
        label(self.code)
    }

    fn sentence<'a>(&'a self, s: &Shell<'a>) -> Message<'a> {
        let key = match &self.reason {
            BlockReason::NoMethod { email } => {
                let message = s.m("blocked-nomethod").name("org", &s.f.brand);
                return message.strong_ltr("email", email).contact("contact", &s.f.contact);
            }
            BlockReason::Generic => "blocked-generic",
            BlockReason::Country => "blocked-country",
            BlockReason::Network => "blocked-network",
            BlockReason::Device => "blocked-device",
            BlockReason::Risk => "blocked-risk",
        };
        s.m(key).name("org", &s.f.brand)
    }

    fn no_method(&self) -> bool {
        matches!(self.reason, BlockReason::NoMethod { .. })
    }
}

impl Page for BlockedPage {
    const ID: &'static str = "G27";
    const STATES: &'static [&'static str] = &["generic", "country", "network", "device", "risk", "no-method"];

    fn state(&self) -> &'static str {
        match self.reason {
            BlockReason::Generic => "generic",
            BlockReason::Country => "country",
            BlockReason::Network => "network",
            BlockReason::Device => "device",
            BlockReason::Risk => "risk",
            BlockReason::NoMethod { .. } => "no-method",
        }
    }

    fn status(&self) -> u16 {
        self.code.status()
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let speaker = speak(ui, frame);
        let title = match &frame.app {
            Some(app) => speaker.msg("blocked-title").name("app", app),
            None => speaker.msg("blocked-title-noapp"),
        };
        let s = Shell::new(ui, frame, self, title);
        let sentence = self.sentence(&s);
        Ok(BlockedView { s, p: self, sentence }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |reason| Self {
            code: ErrorCode::PolicyBlocked,
            reason,
            trace: "01JNE8P4ZK7Y5B3W".to_owned(),
            switch: Some(path("/alder.example/signin?i=8Qn4vYkT&change=1")),
            back: Some(app("Project Portal", "https://portal.alder.example/")),
        };
        vec![
            ("generic", page(BlockReason::Generic)),
            ("country", page(BlockReason::Country)),
            ("network", page(BlockReason::Network)),
            ("device", page(BlockReason::Device)),
            ("risk", page(BlockReason::Risk)),
            ("no-method", page(BlockReason::NoMethod { email: GUEST.to_owned() })),
            ("bare-noapp", Self { switch: None, back: None, ..page(BlockReason::Generic) }),
        ]
    }
}

/// G28.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookiesPage {
    /// The host that cookies are to be allowed for.
    pub host: String,
    /// Where *Try again* leads.
    pub again: Link,
}

#[derive(Template)]
#[template(path = "guest/cookies.html")]
struct CookiesView<'a> {
    s: Shell<'a>,
    p: &'a CookiesPage,
}

impl Page for CookiesPage {
    const ID: &'static str = "G28";
    const STATES: &'static [&'static str] = &["default"];

    fn state(&self) -> &'static str {
        "default"
    }

    fn status(&self) -> u16 {
        ErrorCode::Cookies.status()
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let s = Shell::new(ui, frame, self, speak(ui, frame).msg("cookies-title"));
        Ok(CookiesView { s, p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("default", Self { host: "id.example".to_owned(), again: path("/alder.example/signin") })]
    }
}
