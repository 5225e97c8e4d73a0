//! G30: help, privacy, terms, accessibility.

use askama::Template;
use vestibule_core::numbers::{CODE_LIFETIME, SEND_GAP, SESSION_LIFETIME};

use crate::kit::frame::{Shell, speak};
use crate::kit::sample::url;
use crate::{Frame, Link, Page, Ui, UiError};

/// G30.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPage {
    pub kind: TextKind,
    /// The address that mails come from.
    pub sender: String,
    /// The host of the site.
    pub host: String,
    /// The tenant's privacy statement.
    pub privacy: Option<Link>,
    pub terms: Option<Link>,
}

/// Which text: the last part of `/{segment}/signin/help[/{page}]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// No last part.
    Help,
    /// `privacy`.
    Privacy,
    /// `terms`.
    Terms,
    /// `accessibility`.
    Accessibility,
}

impl TextKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Help, Self::Privacy, Self::Terms, Self::Accessibility];

    /// The text of a path's last part; the empty part is help.
    pub fn parse(page: &str) -> Option<Self> {
        match page {
            "" => Some(Self::Help),
            "privacy" => Some(Self::Privacy),
            "terms" => Some(Self::Terms),
            "accessibility" => Some(Self::Accessibility),
            _ => None,
        }
    }

    const fn title_key(self) -> &'static str {
        match self {
            Self::Help => "help-title",
            Self::Privacy => "privacy-title",
            Self::Terms => "terms-title",
            Self::Accessibility => "accessibility-title",
        }
    }
}

#[derive(Template)]
#[template(path = "guest/text.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a TextPage,
    minutes: i64,
    seconds: i64,
    hours: i64,
}

impl TextPage {
    /// The domain that an IT team may let in.
    fn sender_domain(&self) -> &str {
        self.sender.rsplit('@').next().unwrap_or_default()
    }
}

impl Page for TextPage {
    const ID: &'static str = "G30";
    const STATES: &'static [&'static str] = &["help", "privacy", "terms", "accessibility"];

    fn state(&self) -> &'static str {
        match self.kind {
            TextKind::Help => "help",
            TextKind::Privacy => "privacy",
            TextKind::Terms => "terms",
            TextKind::Accessibility => "accessibility",
        }
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let s = Shell::new(ui, frame, self, speak(ui, frame).msg(self.kind.title_key()));
        let view = View {
            s,
            p: self,
            minutes: CODE_LIFETIME.num_minutes(),
            seconds: SEND_GAP.num_seconds(),
            hours: SESSION_LIFETIME.num_hours(),
        };
        Ok(view.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |kind| Self {
            kind,
            sender: "no-reply@id.example".to_owned(),
            host: "id.example".to_owned(),
            privacy: Some(url("https://alder.example/privacy")),
            terms: Some(url("https://alder.example/terms")),
        };
        let bare = |kind| Self { privacy: None, terms: None, ..page(kind) };
        vec![
            ("help", page(TextKind::Help)),
            ("privacy", page(TextKind::Privacy)),
            ("privacy-bare", bare(TextKind::Privacy)),
            ("terms", page(TextKind::Terms)),
            ("terms-bare", bare(TextKind::Terms)),
            ("accessibility-noapp", page(TextKind::Accessibility)),
        ]
    }
}
