//! What all use cases stand on: the shared parts ([`App`]), the circumstances of a request ([`Context`]), the live read
//! and the snapshots under it, secrets, the trail of changes, mail that waits to be sent.
//!
//! The use cases themselves are three rooms that do not know each other: `signin`, `admin` and `jobs`.

pub mod audit;
pub mod bootstrap;
pub mod context;
pub mod cookies;
pub mod error;
pub mod keys;
pub mod live;
pub mod mail;
pub mod plan;
pub mod snapshot;
pub mod vault;

mod app;

pub use app::{App, Options, until};
pub use context::Context;
pub use error::{Error, Problem};
pub use vestibule_store::{DbError, Stats, Target};
