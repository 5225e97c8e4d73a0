//! Where each combination stands, written down by hand in the words of the documents and computed by nothing of the
//! product: the first rule that has an answer gives it.

use vestibule_core::discovery::NoPlan;
use vestibule_core::interaction::{Finish, Refusal, Step};
use vestibule_core::method::Way;
use vestibule_core::policies::BlockReason;
use vestibule_core::proof::Unreadable;

use super::case::{Case, Code, Cookie, Demand, Evidence, Setting, Stored, Who};

/// Where a trip stands, in a test's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A row cannot be read: no step at all.
    Unreadable,
    /// Type an address.
    Identify,
    /// Have a code sent.
    SendCode,
    /// Type the code.
    EnterCode,
    /// Agree to become a guest, and to the terms where they are asked for.
    Review(Option<u32>),
    /// Agree to the terms.
    Terms(u32),
    /// Signed in already.
    OnSession,
    /// Signed in by a proof of this trip.
    OnProof,
    /// No further.
    Refused(Refusal),
    /// What no combination leads to in this release.
    Never,
}

impl Kind {
    /// What the product says.
    pub(super) fn of(step: &Result<Step, Unreadable>) -> Self {
        match step {
            Err(Unreadable) => Self::Unreadable,
            Ok(Step::Identify) => Self::Identify,
            Ok(Step::SendCode) => Self::SendCode,
            Ok(Step::Prove(Way::Passcode)) => Self::EnterCode,
            Ok(Step::Review { terms }) => Self::Review(*terms),
            Ok(Step::Terms(version)) => Self::Terms(*version),
            Ok(Step::Finish(Finish::Session)) => Self::OnSession,
            Ok(Step::Finish(Finish::Proof(_))) => Self::OnProof,
            Ok(Step::Refuse(why)) => Self::Refused(*why),
            Ok(
                Step::Choose
                | Step::CreateAccount
                | Step::Prove(_)
                | Step::Enrol
                | Step::SecondFactor
                | Step::AppConsent,
            ) => Self::Never,
        }
    }

    /// Whether somebody is turned away for who they are, or for the way that they came.
    pub(super) const fn turned_away(self) -> bool {
        matches!(
            self,
            Self::Refused(Refusal::NoMethod(_) | Refusal::NoAccess | Refusal::Disabled | Refusal::Removed)
        )
    }
}

/// Where a combination stands.
pub(super) fn expected(case: Case) -> Kind {
    RULES.iter().find_map(|rule| rule(case)).unwrap_or(Kind::OnProof)
}

type Rule = fn(Case) -> Option<Kind>;

const RULES: &[Rule] = &[
    |case| unreadable(case).then_some(Kind::Unreadable),
    |case| (case.demand == Demand::SwitchedOff).then_some(Kind::Refused(Refusal::ApplicationOff)),
    |case| (case.demand == Demand::Block).then_some(Kind::Refused(Refusal::Blocked(BlockReason::Generic))),
    |case| session_answers(case).then_some(Kind::OnSession),
    |case| (!case.stored.addressed()).then_some(Kind::Identify),
    |case| (!case.stored.proven()).then(|| before_a_proof(case)),
    no_way_any_more,
    turned_away,
    asks_for_more_than_a_mailbox,
    owes_an_agreement,
];

/// Somebody takes part whose row does not say how they accepted: by their proof, or by their session.
fn unreadable(case: Case) -> bool {
    case.who.unreadable() && (case.stored.proven() || case.cookie.own())
}

