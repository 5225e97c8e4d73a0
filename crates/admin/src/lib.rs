//! What administrators and operators do: one use case each, reached by one door ([`Desk::perform`]), called by the
//! command line now, by API and console later.
//!
//! Inputs are types that cannot be malformed, outputs are the domain's own: which JSON, columns or sentences a caller
//! makes of them is the caller's.

mod door;
mod effect;
mod error;
mod name;
mod reference;
mod table;

pub mod application;
pub mod deployment;
pub mod discovery;
pub mod guest;
pub mod invitation;
pub mod key;
pub mod log;
pub mod mail;
pub mod policy;
pub mod tenant;

pub use self::door::{Desk, UseCase};
pub use self::effect::Changes;
pub use self::error::{AdminError, Conflict, Invalid, Thing};
pub use self::name::NameError;
pub use self::table::{ALL, UseCaseRow};

#[cfg(test)]
mod tests;
