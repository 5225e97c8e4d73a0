use uuid::Uuid;

use super::*;
use crate::ids::{InteractionId, Realm, TenantId};
use crate::policy::{Circumstances, Subject, evaluate};
use crate::proof::{ACR_MAILBOX, ACR_MFA, MailboxProof, MailboxVia};
use crate::settings::{AccessRule, Control};

const REALM: Realm = Realm::Tenant(TenantId(Uuid::from_u128(1)));
const TRIP: InteractionId = InteractionId(Uuid::from_u128(2));

fn noon() -> Instant {
    Instant::from_timestamp(1_770_000_000, 0).unwrap()
}

fn demand() -> Demand {
    Demand {
        ending: Ending::Authorize,
        began_at: noon(),
        login: false,
        select_account: false,
        max_age: None,
        essential_acr: Vec::new(),
    }
}

fn plan(offers: &[(Method, Use)], refusal: Option<discovery::Refusal>) -> Plan {
    let offers = offers
        .iter()
        .map(|(method, purpose)| discovery::Offer { method: *method, purpose: *purpose })
        .collect();
    Plan { offers, refusal, trail: Vec::new() }
}

#[expect(clippy::unnecessary_wraps, reason = "what the field of the facts holds")]
fn gina() -> Option<Addressed> {
    Some(Addressed { key: "gina@guest.test".into() })
}

fn grant() -> Decision {
    let authentication = authentication(noon());
    let subject = Subject {
        tenant: TenantId(Uuid::from_u128(1)),
        user: None,
        authentication: &authentication,
        second_step: None,
        agreed_terms: None,
    };
    evaluate(&subject, None, &[], &Circumstances { now: noon() })
}

fn authentication(at: Instant) -> Authentication {
    Authentication { at, amr: &["otp"], acr: ACR_MAILBOX, idp: "mail".into() }
}

fn facts(plan: &Plan) -> Facts<'_> {
    Facts {
        now: noon(),
        tenant_active: true,
        application_enabled: true,
        early_block: None,
        remembered: 0,
        address: gina(),
        session: None,
        plan: Some(plan),
        code: None,
        person: None,
        sign_up: false,
        decision: None,
        second_steps: SecondSteps::default(),
        consent_missing: false,
    }
}

fn proven_ledger() -> Ledger {
    let mut ledger = Ledger::default();
    assert!(ledger.record(
        REALM,
        TRIP,
        &MailboxProof::earned(REALM, TRIP, "gina@guest.test", None, noon(), MailboxVia::Code)
    ));
    ledger
}

fn mail() -> Plan {
    plan(&[(Method::Passcode, Use::SignIn)], None)
}

#[expect(clippy::unnecessary_wraps, reason = "what the field of the facts holds")]
fn session(at: Instant) -> Option<Session> {
    Some(Session {
        address_key: "gina@guest.test".into(),
        authentication: authentication(at),
        decision: grant(),
        picked: false,
    })
}

/// Before an address: type it, or pick one.
#[test]
fn before_an_address() {
    let mail = mail();
    let empty = Ledger::default();
    let start = Facts { address: None, plan: None, ..facts(&mail) };
    assert_eq!(next(&demand(), &start, &empty), Step::Identify);
    assert_eq!(next(&demand(), &Facts { remembered: 1, ..start.clone() }, &empty), Step::Identify);
    assert_eq!(next(&demand(), &Facts { remembered: 2, ..start.clone() }, &empty), Step::Choose);
    let select = Demand { select_account: true, ..demand() };
    assert_eq!(next(&select, &Facts { remembered: 1, ..start.clone() }, &empty), Step::Choose);
    assert_eq!(next(&select, &start, &empty), Step::Identify);
}

