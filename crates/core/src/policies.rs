//! What a tenant's policies say at one moment, read from their documents.
//!
//! A document may be of a newer release. What cannot be read is not skipped, because it may be what keeps somebody out: a
//! rule with an unknown control blocks the applications that it names, a document of an unknown kind those that it names,
//! and whatever does not tell whom it names blocks everybody.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::Domain;
use crate::documents;
use crate::ids::ClientId;
use crate::release::Release;
use crate::text_enum::text_enum;

text_enum! {
    /// A kind of policy document of a tenant.
    PolicyKind {
        /// Whether codes may be used at all.
        Otp = "otp",
        /// Which domains may be guests here.
        Domains = "domains",
        /// Rules of conditional access.
        Access = "access",
    }
}

impl PolicyKind {
    /// The release that knew it first: earlier ones would block by it.
    pub const fn since(self) -> Release {
        match self {
            Self::Otp | Self::Domains | Self::Access => Release::FIRST,
        }
    }
}

/// One domain in an allow or block list; whole labels are compared (ADR-05).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DomainRule {
    /// A-labels in lower case.
    pub domain: String,
    /// Whether what lies below it is meant too.
    #[serde(default)]
    pub subdomains: bool,
}

/// Which domains' people may be guests.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct DomainLists {
    /// Where not empty: only these.
    pub allow: Vec<DomainRule>,
    /// Never these; wins over `allow`.
    pub block: Vec<DomainRule>,
    /// Whether guests accepted before the rule are exempt.
    pub exempt_accepted: bool,
}

/// Why a policy is refused: what its types alone cannot say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A listed domain that would match nothing.
    #[error("domains: {0} is no domain name of two labels or more")]
    Domain(String),
    /// A proof is never younger than nothing: the rule would ask for the next one for ever.
    #[error("access: signInFrequency needs at least one minute")]
    Frequency,
    /// Terms in a version that nobody can agree to.
    #[error("access: the version of terms lies between 1 and {}", i32::MAX)]
    TermsVersion,
    /// What stands for the unreadable.
    #[error("access: a control that this release does not know")]
    Unknown,
}

impl DomainLists {
    /// Checks that each listed domain can be one.
    pub fn check(&self) -> Result<(), PolicyError> {
        let mut listed = self.allow.iter().chain(&self.block).map(|rule| &rule.domain);
        match listed.find(|domain| Domain::parse(domain).is_err()) {
            Some(bad) => Err(PolicyError::Domain(bad.clone())),
            None => Ok(()),
        }
    }
}

/// One rule of conditional access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AccessRule {
    /// What it is called, for logs.
    pub name: String,
    /// The applications that it holds for; empty means all.
    #[serde(default)]
    pub applications: Vec<ClientId>,
    /// What it asks.
    pub control: Control,
}

/// What a rule of conditional access asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum Control {
    /// No access.
    Block {
        /// Which sentence the page shows.
        #[serde(default)]
        reason: BlockReason,
    },
    /// A second step after the first proof.
    #[serde(deserialize_with = "no_keys")]
    SecondStep,
    /// Agreement to the tenant's terms, in this version.
    Terms {
        /// Raised when the terms change.
        version: u32,
    },
    /// A proof no older than this.
    SignInFrequency {
        /// In minutes.
        minutes: u32,
    },
    /// What this release cannot read: no access for whoever the rule names, since it may ask for anything. Never written.
    #[serde(skip)]
    Unknown,
}

/// serde denies unknown keys beside the tag to all variants but those without fields.
fn no_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct NoKeys {}
    NoKeys::deserialize(deserializer).map(|NoKeys {}| ())
}

impl Control {
    /// Checks that somebody can meet it.
    pub fn check(&self) -> Result<(), PolicyError> {
        match *self {
            Self::SignInFrequency { minutes: 0 } => Err(PolicyError::Frequency),
            Self::Terms { version } if !i32::try_from(version).is_ok_and(|version| version > 0) => {
                Err(PolicyError::TermsVersion)
            }
            Self::Unknown => Err(PolicyError::Unknown),
            Self::Block { .. } | Self::SecondStep | Self::Terms { .. } | Self::SignInFrequency { .. } => {
                Ok(())
            }
        }
    }

