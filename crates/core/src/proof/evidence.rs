//! What a proof leaves behind: who was proven, by which way, when, and what it is worth.

use serde::{Deserialize, Serialize};

use super::{AmrSet, Level};
use crate::clock::Instant;
use crate::ids::{InteractionId, Realm};
use crate::method::Way;
use crate::text_enum::text_enum;

/// The key of an identity: the way (with its provider), issuer and subject (FED-01). An address never selects a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityKey {
    pub way: Way,
    /// Who says so: an issuer, or the fixed word of a way of our own.
    pub issuer: String,
    /// Whom: the issuer's name for somebody.
    pub subject: String,
}

impl IdentityKey {
    /// An identity of a way that is its own issuer.
    pub fn plain(way: Way, subject: &str) -> Self {
        let issuer = way.line().idp.unwrap_or_default();
        Self { way, issuer: issuer.to_owned(), subject: subject.to_owned() }
    }
}

/// A first factor that was proven in a trip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub identity: IdentityKey,
    /// The address that was proven with it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_key: Option<String>,
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub at: Instant,
    /// What it is worth; `None` where the provider does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// How it was done.
    pub amr: AmrSet,
    /// The provider's session, for its sign-out (FED-18).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_sid: Option<String>,
}

impl Evidence {
    /// Evidence as a proof gives it. [`super::Ledger::record`] takes it only from a proof, and only within what the table
    /// of methods allows its way.
    pub fn of(
        identity: IdentityKey,
        address_key: Option<&str>,
        at: Instant,
        level: Option<Level>,
        amr: AmrSet,
    ) -> Self {
        let address_key = address_key.map(ToOwned::to_owned);
        Self { identity, address_key, at, level, amr, upstream_sid: None }
    }

    /// Whether it claims no more than its way can give.
    pub(super) fn plausible(&self) -> bool {
        let line = self.identity.way.line();
        let own_issuer = self.identity.way.may_name(&self.identity.issuer);
        let amr = line.amr.is_none_or(|most| self.amr.within(most));
        own_issuer && amr && self.level <= Some(line.most) && mfa_is_said_once(self.level, self.amr)
    }
}

/// `mfa` stands in `amr` exactly where the level says so (MFA-05).
pub(super) fn mfa_is_said_once(level: Option<Level>, amr: AmrSet) -> bool {
    amr.has(super::Amr::Mfa) == (level == Some(Level::Mfa))
}

text_enum! {
    /// What a second step was passed with; nothing mailed is among it (MFA-06).
    Factor {
        /// A time-based one-time password.
        Totp = "totp",
        Passkey = "passkey",
        RecoveryCode = "recoveryCode",
    }
}

/// A second step that was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondStep {
    pub factor: Factor,
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub at: Instant,
}

/// What a proof shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proven {
    /// Who somebody is.
    First(Evidence),
    /// A second step of somebody who was proven before.
    Second(SecondStep),
}

/// A proof: a value that only its own check makes, from what the store really consumed. Implemented here and below
/// `flow/prove` alone, which `tools/house.py` checks.
pub trait Proof {
    /// Where it was earned: it counts nowhere else (HRD-02).
    fn place(&self) -> (Realm, InteractionId);

    /// What it shows.
    fn proven(&self) -> Proven;
}
