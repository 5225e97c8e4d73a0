//! Why a use case failed: in types, without a word about how the caller is called or what to type next.

use vestibule_app::DbError;
use vestibule_app::keys::NewKeyError;
use vestibule_app::vault::VaultError;
use vestibule_core::access::Denied;
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::ClientId;
use vestibule_core::numbers::REDIRECT_URIS_MAX;
use vestibule_core::policies::{PolicyError, PolicyKind};
use vestibule_core::release::Release;
use vestibule_core::settings::SettingsError;
use vestibule_core::{Address, Domain};
use vestibule_oidc::redirect::{RedirectUriError, SafeUrlError};
use vestibule_store::{QueryError, is_unique_violation};

use crate::name::NameError;
use crate::reference::{GuestRef, TenantRef};

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is no such thing.
    #[error("{0} not found")]
    NotFound(Thing),
    /// It exists already, or contradicts what exists.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The input is wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Not allowed.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Cryptography.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A signing key.
    #[error(transparent)]
    Key(#[from] NewKeyError),
    /// Work on another thread came to no end.
    #[error("work was broken off")]
    Broken(#[from] tokio::task::JoinError),
    /// A document cannot be written.
    #[error("a document cannot be written")]
    Document(#[from] serde_json::Error),
    /// What sign-ins stand on too.
    #[error(transparent)]
    Fault(vestibule_app::Error),
}

/// A thing, as it was named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Thing {
    /// A tenant.
    #[error("tenant {0}")]
    Tenant(TenantRef),
    /// An application.
    #[error("application {0}")]
    Application(ClientId),
    /// A guest.
    #[error("guest {0}")]
    Guest(GuestRef),
    /// The member who is to invite.
    #[error("inviter {}", .0.as_str())]
    Inviter(Address),
    /// A redirect URI of an application.
    #[error("redirect URI {0}")]
    RedirectUri(String),
    /// A policy that is not in force yet.
    #[error("scheduled policy {0}")]
    Scheduled(PolicyKind),
}

/// What an input contradicts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The tenant is there.
    #[error("a tenant with this id or the domain {0} exists already")]
    TenantExists(Domain),
    /// A domain is somebody's.
    #[error("the domain {0} belongs to a tenant already")]
    DomainTaken(Domain),
    /// The application is there.
    #[error("an application with the client id {0} exists already")]
    ApplicationExists(ClientId),
    /// Its home tenant alone changes an application.
    #[error(
        "the application {0} is registered in another tenant, which alone changes it; here it can be switched on and off"
    )]
    RegisteredElsewhere(ClientId),
    /// Members are not invited.
    #[error("{0} is a member of the tenant")]
    Member(String),
    /// The tenant is switched off.
    #[error("the tenant is switched off")]
    TenantOff,
    /// Somebody else changed the settings at the same moment.
    #[error("the settings were changed at the same moment")]
    Overtaken,
    /// Too many policies wait for their date.
    #[error("too many policies are scheduled: at most 50 of a tenant")]
    TooManyScheduled,
    /// The redirect URI is registered.
    #[error("the redirect URI {0} is registered already")]
    UriExists(String),
    /// A newer release wrote settings that this one does not know, and would lose.
    #[error("a newer release wrote settings that this one does not know: {0}")]
    NewerSettings(String),
    /// A node that serves could not read it, and would block by it (CON-06).
    #[error("the node {node} is of release {release} and cannot read this: it needs release {since}")]
    OlderNode {
        /// Which one; one of the oldest.
        node: String,
        /// Its release.
        release: i32,
        /// The first that reads it.
        since: Release,
    },
    /// Another refusal that sign-ins know too.
    #[error("{}", .0.developer())]
    Refused(ErrorCode),
}

/// What is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// A display name.
    #[error("name")]
    Name(#[source] NameError),
    /// A tenant's id that was brought along.
    #[error("id: this GUID cannot name a tenant")]
    TenantId,
    /// A client id that was brought along.
    #[error("id: 1 to 128 letters, digits, '-', '.', '_' or '~'")]
    ClientId,
    /// A redirect URI.
    #[error("redirect URI: {uri}")]
    RedirectUri {
        /// As given.
        uri: String,
        /// Why not.
        source: RedirectUriError,
    },
    /// An application without any.
    #[error("redirect URI: at least one is needed")]
    NoRedirectUri,
    /// An application with too many.
    #[error("redirect URI: at most {REDIRECT_URIS_MAX}")]
    TooManyRedirectUris,
    /// Where an application opens.
    #[error("homepage")]
    Homepage(#[source] SafeUrlError),
    /// The tenant does not accept a guest's domain.
    #[error("address: the tenant's domain policy does not accept {0}")]
    DomainRefused(Domain),
    /// A message to a guest.
    #[error("message: plain text of at most 500 characters")]
    Message,
    /// Where an invitation leads (INV-05).
    #[error(
        "redirect URL: {0}: it must be a registered redirect URI or lie below the home page of an application of this \
         tenant"
    )]
    RedirectUrl(String),
    /// Who invites has no role that may.
    #[error("inviter: this member has no role that may invite (Guest Inviter would do)")]
    Inviter,
    /// A policy.
    #[error(transparent)]
    Policy(PolicyError),
    /// A policy from a moment on that is over.
    #[error("from: the date must lie in the future")]
    PastDate,
    /// Settings with a date.
    #[error("from: settings hold at once, policies alone have a date")]
    DateOfSettings,
    /// A rule about an application that is not there.
    #[error("access: {0} is no application of this tenant")]
    RuleApplication(String),
    /// A policy that is too large.
    #[error("a policy has at most 256 KiB")]
    DocumentTooLarge,
    /// Settings.
    #[error("settings")]
    Settings(#[source] SettingsError),
}

impl AdminError {
    /// A row that exists already is this conflict; anything else stays what it is.
    pub(crate) fn or_exists(self, conflict: Conflict) -> Self {
        match self {
            Self::Db(DbError::Query(error)) if is_unique_violation(&error) => conflict.into(),
            other => other,
        }
    }
}

impl From<QueryError> for AdminError {
    fn from(error: QueryError) -> Self {
        Self::Db(error.into())
    }
}

impl From<NameError> for AdminError {
    fn from(error: NameError) -> Self {
        Invalid::Name(error).into()
    }
}

impl From<vestibule_app::Error> for AdminError {
    fn from(error: vestibule_app::Error) -> Self {
        match error {
            vestibule_app::Error::Refused(problem) if problem.code == ErrorCode::TenantOff => {
                Conflict::TenantOff.into()
            }
            vestibule_app::Error::Refused(problem) => Conflict::Refused(problem.code).into(),
            fault => Self::Fault(fault),
        }
    }
}
