//! The body of a mail as a list of blocks, and its two renderings.

use std::fmt;

use askama::Template;
use chrono::{DateTime, Utc};
use vestibule_core::letter::Sender;

use crate::kit::names::{cap_name, cap_subject, neutralise};
use crate::kit::text::{Message, Speaker, Surface};
use crate::{Lang, Link, Ui, UiError};

/// A mail as people see it.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The subject: one line, at most 120 characters, never a code (OTP-21).
    pub subject: String,
    pub text: String,
    /// The HTML part.
    pub html: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive() // the parts hold a code or link
    }
}

/// What is known of a letter only when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting<'a> {
    /// The language that it is put into.
    pub lang: Lang,
    /// The host where people sign in.
    pub host: &'a str,
    /// When it is sent.
    pub now: DateTime<Utc>,
    /// What support finds it by.
    pub trace: &'a str,
}

/// A link of a letter.
pub(super) fn link(url: &str) -> Result<Link, UiError> {
    Link::parse(url).ok_or(UiError::NoLink)
}

/// One block of a mail.
pub(super) enum BodyBlock<'a> {
    /// A warning in a box of its own.
    Caution(Message<'a>),
    /// The heading; each mail has one.
    Heading(Message<'a>),
    /// A paragraph.
    Text(Message<'a>),
    /// Two sentences in one paragraph, the second stressed.
    Stressed(Message<'a>),
    /// A lesser paragraph.
    Small(Message<'a>),
    /// The code: one text node, alone on its line.
    Code(&'a str),
    /// What follows is another matter.
    Rule,
    /// A heading for what follows.
    Section(Message<'a>),
    /// Names and values.
    Facts(Vec<(Message<'a>, Message<'a>)>),
    /// Somebody's own words.
    Quote(Vec<String>),
    /// The one thing to do, with its link repeated as text.
    Button { label: Message<'a>, copy: Message<'a>, link: Link },
    /// A paragraph that ends with a link.
    Linked { lead: Message<'a>, label: Message<'a>, link: Link },
}

/// Whose mail it is: the foot of each.
struct Foot<'a> {
    org: &'a str,
    host: &'a str,
    help: Link,
    privacy: Option<Link>,
}

/// A mail before it is rendered.
pub(super) struct Body<'a> {
    pub(super) preheader: Message<'a>,
    pub(super) blocks: Vec<BodyBlock<'a>>,
    /// Why one gets it.
    pub(super) reason: Message<'a>,
    /// The last item of the foot: the four letters, or the trace id.
    pub(super) tail: Message<'a>,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    t: Speaker<'a>,
    from: &'a Foot<'a>,
    letter: &'a Body<'a>,
    title: String,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    t: Speaker<'a>,
    from: &'a Foot<'a>,
    letter: &'a Body<'a>,
}

/// Who speaks in a mail.
pub(super) fn speak<'a>(ui: &'a Ui, posting: &Posting<'_>) -> Speaker<'a> {
    Speaker { catalogue: &ui.catalogue, lang: posting.lang, now: posting.now, surface: Surface::Mail }
}

impl Body<'_> {
    /// Both parts.
    pub(super) fn render(
        &self,
        t: Speaker<'_>,
        from: &Sender,
        posting: &Posting<'_>,
        subject: &Message<'_>,
    ) -> Result<Mail, UiError> {
        let subject = cap_subject(&subject.plain()?);
        let privacy = from.privacy.as_deref().map(link).transpose()?;
        let from = &Foot { org: &from.org, host: posting.host, help: link(&from.help)?, privacy };
        let html = Html { t, from, letter: self, title: self.title()? }.render()?;
        let text = Text { t, from, letter: self }.render()?;
        Ok(Mail { subject, text, html })
    }

    fn title(&self) -> Result<String, UiError> {
        let heading = self.blocks.iter().find_map(|block| match block {
            BodyBlock::Heading(message) => Some(message.plain()),
            _ => None,
        });
        heading.unwrap_or_else(|| self.preheader.plain())
    }
}

/// A name as it may stand in a mail: capped; [`Message`] does the rest.
pub(super) fn name(text: &str) -> String {
    cap_name(text)
}

/// Free text as its lines, without anything that mail programs would turn into a link.
pub(super) fn quote(text: &str) -> Vec<String> {
    crate::kit::names::clean_lines(text).iter().map(|line| neutralise(line)).collect()
}

/// A quoted line folded for the text part, at most 76 characters wide where words allow.
fn fold(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for word in line.split(' ') {
        let full = out
            .last()
            .is_some_and(|last| !last.is_empty() && last.chars().count() + word.chars().count() >= 76);
        if full {
            out.push(String::new());
        }
        if let Some(last) = out.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    out
}
