//! The second decision, home-realm discovery: which ways of signing in an address is offered in a tenant, in which
//! order, and why. Pure: the same facts always give the same plan, and the plan's trail is what pages, the explain
//! command, the API and the sign-in log show.

use serde::{Deserialize, Serialize};

use crate::address::Domain;
use crate::client::text_enum;
use crate::settings::{Discovery, DomainLists, DomainRule, Method, Reveal};

/// Where the person stands in this tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not yet accepted: the chain is walked in the tenant's order.
    Redeeming,
    /// Accepted with this method, which is pinned (HRD-08).
    Redeemed {
        /// The pinned method.
        pinned: Method,
    },
}

/// What an upstream (provider or home organisation) has said of this address in this interaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Not asked yet.
    Unasked,
    /// Signed: "not one of mine" (HRD-12).
    NotMine,
    /// It failed, was slow or was cancelled (HRD-04).
    Failed,
}

/// What is known before deciding. Gathered without network I/O (HRD-10).
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Order and switches.
    pub settings: &'a Discovery,
    /// Whether the address's domain is admitted at sign-in ([`admits`]).
    pub domain_admitted: bool,
    /// The provider that the tenant set up for the domain.
    pub federated: Option<Answer>,
    /// The home organisation that owns the domain.
    pub organization: Option<Answer>,
    /// Whether the address has an account; known only for users of this tenant (HRD-13).
    pub account: bool,
    /// Whether strangers may sign up at this application.
    pub sign_up: bool,
    /// `fallbackOnIdpFailure`, off by default (HRD-04).
    pub fallback_on_failure: bool,
}

text_enum! {
    /// What an offer is for.
    Use {
        /// To sign in.
        SignIn = "signIn",
        /// To make an account first.
        Create = "create",
        /// To move to a stronger method (HRD-08).
        Upgrade = "upgrade",
    }
}

/// One way that the address is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The way.
    pub method: Method,
    /// What for.
    pub purpose: Use,
}

text_enum! {
    /// What became of a step of the chain.
    Verdict {
        /// It is offered.
        Offered = "offered",
        /// It does not answer for this address; the chain goes on.
        Skipped = "skipped",
        /// It ends the chain without an offer.
        Refused = "refused",
        /// An earlier step answered, so it was not asked.
        NotReached = "notReached",
    }
}

text_enum! {
    /// Why.
    Reason {
        /// The tenant switched the method off.
        SwitchedOff = "switchedOff",
        /// The tenant has no provider for the domain.
        NotSetUp = "notSetUp",
        /// None exists for this address.
        NoneForAddress = "noneForAddress",
        /// It answers for the domain.
        AnswersForDomain = "answersForDomain",
        /// It said that the address is not one of its own.
        NotOneOfMine = "notOneOfMine",
        /// It failed, and nothing weaker may take its place.
        Failed = "failed",
        /// The person's account.
        HasAccount = "hasAccount",
        /// Accounts can be made.
        MayCreate = "mayCreate",
        /// The last step, for whoever has no other way.
        LastStep = "lastStep",
        /// Accepted with this method, which stays.
        Pinned = "pinned",
        /// Stronger than the pinned method.
        Better = "better",
        /// Another step comes first.
        EarlierStep = "earlierStep",
        /// The tenant does not accept the domain.
        DomainRefused = "domainRefused",
        /// Not in the tenant's order.
        NotInOrder = "notInOrder",
    }
}

impl Reason {
    /// The reason in words, for the explain command and the logs.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::SwitchedOff => "switched off for this tenant",
            Self::NotSetUp => "not set up for this domain",
            Self::NoneForAddress => "none for this address",
            Self::AnswersForDomain => "answers for this domain",
            Self::NotOneOfMine => "said the address is not one of its own",
            Self::Failed => "failed; a routed domain does not fall back",
            Self::HasAccount => "the address has an account",
            Self::MayCreate => "an account can be created",
            Self::LastStep => "the last step, for whoever has no other way",
            Self::Pinned => "the guest accepted with this method",
            Self::Better => "stronger than the pinned method",
            Self::EarlierStep => "an earlier step answered",
            Self::DomainRefused => "the tenant does not accept this domain",
            Self::NotInOrder => "not in the tenant's order",
        }
    }
}

/// One line of the trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailEntry {
    /// The step of the chain.
    pub step: Method,
    /// What became of it.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
}

text_enum! {
    /// Why nothing is offered.
    Refusal {
        /// The domain is not accepted here.
        DomainBlocked = "domainBlocked",
        /// Nothing in the chain answers.
        NoMethod = "noMethod",
        /// The routed provider failed (HRD-04).
        ProviderFailed = "providerFailed",
        /// The pinned method is switched off.
        PinnedMethodOff = "pinnedMethodOff",
    }
}

