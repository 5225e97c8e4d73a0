//! The kinds of value that a message can have, and how each is written.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use vestibule_core::Address;

use super::catalogue::Surface;
use super::message::{Message, Speaker, escape};
use super::when::When;
use crate::kit::error::UiError;
use crate::kit::names::{clean, neutralise};

/// A value in a message.
#[derive(Clone)]
pub(super) enum Slot<'a> {
    /// Somebody's name.
    Name { text: Cow<'a, str>, strong: bool },
    /// Something that always runs left to right.
    Ltr { text: Cow<'a, str>, strong: bool },
    /// The four letters of a code.
    Mark(&'a str),
    /// A number; Fluent writes it.
    Count(i64),
    /// An instant.
    Time { at: DateTime<Utc>, when: When, strong: bool },
    /// A message inside a message.
    Text(Box<Message<'a>>),
    /// Words of ours.
    Verbatim(String),
    /// A person or place to ask.
    Contact(&'a str),
}

/// First of the characters that keep a value's direction to itself in plain text (UAX 9).
const ISOLATE: char = '\u{2068}';
/// Last of them.
const END_ISOLATE: char = '\u{2069}';
/// An address longer than this may break after its at sign.
const BREAK_BEYOND: usize = 30;
const MARK_STYLE: &str = "padding:2px 5px 2px 8px;border:1px solid #737c8a;border-radius:4px;\
    font:700 15px/1 ui-monospace,'SF Mono',Consolas,Menlo,monospace;letter-spacing:2px;color:#1a1d23;\
    unicode-bidi:isolate;white-space:nowrap";

impl Slot<'_> {
    /// Writes the value as HTML.
    pub(super) fn html(&self, speaker: Speaker<'_>, out: &mut String) -> Result<(), UiError> {
        match self {
            Self::Name { text, strong } => stress(out, *strong, &bdi(&shown(speaker, text))),
            Self::Ltr { text, strong } => stress(out, *strong, &ltr(speaker, text)),
            Self::Mark(mark) => out.push_str(&plate(speaker, mark)),
            Self::Count(count) => out.push_str(&count.to_string()),
            Self::Time { at, when, strong } => stress(out, *strong, &time(speaker, *at, *when)?),
            Self::Text(message) => out.push_str(&message.html()?),
            Self::Verbatim(text) => out.push_str(&escape(text)),
            Self::Contact(contact) => out.push_str(&contact_html(speaker, contact)),
        }
        Ok(())
    }

    /// Writes the value as plain text; in a right-to-left language with its direction kept to itself.
    pub(super) fn plain(&self, speaker: Speaker<'_>, out: &mut String) -> Result<(), UiError> {
        let text = match self {
            Self::Name { text, .. } => shown(speaker, text),
            Self::Ltr { text, .. } => clean(text),
            Self::Mark(text) => clean(text),
            Self::Contact(text) => match Address::parse(text) {
                Ok(address) => address.as_str().to_owned(),
                Err(_) => shown(speaker, text),
            },
            Self::Count(count) => count.to_string(),
            Self::Time { at, when, .. } => when.say(speaker, *at)?,
            Self::Text(message) => return message.plain().map(|text| out.push_str(&text)),
            Self::Verbatim(text) => {
                out.push_str(text);
                return Ok(());
            }
        };
        if speaker.lang.rtl() {
            out.extend([ISOLATE]);
            out.push_str(&text);
            out.extend([END_ISOLATE]);
        } else {
            out.push_str(&text);
        }
        Ok(())
    }
}

/// A name as people may see it.
fn shown(speaker: Speaker<'_>, text: &str) -> String {
    match speaker.surface {
        Surface::Guest => clean(text),
        Surface::Mail => neutralise(&clean(text)),
    }
}

fn stress(out: &mut String, strong: bool, html: &str) {
    if strong {
        out.push_str("<b>");
        out.push_str(html);
        out.push_str("</b>");
    } else {
        out.push_str(html);
    }
}

fn bdi(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape(text))
}

/// An address or host; a long address may break after its at sign, a short one would break in two needlessly.
fn ltr(speaker: Speaker<'_>, text: &str) -> String {
    let text = clean(text);
    let mut html = escape(&text);
    if text.len() > BREAK_BEYOND && speaker.surface == Surface::Guest {
        html = html.replacen('@', "@<wbr>", 1);
    }
    let direction = if speaker.lang.rtl() || speaker.surface == Surface::Mail { " dir=\"ltr\"" } else { "" };
    format!("<bdi{direction}>{html}</bdi>")
}

fn plate(speaker: Speaker<'_>, mark: &str) -> String {
    let mark = escape(&clean(mark));
    match speaker.surface {
        Surface::Guest => format!("<b class=\"mark\" dir=\"ltr\">{mark}</b>"),
        Surface::Mail => format!("<b class=\"tx hr\" dir=\"ltr\" style=\"{MARK_STYLE}\">{mark}</b>"),
    }
}

fn time(speaker: Speaker<'_>, at: DateTime<Utc>, when: When) -> Result<String, UiError> {
    let words = escape(&when.say(speaker, at)?);
    if speaker.surface == Surface::Mail {
        if matches!(when, When::Stamp | When::Second) {
            return Ok(words);
        }
        return Ok(format!("<span style=\"white-space:nowrap\">{words}</span>"));
    }
    let Some(local) = when.local(speaker, at) else {
        return Ok(format!("<time datetime=\"{}\">{words}</time>", at.format("%Y-%m-%d")));
    };
    let machine = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let direction = if speaker.lang.rtl() && local == "clock" { " dir=\"ltr\"" } else { "" };
    Ok(format!("<time datetime=\"{machine}\"{direction} data-local=\"{local}\">{words}</time>"))
}

/// A link where the contact is a mail address. [`Address`] lets neither quotes nor spaces nor `?` through unescaped.
fn contact_html(speaker: Speaker<'_>, contact: &str) -> String {
    let Ok(address) = Address::parse(contact) else { return bdi(&shown(speaker, contact)) };
    let mut target = String::new();
    for byte in address.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || b"@.-_+".contains(&byte) {
            target.push(char::from(byte));
        } else if write!(target, "%{byte:02X}").is_err() {
            return bdi(&shown(speaker, contact));
        }
    }
    let text = escape(address.as_str());
    match speaker.surface {
        Surface::Guest => format!("<a href=\"mailto:{target}\" dir=\"ltr\">{text}</a>"),
        Surface::Mail => format!(
            "<a class=\"ln\" href=\"mailto:{target}\" dir=\"ltr\" style=\"color:#0b5cad;text-decoration:underline;\
             unicode-bidi:isolate\">{text}</a>"
        ),
    }
}
