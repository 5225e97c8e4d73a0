//! Everything that people read: pages and mails, their languages, their styles and scripts.
//!
//! Pure: a context goes in, text comes out. A folder per surface ([`guest`], [`mail`], [`demo`]), and a [`kit`] that all
//! of them stand on. A page is a struct with public fields that implements [`Page`], and says of itself what is fixed: its
//! id, its states and their statuses, where its forms may lead. What pages share stands in a [`Frame`]; [`Ui`] holds what
//! is built once. A mail is a `core::letter` put into words: text and HTML come from one list of blocks. A value of a
//! stranger is escaped, stripped of invisible characters and set apart from the sentence around it in one place only: the
//! text module's `Message`.

pub mod demo;
pub mod guest;
pub mod kit;
pub mod mail;
pub mod samples;

pub use kit::assets::{Asset, Assets};
pub use kit::error::UiError;
pub use kit::frame::Frame;
pub use kit::lang::{Direction, Lang};
pub use kit::link::Link;
pub use kit::page::{AppLink, FormTarget, Page};
pub use kit::text::Catalogue;
pub use kit::ui::Ui;

#[cfg(test)]
mod tests;
