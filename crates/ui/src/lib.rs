//! Everything that people read: pages and mails, their languages, their styles and scripts.
//!
//! Pure: a context goes in, text comes out. A page is a struct with public fields that implements [`Page`]; what all
//! pages share stands in a [`Frame`]; [`Ui`] holds what is built once. Mails are structs of [`mail`] whose text and
//! HTML come from one list of blocks. A value of a stranger is escaped, stripped of invisible characters and set
//! apart from the sentence around it in one place only: the text module's `Message`.

pub mod assets;
mod frame;
mod lang;
mod link;
pub mod mail;
pub mod names;
pub mod page;
pub mod samples;
mod text;

pub use assets::{Asset, Assets};
pub use frame::Frame;
pub use lang::{Direction, Lang};
pub use link::Link;
pub use page::{Again, AppLink, Page};
pub use text::Catalogue;

/// What is built once and shared by every page and mail.
#[derive(Debug)]
pub struct Ui {
    /// The languages.
    pub catalogue: Catalogue,
    /// Styles, scripts and icon, by their hashed names.
    pub assets: Assets,
}

impl Ui {
    /// Builds the catalogue of the languages that are offered, and the assets.
    pub fn new() -> Result<Self, UiError> {
        Ok(Self { catalogue: Catalogue::new()?, assets: Assets::new() })
    }

    /// Like [`Self::new`], with the pseudo-locales `en-XA` and `ar-XB` offered besides; for tests and the gallery.
    pub fn with_pseudo() -> Result<Self, UiError> {
        Ok(Self { catalogue: Catalogue::with_pseudo()?, assets: Assets::new() })
    }
}

/// Why something could not be put into words. All of these are faults of ours, found by the render-everything test.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UiError {
    /// A file of messages does not parse, or defines a message twice.
    #[error("the messages of {lang} do not load: {reason}")]
    Catalogue {
        /// Language tag.
        lang: &'static str,
        /// What the parser says.
        reason: String,
    },
    /// No language has this message.
    #[error("there is no message {0}")]
    NoMessage(&'static str),
    /// A message wants a variable that was not given.
    #[error("message {key} does not format: {reason}")]
    Format {
        /// The message.
        key: &'static str,
        /// What Fluent says.
        reason: String,
    },
    /// A link of a letter is none, or is of a scheme that may stand in no mail.
    #[error("a link of a letter is none")]
    NoLink,
    /// A template failed.
    #[error("a template does not render")]
    Template(#[from] askama::Error),
}

#[cfg(test)]
mod tests;
