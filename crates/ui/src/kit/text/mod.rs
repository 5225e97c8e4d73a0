//! Words: the catalogue of messages, a message with its values, dates, and the pseudo-locales.

mod catalogue;
mod message;
mod pseudo;
mod slot;
mod when;

pub use catalogue::Catalogue;
pub(crate) use catalogue::Surface;
pub(crate) use message::{Message, Speaker};
