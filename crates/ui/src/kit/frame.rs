//! What all pages have around their card, and the paths that their forms and links lead to.

use chrono::{DateTime, Utc};

use super::assets::Assets;
use super::error::UiError;
use super::lang::Lang;
use super::link::Link;
use super::page::Page;
use super::text::{Message, Speaker, Surface};
use super::ui::Ui;

/// What every page needs to know of the request.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The language that was negotiated.
    pub lang: Lang,
    /// The time of the request.
    pub now: DateTime<Utc>,
    /// The tenant's display name; without a tenant, the name of the site.
    pub brand: String,
    /// The tenant as the path has it: GUID, verified domain, or `common`.
    pub segment: String,
    /// The application that this trip is for.
    pub app: Option<String>,
    /// Whom guests may ask, in the tenant's settings: a mail address becomes a link.
    pub contact: Option<String>,
    /// The value of the hidden field `csrf`.
    pub csrf: Option<String>,
    /// The value of `?i=`.
    pub locator: Option<String>,
    /// The path of the page, without its query, which the language menu opens again by GET. `None`: no menu.
    pub path: Option<String>,
    /// Further query parameters that the language menu keeps (`change=1`).
    pub keep: Vec<(String, String)>,
    /// The nonce of the response's `Content-Security-Policy`.
    pub nonce: String,
}

impl Frame {
    /// A frame for a brand and a tenant segment; everything else is to be filled in.
    pub fn new(lang: Lang, now: DateTime<Utc>, brand: &str, segment: &str) -> Self {
        Self {
            lang,
            now,
            brand: brand.to_owned(),
            segment: segment.to_owned(),
            app: None,
            contact: None,
            csrf: None,
            locator: None,
            path: None,
            keep: Vec::new(),
            nonce: String::new(),
        }
    }
}

/// What the title of the window begins with (ux 1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prefix {
    None,
    Error,
    NewCode,
}

/// The frame as the templates see it; the field `s` of each.
#[derive(Debug)]
pub(crate) struct Shell<'a> {
    pub(crate) f: &'a Frame,
    pub(crate) assets: &'a Assets,
    pub(crate) id: &'static str,
    pub(crate) state: &'static str,
    pub(crate) title: Message<'a>,
    pub(crate) languages: &'static [Lang],
    prefix: Prefix,
    speaker: Speaker<'a>,
}

impl<'a> Shell<'a> {
    pub(crate) fn new<P: Page>(ui: &'a Ui, frame: &'a Frame, page: &P, title: Message<'a>) -> Self {
        Self {
            f: frame,
            assets: &ui.assets,
            id: P::ID,
            state: page.state(),
            title,
            languages: ui.catalogue.offered(),
            prefix: Prefix::None,
            speaker: speak(ui, frame),
        }
    }

    pub(crate) fn prefixed(self, prefix: Prefix) -> Self {
        Self { prefix, ..self }
    }

    /// A message.
    pub(crate) fn m(&self, key: &'static str) -> Message<'a> {
        self.speaker.msg(key)
    }

    /// The title of the window: what the page says, and where.
    pub(crate) fn window_title(&self) -> Result<String, UiError> {
        let whole = self.m("title").text("title", self.title.clone()).name("org", &self.f.brand);
        match self.prefix {
            Prefix::None => whole.plain(),
            Prefix::Error => self.m("title-error").text("title", whole).plain(),
            Prefix::NewCode => self.m("title-new").text("title", whole).plain(),
        }
    }

    /// The path of a page of the interaction: `""` for the address page, else `code`, `code/send`, `review` …
    pub(crate) fn signin(&self, page: &str) -> String {
        let slash = if page.is_empty() { "" } else { "/" };
        let query = self.locator().map(|i| format!("?i={i}")).unwrap_or_default();
        format!("/{}/signin{slash}{page}{query}", self.segment())
    }

    /// Where another address can be entered.
    pub(crate) fn change(&self) -> String {
        let query = self.locator().map(|i| format!("i={i}&")).unwrap_or_default();
        format!("/{}/signin?{query}change=1", self.segment())
    }

    /// A path of the tenant that carries no interaction: `invite`, `report`, `signin/help` …
    pub(crate) fn tenant(&self, page: &str) -> String {
        format!("/{}/{page}", self.segment())
    }

    /// Where the language menu leads, if that is a path of ours.
    pub(crate) fn path(&self) -> Option<Link> {
        self.f.path.as_deref().and_then(Link::path)
    }

    /// Whether the page stands in a tenant, so that the brand is an organization's name.
    pub(crate) fn has_tenant(&self) -> bool {
        !matches!(self.segment(), "common" | "organizations" | "consumers")
    }

    /// The locator, if it is made of the characters that one is made of.
    pub(crate) fn locator(&self) -> Option<&'a str> {
        self.f.locator.as_deref().filter(|i| !i.is_empty() && i.bytes().all(in_path))
    }

    /// The tenant segment; a strange one would make another path of the link, so it gives way to `common`.
    fn segment(&self) -> &'a str {
        let segment = self.f.segment.as_str();
        let fine = !segment.is_empty()
            && segment.bytes().all(|b| in_path(b) || b == b'.')
            && !segment.starts_with('.');
        if fine { segment } else { "common" }
    }
}

fn in_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Who speaks on a page.
pub(crate) fn speak<'a>(ui: &'a Ui, frame: &Frame) -> Speaker<'a> {
    Speaker { catalogue: &ui.catalogue, lang: frame.lang, now: frame.now, surface: Surface::Guest }
}

#[cfg(test)]
mod tests;
