//! The fourth decision: the whole trip as one function, [`next`]. Every POST of a sign-in loads, checks that its step
//! is the current one, runs one verifier, saves the ledger, and goes where `next` says. No route decides for itself.

use chrono::TimeDelta;

use crate::clock::Instant;
use crate::directory::{Admission, Person, TurnedAway};
use crate::discovery::{self, Plan, Use};
use crate::method::{Method, Way};
use crate::passcode;
use crate::policies::BlockReason;
use crate::policy::{Decision, Obligation};
use crate::proof::{Authentication, IdentityKey, Ledger, Level, Wanted};
use crate::text_enum::text_enum;

text_enum! {
    /// What a trip is for; stored with it.
    EndingKind {
        /// An application's authorize request.
        Authorize = "authorize",
        Invitation = "invitation",
    }
}

/// What the ending and the request ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// What the trip is for.
    pub ending: EndingKind,
    /// When it began: `prompt=login` wants a proof younger than this.
    pub began_at: Instant,
    /// `prompt=login`.
    pub login: bool,
    /// `prompt=select_account`.
    pub select_account: bool,
    /// `max_age`.
    pub max_age: Option<TimeDelta>,
    /// What the sign-in must be worth: `acr_values` and an essential `acr` together.
    pub level: Wanted,
}

impl Demand {
    /// Whether a proof of this age and level is what the request asks for (OID-12).
    pub fn satisfied_by(&self, authentication: &Authentication, now: Instant) -> bool {
        self.fresh_enough(authentication, now) && self.level_met(authentication.level)
    }

    fn fresh_enough(&self, authentication: &Authentication, now: Instant) -> bool {
        let of_this_trip = authentication.at >= self.began_at;
        let fresh = of_this_trip || !self.login;
        let young = of_this_trip || self.max_age.is_none_or(|age| now - authentication.at <= age);
        fresh && young
    }

    /// Whether a session answers: its age counts by the clock, whenever in this trip it began (OID-12, `max_age`).
    fn satisfied_by_session(&self, authentication: &Authentication, now: Instant) -> bool {
        let young = self.max_age.is_none_or(|age| now - authentication.at <= age);
        young && self.satisfied_by(authentication, now)
    }

    fn level_met(&self, reached: Option<Level>) -> bool {
        self.level.met_by(reached)
    }
}

/// The address of a trip, once there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed {
    /// [`crate::Address::key`].
    pub key: String,
}

/// The browser's live session in this realm.
#[derive(Debug, Clone)]
pub struct Session {
    pub address_key: String,
    /// How and when it began.
    pub authentication: Authentication,
    /// What policy says of it for this application.
    pub decision: Decision,
    /// Whether the person picked it in this trip (`select_account`).
    pub picked: bool,
}

/// Second steps of the person here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SecondSteps {
    pub enrolled: bool,
    /// One can be enrolled now.
    pub can_enrol: bool,
}

/// Everything that `next` looks at.
#[derive(Debug, Clone)]
pub struct TripFacts<'a> {
    pub now: Instant,
    /// The tenant is switched on (HRD-09).
    pub tenant_active: bool,
    /// The application is switched on; true where the ending has none.
    pub application_enabled: bool,
    /// What policy blocks for everybody.
    pub early_block: Option<BlockReason>,
    /// Accounts that this browser remembers here.
    pub remembered: usize,
    /// The address of the trip.
    pub address: Option<Addressed>,
    /// The browser's live session.
    pub session: Option<Session>,
    /// The plan for the address.
    pub plan: Option<&'a Plan>,
    /// The newest code of the trip.
    pub code: Option<passcode::CodeStanding>,
    /// Who the address is here; `None` before a proof.
    pub person: Option<Person>,
    /// Strangers may sign up at this application.
    pub sign_up: bool,
    /// What policy says of the person with what is proven; `None` before a proof.
    pub decision: Option<Decision>,
    pub second_steps: SecondSteps,
    /// The application asks for consent that is missing.
    pub consent_missing: bool,
}

/// Where the trip stands: the page that is shown, or its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Type an address (G01).
    Identify,
    /// Pick an account (G02).
    Choose,
    /// Have a code sent (G05).
    SendCode,
    /// Prove by this way: type the code (G06, G07), go to a provider (G09), type the password (G11).
    Prove(Way),
    /// Make an account (G10).
    CreateAccount,
    /// Set up a second step (G13).
    Enrol,
    /// Pass the second step (G14).
    SecondFactor,
    /// Agree to become a guest (G15), with the box for terms where they are asked for.
    Review {
        /// The version of the terms that must be agreed to.
        terms: Option<u32>,
    },
    /// Agree to new terms (G15 for somebody accepted).
    Terms(u32),
    /// Allow the application (G16).
    AppConsent,
    /// Go no further.
    Refuse(Refusal),
    /// All is proven and agreed: the one transaction at the end.
    Finish(Finish),
}

