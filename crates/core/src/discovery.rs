//! The second decision, home-realm discovery: which ways of signing in an address is offered in a tenant, in which
//! order, and why. Pure: the same facts always give the same plan, and the plan's trail is what pages, the explain
//! command, the API and the sign-in log show. Who is sent a code follows from the plan ([`sends_code`]).

use serde::{Deserialize, Serialize};

use crate::address::Domain;
use crate::directory::Person;
use crate::ids::ProviderId;
use crate::method::{Answers, Method, Way};
use crate::policies::{DomainLists, DomainRule};
use crate::settings::{ChainLink, Discovery};
use crate::text_enum::text_enum;

/// Where the person stands in this tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuestStanding {
    /// Not yet accepted: the chain is walked in the tenant's order.
    Redeeming,
    /// Accepted by this way, which is pinned (HRD-08).
    Redeemed { pinned: Way },
}

text_enum! {
    /// What an upstream (provider or home organisation) has said of this address in this interaction.
    UpstreamAnswer {
        /// Not asked yet.
        Unasked = "unasked",
        /// Signed: "not one of mine" (HRD-12).
        NotMine = "notMine",
        /// It failed, was slow or was cancelled (HRD-04).
        Failed = "failed",
    }
}

/// A provider or home organisation that may answer for the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    pub way: Way,
    /// Where it stands in the chain.
    pub link: ChainLink,
    /// What it has said.
    pub answer: UpstreamAnswer,
}

/// What is known before deciding. Gathered without network I/O (HRD-10).
#[derive(Debug, Clone)]
pub struct DiscoveryFacts<'a> {
    /// Order and switches.
    pub settings: &'a Discovery,
    /// Whether the address's domain is admitted at sign-in ([`admits`]).
    pub domain_admitted: bool,
    /// Providers and home organisations of the domain.
    pub candidates: &'a [Candidate],
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
        SignIn = "signIn",
        /// To make an account first.
        Create = "create",
        /// To move to a stronger method (HRD-08).
        Upgrade = "upgrade",
    }
}

/// One way that the address is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The way, with its provider.
    pub way: Way,
    pub purpose: Use,
}