/// With an address: the page of the first offer, for all five methods and for none.
#[test]
fn every_method_has_its_step() {
    use Method::{Account, Federated, Organization, Passcode};
    let empty = Ledger::default();
    for (offers, code, expected) in [
        (vec![(Federated, Use::SignIn)], None, Step::Upstream(Federated)),
        (vec![(Organization, Use::SignIn)], None, Step::Upstream(Organization)),
        (vec![(Account, Use::SignIn), (Passcode, Use::SignIn)], None, Step::Password),
        (vec![(Account, Use::Create)], None, Step::CreateAccount),
        (vec![(Passcode, Use::SignIn)], None, Step::SendCode),
        (vec![(Passcode, Use::SignIn), (Federated, Use::Upgrade)], None, Step::SendCode),
        (vec![(Passcode, Use::SignIn)], Some(passcode::Standing::Open { left: 5 }), Step::EnterCode),
        (vec![(Passcode, Use::SignIn)], Some(passcode::Standing::Expired), Step::EnterCode),
        (vec![(Passcode, Use::SignIn)], Some(passcode::Standing::Burned), Step::EnterCode),
        (vec![(Passcode, Use::SignIn)], Some(passcode::Standing::Cancelled), Step::EnterCode),
        (vec![(Passcode, Use::SignIn)], Some(passcode::Standing::Used), Step::SendCode),
    ] {
        let plan = plan(&offers, None);
        assert_eq!(next(&demand(), &Facts { code, ..facts(&plan) }, &empty), expected, "{offers:?} {code:?}");
    }
    for refusal in discovery::Refusal::ALL {
        let none = plan(&[], Some(*refusal));
        assert_eq!(next(&demand(), &facts(&none), &empty), Step::Refuse(Refusal::NoMethod(*refusal)));
    }
}

/// HRD-09: what is off is off at every step, whatever was proven.
#[test]
fn hrd_09_what_is_off_is_off_at_every_step() {
    let mail = mail();
    for ledger in [Ledger::default(), proven_ledger()] {
        let base = Facts {
            session: session(noon()),
            person: Some(Person::Accepted),
            decision: Some(grant()),
            ..facts(&mail)
        };
        let off = |f: Facts<'_>| next(&demand(), &f, &ledger);
        assert_eq!(off(Facts { tenant_active: false, ..base.clone() }), Step::Refuse(Refusal::TenantOff));
        assert_eq!(
            off(Facts { application_enabled: false, ..base.clone() }),
            Step::Refuse(Refusal::ApplicationOff)
        );
        let blocked = Facts { early_block: Some(BlockReason::Time), ..base };
        assert_eq!(off(blocked), Step::Refuse(Refusal::Blocked(BlockReason::Time)));
    }
}

/// After the proof: who it is decides, and only now.
#[test]
fn otp_29_after_the_proof_the_person_decides() {
    let mail = mail();
    let ledger = proven_ledger();
    let at = |person, sign_up| {
        let facts = Facts { person: Some(person), sign_up, decision: Some(grant()), ..facts(&mail) };
        next(&demand(), &facts, &ledger)
    };
    assert_eq!(at(Person::Stranger, false), Step::Refuse(Refusal::NoAccess));
    assert_eq!(at(Person::Stranger, true), Step::Review { terms: None });
    assert_eq!(at(Person::Pending, false), Step::Review { terms: None });
    assert_eq!(at(Person::Disabled, true), Step::Refuse(Refusal::Disabled));
    assert_eq!(at(Person::Removed, true), Step::Refuse(Refusal::Removed));
    assert_eq!(at(Person::Suspended, true), Step::Refuse(Refusal::NoAccess));
    assert_eq!(at(Person::Accepted, false), Step::Finish(Finish::Proof(authentication(noon()))));
}

/// OTP-13: a code that was right opens nothing once codes are off for the tenant.
#[test]
fn otp_13_the_method_must_still_be_allowed() {
    let off = plan(&[], Some(discovery::Refusal::NoMethod));
    let facts = Facts { person: Some(Person::Accepted), decision: Some(grant()), ..facts(&off) };
    assert_eq!(
        next(&demand(), &facts, &proven_ledger()),
        Step::Refuse(Refusal::NoMethod(discovery::Refusal::NoMethod))
    );
}