/// A page of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// G01.
    Address,
    /// G02.
    Accounts,
    /// G05.
    SendCode,
    /// Where a method is proven.
    Prove(Method),
    /// G10.
    CreateAccount,
    /// G13.
    Enrol,
    /// G14.
    SecondFactor,
    /// G15.
    Review,
    /// G16.
    AppConsent,
}

impl PageKind {
    /// The last part of its path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Address => "",
            Self::Accounts => "accounts",
            Self::SendCode => "code/send",
            Self::Prove(method) => method.line().page,
            Self::CreateAccount => "account/create",
            Self::Enrol => "second-step/enrol",
            Self::SecondFactor => "second-step",
            Self::Review => "review",
            Self::AppConsent => "consent",
        }
    }

    /// How far a trip has come that is on it.
    pub const fn stage(self) -> Stage {
        match self {
            Self::Address | Self::Accounts => Stage::Identify,
            Self::SendCode | Self::CreateAccount => Stage::Begin,
            Self::Prove(_) => Stage::Prove,
            Self::Enrol | Self::SecondFactor => Stage::SecondStep,
            Self::Review | Self::AppConsent => Stage::Agree,
        }
    }
}

/// How far a trip has come. What asks for an earlier stage than the trip's is a repeat; for a later one, out of turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Who somebody says they are.
    Identify,
    /// Before a first proof can be given.
    Begin,
    Prove,
    SecondStep,
    /// What must be agreed to.
    Agree,
    End,
}

impl Step {
    /// The page where the step is taken. `None`: the trip ends here, and there is none to go to.
    pub const fn page(&self) -> Option<PageKind> {
        match self {
            Self::Identify => Some(PageKind::Address),
            Self::Choose => Some(PageKind::Accounts),
            Self::SendCode => Some(PageKind::SendCode),
            Self::Prove(way) => Some(PageKind::Prove(way.method())),
            Self::CreateAccount => Some(PageKind::CreateAccount),
            Self::Enrol => Some(PageKind::Enrol),
            Self::SecondFactor => Some(PageKind::SecondFactor),
            Self::Review { .. } | Self::Terms(_) | Self::Finish(Finish::Proof(_)) => Some(PageKind::Review),
            Self::AppConsent => Some(PageKind::AppConsent),
            Self::Refuse(_) | Self::Finish(Finish::Session) => None,
        }
    }

    /// How far the trip has come.
    pub const fn stage(&self) -> Stage {
        match self {
            // All is proven and agreed to, and the page's button is what ends the trip.
            Self::Finish(_) | Self::Refuse(_) => Stage::End,
            step => match step.page() {
                Some(page) => page.stage(),
                None => Stage::End,
            },
        }
    }
}

/// What [`Step::Finish`] rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// On the live session, which stays as it is.
    Session,
    /// On the proofs of this trip: a new session.
    Proof(TripProof),
}

/// The proofs that a trip ends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TripProof {
    /// What they are worth.
    pub authentication: Authentication,
    /// The identity that was proven first: linked to the guest who is admitted by it, which pins its way (HRD-08).
    pub identity: IdentityKey,
}

/// Why a trip goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The tenant is switched off.
    TenantOff,
    /// The application is switched off.
    ApplicationOff,
    /// A rule of the tenant.
    Blocked(BlockReason),
    /// No way to sign in with this address.
    NoMethod(discovery::NoPlan),
    /// Proven, but not invited, and no sign-up.
    NoAccess,
    Disabled,
    /// No longer a guest.
    Removed,
    /// A second step is asked for, and none can be had.
    SecondStepUnavailable,
    /// The application asks for more than can be proven (OTP-26).
    LevelUnavailable,
}

impl From<TurnedAway> for Refusal {
    fn from(why: TurnedAway) -> Self {
        match why {
            TurnedAway::NoAccess => Self::NoAccess,
            TurnedAway::Disabled => Self::Disabled,
            TurnedAway::Removed => Self::Removed,
        }
    }
}

/// Decides where the trip stands.
pub fn next(demand: &Demand, facts: &TripFacts<'_>, ledger: &Ledger) -> Step {
    if let Some(refusal) = off(facts) {
        return Step::Refuse(refusal);
    }
    if let Some(step) = on_session(demand, facts) {
        return step;
    }
    let Some(address) = &facts.address else {
        let choose = facts.remembered > 1 || (demand.select_account && facts.remembered > 0);
        return if choose { Step::Choose } else { Step::Identify };
    };
    let proof = ledger.first(&address.key).zip(ledger.authentication(&address.key));
    match proof.filter(|(_, a)| demand.fresh_enough(a, facts.now)) {
        None => to_prove(facts),
        Some((evidence, authentication)) => {
            proven(demand, facts, ledger, TripProof { authentication, identity: evidence.identity.clone() })
        }
    }
}