/// The outcome of discovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The ways, the first of them first.
    pub offers: Vec<Offer>,
    /// Why there are none.
    pub refusal: Option<Refusal>,
    /// Each step with verdict and reason.
    pub trail: Vec<TrailEntry>,
}

impl Plan {
    /// Whether a method is offered for signing in (OTP-13, HRD-09).
    pub fn offers_sign_in(&self, method: Method) -> bool {
        self.offers.iter().any(|o| o.method == method && o.purpose == Use::SignIn)
    }
}

/// Decides which ways an address is offered.
pub fn decide(standing: Standing, facts: &Facts<'_>) -> Plan {
    if !facts.domain_admitted {
        let refused = |step| TrailEntry { step, verdict: Verdict::Refused, reason: Reason::DomainRefused };
        let trail = facts.settings.order().into_iter().map(refused).collect();
        return Plan { offers: Vec::new(), refusal: Some(Refusal::DomainBlocked), trail };
    }
    match standing {
        Standing::Redeeming => walk(facts),
        Standing::Redeemed { pinned } => keep(pinned, facts),
    }
}

/// Walks the chain in the tenant's order for somebody who has not accepted yet.
fn walk(facts: &Facts<'_>) -> Plan {
    let mut plan = Plan { offers: Vec::new(), refusal: None, trail: Vec::new() };
    let mut closed = false;
    for step in facts.settings.order() {
        let (verdict, reason, purpose) =
            if closed { (Verdict::NotReached, Reason::EarlierStep, None) } else { ask(step, facts) };
        plan.trail.push(TrailEntry { step, verdict, reason });
        if let Some(purpose) = purpose {
            plan.offers.push(Offer { method: step, purpose });
        }
        // A routed domain has its provider only, whether it answers or fails (HRD-04).
        closed |= reason == Reason::AnswersForDomain || verdict == Verdict::Refused;
        if verdict == Verdict::Refused {
            plan.refusal = Some(Refusal::ProviderFailed);
        }
    }
    for step in Method::ALL.iter().filter(|m| !facts.settings.order().contains(m)) {
        plan.trail.push(TrailEntry { step: *step, verdict: Verdict::Skipped, reason: Reason::NotInOrder });
    }
    if plan.offers.is_empty() && plan.refusal.is_none() {
        plan.refusal = Some(Refusal::NoMethod);
    }
    plan
}

/// Asks one step of the chain.
fn ask(step: Method, facts: &Facts<'_>) -> (Verdict, Reason, Option<Use>) {
    let skipped = |reason| (Verdict::Skipped, reason, None);
    if !facts.settings.allows(step) {
        return skipped(Reason::SwitchedOff);
    }
    match step {
        Method::Federated => ask_upstream(facts.federated, facts),
        Method::Organization => ask_upstream(facts.organization, facts),
        Method::Account if facts.account => (Verdict::Offered, Reason::HasAccount, Some(Use::SignIn)),
        Method::Account if facts.sign_up && !facts.settings.allows(Method::Passcode) => {
            (Verdict::Offered, Reason::MayCreate, Some(Use::Create))
        }
        Method::Account => skipped(Reason::NoneForAddress),
        Method::Passcode => (Verdict::Offered, Reason::LastStep, Some(Use::SignIn)),
    }
}

fn ask_upstream(answer: Option<Answer>, facts: &Facts<'_>) -> (Verdict, Reason, Option<Use>) {
    match answer {
        None => (Verdict::Skipped, Reason::NotSetUp, None),
        Some(Answer::Unasked) => (Verdict::Offered, Reason::AnswersForDomain, Some(Use::SignIn)),
        Some(Answer::NotMine) => (Verdict::Skipped, Reason::NotOneOfMine, None),
        Some(Answer::Failed) if facts.fallback_on_failure => (Verdict::Skipped, Reason::Failed, None),
        Some(Answer::Failed) => (Verdict::Refused, Reason::Failed, None),
    }
}

/// Keeps to the pinned method of somebody who has accepted, and offers a stronger one beside it.
fn keep(pinned: Method, facts: &Facts<'_>) -> Plan {
    let mut plan = Plan { offers: Vec::new(), refusal: None, trail: Vec::new() };
    for step in Method::ALL.iter().copied() {
        let (verdict, reason, purpose) =
            if step == pinned { keep_pinned(step, facts) } else { beside(step, pinned, facts) };
        plan.trail.push(TrailEntry { step, verdict, reason });
        if let Some(purpose) = purpose {
            plan.offers.push(Offer { method: step, purpose });
        }
    }
    plan.offers.sort_by_key(|o| o.purpose != Use::SignIn);
    if !plan.offers.iter().any(|o| o.purpose == Use::SignIn) {
        let failed = plan.trail.iter().any(|t| t.step == pinned && t.reason == Reason::Failed);
        plan.refusal = Some(if failed { Refusal::ProviderFailed } else { Refusal::PinnedMethodOff });
    }
    plan
}