/// INV-11, HRD-14: a pending guest reviews before anything ends, and once is enough.
#[test]
fn inv_11_hrd_14_a_pending_guest_reviews_first() {
    let mail = mail();
    let pending = Facts { person: Some(Person::Pending), decision: Some(grant()), ..facts(&mail) };
    let mut ledger = proven_ledger();
    assert_eq!(next(&demand(), &pending, &ledger), Step::Review { terms: None });
    ledger.accept_review(false);
    assert_eq!(next(&demand(), &pending, &ledger), Step::Finish(Finish::Proof(authentication(noon()))));
}

/// Each obligation leads to its page.
#[test]
fn obligations_lead_to_their_pages() {
    let mail = mail();
    let ledger = proven_ledger();
    let owing = |person, obligations: Vec<Obligation>, second_steps| {
        let facts = Facts {
            person: Some(person),
            decision: Some(Decision::Need(obligations)),
            second_steps,
            ..facts(&mail)
        };
        next(&demand(), &facts, &ledger)
    };
    let none = SecondSteps::default();
    let enrolled = SecondSteps { enrolled: true, can_enrol: true };
    let fresh = SecondSteps { enrolled: false, can_enrol: true };
    assert_eq!(owing(Person::Accepted, vec![Obligation::FreshProof], none), Step::SendCode);
    assert_eq!(owing(Person::Accepted, vec![Obligation::SecondStep], enrolled), Step::SecondFactor);
    assert_eq!(owing(Person::Accepted, vec![Obligation::SecondStep], fresh), Step::Enrol);
    assert_eq!(
        owing(Person::Accepted, vec![Obligation::SecondStep], none),
        Step::Refuse(Refusal::SecondStepUnavailable)
    );
    assert_eq!(owing(Person::Accepted, vec![Obligation::Terms(4)], none), Step::Terms(4));
    assert_eq!(owing(Person::Pending, vec![Obligation::Terms(4)], none), Step::Review { terms: Some(4) });
    let blocked = Facts {
        person: Some(Person::Accepted),
        decision: Some(Decision::Block(BlockReason::Risk)),
        ..facts(&mail)
    };
    assert_eq!(next(&demand(), &blocked, &ledger), Step::Refuse(Refusal::Blocked(BlockReason::Risk)));
    let consent = Facts {
        person: Some(Person::Accepted),
        decision: Some(grant()),
        consent_missing: true,
        ..facts(&mail)
    };
    assert_eq!(next(&demand(), &consent, &ledger), Step::AppConsent);
}

/// Real rules, through `evaluate`: terms for a pending guest stand on the review page.
#[test]
fn a_real_rule_reaches_its_page() {
    let rules =
        [AccessRule { name: "t".into(), applications: vec![], control: Control::Terms { version: 2 } }];
    let authentication = authentication(noon());
    let subject = Subject {
        tenant: TenantId(Uuid::from_u128(1)),
        user: None,
        authentication: &authentication,
        second_step: None,
        agreed_terms: None,
    };
    let decision = evaluate(&subject, None, &rules, &Circumstances { now: noon() });
    let mail = mail();
    let facts = Facts { person: Some(Person::Pending), decision: Some(decision), ..facts(&mail) };
    assert_eq!(next(&demand(), &facts, &proven_ledger()), Step::Review { terms: Some(2) });
}

/// OTP-26: an application that insists on more than a mailbox gets no code for a mailbox.
#[test]
fn otp_26_a_mailbox_never_satisfies_a_higher_level() {
    let mail = mail();
    let wants = Demand { essential_acr: vec![ACR_MFA.into()], ..demand() };
    let base = Facts {
        person: Some(Person::Accepted),
        decision: Some(grant()),
        session: session(noon()),
        ..facts(&mail)
    };
    assert_eq!(next(&wants, &base, &proven_ledger()), Step::Refuse(Refusal::LevelUnavailable));
    let either = Demand { essential_acr: vec![ACR_MFA.into(), ACR_MAILBOX.into()], ..demand() };
    assert_eq!(next(&either, &base, &proven_ledger()), Step::Finish(Finish::Session));
}

