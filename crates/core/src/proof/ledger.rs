//! What an interaction has proven, been answered and agreed to so far. Written to and read from its row only here.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Authentication, Evidence, Proof, Proven, SecondStep, Unreadable};
use crate::discovery::UpstreamAnswer;
use crate::ids::{InteractionId, Realm};
use crate::log::StepTaken;
use crate::method::Way;

/// The ledger of an interaction.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ledger {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Evidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<SecondStep>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    answers: Vec<(Way, UpstreamAnswer)>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reviewed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<StepTaken>,
}

impl Ledger {
    /// Records a proof, if it was earned in this very realm and interaction and claims no more than its way can give;
    /// refuses it otherwise, by `None` (HRD-02). The way by which somebody was proven first.
    #[must_use]
    pub fn record(&mut self, realm: Realm, interaction: InteractionId, proof: &dyn Proof) -> Option<Way> {
        if proof.place() != (realm, interaction) {
            return None;
        }
        match proof.proven() {
            Proven::First(evidence) if evidence.plausible() => self.evidence.push(evidence),
            // Second to nothing is nothing.
            Proven::Second(step) if !self.evidence.is_empty() => self.second = Some(step),
            Proven::First(_) | Proven::Second(_) => return None,
        }
        self.newest()
    }

    /// What a provider or home organisation said of the address.
    pub fn answered(&mut self, way: Way, answer: UpstreamAnswer) {
        self.answers.retain(|(of, _)| *of != way);
        self.answers.push((way, answer));
    }

    /// What a provider or home organisation has said.
    pub fn answer(&self, way: Way) -> UpstreamAnswer {
        self.answers.iter().find(|(of, _)| *of == way).map_or(UpstreamAnswer::Unasked, |(_, answer)| *answer)
    }

    /// Notes that the guest pressed *Accept* on the review page, with the version of the terms where the box was ticked.
    pub fn accept_review(&mut self, terms: Option<u32>) {
        self.reviewed = true;
        self.terms = self.terms.max(terms);
    }

    /// Whether the review page was accepted in this interaction.
    pub fn reviewed(&self) -> bool {
        self.reviewed
    }

    /// The version of the terms that was agreed to in this interaction.
    pub fn agreed_terms(&self) -> Option<u32> {
        self.terms
    }

    /// Notes a step, for the log.
    pub fn took(&mut self, step: StepTaken) {
        self.steps.push(step);
    }

    /// The steps so far.
    pub fn steps(&self) -> &[StepTaken] {
        &self.steps
    }

    /// The newest proof of an address.
    pub fn first(&self, address_key: &str) -> Option<&Evidence> {
        self.evidence.iter().rev().find(|e| e.address_key.as_deref() == Some(address_key))
    }

    /// What the newest proof of an address is worth, with the second step if one was passed. A second step does not say
    /// whose it is: where somebody else was proven too, it counts for nobody.
    pub fn authentication(&self, address_key: &str) -> Option<Authentication> {
        let alone = self.evidence.iter().all(|e| e.address_key.as_deref() == Some(address_key));
        let second = self.second.as_ref().filter(|_| alone);
        self.first(address_key).map(|first| Authentication::of(first, second))
    }

    /// The way of the newest proof, of any person.
    pub fn newest(&self) -> Option<Way> {
        self.evidence.last().map(|e| e.identity.way)
    }

    /// As stored.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Reads a stored ledger. One with an unknown word, or with evidence that cannot be, is unreadable as a whole: its
    /// trip begins anew (rule 1: absence is failure).
    pub fn read(value: &Value) -> Result<Self, Unreadable> {
        // serde would read an array too, field by field, and an empty one as nothing at all.
        if !value.is_object() {
            return Err(Unreadable);
        }
        let ledger = Self::deserialize(value).map_err(|_| Unreadable)?;
        let second_to_something = ledger.second.is_none() || !ledger.evidence.is_empty();
        let possible = second_to_something && ledger.evidence.iter().all(Evidence::plausible);
        if possible { Ok(ledger) } else { Err(Unreadable) }
    }
}
