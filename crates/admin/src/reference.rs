//! How callers name things.

use std::fmt;

use vestibule_core::ids::{TenantId, UserId};
use vestibule_core::{Address, Domain};

/// How a tenant is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantRef {
    /// By `tid`.
    Id(TenantId),
    /// By a verified domain.
    Domain(Domain),
}

impl fmt::Display for TenantRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Domain(domain) => domain.fmt(f),
        }
    }
}

/// How a guest is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuestRef {
    /// By `oid`.
    Id(UserId),
    Address(Address),
}

impl fmt::Display for GuestRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Address(address) => f.write_str(address.as_str()),
        }
    }
}
