//! The use cases of Vestibule, one file each: the only place that opens a transaction and knows the order of things.
//!
//! A use case takes the [`app::App`], a [`context::Context`] and, where somebody administers, an
//! [`vestibule_core::access::Actor`]; it is allowed by the one `authorize` and writes its audit row. The web, the
//! command line and later the API all call the same ones.

pub mod admin;
pub mod app;
pub mod audit;
pub mod bootstrap;
pub mod context;
pub mod cookies;
pub mod documents;
pub mod error;
pub mod flow;
pub mod jobs;
pub mod live;
pub mod mail;
pub mod sealed;
pub mod snapshot;
pub mod token;
pub mod transport;
pub mod vault;

mod convert;
mod subject;

pub use app::{App, Options};
pub use context::Context;
pub use error::{Error, Problem};
pub use vestibule_outbound::{MemoryOutbox as Mailbox, StoredMail, Transport};
pub use vestibule_store::{DbError, Stats, Target};