    /// The release that knew it first: earlier ones would block by it.
    pub const fn since(&self) -> Release {
        match self {
            Self::Block { .. } | Self::SecondStep | Self::Terms { .. } | Self::SignInFrequency { .. } => {
                Release::FIRST
            }
            Self::Unknown => Release::NEVER,
        }
    }
}

text_enum! {
    /// Which sentence the page about a block shows (ux G27).
    #[derive(Default)]
    BlockReason {
        /// "A rule of … blocked this sign-in."
        #[default]
        Generic = "generic",
        /// By country.
        Country = "country",
        /// By network.
        Network = "network",
        /// Managed devices only.
        Device = "device",
        /// By time of day.
        Time = "time",
        /// Looked unusual.
        Risk = "risk",
    }
}

/// Whether codes may be used, as a document of the kind [`PolicyKind::Otp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OtpPolicy {
    /// Whether they may.
    pub enabled: bool,
}

/// Everything that the policies in force say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// The switch of codes, where a policy sets one.
    pub passcode: Option<bool>,
    /// Allow and block lists.
    pub domains: DomainLists,
    /// Conditional access.
    pub access: Vec<AccessRule>,
}

/// A document, or a part of one, that this release cannot read: for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its kind.
    pub kind: String,
    /// What keeps it from being read.
    pub problem: &'static str,
}

impl Policies {
    /// Reads the documents in force, each with its kind; and what of them blocks because it cannot be read.
    pub fn read<'a>(documents: impl IntoIterator<Item = (&'a str, &'a Value)>) -> (Self, Vec<Unread>) {
        let (mut policies, mut unread) = (Self::default(), Vec::new());
        for (kind, document) in documents {
            let problem = match PolicyKind::parse(kind) {
                Some(PolicyKind::Otp) => policies.read_otp(document),
                Some(PolicyKind::Domains) => policies.read_domains(document),
                Some(PolicyKind::Access) => policies.read_access(document),
                None => {
                    policies.block(named(document));
                    Err("its kind is not known")
                }
            };
            if let Err(problem) = problem {
                unread.push(Unread { kind: kind.to_owned(), problem });
            }
        }
        (policies, unread)
    }

    /// Whom it names: whoever would use a code.
    fn read_otp(&mut self, document: &Value) -> Result<(), &'static str> {
        let read = documents::read::<OtpPolicy>(document);
        self.passcode = Some(read.as_ref().is_ok_and(|policy| policy.enabled));
        read.map(drop).map_err(|_| "its switch cannot be read")
    }

    fn read_domains(&mut self, document: &Value) -> Result<(), &'static str> {
        match documents::read::<DomainLists>(document) {
            Ok(lists) if lists.check().is_ok() => self.domains = lists,
            Ok(_) | Err(_) => {
                self.block(Vec::new());
                return Err("its lists cannot be read");
            }
        }
        Ok(())
    }

    fn read_access(&mut self, document: &Value) -> Result<(), &'static str> {
        let Some(rules) = document.as_array() else {
            self.block(Vec::new());
            return Err("it is no list of rules");
        };
        let mut problem = Ok(());
        for rule in rules {
            match documents::read::<AccessRule>(rule) {
                Ok(rule) => self.access.push(rule),
                Err(_) => {
                    self.block(if has_known_keys(rule) { named(rule) } else { Vec::new() });
                    problem = Err("a rule cannot be read");
                }
            }
        }
        problem
    }

    /// No access at these applications; at any where none is named.
    fn block(&mut self, applications: Vec<ClientId>) {
        self.access.push(AccessRule { name: String::new(), applications, control: Control::Unknown });
    }
}

/// The applications that a document or rule names; nothing, which means all, where it cannot be told.
fn named(document: &Value) -> Vec<ClientId> {
    document.get("applications").and_then(|list| Vec::deserialize(list).ok()).unwrap_or_default()
}

/// Whether a rule has no condition beside those that this release knows: one more could name others.
fn has_known_keys(rule: &Value) -> bool {
    let known = |key: &String| ["name", "applications", "control"].contains(&key.as_str());
    rule.as_object().is_some_and(|rule| rule.keys().all(known))
}

#[cfg(test)]
mod tests;
