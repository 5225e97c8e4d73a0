//! Identifiers as types of their own, so that a tenant's id can never stand where a user's is wanted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Instant;
use crate::random::Random;

/// A text that is no GUID in its hyphenated form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it must be a GUID like 11111111-2222-4333-8444-555555555555")]
pub struct IdError;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            /// Takes the hyphenated form only, in any ASCII case.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if text.len() != 36 {
                    return Err(IdError);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| IdError)
            }
        }
    };
}

uuid_id! {
    /// `tid`: an organisation. Random (v4), never reused (OID-21).
    TenantId
}
uuid_id! {
    /// `oid`: an object in one tenant's directory. Random (v4), never derived from the address (ADR-11).
    UserId
}
uuid_id! {
    /// One trip of one browser; time-ordered (v7). A locator in URLs, never a credential (OTP-11).
    InteractionId
}
uuid_id! {
    /// One passcode or its decoy; time-ordered (v7).
    PasscodeId
}
uuid_id! {
    /// `sid`: a browser's signed-in state in one tenant. Time-ordered (v7), so that it and what came of it can be swept
    /// without an index of ends; never a credential: the cookie holds another secret.
    SessionId
}
uuid_id! {
    /// One invitation; time-ordered (v7).
    InvitationId
}
uuid_id! {
    /// An identity provider that a tenant or the deployment set up. Random (v4); part of a federated identity's key (FED-01).
    ProviderId
}
uuid_id! {
    /// A queued mail or other message; time-ordered (v7).
    OutboxId
}
uuid_id! {
    /// A row of a log; time-ordered (v7). Also what pages show as the trace id.
    TraceId
}

/// The client identifier of an application (RFC 6749 section 2.2): text, unique in the deployment, compared byte for byte.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct ClientId(pub String);

impl ClientId {
    /// Whether an application can have this id at all. PostgreSQL's texts have no NUL, so nothing else may ask for it.
    pub fn is_possible(&self) -> bool {
        (1..=255).contains(&self.0.len()) && !self.0.chars().any(char::is_control)
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an interaction, a passcode or a session lives: one tenant, or the deployment's accounts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Realm {
    /// One organisation.
    Tenant(TenantId),
    /// The Microsoft-style accounts of the deployment, which belong to no tenant.
    Accounts,
}

/// The fixed id under which the tables keep [`Realm::Accounts`]: it has no version bits, so no tenant can bear it.
pub const ACCOUNTS_REALM: Uuid = Uuid::from_u128(0xacc0_0000_0000_0000_0000_0000_0000_0001);

impl Realm {
    /// The id that stands in the tables.
    pub fn id(self) -> Uuid {
        match self {
            Self::Tenant(id) => id.0,
            Self::Accounts => ACCOUNTS_REALM,
        }
    }

    /// The realm that a stored id names.
    pub fn from_id(id: Uuid) -> Self {
        if id == ACCOUNTS_REALM { Self::Accounts } else { Self::Tenant(TenantId(id)) }
    }

    /// The tenant, where the realm is one.
    pub fn tenant(self) -> Option<TenantId> {
        match self {
            Self::Tenant(id) => Some(id),
            Self::Accounts => None,
        }
    }
}

/// A random (v4) identifier.
pub fn random_uuid(random: &dyn Random) -> Uuid {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// A time-ordered (v7) identifier.
pub fn ordered_uuid(now: Instant, random: &dyn Random) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}
