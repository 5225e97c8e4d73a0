//! The ways to prove who one is, in one table: a line here, a verifier folder in the flow and a route make a method.

use uuid::Uuid;

use crate::ids::{ProviderId, TenantId};
use crate::proof::{Amr, AmrSet, Level};
use crate::text_enum::text_enum;

/// The tenant's switch for a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// `federated`.
    Federated,
    /// `organization`.
    Organization,
    /// `account`.
    Account,
    /// `passcode`, set by the policy `otp`.
    Passcode,
    /// It cannot be switched off.
    None,
}

/// For whom a method answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// For whom a provider or home organisation of the domain answers.
    Candidates,
    /// For people with an account.
    Holders,
    /// For every address.
    Everybody,
}

/// What the table says of a method.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// The tenant's switch.
    pub switch: Switch,
    /// For whom it answers.
    pub answers: Answers,
    /// A move leads to greater strength only (HRD-08).
    pub strength: u8,
    /// The most that its proof alone is ever worth.
    pub most: Level,
    /// The `amr` values that its proof may have; `None`: those that the provider's mapping gives (FED-15).
    pub amr: Option<AmrSet>,
    /// `idp` in tokens; `None`: the issuer of the identity.
    pub idp: Option<&'static str>,
    /// The last part of the path of the page where it is proven.
    pub page: &'static str,
    /// Whether this release can verify it.
    pub verified: bool,
}

/// Declares methods and ways: what belongs to a provider or organisation names it, the others stand alone.
macro_rules! methods {
    (
        named { $($(#[$ndoc:meta])* $named:ident($of:ident) = $nword:literal => $nline:expr,)+ }
        plain { $($(#[$pdoc:meta])* $plain:ident = $pword:literal => $pline:expr,)+ }
    ) => {
        text_enum! {
            /// One kind of way to prove who one is.
            Method { $($(#[$ndoc])* $named = $nword,)+ $($(#[$pdoc])* $plain = $pword,)+ }
        }

        /// A method together with the provider or organisation by which it is done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Way { $($(#[$ndoc])* $named($of),)+ $($(#[$pdoc])* $plain,)+ }

        impl Method {
            /// What the table says.
            pub const fn line(self) -> Line {
                match self { $(Self::$named => $nline,)+ $(Self::$plain => $pline,)+ }
            }

            /// The way by this method, where it needs nobody to be named.
            pub const fn plain(self) -> Option<Way> {
                match self { $(Self::$plain => Some(Way::$plain),)+ $(Self::$named => None,)+ }
            }
        }

        impl Way {
            /// Its method.
            pub const fn method(self) -> Method {
                match self { $(Self::$named(_) => Method::$named,)+ $(Self::$plain => Method::$plain,)+ }
            }

            /// Who is named: a provider or a tenant.
            pub const fn of(self) -> Option<Uuid> {
                match self { $(Self::$named(of) => Some(of.0),)+ $(Self::$plain => None,)+ }
            }

            /// From what is stored. `None` where the method names somebody and nobody is there, or the other way round.
            pub fn stored(method: Method, of: Option<Uuid>) -> Option<Self> {
                match (method, of) {
                    $((Method::$named, Some(id)) => Some(Self::$named($of(id))),)+
                    $((Method::$plain, None) => Some(Self::$plain),)+
                    _ => None,
                }
            }
        }
    };
}

methods! {
    named {
        /// An identity provider federated for the domain.
        Federated(ProviderId) = "federated" => Line { switch: Switch::Federated, answers: Answers::Candidates, strength: 2, most: Level::Mfa, amr: None, idp: None, page: "idp", verified: false },
        /// The person's home organisation on this deployment.
        Organization(TenantId) = "organization" => Line { switch: Switch::Organization, answers: Answers::Candidates, strength: 2, most: Level::Mfa, amr: None, idp: None, page: "home", verified: false },
    }
    plain {
        /// A Microsoft-style account of the deployment.
        Account = "account" => Line { switch: Switch::Account, answers: Answers::Holders, strength: 1, most: Level::Mfa, amr: Some(AmrSet::of(&[Amr::Pwd, Amr::Pop, Amr::User, Amr::Mfa])), idp: Some("account"), page: "password", verified: false },
        /// A code by email.
        Passcode = "passcode" => Line { switch: Switch::Passcode, answers: Answers::Everybody, strength: 0, most: Level::Mailbox, amr: Some(AmrSet::of(&[Amr::Otp])), idp: Some("mail"), page: "code", verified: true },
    }
}

impl Way {
    /// As tables, logs and tokens tell what is done by it: the line of its method.
    pub const fn line(self) -> Line {
        self.method().line()
    }

    /// Whether evidence of this way may name this issuer: a way of our own its word, any other one none of those words.
    pub fn may_name(self, issuer: &str) -> bool {
        match self.line().idp {
            Some(word) => word == issuer,
            None => Method::ALL.iter().all(|method| method.line().idp != Some(issuer)),
        }
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredWay {
    method: Method,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    of: Option<Uuid>,
}

impl serde::Serialize for Way {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        StoredWay { method: self.method(), of: self.of() }.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Way {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let StoredWay { method, of } = StoredWay::deserialize(deserializer)?;
        Self::stored(method, of)
            .ok_or_else(|| serde::de::Error::custom("a way names who it is by, or nobody"))
    }
}

#[cfg(test)]
mod tests;
