//! What rows and cookies hold, gathered and decided upon together: every reachable combination of person, plan, trip,
//! session and demand, from the rows of a real database to the step.
//!
//! Beside the step that is expected of each, what must hold whatever is expected is checked for all of them.

mod case;
mod expected;
mod lab;
mod rows;

use vestibule_app::plan::sends_code;
use vestibule_core::discovery::NoPlan;
use vestibule_core::interaction::{Finish, PageKind, Refusal, Stage, Step};
use vestibule_core::method::Way;
use vestibule_core::passcode::CodeStanding;
use vestibule_core::policies::BlockReason;
use vestibule_core::proof::{IdentityKey, Level, Unreadable};
use vestibule_store::live::LiveUser;

use self::case::{Case, Cookie, Demand, Setting, Who};
use self::expected::{Kind, expected};
use self::lab::{House, Lab, minute};
use super::{Trip, current, next};

/// HRD-01, HRD-02, OTP-18, OTP-29: where codes are offered, to invited guests alone or to whoever signs up.
#[tokio::test]
async fn hrd_01_hrd_02_otp_18_otp_29_every_combination_where_codes_are_offered() {
    let mut steps = vec![Kind::Identify, Kind::SendCode, Kind::EnterCode, Kind::OnSession, Kind::OnProof];
    steps.extend([Kind::Review(None), Kind::Review(Some(2)), Kind::Terms(2)]);
    let refusals = [Refusal::NoAccess, Refusal::Disabled, Refusal::Removed, OF_PINNED];
    every_combination(&[Setting::Default, Setting::SignUp], &steps, &[&refusals[..], &UNAVAILABLE].concat())
        .await;
}

/// HRD-09, OTP-13: where codes are off, nobody is let in by one, whatever was proven and whoever is signed in.
#[tokio::test]
async fn hrd_09_otp_13_every_combination_where_codes_are_off() {
    let settings = [Setting::CodesOff, Setting::SignUpWithoutCodes];
    let refusals = [OF_PINNED, Refusal::NoMethod(NoPlan::NoMethod)];
    every_combination(&settings, &[Kind::Identify], &refusals).await;
}

/// HRD-09, ADR-05: where the guests' domain is blocked, for all of them or for all who come new.
#[tokio::test]
async fn hrd_09_adr_05_every_combination_where_the_domain_is_blocked() {
    let mut steps = vec![Kind::Identify, Kind::SendCode, Kind::EnterCode, Kind::OnSession, Kind::OnProof];
    steps.push(Kind::Terms(2));
    let refusals = [Refusal::Disabled, Refusal::Removed, OF_PINNED, Refusal::NoMethod(NoPlan::DomainBlocked)];
    let settings = [Setting::Blocked, Setting::BlockedButAccepted];
    every_combination(&settings, &steps, &[&refusals[..], &UNAVAILABLE].concat()).await;
}

const OF_PINNED: Refusal = Refusal::NoMethod(NoPlan::PinnedMethodOff);
const UNAVAILABLE: [Refusal; 2] = [Refusal::LevelUnavailable, Refusal::SecondStepUnavailable];

/// A combination with what the product says of it.
struct Told<'a> {
    case: Case,
    house: &'a House,
    trip: &'a Trip,
    user: Option<&'a LiveUser>,
    step: &'a Result<Step, Unreadable>,
    kind: Kind,
}

/// Goes through all of them, with one load for all that is asked of the same rows by the same browser, and comes by these
/// steps and refusals, each at least once and no other.
async fn every_combination(settings: &[Setting], steps: &[Kind], refusals: &[Refusal]) {
    let lab = Lab::open(settings).await;
    let mut seen = Vec::new();
    for cases in Case::all(settings).chunk_by(|a, b| a.load() == b.load()) {
        let mut trip = lab.load(cases[0]).await;
        let user = lab.user(&trip);
        for case in cases.iter().copied() {
            lab.ask(&mut trip, case);
            let step = current(&trip, 0);
            let kind = Kind::of(&step);
            let house = lab.house(case);
            Told { case, house, trip: &trip, user: user.as_ref(), step: &step, kind }.holds();
            if !seen.contains(&kind) {
                seen.push(kind);
            }
        }
    }
    let everywhere = [Refusal::ApplicationOff, Refusal::Blocked(BlockReason::Generic)];
    let refusals = everywhere.iter().chain(refusals).copied().map(Kind::Refused);
    let meant: Vec<Kind> = steps.iter().copied().chain([Kind::Unreadable]).chain(refusals).collect();
    let differ =
        |a: &[Kind], b: &[Kind]| a.iter().copied().filter(|kind| !b.contains(kind)).collect::<Vec<_>>();
    assert_eq!((differ(&meant, &seen), differ(&seen, &meant)), (vec![], vec![]), "never seen, never meant");
}

