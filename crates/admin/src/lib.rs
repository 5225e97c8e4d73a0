//! What administrators and operators do: one use case each, called by the command line now, by API and console later.

pub mod applications;
pub mod deployment;
pub mod discovery;
pub mod guests;
pub mod invitations;
pub mod logs;
pub mod policy;
pub mod tenants;

use vestibule_app::App;
use vestibule_app::vault::VaultError;
use vestibule_core::Domain;
use vestibule_core::access::Denied;
use vestibule_core::ids::TenantId;
use vestibule_core::invisible::is_invisible;
use vestibule_store::{self as store, DbError, QueryError};

/// Why an administrative use case failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is no such thing; says what.
    #[error("{kind} {name} not found")]
    NotFound {
        /// Kind of thing.
        kind: &'static str,
        /// As it was named.
        name: String,
    },
    /// It exists already, or contradicts what exists.
    #[error("{0}")]
    Conflict(String),
    /// The input is wrong; says how it must be.
    #[error("{what}: {problem}")]
    Invalid {
        /// Which input.
        what: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// Not allowed.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Cryptography.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Anything else of ours.
    #[error("{0}")]
    Internal(String),
}

impl From<QueryError> for AdminError {
    fn from(error: QueryError) -> Self {
        Self::Db(error.into())
    }
}

impl From<vestibule_app::error::Error> for AdminError {
    fn from(error: vestibule_app::error::Error) -> Self {
        use vestibule_app::Error;
        use vestibule_core::error::ErrorCode;
        match error {
            Error::Refused(problem) if problem.code == ErrorCode::TenantOff => {
                Self::Conflict("the tenant is switched off; vestibule tenant enable TENANT".into())
            }
            Error::Refused(problem) => Self::Conflict(problem.code.developer().to_owned()),
            Error::Unavailable(_) | Error::Internal(_) => Self::Internal(error.to_string()),
        }
    }
}

pub(crate) fn invalid(what: &'static str, problem: impl std::fmt::Display) -> AdminError {
    AdminError::Invalid { what, problem: problem.to_string() }
}

/// A domain name of an input.
pub(crate) fn domain_of(what: &'static str, text: &str) -> Result<Domain, AdminError> {
    Domain::parse(text).map_err(|_| invalid(what, format!("{text} is no domain name of two labels or more")))
}

/// The tenant that a GUID or verified domain names.
pub async fn resolve_tenant(app: &App, name: &str) -> Result<TenantId, AdminError> {
    let found = if let Ok(id) = name.parse::<TenantId>() {
        app.db.read(move |c| store::tenants::find(c, id)).await?
    } else {
        let domain = Domain::parse(&name.to_ascii_lowercase())
            .map_err(|_| invalid("tenant", format!("{name} is neither a GUID nor a domain name")))?;
        app.db.read(move |c| store::tenants::find_by_domain(c, domain.as_str())).await?
    };
    found.map(|t| t.id).ok_or_else(|| AdminError::NotFound { kind: "tenant", name: name.to_owned() })
}

/// A display name: trimmed, 1 to 64 characters, no control or direction-changing ones (MAIL-01, ADR-07).
pub(crate) fn display_name(what: &'static str, text: &str) -> Result<String, AdminError> {
    let name = text.trim();
    let hidden = |c: char| c.is_control() || is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}');
    if name.is_empty() || name.chars().count() > vestibule_core::numbers::NAME_MAX {
        return Err(invalid(what, "it must have 1 to 64 characters"));
    }
    if name.chars().any(hidden) {
        return Err(invalid(what, "it must not have control or direction-changing characters"));
    }
    Ok(name.to_owned())
}
