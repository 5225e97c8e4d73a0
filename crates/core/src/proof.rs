//! Proofs: values that only their verifier can make (security rule 2, HRD-02), and the ledger in which they rest
//! between two requests of one interaction.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::ids::{InteractionId, Realm, UserId};

/// How a mailbox was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailboxVia {
    /// By a mailed code.
    Code,
}

/// Somebody controls a mailbox. Made by [`crate::passcode::Match::proven`] alone; there is no other constructor:
///
/// ```compile_fail,E0451
/// use vestibule_core::proof::MailboxProof;
/// fn forge(mine: MailboxProof, address_key: String) -> MailboxProof {
///     MailboxProof { address_key, ..mine }
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct MailboxProof {
    realm: Realm,
    interaction: InteractionId,
    address_key: String,
    user: Option<UserId>,
    at: Instant,
    via: MailboxVia,
}

impl MailboxProof {
    pub(crate) fn earned(
        realm: Realm,
        interaction: InteractionId,
        address_key: &str,
        user: Option<UserId>,
        at: Instant,
        via: MailboxVia,
    ) -> Self {
        Self { realm, interaction, address_key: address_key.to_owned(), user, at, via }
    }

    /// When the mailbox was proven: the `auth_time` of what comes of it.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// The mailbox.
    pub fn address_key(&self) -> &str {
        &self.address_key
    }
}

/// How a person has proven who they are, as tokens tell it (MFA-05).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication {
    /// When.
    pub at: Instant,
    /// `amr` values (RFC 8176).
    pub amr: &'static [&'static str],
    /// `acr`.
    pub acr: &'static str,
    /// `idp`.
    pub idp: String,
}

/// `acr` of mailbox proof: never a factor, never MFA (OTP-26).
pub const ACR_MAILBOX: &str = "urn:vestibule:acr:mailbox";
/// `acr` of one factor: an account's password.
pub const ACR_SINGLE: &str = "urn:vestibule:acr:single";
/// `acr` of two factors or a user-verified passkey.
pub const ACR_MFA: &str = "urn:vestibule:acr:mfa";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// `mailbox`.
    kind: String,
    address: String,
    at: i64,
    via: MailboxVia,
}

/// What an interaction has proven and agreed to so far. Written to and read from its row only here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ledger {
    proofs: Vec<Entry>,
    reviewed: bool,
    terms: bool,
}

impl Ledger {
    /// Records a proof, if it was earned in this very realm and interaction; refuses it otherwise (HRD-02).
    #[must_use]
    pub fn record(&mut self, realm: Realm, interaction: InteractionId, proof: &MailboxProof) -> bool {
        if proof.realm != realm || proof.interaction != interaction {
            return false;
        }
        self.proofs.push(Entry {
            kind: "mailbox".into(),
            address: proof.address_key.clone(),
            at: proof.at.timestamp_micros(),
            via: proof.via,
        });
        true
    }

    /// Notes that the guest pressed *Accept* on the review page, with or without the box for terms.
    pub fn accept_review(&mut self, terms: bool) {
        self.reviewed = true;
        self.terms |= terms;
    }

    /// Whether the review page was accepted in this interaction.
    pub fn reviewed(&self) -> bool {
        self.reviewed
    }

    /// Whether the terms were agreed to in this interaction.
    pub fn agreed_to_terms(&self) -> bool {
        self.terms
    }

    /// The newest proof of this address, as an authentication.
    pub fn mailbox(&self, address_key: &str) -> Option<Authentication> {
        let entry = self.proofs.iter().rev().find(|e| e.kind == "mailbox" && e.address == address_key)?;
        let at = Instant::from_timestamp_micros(entry.at)?;
        Some(Authentication { at, amr: &["otp"], acr: ACR_MAILBOX, idp: "mail".into() })
    }

    /// As stored.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Reads a stored ledger; one that cannot be read proves nothing (rule 1: absence is failure).
    pub fn from_json(value: serde_json::Value) -> Self {
        serde_json::from_value(value).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
