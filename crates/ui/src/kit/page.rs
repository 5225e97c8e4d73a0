//! What every page says of itself.

use chrono::{DateTime, Utc};

use super::error::UiError;
use super::frame::Frame;
use super::link::Link;
use super::ui::Ui;

/// A page that people read: a struct of what it must know, with what is fixed of it.
pub trait Page: Sized {
    /// The id of the page in the design brief; `data-testid` of its `<main>`.
    const ID: &'static str;
    /// The names of its states; `data-state` of its `<main>` has one of them.
    const STATES: &'static [&'static str];
    /// Where its forms may end.
    const FORMS: FormTarget = FormTarget::Here;

    /// The state that it is in.
    fn state(&self) -> &'static str;

    /// The HTTP status that it is answered with.
    fn status(&self) -> u16 {
        200
    }

    /// When it is worth to come again (`Retry-After`).
    fn retry_at(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// The page as HTML.
    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError>;

    /// Every state of the page with believable values, by name.
    fn samples() -> Vec<(&'static str, Self)>;
}

/// Where the forms of a page may end (WEB-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormTarget {
    /// At a page of ours.
    Here,
    /// At a page of ours, or where the trip leads: at an application or provider.
    Onward,
}

/// An application with the address where it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppLink {
    /// What people read.
    pub name: String,
    pub link: Link,
}