text_enum! {
    /// What became of a step of the chain.
    Verdict {
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
        AnswersForDomain = "answersForDomain",
        /// It said that the address is not one of its own.
        NotOneOfMine = "notOneOfMine",
        /// It failed, and nothing weaker may take its place.
        Failed = "failed",
        /// The person's account.
        HasAccount = "hasAccount",
        /// Accounts can be made.
        MayCreate = "mayCreate",
        /// The last step, for people without another way.
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
    /// The provider that it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
    /// What became of it.
    pub verdict: Verdict,
    pub reason: Reason,
}

text_enum! {
    /// Why nothing is offered.
    NoPlan {
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
    pub refusal: Option<NoPlan>,
    /// Each step with verdict and reason.
    pub trail: Vec<TrailEntry>,
}

impl Plan {
    /// Whether a way is offered for signing in (OTP-13, HRD-09).
    pub fn offers_sign_in(&self, way: Way) -> bool {
        self.offers.iter().any(|o| o.way == way && o.purpose == Use::SignIn)
    }

    fn empty() -> Self {
        Self { offers: Vec::new(), refusal: None, trail: Vec::new() }
    }

    fn add(&mut self, seat: &Seat, (verdict, reason, purpose): Verdicts) {
        let provider = match seat.way {
            Some(Way::Federated(id)) => Some(id),
            _ => None,
        };
        self.trail.push(TrailEntry { step: seat.method, provider, verdict, reason });
        if let (Some(way), Some(purpose)) = (seat.way, purpose) {
            self.offers.push(Offer { way, purpose });
        }
    }
}

type Verdicts = (Verdict, Reason, Option<Use>);

/// Whether an address is sent a code that works: its plan offers one, and the person behind it is admitted by it.
/// Everybody else gets a decoy (OTP-18, OTP-29). [`crate::interaction::next`] turns away by the same two.
pub fn sends_code(plan: &Plan, person: Person, sign_up: bool) -> bool {
    plan.offers_sign_in(Way::Passcode) && person.admission(sign_up).is_ok()
}

/// Decides which ways an address is offered.
pub fn decide(standing: GuestStanding, facts: &DiscoveryFacts<'_>) -> Plan {
    let order = facts.settings.order();
    if !facts.domain_admitted {
        let mut plan = Plan { refusal: Some(NoPlan::DomainBlocked), ..Plan::empty() };
        for seat in seats(&order, facts) {
            plan.add(&seat, (Verdict::Refused, Reason::DomainRefused, None));
        }
        return plan;
    }
    match standing {
        GuestStanding::Redeeming => walk(&order, facts),
        GuestStanding::Redeemed { pinned } => keep(pinned, facts),
    }
}

/// Who sits at a place of the chain: a candidate, a method that asks nobody, or nobody.
struct Seat {
    link: ChainLink,
    method: Method,
    way: Option<Way>,
    answer: Option<UpstreamAnswer>,
}

/// Everybody on these links in their order. A method that nobody answers by has one empty seat, at its first link.
fn seats(links: &[ChainLink], facts: &DiscoveryFacts<'_>) -> Vec<Seat> {
    let mut seats: Vec<Seat> = Vec::with_capacity(links.len());
    for link in links.iter().copied() {
        let method = link.method();
        if let ChainLink::Own(_) = link {
            seats.push(Seat { link, method, way: method.plain(), answer: None });
            continue;
        }
        let here = facts.candidates.iter().filter(|c| c.link == link);
        seats.extend(here.map(|c| Seat { link, method, way: Some(c.way), answer: Some(c.answer) }));
        let listed = seats.iter().any(|s| s.method == method);
        let comes = facts.candidates.iter().any(|c| c.link.method() == method && links.contains(&c.link));
        if !listed && !comes {
            seats.push(Seat { link, method, way: None, answer: None });
        }
    }
    seats
}

/// Every place there is, whatever the order says.
fn all_links() -> Vec<ChainLink> {
    let own = Method::ALL.iter().filter(|m| m.plain().is_some()).map(|m| ChainLink::Own(*m));
    [ChainLink::External, ChainLink::Social, ChainLink::Work, ChainLink::Home]
        .into_iter()
        .chain(own)
        .collect()
}

/// Walks the chain in the tenant's order for somebody who has not accepted yet.
fn walk(order: &[ChainLink], facts: &DiscoveryFacts<'_>) -> Plan {
    let mut plan = Plan::empty();
    let (mut closed, mut failed) = (false, false);
    for seat in seats(order, facts) {
        let verdicts =
            if closed { (Verdict::NotReached, Reason::EarlierStep, None) } else { ask(&seat, facts) };
        plan.add(&seat, verdicts);
        // A routed domain has its provider only, whether it answers or fails (HRD-04).
        closed |=
            verdicts.0 == Verdict::Refused || (verdicts.1 == Reason::AnswersForDomain && seat.link.binds());
        failed |= verdicts.0 == Verdict::Refused;
    }
    let rest: Vec<ChainLink> = all_links().into_iter().filter(|l| !order.contains(l)).collect();
    for seat in seats(&rest, facts) {
        // A method that stands elsewhere in the order has its verdict there; only a provider of its own is worth a line.
        if seat.answer.is_some() || !plan.trail.iter().any(|t| t.step == seat.method) {
            plan.add(&seat, (Verdict::Skipped, Reason::NotInOrder, None));
        }
    }
    if plan.offers.is_empty() {
        plan.refusal = Some(if failed { NoPlan::ProviderFailed } else { NoPlan::NoMethod });
    }
    plan
}

/// Asks one seat of the chain.
fn ask(seat: &Seat, facts: &DiscoveryFacts<'_>) -> Verdicts {
    let skipped = |reason| (Verdict::Skipped, reason, None);
    if !facts.settings.allows(seat.method) {
        return skipped(Reason::SwitchedOff);
    }
    if let ChainLink::Own(method) = seat.link {
        return match own(method, facts) {
            Some((purpose, reason)) => (Verdict::Offered, reason, Some(purpose)),
            None => skipped(Reason::NoneForAddress),
        };
    }
    match seat.answer {
        None => skipped(Reason::NotSetUp),
        Some(UpstreamAnswer::Unasked) => (Verdict::Offered, Reason::AnswersForDomain, Some(Use::SignIn)),
        Some(UpstreamAnswer::NotMine) => skipped(Reason::NotOneOfMine),
        Some(UpstreamAnswer::Failed) if facts.fallback_on_failure || !seat.link.binds() => {
            skipped(Reason::Failed)
        }
        Some(UpstreamAnswer::Failed) => (Verdict::Refused, Reason::Failed, None),
    }
}

/// How a method answers without anybody being asked. An account can be made where codes are off and strangers may sign up.
fn own(method: Method, facts: &DiscoveryFacts<'_>) -> Option<(Use, Reason)> {
    let create = facts.sign_up && !facts.settings.allows(Method::Passcode);
    match method.line().answers {
        Answers::Candidates => None,
        Answers::Everybody => Some((Use::SignIn, Reason::LastStep)),
        Answers::Holders if facts.account => Some((Use::SignIn, Reason::HasAccount)),
        Answers::Holders => create.then_some((Use::Create, Reason::MayCreate)),
    }
}

/// Keeps to the pinned way of somebody who has accepted, and offers a stronger one beside it.
fn keep(pinned: Way, facts: &DiscoveryFacts<'_>) -> Plan {
    let mut plan = Plan::empty();
    let mut found = false;
    // A provider that was removed keeps its seat: nobody else takes it.
    let absent = |link| Seat { link, method: pinned.method(), way: Some(pinned), answer: None };
    for mut seat in seats(&all_links(), facts) {
        if seat.way.is_none() && seat.method == pinned.method() {
            seat = absent(seat.link);
        }
        let verdicts = if seat.way == Some(pinned) {
            found = true;
            keep_pinned(&seat, facts)
        } else {
            beside(&seat, pinned, facts)
        };
        plan.add(&seat, verdicts);
    }
    let its_place = all_links().into_iter().find(|link| link.method() == pinned.method());
    if let Some(link) = its_place.filter(|_| !found) {
        let seat = absent(link);
        plan.add(&seat, keep_pinned(&seat, facts));
    }
    plan.offers.sort_by_key(|o| o.purpose != Use::SignIn);
    if !plan.offers.iter().any(|o| o.purpose == Use::SignIn) {
        let failed = |t: &TrailEntry| {
            t.step == pinned.method() && t.verdict == Verdict::Refused && t.reason == Reason::Failed
        };
        let failed = plan.trail.iter().any(failed);
        plan.refusal = Some(if failed { NoPlan::ProviderFailed } else { NoPlan::PinnedMethodOff });
    }
    plan
}

fn keep_pinned(seat: &Seat, facts: &DiscoveryFacts<'_>) -> Verdicts {
    let refused = |reason| (Verdict::Refused, reason, None);
    let offered = (Verdict::Offered, Reason::Pinned, Some(Use::SignIn));
    if !facts.settings.allows(seat.method) {
        return refused(Reason::SwitchedOff);
    }
    if let ChainLink::Own(method) = seat.link {
        return match own(method, facts) {
            Some((Use::SignIn, _)) => offered,
            _ => refused(Reason::NoneForAddress),
        };
    }
    match seat.answer {
        Some(UpstreamAnswer::Unasked) => offered,
        Some(UpstreamAnswer::NotMine) => refused(Reason::NotOneOfMine),
        Some(UpstreamAnswer::Failed) => refused(Reason::Failed),
        None => refused(Reason::NotSetUp),
    }
}

/// A way that is not the pinned one: offered as an upgrade where it is stronger and answers.
fn beside(seat: &Seat, pinned: Way, facts: &DiscoveryFacts<'_>) -> Verdicts {
    let skipped = |reason| (Verdict::Skipped, reason, None);
    if !facts.settings.allows(seat.method) {
        return skipped(Reason::SwitchedOff);
    }
    let stronger = seat.method.line().strength > pinned.line().strength;
    let (answers, otherwise) = match seat.link {
        ChainLink::Own(method) => {
            (own(method, facts).is_some_and(|(purpose, _)| purpose == Use::SignIn), Reason::NoneForAddress)
        }
        _ => (seat.answer == Some(UpstreamAnswer::Unasked), Reason::NotSetUp),
    };
    match (answers, stronger) {
        (true, true) => (Verdict::Offered, Reason::Better, Some(Use::Upgrade)),
        (true, false) => skipped(Reason::Pinned),
        (false, _) => skipped(otherwise),
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
