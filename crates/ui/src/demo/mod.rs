//! The demo's mailbox: what a demonstration would have sent. Not a page of the product; `demo` alone serves it.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::kit::frame::{Shell, speak};
use crate::kit::sample::{GUEST, now};
use crate::{Frame, Link, Page, Ui, UiError};

/// A mail that was not sent.
#[derive(Debug, Clone)]
pub struct MailboxMail {
    pub number: u64,
    /// When it would have been sent.
    pub at: DateTime<Utc>,
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// The mailbox.
#[derive(Debug, Clone, Default)]
pub struct MailboxPage {
    /// The newest first.
    pub mails: Vec<MailboxMail>,
    pub open: Option<u64>,
}

/// A piece of a mail's text.
struct Part<'a> {
    text: &'a str,
    /// Where it leads, if it is an address of the web.
    link: Option<Link>,
}

impl MailboxMail {
    /// The text, cut where addresses of the web begin and end.
    fn parts(&self) -> Vec<Part<'_>> {
        let words = self.text.split_inclusive(char::is_whitespace);
        let split = words.flat_map(|word| {
            let bare = word.trim_end();
            let (word, space) = word.split_at(bare.len());
            [word, space]
        });
        let link = |text: &str| text.starts_with("http").then(|| Link::parse(text)).flatten();
        split.filter(|text| !text.is_empty()).map(|text| Part { text, link: link(text) }).collect()
    }
}

impl MailboxPage {
    fn opened(&self) -> Option<&MailboxMail> {
        self.mails.iter().find(|m| Some(m.number) == self.open)
    }
}

#[derive(Template)]
#[template(path = "demo/mailbox.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a MailboxPage,
}

impl View<'_> {
    fn link(number: u64) -> Link {
        Link::path(&format!("/demo/mailbox/{number}")).unwrap_or_else(Link::root)
    }
}

impl Page for MailboxPage {
    const ID: &'static str = "mailbox";
    const STATES: &'static [&'static str] = &["mail", "empty"];

    fn state(&self) -> &'static str {
        if self.opened().is_some() { "mail" } else { "empty" }
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("mailbox-title");
        Ok(View { s: Shell::new(ui, frame, self, title), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let mail = MailboxMail {
            number: 1,
            at: now(),
            to: GUEST.to_owned(),
            subject: "Your Fabrikam sign-in code (14:02)".to_owned(),
            text: "Your sign-in code\n\n48203917\n\nNot you? https://id.example/report/8Qn4vYkT\n".to_owned(),
        };
        vec![("mail", Self { mails: vec![mail], open: Some(1) }), ("empty", Self::default())]
    }
}