/// OID-12, SES-05: a live session answers only a request that it satisfies.
#[test]
fn oid_12_a_session_answers_what_it_satisfies() {
    let mail = mail();
    let empty = Ledger::default();
    let hour_ago = noon() - TimeDelta::hours(1);
    let with = |demand: &Demand, session| {
        next(demand, &Facts { session, address: None, plan: None, ..facts(&mail) }, &empty)
    };
    let done = Step::Finish(Finish::Session);
    assert_eq!(with(&demand(), session(hour_ago)), done);
    assert_eq!(with(&Demand { login: true, ..demand() }, session(hour_ago)), Step::Identify);
    assert_eq!(
        with(&Demand { login: true, ..demand() }, session(noon())),
        done,
        "another tab signed in meanwhile"
    );
    let aged = |seconds| Demand { max_age: Some(TimeDelta::seconds(seconds)), ..demand() };
    assert_eq!(with(&aged(3_600), session(hour_ago)), done);
    assert_eq!(with(&aged(3_599), session(hour_ago)), Step::Identify);
    assert_eq!(with(&aged(0), session(hour_ago)), Step::Identify);
    assert_eq!(with(&aged(0), session(noon())), done);
    let select = Demand { select_account: true, ..demand() };
    assert_eq!(with(&select, session(hour_ago)), Step::Identify);
    let picked = session(hour_ago).map(|s| Session { picked: true, ..s });
    assert_eq!(with(&select, picked), done);
    let blocked = session(hour_ago).map(|s| Session { decision: Decision::Block(BlockReason::Generic), ..s });
    assert_eq!(with(&demand(), blocked), Step::Refuse(Refusal::Blocked(BlockReason::Generic)));
    let owing =
        session(hour_ago).map(|s| Session { decision: Decision::Need(vec![Obligation::FreshProof]), ..s });
    assert_eq!(with(&demand(), owing), Step::Identify);
}

/// INV-01, INV-12: neither a session of somebody else nor one from before proves the invited mailbox.
#[test]
fn inv_01_a_session_never_redeems_an_invitation() {
    let mail = mail();
    let empty = Ledger::default();
    let invited = Demand { ending: Ending::Invitation, ..demand() };
    let eve = session(noon()).map(|s| Session { address_key: "eve@evil.test".into(), ..s });
    assert_eq!(next(&invited, &Facts { session: eve, ..facts(&mail) }, &empty), Step::SendCode);
    let older = session(noon() - TimeDelta::hours(1));
    assert_eq!(next(&invited, &Facts { session: older, ..facts(&mail) }, &empty), Step::SendCode);
}

/// HRD-03: a proof for one address is none for another.
#[test]
fn hrd_03_a_proof_keeps_to_its_address() {
    let mail = mail();
    let paul = Some(Addressed { key: "paul@pass.test".into() });
    let facts =
        Facts { address: paul, person: Some(Person::Accepted), decision: Some(grant()), ..facts(&mail) };
    assert_eq!(next(&demand(), &facts, &proven_ledger()), Step::SendCode);
}

/// Every ending goes the same way: none of them finishes without proof, each finishes with it.
#[test]
fn every_ending_needs_its_proof() {
    let mail = mail();
    for ending in Ending::ALL {
        let demand = Demand { ending: *ending, ..demand() };
        let facts = Facts { person: Some(Person::Accepted), decision: Some(grant()), ..facts(&mail) };
        assert_eq!(next(&demand, &facts, &Ledger::default()), Step::SendCode);
        assert_eq!(
            next(&demand, &facts, &proven_ledger()),
            Step::Finish(Finish::Proof(authentication(noon())))
        );
    }
}
