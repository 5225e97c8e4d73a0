//! How a use case fails: refused with a code that a person or program can act on, or a fault of ours.

use std::fmt;
use std::sync::Arc;

use vestibule_core::error::ErrorCode;
use vestibule_store::DbError;

use crate::snapshot::{ApplicationSnapshot, TenantSnapshot};
use crate::vault::VaultError;

/// A refusal, with what the page about it may name.
#[derive(Debug, Clone)]
pub struct Problem {
    pub code: ErrorCode,
    /// The organisation, where it is known.
    pub tenant: Option<Arc<TenantSnapshot>>,
    /// The application, where it is known.
    pub application: Option<Arc<ApplicationSnapshot>>,
    /// A validated place at the application to go back to.
    pub back: Option<String>,
    /// A path of ours where the trip can start again.
    pub restart: Option<String>,
    /// What a developer reads beyond the code's own text; ASCII, from a fixed list.
    pub developer: Option<&'static str>,
    /// The address, for pages after a proof.
    pub address: Option<String>,
}

impl Problem {
    /// A bare refusal.
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            tenant: None,
            application: None,
            back: None,
            restart: None,
            developer: None,
            address: None,
        }
    }

    /// Names the organisation.
    #[must_use]
    pub fn at(mut self, tenant: &Arc<TenantSnapshot>) -> Self {
        self.tenant = Some(Arc::clone(tenant));
        self
    }

    /// Names the application.
    #[must_use]
    pub fn of(mut self, application: Option<&Arc<ApplicationSnapshot>>) -> Self {
        self.application = application.cloned();
        self
    }
}

/// Why a use case gave no outcome.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Refused: shown to the caller.
    #[error("refused: {}", .0.code)]
    Refused(Box<Problem>),
    /// The database is busy or away: 503 with `Retry-After`.
    #[error("unavailable: {0}")]
    Unavailable(#[source] Fault),
    /// A fault of ours: 500, the text for the log alone.
    #[error("internal: {0}")]
    Internal(#[source] Fault),
}

impl Error {
    /// A fault of ours, by what went wrong.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(Fault(cause.into()))
    }

    /// Something is busy or away, by what went wrong.
    pub fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(Fault(cause.into()))
    }
}

/// What went wrong inside. Its text tells all that it came from.
#[derive(Debug)]
pub struct Fault(Box<dyn std::error::Error + Send + Sync>);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&chain(self.0.as_ref()))
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl From<&str> for Fault {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Self {
        Problem::new(code).into()
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        // A row with a word that this release does not know: the node that wrote it may serve the next try.
        let unread = matches!(error, DbError::Query(vestibule_store::QueryError::DeserializationError(_)));
        if unread || error.is_transient() { Self::unavailable(error) } else { Self::internal(error) }
    }
}

impl From<vestibule_store::QueryError> for Error {
    fn from(error: vestibule_store::QueryError) -> Self {
        DbError::from(error).into()
    }
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        Self::internal(error)
    }
}

/// Written by a newer release, which may serve the next try, or broken: in neither case may it count as anything else.
impl From<vestibule_core::proof::Unreadable> for Error {
    fn from(error: vestibule_core::proof::Unreadable) -> Self {
        Self::unavailable(error)
    }
}

/// An error with everything that it came from, each said once: what outer errors tell already is left out.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests;