impl Told<'_> {
    fn holds(&self) {
        assert_eq!(self.kind, expected(self.case), "{:?}", self.case);
        if let Ok(step) = self.step {
            self.stands_on_its_page(step);
            self.ends_on_its_own_proof(step);
        }
        self.ends_on_its_own_session();
        self.lets_in_nobody_who_is_out();
        self.sends_a_code_to_whom_it_lets_in();
    }

    /// HRD-01: the page is of the step's stage, and the stage is no further than what the trip has.
    fn stands_on_its_page(&self, step: &Step) {
        let (case, stage) = (self.case, step.stage());
        match step.page() {
            // Where all is agreed to, the last press ends the trip.
            Some(page) if stage == Stage::End => {
                assert_eq!((page, self.kind), (PageKind::Review, Kind::OnProof), "{case:?}");
            }
            Some(page) => assert_eq!(stage_of(page), stage, "{case:?}"),
            None => assert_eq!(stage, Stage::End, "{case:?}"),
        }
        let has_come = match (case.stored.addressed(), case.stored.proven()) {
            (false, _) => stage == Stage::Identify,
            (true, false) => matches!(stage, Stage::Begin | Stage::Prove),
            (true, true) => stage == Stage::Agree,
        };
        assert!(has_come || stage == Stage::End, "{case:?}: {step:?}");
    }

    /// HRD-02, OTP-26: what ends on a proof ends on the one of this very trip and address, and it is that of a mailbox.
    fn ends_on_its_own_proof(&self, step: &Step) {
        let Step::Finish(Finish::Proof(proof)) = step else { return };
        let (case, address) = (self.case, self.house.address(self.case.who));
        assert!(case.stored.proven(), "{case:?}");
        let evidence = self.trip.ledger.first(address.key()).map(|evidence| &evidence.identity);
        assert_eq!(evidence, Some(&proof.identity), "{case:?}");
        assert_eq!(proof.identity, IdentityKey::plain(Way::Passcode, address.key()), "{case:?}");
        let worth = &proof.authentication;
        let used = minute(rows::USED).instant;
        assert_eq!(
            (worth.way, worth.at, worth.level),
            (Way::Passcode, used, Some(Level::Mailbox)),
            "{case:?}"
        );
    }

    /// HRD-09: nobody is answered from the session of somebody else, or from one whose way is none any more.
    fn ends_on_its_own_session(&self) {
        if self.kind != Kind::OnSession {
            return;
        }
        let (case, session) = (self.case, self.trip.live.session.as_ref().unwrap());
        let own = self.trip.address().is_none_or(|address| address.key() == session.user.address_key);
        let offered = match case.setting {
            Setting::Default | Setting::SignUp | Setting::BlockedButAccepted => true,
            Setting::Blocked => session.user.domain == self.house.own_domain,
            Setting::CodesOff | Setting::SignUpWithoutCodes => false,
        };
        let by_code = session.authentication.way == Way::Passcode;
        assert!(own && offered && by_code && case.cookie != Cookie::NotOffered, "{case:?}");
    }

    /// Who was switched off, removed or reported is refused once they are proven; and who accepted by what this release
    /// cannot verify comes in by nothing else.
    fn lets_in_nobody_who_is_out(&self) {
        let case = self.case;
        let out = match case.who {
            Who::Disabled | Who::RemovedMeanwhile | Who::Suspended => true,
            Who::Removed => !case.setting.sign_up(),
            _ => false,
        };
        let refused = matches!(self.kind, Kind::Refused(_) | Kind::Unreadable);
        assert!(!(out && case.stored.proven()) || refused, "{case:?}");
        let in_by_proof = matches!(self.kind, Kind::OnProof | Kind::Review(_) | Kind::Terms(_));
        let in_by_session = self.kind == Kind::OnSession && case.cookie != Cookie::Another;
        assert!(!(out || case.who.pinned_elsewhere()) || !(in_by_proof || in_by_session), "{case:?}");
    }

    /// OTP-18, OTP-29: a code goes exactly to whom it would not turn away.
    fn sends_a_code_to_whom_it_lets_in(&self) {
        let (case, trip) = (self.case, self.trip);
        let for_everybody = matches!(case.demand, Demand::Block | Demand::SwitchedOff);
        let Some(address) = trip.address().filter(|_| !for_everybody) else { return };
        let sent = sends_code(trip.tenant(), trip.application.as_deref(), address.domain(), self.user);
        let proven = next(trip, self.user, 0, &self.house.proven[&case.who], Some(CodeStanding::Used));
        let then = Kind::of(&proven);
        match sent {
            Ok(sent) => {
                assert_eq!((sent, then == Kind::Unreadable), (!then.turned_away(), false), "{case:?}");
            }
            Err(Unreadable) => assert_eq!(then, Kind::Unreadable, "{case:?}"),
        }
        assert!(!case.who.pinned_elsewhere() || sent != Ok(true), "{case:?}");
    }
}

fn stage_of(page: PageKind) -> Stage {
    match page {
        PageKind::Address | PageKind::Accounts => Stage::Identify,
        PageKind::SendCode | PageKind::CreateAccount => Stage::Begin,
        PageKind::Prove(_) => Stage::Prove,
        PageKind::Enrol | PageKind::SecondFactor => Stage::SecondStep,
        PageKind::Review | PageKind::AppConsent => Stage::Agree,
    }
}