/// The browser is signed in as whoever the trip is about, or the trip is about nobody yet, and that is all that is asked
/// for.
fn session_answers(case: Case) -> bool {
    let it_is_them = match case.cookie {
        Cookie::None | Cookie::NotOffered => false,
        Cookie::Fresh | Cookie::Older => matches!(case.who, Who::Accepted | Who::Member),
        Cookie::Another => !case.stored.addressed(),
    };
    let by_code = match case.setting {
        Setting::Default | Setting::SignUp | Setting::BlockedButAccepted => true,
        Setting::CodesOff | Setting::SignUpWithoutCodes => false,
        Setting::Blocked => case.who == Who::Member && case.cookie != Cookie::Another,
    };
    let enough = match case.demand {
        Demand::Plain | Demand::PickedAccount | Demand::AcrMailbox | Demand::TermsAgreed => true,
        Demand::Login | Demand::SelectAccount | Demand::MaxAgeHour | Demand::Hourly => {
            case.cookie != Cookie::Older
        }
        Demand::NamedAnother => case.cookie == Cookie::Another,
        Demand::MaxAgeZero
        | Demand::AcrMfa
        | Demand::AcrUnknown
        // INV-01: it wants a proof of its own.
        | Demand::Invitation
        | Demand::SwitchedOff
        | Demand::Block
        | Demand::TermsOwed
        | Demand::SecondStep => false,
    };
    it_is_them && by_code && enough
}

/// The same for everybody of a domain (OTP-18).
fn before_a_proof(case: Case) -> Kind {
    let code_page = match case.stored {
        Stored::At(_, Code::Live) => Kind::EnterCode,
        _ => Kind::SendCode,
    };
    match case.setting {
        Setting::Default | Setting::SignUp | Setting::BlockedButAccepted => code_page,
        // A tenant's own domains are always admitted.
        Setting::Blocked if case.who == Who::Member => code_page,
        Setting::Blocked => Kind::Refused(Refusal::NoMethod(NoPlan::DomainBlocked)),
        // Nor does anybody sign up there: they would make an account, which this release cannot verify.
        Setting::CodesOff | Setting::SignUpWithoutCodes => Kind::Refused(Refusal::NoMethod(NoPlan::NoMethod)),
    }
}

/// HRD-09, OTP-13: a proof is worth nothing where its way is none any more, for this very person.
fn no_way_any_more(case: Case) -> Option<Kind> {
    let new = matches!(case.who, Who::Stranger | Who::Removed | Who::Pending | Who::Suspended);
    let foreign = case.who != Who::Member;
    let why = match case.setting {
        Setting::Blocked if foreign => NoPlan::DomainBlocked,
        Setting::BlockedButAccepted if new => NoPlan::DomainBlocked,
        Setting::CodesOff | Setting::SignUpWithoutCodes if new => NoPlan::NoMethod,
        Setting::CodesOff | Setting::SignUpWithoutCodes => NoPlan::PinnedMethodOff,
        // HRD-08: who moved on to a better way is not let in by a mailbox.
        _ if case.who.pinned_elsewhere() => NoPlan::PinnedMethodOff,
        _ => return None,
    };
    Some(Kind::Refused(Refusal::NoMethod(why)))
}

fn turned_away(case: Case) -> Option<Kind> {
    match case.who {
        Who::Stranger | Who::Removed if !case.setting.sign_up() => Some(Kind::Refused(Refusal::NoAccess)),
        Who::Suspended => Some(Kind::Refused(Refusal::NoAccess)),
        Who::Disabled => Some(Kind::Refused(Refusal::Disabled)),
        Who::RemovedMeanwhile => Some(Kind::Refused(Refusal::Removed)),
        _ => None,
    }
}

/// OTP-26: a mailbox is no factor, and this release has no second step.
fn asks_for_more_than_a_mailbox(case: Case) -> Option<Kind> {
    match case.demand {
        Demand::AcrMfa | Demand::AcrUnknown => Some(Kind::Refused(Refusal::LevelUnavailable)),
        Demand::SecondStep => Some(Kind::Refused(Refusal::SecondStepUnavailable)),
        _ => None,
    }
}

/// Who is new agrees to become a guest, once; terms are agreed to by everybody, in this trip or before.
fn owes_an_agreement(case: Case) -> Option<Kind> {
    let new = matches!(case.who, Who::Stranger | Who::Removed | Who::Pending);
    let ticked = matches!(case.stored, Stored::At(Evidence::Agreed, _));
    let reviewed = ticked || matches!(case.stored, Stored::At(Evidence::Reviewed, _));
    let terms = match case.demand {
        Demand::TermsOwed => !ticked,
        Demand::TermsAgreed => !ticked && new,
        _ => false,
    };
    let terms = terms.then_some(2);
    if new && !reviewed {
        return Some(Kind::Review(terms));
    }
    terms.map(Kind::Terms)
}
