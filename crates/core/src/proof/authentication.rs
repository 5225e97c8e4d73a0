//! What evidence is worth: the one place that makes `acr`, `amr`, `idp` and `auth_time` (MFA-05), and the one pair of
//! functions that writes it to a session and reads it back.

use std::borrow::Cow;
use std::fmt;

use uuid::Uuid;

use super::evidence::mfa_is_said_once;
use super::{Amr, AmrSet, Evidence, Factor, Level, SecondStep};
use crate::clock::Instant;
use crate::method::{Method, Way};

/// `idp` in tokens: the word of a way of our own, or an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idp(Cow<'static, str>);

impl Idp {
    fn of(way: Way, issuer: &str) -> Self {
        Self(way.line().idp.map_or_else(|| Cow::Owned(issuer.to_owned()), Cow::Borrowed))
    }

    /// As claims tell it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Idp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a person has proven who they are, as sessions keep and tokens tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication {
    /// When the first factor was proven: `auth_time`.
    pub at: Instant,
    /// When a second step was passed.
    pub second_at: Option<Instant>,
    pub way: Way,
    /// `acr`; `None` where a provider says nothing: no claim, and below every level.
    pub level: Option<Level>,
    /// `amr`.
    pub amr: AmrSet,
    /// `idp`.
    pub idp: Idp,
    /// The provider's session, for its sign-out (FED-18).
    pub upstream_sid: Option<String>,
}

impl Authentication {
    /// What this evidence is worth, alone or with a second step (the table of MFA-05, printed in
    /// `docs/reference/claims.md`). A mailbox stays a mailbox whatever is added to it: the tenant's own rule may be met by
    /// a second step, applications are not promised more than is true (MFA-06).
    pub fn of(first: &Evidence, second: Option<&SecondStep>) -> Self {
        let way = first.identity.way;
        let (level, amr) = match second {
            Some(step) if adds_up(first.level) => {
                (Some(Level::Mfa), first.amr.with(added(step.factor)).with(AmrSet::of(&[Amr::Mfa])))
            }
            _ => (first.level, first.amr),
        };
        Self {
            at: first.at,
            second_at: second.map(|step| step.at),
            way,
            level,
            amr,
            idp: Idp::of(way, &first.identity.issuer),
            upstream_sid: first.upstream_sid.clone(),
        }
    }

    /// The most that it can still become, by a second step that was not passed yet.
    pub fn most(&self) -> Option<Level> {
        if self.second_at.is_none() && adds_up(self.level) { Some(Level::Mfa) } else { self.level }
    }

    /// As a session's row holds it.
    pub fn stored(&self) -> StoredAuthentication {
        StoredAuthentication {
            method: self.way.method(),
            of: self.way.of(),
            idp: self.idp.to_string(),
            level: self.level,
            amr: self.amr,
            at: self.at,
            second_at: self.second_at,
            upstream_sid: self.upstream_sid.clone(),
        }
    }

    /// Reads a session's row. What claims more than its way and steps can give was not written by [`Self::stored`].
    pub fn read(row: StoredAuthentication) -> Result<Self, Unreadable> {
        let way = Way::stored(row.method, row.of).ok_or(Unreadable)?;
        let line = way.line();
        let second = row.second_at.is_some() && line.most > Level::Mailbox;
        let level = if second { Level::Mfa } else { line.most };
        let amr = line.amr.map(|most| if second { most.with(ADDED) } else { most });
        let own_idp = way.may_name(&row.idp);
        let within = row.level <= Some(level) && amr.is_none_or(|most| row.amr.within(most));
        if !(own_idp && within && mfa_is_said_once(row.level, row.amr)) {
            return Err(Unreadable);
        }
        Ok(Self {
            at: row.at,
            second_at: row.second_at,
            way,
            level: row.level,
            amr: row.amr,
            idp: Idp::of(way, &row.idp),
            upstream_sid: row.upstream_sid,
        })
    }
}

/// Whether a second step makes two factors of it: one that is none (a mailbox, or a provider that says nothing) does not.
fn adds_up(first: Option<Level>) -> bool {
    first >= Some(Level::Single)
}

/// What a second step adds to `amr`.
const fn added(factor: Factor) -> AmrSet {
    match factor {
        Factor::Totp => AmrSet::of(&[Amr::Otp]),
        Factor::Passkey => AmrSet::of(&[Amr::Pop, Amr::User]),
        Factor::RecoveryCode => AmrSet::of(&[]),
    }
}

/// Everything that any second step adds.
const ADDED: AmrSet = AmrSet::of(&[Amr::Otp, Amr::Pop, Amr::User, Amr::Mfa]);

/// An authentication in the columns of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAuthentication {
    pub method: Method,
    /// Its provider or organisation.
    pub of: Option<Uuid>,
    /// `idp`.
    pub idp: String,
    /// `acr`.
    pub level: Option<Level>,
    /// `amr`.
    pub amr: AmrSet,
    /// `auth_time`.
    pub at: Instant,
    /// When a second step was passed.
    pub second_at: Option<Instant>,
    pub upstream_sid: Option<String>,
}

/// Stored evidence that cannot be: it proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a row holds evidence that this release cannot read")]
pub struct Unreadable;
