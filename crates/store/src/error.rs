//! What can go wrong with a database, separated by what a caller can do about it.

use diesel::result::{DatabaseErrorKind, Error};

/// Why a piece of work with the database was not done.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A statement failed.
    #[error("database: {0}")]
    Query(#[from] Error),
    /// The address does not name a database that may be used.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The database cannot be reached.
    #[error("no connection: {0}")]
    Connect(String),
    /// Too much waits already: answer 503 with `Retry-After`.
    #[error("the database is busy")]
    Busy,
    /// The work ran but its transaction could not be committed; nothing of it holds.
    #[error("commit failed: {0}")]
    Commit(String),
    /// The tables are not those that this program knows.
    #[error("schema: {0}")]
    Schema(String),
    /// The task or thread that did the work has ended.
    #[error("database task stopped")]
    Gone,
}

impl DbError {
    /// Whether the database is busy or away, so that the same request may well succeed later: a 503, not a 500.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Busy | Self::Connect(_) | Self::Commit(_) | Self::Gone => true,
            Self::Query(error) => {
                is_transient(error)
                    || matches!(
                        error,
                        Error::DatabaseError(
                            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                            _
                        )
                    )
            }
            Self::Target(_) | Self::Schema(_) => false,
        }
    }
}

/// Why an address of a database is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Neither of the two schemes.
    #[error("a database address begins with sqlite: or postgres://")]
    Scheme,
    /// SQLite without a file.
    #[error(
        "sqlite: needs the path of a file, like sqlite:vestibule.db or sqlite:///var/lib/vestibule/vestibule.db"
    )]
    Path,
    /// The address cannot be read.
    #[error("the PostgreSQL address cannot be read: {0}")]
    Malformed(&'static str),
    /// SEC-05: this build cannot encrypt the connection.
    #[error("PostgreSQL at {host} is neither a Unix socket nor loopback; build with --features postgres-tls")]
    RemoteWithoutTls {
        /// The host in question.
        host: String,
    },
    /// SEC-05: the address does not ask for a verified connection.
    #[error(
        "PostgreSQL at {host} is neither a Unix socket nor loopback; add sslmode=verify-full to its address"
    )]
    Unverified {
        /// The host in question.
        host: String,
    },
    /// The back end was left out of this build.
    #[error("this build has no {0}; build with --features {0}")]
    NotBuilt(&'static str),
}

/// Whether an error says that such a row exists already (CON-08).
pub fn is_unique_violation(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
}

/// Whether an error says that the same work, done again, may well succeed (CON-02).
///
/// diesel does not pass on PostgreSQL's code for a deadlock (40P01), hence the look at the text.
pub(crate) fn is_transient(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        Error::DatabaseError(_, info) => {
            info.message().contains("deadlock detected") || is_locked(info.message())
        }
        _ => false,
    }
}

/// Whether SQLite says that another process holds the write lock.
fn is_locked(message: &str) -> bool {
    message.contains("database is locked") || message.contains("database table is locked")
}
