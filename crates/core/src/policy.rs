//! The third decision: may this person use this application, now, with what was proven?
//!
//! Asked at sign-in, at code exchange, at refresh and at every use of a live session. A token can be minted only with
//! the [`PolicyGrant`] that [`evaluate`] makes.

use chrono::TimeDelta;

use crate::clock::Instant;
use crate::ids::{ClientId, TenantId, UserId};
use crate::policies::{AccessRule, BlockReason, Control};
use crate::proof::Authentication;

/// Whose access is asked for.
#[derive(Debug, Clone)]
pub struct PolicySubject<'a> {
    pub tenant: TenantId,
    /// The user; `None` while sign-up has not made one yet.
    pub user: Option<UserId>,
    /// What was proven, with the second step if one was passed.
    pub authentication: &'a Authentication,
    /// The version of the terms agreed to, here or before.
    pub agreed_terms: Option<u32>,
}

/// Under which circumstances.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    pub now: Instant,
}

/// Leave to mint tokens: for one user at one application, in one tenant. Only [`evaluate`] makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyGrant {
    tenant: TenantId,
    user: Option<UserId>,
    client: Option<ClientId>,
}

impl PolicyGrant {
    /// Whether the grant is for this very user and application.
    pub fn covers(&self, tenant: TenantId, user: UserId, client: Option<&ClientId>) -> bool {
        self.tenant == tenant && self.user.is_none_or(|u| u == user) && self.client.as_ref() == client
    }
}

/// What is still owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obligation {
    FreshProof,
    SecondStep,
    /// Agreement to this version of the terms.
    Terms(u32),
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Grant(PolicyGrant),
    Block(BlockReason),
    /// Not yet.
    Need(Vec<Obligation>),
}

/// Evaluates the tenant's rules. Block wins over everything; obligations add up in the order fresh proof, second step,
/// terms.
pub fn evaluate(
    subject: &PolicySubject<'_>,
    client: Option<&ClientId>,
    rules: &[AccessRule],
    circumstances: &Circumstances,
) -> Decision {
    if let Some(reason) = evaluate_before(client, rules) {
        return Decision::Block(reason);
    }
    let mut fresh = false;
    let mut second = false;
    let mut terms = None::<u32>;
    for rule in rules.iter().filter(|r| applies(r, client)) {
        match rule.control {
            Control::SignInFrequency { minutes } => {
                fresh |=
                    circumstances.now - subject.authentication.at > TimeDelta::minutes(i64::from(minutes));
            }
            Control::SecondStep => second |= subject.authentication.second_at.is_none(),
            Control::Terms { version } if subject.agreed_terms < Some(version) => {
                terms = terms.max(Some(version));
            }
            // A block was answered before.
            Control::Block { .. } | Control::Unknown | Control::Terms { .. } => {}
        }
    }
    let needed: Vec<Obligation> = [
        fresh.then_some(Obligation::FreshProof),
        second.then_some(Obligation::SecondStep),
        terms.map(Obligation::Terms),
    ]
    .into_iter()
    .flatten()
    .collect();
    if needed.is_empty() {
        Decision::Grant(PolicyGrant { tenant: subject.tenant, user: subject.user, client: client.cloned() })
    } else {
        Decision::Need(needed)
    }
}

/// What does not depend on the person: asked before anything is sent (architecture rule 2).
pub fn evaluate_before(client: Option<&ClientId>, rules: &[AccessRule]) -> Option<BlockReason> {
    rules.iter().filter(|r| applies(r, client)).find_map(|r| match r.control {
        Control::Block { reason } => Some(reason),
        Control::Unknown => Some(BlockReason::Generic),
        Control::SecondStep | Control::Terms { .. } | Control::SignInFrequency { .. } => None,
    })
}

fn applies(rule: &AccessRule, client: Option<&ClientId>) -> bool {
    rule.applications.is_empty() || client.is_some_and(|c| rule.applications.contains(c))
}

#[cfg(test)]
mod tests;
