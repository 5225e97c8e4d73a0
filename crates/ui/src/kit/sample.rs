//! Believable values, for the samples of pages and mails.

use chrono::{DateTime, Utc};

use super::frame::Frame;
use super::lang::Lang;
use super::link::Link;
use super::page::AppLink;

/// The guest of the samples.
pub(crate) const GUEST: &str = "nicole@riverstone.example";

/// 3 March 2026, 13:02:20 UTC.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_542_940, 0).unwrap_or_default()
}

pub(crate) fn url(text: &str) -> Link {
    Link::parse(text).unwrap_or_else(Link::root)
}

pub(crate) fn path(text: &str) -> Link {
    Link::path(text).unwrap_or_else(Link::root)
}

pub(crate) fn app(name: &str, link: &str) -> AppLink {
    AppLink { name: name.to_owned(), link: url(link) }
}

/// The frame that the samples stand in.
pub(crate) fn frame(lang: Lang) -> Frame {
    Frame {
        app: Some("Project Portal".to_owned()),
        contact: Some("it@alder.example".to_owned()),
        csrf: Some("b1Zk3m9u".to_owned()),
        locator: Some("8Qn4vYkT".to_owned()),
        path: Some("/alder.example/signin".to_owned()),
        nonce: "c2FtcGxl".to_owned(),
        ..Frame::new(lang, now(), "Alder Works", "alder.example")
    }
}