/// What is switched off for everybody.
fn off(facts: &TripFacts<'_>) -> Option<Refusal> {
    if !facts.tenant_active {
        return Some(Refusal::TenantOff);
    }
    if !facts.application_enabled {
        return Some(Refusal::ApplicationOff);
    }
    facts.early_block.map(Refusal::Blocked)
}

/// What the browser's live session settles: another tab signed in meanwhile, or a second application came.
fn on_session(demand: &Demand, facts: &TripFacts<'_>) -> Option<Step> {
    let session = facts.session.as_ref()?;
    let same = facts.address.as_ref().is_none_or(|a| a.key == session.address_key);
    let picked = session.picked || !demand.select_account || session.authentication.at >= demand.began_at;
    // An invitation always asks for its own proof of the invited mailbox (INV-01), and has nothing to give without one.
    let own_proof = demand.ending != EndingKind::Invitation;
    if !(same && picked && own_proof && demand.satisfied_by_session(&session.authentication, facts.now)) {
        return None;
    }
    match &session.decision {
        Decision::Grant(_) if facts.consent_missing => Some(Step::AppConsent),
        Decision::Grant(_) => Some(Step::Finish(Finish::Session)),
        Decision::Block(reason) => Some(Step::Refuse(Refusal::Blocked(*reason))),
        // Something is owed: the trip goes on and asks for it, with a proof of its own where that is what is owed.
        Decision::Need(_) => None,
    }
}

/// The first proof is missing: the page of the first offer.
fn to_prove(facts: &TripFacts<'_>) -> Step {
    let Some(plan) = facts.plan else { return Step::Identify };
    match (plan.refusal, plan.offers.first()) {
        (Some(refusal), _) => Step::Refuse(Refusal::NoMethod(refusal)),
        (None, None) => Step::Refuse(Refusal::NoMethod(discovery::NoPlan::NoMethod)),
        (None, Some(offer)) => match (offer.way, offer.purpose) {
            (_, Use::Create) => Step::CreateAccount,
            // A code must be asked for first, and one that was used is none.
            (Way::Passcode, _) if facts.code.is_none_or(|c| c == passcode::CodeStanding::Used) => {
                Step::SendCode
            }
            (way, _) => Step::Prove(way),
        },
    }
}

/// The first proof is there: who is it, what is owed, what must be agreed to.
fn proven(demand: &Demand, facts: &TripFacts<'_>, ledger: &Ledger, proof: TripProof) -> Step {
    // The way may have been switched off between send and verify (OTP-13).
    match facts.plan {
        Some(plan) if plan.offers_sign_in(proof.identity.way) => {}
        Some(plan) => {
            let refusal = plan.refusal.unwrap_or(discovery::NoPlan::PinnedMethodOff);
            return Step::Refuse(Refusal::NoMethod(refusal));
        }
        None => return Step::Identify,
    }
    let admission = match facts.person.unwrap_or(Person::Stranger).admission(facts.sign_up) {
        Ok(admission) => admission,
        Err(why) => return Step::Refuse(why.into()),
    };
    if !demand.level_met(proof.authentication.level) {
        // A second step is asked for only where it helps: to a mailbox it adds nothing (OTP-26).
        let helps = demand.level_met(proof.authentication.most());
        let unavailable = Refusal::LevelUnavailable;
        return if helps { second_step(facts, unavailable) } else { Step::Refuse(unavailable) };
    }
    let owed = match &facts.decision {
        None => return Step::Refuse(Refusal::Blocked(BlockReason::Generic)),
        Some(Decision::Block(reason)) => return Step::Refuse(Refusal::Blocked(*reason)),
        Some(Decision::Grant(_)) => &[][..],
        Some(Decision::Need(obligations)) => obligations.as_slice(),
    };
    if owed.contains(&Obligation::FreshProof) {
        return to_prove(facts);
    }
    if owed.contains(&Obligation::SecondStep) {
        return second_step(facts, Refusal::SecondStepUnavailable);
    }
    let terms =
        owed.iter().find_map(|o| if let Obligation::Terms(version) = o { Some(*version) } else { None });
    match (admission == Admission::Pending && !ledger.reviewed(), terms) {
        (true, terms) => Step::Review { terms },
        (false, Some(version)) => Step::Terms(version),
        (false, None) if facts.consent_missing => Step::AppConsent,
        (false, None) => Step::Finish(Finish::Proof(proof)),
    }
}

fn second_step(facts: &TripFacts<'_>, otherwise: Refusal) -> Step {
    match facts.second_steps {
        SecondSteps { enrolled: true, .. } => Step::SecondFactor,
        SecondSteps { can_enrol: true, .. } => Step::Enrol,
        SecondSteps { .. } => Step::Refuse(otherwise),
    }
}

#[cfg(test)]
mod tests;
