//! The storage of Vestibule: rows, queries by aggregate, transactions, embedded migrations.
//!
//! Queries and row types, no decisions. Which of the two databases is behind [`Db`] never leaks out of this crate:
//! every statement is one text that both understand ([`statement`]), prepared once per connection on either, and a
//! test prepares them all on both. Time and randomness come in as values ([`Now`]).

mod bind;
mod conn;
mod db;
mod dialect;
mod error;
mod list;
mod row;
mod statement;
mod stats;
mod target;
mod time;
mod words;
#[cfg(feature = "sqlite")]
mod writer;

pub mod applications;
pub mod bounces;
pub mod deployment;
pub mod directory;
pub mod invitations;
pub mod keys;
pub mod live;
pub mod logs;
pub mod nodes;
pub mod outbox;
pub mod policies;
pub mod signin;
pub mod sweep;
pub mod tenants;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod throttle;
pub mod tokens;

pub use diesel::QueryResult;
pub use diesel::result::Error as QueryError;

pub use self::conn::Conn;
pub use self::db::{Db, OpenOptions};
pub use self::error::{DbError, TargetError, is_unique_violation};
pub use self::stats::Stats;
pub use self::target::Target;
pub use self::time::Now;

#[cfg(test)]
mod tests;