fn keep_pinned(step: Method, facts: &Facts<'_>) -> (Verdict, Reason, Option<Use>) {
    let kept = (Verdict::Offered, Reason::Pinned, Some(Use::SignIn));
    if !facts.settings.allows(step) {
        return (Verdict::Refused, Reason::SwitchedOff, None);
    }
    let upstream = |answer| match answer {
        Some(Answer::Unasked) => kept,
        Some(Answer::NotMine) => (Verdict::Refused, Reason::NotOneOfMine, None),
        Some(Answer::Failed) => (Verdict::Refused, Reason::Failed, None),
        None => (Verdict::Refused, Reason::NotSetUp, None),
    };
    match step {
        Method::Federated => upstream(facts.federated),
        Method::Organization => upstream(facts.organization),
        Method::Account if facts.account => kept,
        Method::Account => (Verdict::Refused, Reason::NoneForAddress, None),
        Method::Passcode => kept,
    }
}

/// A method that is not the pinned one: offered as an upgrade where it is stronger and answers.
fn beside(step: Method, pinned: Method, facts: &Facts<'_>) -> (Verdict, Reason, Option<Use>) {
    if !facts.settings.allows(step) {
        return (Verdict::Skipped, Reason::SwitchedOff, None);
    }
    let answers = match step {
        Method::Federated => facts.federated == Some(Answer::Unasked),
        Method::Organization => facts.organization == Some(Answer::Unasked),
        Method::Account => facts.account,
        Method::Passcode => false,
    };
    match (answers, strength(step) > strength(pinned)) {
        (true, true) => (Verdict::Offered, Reason::Better, Some(Use::Upgrade)),
        (true, false) => (Verdict::Skipped, Reason::Pinned, None),
        (false, _) if step == Method::Passcode => (Verdict::Skipped, Reason::Pinned, None),
        (false, _) if step == Method::Account => (Verdict::Skipped, Reason::NoneForAddress, None),
        (false, _) => (Verdict::Skipped, Reason::NotSetUp, None),
    }
}

const fn strength(method: Method) -> u8 {
    match method {
        Method::Passcode => 0,
        Method::Account => 1,
        Method::Organization | Method::Federated => 2,
    }
}

/// The page that an unproven visitor sees (DEV-7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// On to the provider or home organisation.
    Upstream(Method),
    /// The password.
    Password,
    /// The password, and a code beside it: the same for everybody.
    PasswordOrCode,
    /// The code.
    Code,
    /// An account must be made.
    CreateAccount,
    /// No way in.
    NoWay(Refusal),
}

/// What of a plan may be shown before a proof (DEV-7, HRD-07). What the routing of the domain says may always show;
/// what the person's account says shows under `direct` alone.
pub fn reveal(plan: &Plan, settings: &Discovery) -> Page {
    if let Some(refusal) = plan.refusal {
        return Page::NoWay(refusal);
    }
    let first = plan.offers.first().map(|o| (o.method, o.purpose));
    match (first, settings.reveal) {
        (Some((method @ (Method::Federated | Method::Organization), _)), _) => Page::Upstream(method),
        (_, Reveal::Uniform) if settings.account && settings.passcode => Page::PasswordOrCode,
        (_, Reveal::Uniform) if settings.account => Page::Password,
        (Some((Method::Account, Use::Create)), _) => Page::CreateAccount,
        (Some((Method::Account, _)), _) => Page::Password,
        (Some((Method::Passcode, _)), _) => Page::Code,
        (None, _) => Page::NoWay(Refusal::NoMethod),
    }
}

/// Whether a domain may be a guest's (ADR-05): whole labels, deny wins, an empty allow list allows all.
pub fn admits(lists: &DomainLists, domain: &Domain, accepted_before: bool) -> bool {
    if accepted_before && lists.exempt_accepted {
        return true;
    }
    let hit = |rule: &DomainRule| {
        Domain::parse(&rule.domain)
            .is_ok_and(|d| if rule.subdomains { domain.is_or_below(&d) } else { *domain == d })
    };
    !lists.block.iter().any(hit) && (lists.allow.is_empty() || lists.allow.iter().any(hit))
}

#[cfg(test)]
mod tests;
