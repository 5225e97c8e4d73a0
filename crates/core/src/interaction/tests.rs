use uuid::Uuid;

use super::*;
use crate::ids::{InteractionId, ProviderId, Realm, TenantId};
use crate::policies::{AccessRule, Control};
use crate::policy::{Circumstances, PolicySubject, evaluate};
use crate::proof::{self, Amr, AmrSet, Evidence, Factor, MailboxProof, Proven, SecondStep};

const REALM: Realm = Realm::Tenant(TenantId(Uuid::from_u128(1)));
const TRIP: InteractionId = InteractionId(Uuid::from_u128(2));
const FEDERATED: Way = Way::Federated(ProviderId(Uuid::from_u128(7)));
const HOME: Way = Way::Organization(TenantId(Uuid::from_u128(8)));

fn noon() -> Instant {
    Instant::from_timestamp(1_770_000_000, 0).unwrap()
}

fn demand() -> Demand {
    Demand {
        ending: EndingKind::Authorize,
        began_at: noon(),
        login: false,
        select_account: false,
        max_age: None,
        level: Wanted::Any,
    }
}

fn plan(offers: &[(Way, Use)], refusal: Option<discovery::NoPlan>) -> Plan {
    let offers =
        offers.iter().map(|(way, purpose)| discovery::Offer { way: *way, purpose: *purpose }).collect();
    Plan { offers, refusal, trail: Vec::new() }
}

#[expect(clippy::unnecessary_wraps, reason = "what the field of the facts holds")]
fn gina() -> Option<Addressed> {
    Some(Addressed { key: "gina@guest.test".into() })
}

fn grant() -> Decision {
    let authentication = authentication(noon());
    let subject = PolicySubject {
        tenant: TenantId(Uuid::from_u128(1)),
        user: None,
        authentication: &authentication,
        agreed_terms: None,
    };
    evaluate(&subject, None, &[], &Circumstances { now: noon() })
}

fn authentication(at: Instant) -> Authentication {
    Authentication::of(&code(at), None)
}

/// A mailed code.
fn code(at: Instant) -> Evidence {
    evidence(Way::Passcode, at, Some(Level::Mailbox), &[Amr::Otp])
}

fn evidence(way: Way, at: Instant, level: Option<Level>, amr: &[Amr]) -> Evidence {
    let identity = IdentityKey::plain(way, "gina@guest.test");
    Evidence::of(identity, Some("gina@guest.test"), at, level, AmrSet::of(amr))
}

/// What a trip ends on.
fn finished(evidence: &Evidence, second: Option<SecondStep>) -> Step {
    let authentication = Authentication::of(evidence, second.as_ref());
    Step::Finish(Finish::Proof(TripProof { authentication, identity: evidence.identity.clone() }))
}

/// The proofs of verifiers that are still to come.
struct Earned(Proven);

impl proof::Proof for Earned {
    fn place(&self) -> (Realm, InteractionId) {
        (REALM, TRIP)
    }

    fn proven(&self) -> Proven {
        self.0.clone()
    }
}

fn ledger_of(evidence: &Evidence, second: Option<SecondStep>) -> Ledger {
    let mut ledger = Ledger::default();
    assert!(ledger.record(REALM, TRIP, &Earned(Proven::First(evidence.clone()))).is_some());
    if let Some(step) = second {
        assert!(ledger.record(REALM, TRIP, &Earned(Proven::Second(step))).is_some());
    }
    ledger
}

fn facts(plan: &Plan) -> TripFacts<'_> {
    TripFacts {
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
    assert!(
        ledger.record(REALM, TRIP, &MailboxProof::earned(REALM, TRIP, "gina@guest.test", noon())).is_some()
    );
    ledger
}

fn mail() -> Plan {
    plan(&[(Way::Passcode, Use::SignIn)], None)
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
    let start = TripFacts { address: None, plan: None, ..facts(&mail) };
    assert_eq!(next(&demand(), &start, &empty), Step::Identify);
    assert_eq!(next(&demand(), &TripFacts { remembered: 1, ..start.clone() }, &empty), Step::Identify);
    assert_eq!(next(&demand(), &TripFacts { remembered: 2, ..start.clone() }, &empty), Step::Choose);
    let select = Demand { select_account: true, ..demand() };
    assert_eq!(next(&select, &TripFacts { remembered: 1, ..start.clone() }, &empty), Step::Choose);
    assert_eq!(next(&select, &start, &empty), Step::Identify);
}

/// With an address: the page of the first offer, for all methods and for none.
#[test]
fn every_method_has_its_step() {
    use Way::{Account, Passcode};
    let empty = Ledger::default();
    for (offers, code, expected) in [
        (vec![(FEDERATED, Use::SignIn)], None, Step::Prove(FEDERATED)),
        (vec![(HOME, Use::SignIn)], None, Step::Prove(HOME)),
        (vec![(Account, Use::SignIn), (Passcode, Use::SignIn)], None, Step::Prove(Account)),
        (vec![(Account, Use::Create)], None, Step::CreateAccount),
        (vec![(Passcode, Use::SignIn)], None, Step::SendCode),
        (vec![(Passcode, Use::SignIn), (FEDERATED, Use::Upgrade)], None, Step::SendCode),
        (
            vec![(Passcode, Use::SignIn)],
            Some(passcode::CodeStanding::Open { left: 5 }),
            Step::Prove(Passcode),
        ),
        (vec![(Passcode, Use::SignIn)], Some(passcode::CodeStanding::Expired), Step::Prove(Passcode)),
        (vec![(Passcode, Use::SignIn)], Some(passcode::CodeStanding::Burned), Step::Prove(Passcode)),
        (vec![(Passcode, Use::SignIn)], Some(passcode::CodeStanding::Cancelled), Step::Prove(Passcode)),
        (vec![(Passcode, Use::SignIn)], Some(passcode::CodeStanding::Used), Step::SendCode),
    ] {
        let plan = plan(&offers, None);
        assert_eq!(
            next(&demand(), &TripFacts { code, ..facts(&plan) }, &empty),
            expected,
            "{offers:?} {code:?}"
        );
    }
    for refusal in discovery::NoPlan::ALL {
        let none = plan(&[], Some(*refusal));
        assert_eq!(next(&demand(), &facts(&none), &empty), Step::Refuse(Refusal::NoMethod(*refusal)));
    }
}

/// HRD-09: what is off is off at every step, whatever was proven.
#[test]
fn hrd_09_what_is_off_is_off_at_every_step() {
    let mail = mail();
    for ledger in [Ledger::default(), proven_ledger()] {
        let base = TripFacts {
            session: session(noon()),
            person: Some(Person::Accepted),
            decision: Some(grant()),
            ..facts(&mail)
        };
        let off = |f: TripFacts<'_>| next(&demand(), &f, &ledger);
        assert_eq!(off(TripFacts { tenant_active: false, ..base.clone() }), Step::Refuse(Refusal::TenantOff));
        assert_eq!(
            off(TripFacts { application_enabled: false, ..base.clone() }),
            Step::Refuse(Refusal::ApplicationOff)
        );
        let blocked = TripFacts { early_block: Some(BlockReason::Time), ..base };
        assert_eq!(off(blocked), Step::Refuse(Refusal::Blocked(BlockReason::Time)));
    }
}

/// After the proof: who it is decides, and only now.
#[test]
fn otp_29_after_the_proof_the_person_decides() {
    let mail = mail();
    let ledger = proven_ledger();
    let at = |person, sign_up| {
        let facts = TripFacts { person: Some(person), sign_up, decision: Some(grant()), ..facts(&mail) };
        next(&demand(), &facts, &ledger)
    };
    assert_eq!(at(Person::Stranger, false), Step::Refuse(Refusal::NoAccess));
    assert_eq!(at(Person::Stranger, true), Step::Review { terms: None });
    assert_eq!(at(Person::Pending, false), Step::Review { terms: None });
    assert_eq!(at(Person::Disabled, true), Step::Refuse(Refusal::Disabled));
    assert_eq!(at(Person::Removed, true), Step::Refuse(Refusal::Removed));
    assert_eq!(at(Person::Suspended, true), Step::Refuse(Refusal::NoAccess));
    assert_eq!(at(Person::Accepted, false), finished(&code(noon()), None));
}

/// OTP-13: a code that was right opens nothing once codes are off for the tenant.
#[test]
fn otp_13_the_method_must_still_be_allowed() {
    let off = plan(&[], Some(discovery::NoPlan::NoMethod));
    let facts = TripFacts { person: Some(Person::Accepted), decision: Some(grant()), ..facts(&off) };
    assert_eq!(
        next(&demand(), &facts, &proven_ledger()),
        Step::Refuse(Refusal::NoMethod(discovery::NoPlan::NoMethod))
    );
}

/// INV-11, HRD-14: a pending guest reviews before anything ends, and once is enough.
#[test]
fn inv_11_hrd_14_a_pending_guest_reviews_first() {
    let mail = mail();
    let pending = TripFacts { person: Some(Person::Pending), decision: Some(grant()), ..facts(&mail) };
    let mut ledger = proven_ledger();
    assert_eq!(next(&demand(), &pending, &ledger), Step::Review { terms: None });
    ledger.accept_review(None);
    assert_eq!(next(&demand(), &pending, &ledger), finished(&code(noon()), None));
}

/// Each obligation leads to its page.
#[test]
fn obligations_lead_to_their_pages() {
    let mail = mail();
    let ledger = proven_ledger();
    let owing = |person, obligations: Vec<Obligation>, second_steps| {
        let facts = TripFacts {
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
    let blocked = TripFacts {
        person: Some(Person::Accepted),
        decision: Some(Decision::Block(BlockReason::Risk)),
        ..facts(&mail)
    };
    assert_eq!(next(&demand(), &blocked, &ledger), Step::Refuse(Refusal::Blocked(BlockReason::Risk)));
    let consent = TripFacts {
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
    let subject = PolicySubject {
        tenant: TenantId(Uuid::from_u128(1)),
        user: None,
        authentication: &authentication,
        agreed_terms: None,
    };
    let decision = evaluate(&subject, None, &rules, &Circumstances { now: noon() });
    let mail = mail();
    let facts = TripFacts { person: Some(Person::Pending), decision: Some(decision), ..facts(&mail) };
    assert_eq!(next(&demand(), &facts, &proven_ledger()), Step::Review { terms: Some(2) });
}

/// OTP-26: an application that insists on more than a mailbox gets no code for a mailbox.
#[test]
fn otp_26_a_mailbox_never_satisfies_a_higher_level() {
    let mail = mail();
    let wants = |levels: &[&str]| Demand { level: Wanted::essential(levels.iter().copied()), ..demand() };
    let (mailbox, mfa) = (Level::Mailbox.as_str(), Level::Mfa.as_str());
    let base = TripFacts {
        person: Some(Person::Accepted),
        decision: Some(grant()),
        session: session(noon()),
        ..facts(&mail)
    };
    let unavailable = Step::Refuse(Refusal::LevelUnavailable);
    for levels in [&[mfa][..], &[Level::Single.as_str()], &["urn:x"], &["urn:x", mfa]] {
        assert_eq!(next(&wants(levels), &base, &proven_ledger()), unavailable, "{levels:?}");
        let fresh = TripFacts { session: None, ..base.clone() };
        assert_eq!(next(&wants(levels), &fresh, &proven_ledger()), unavailable, "{levels:?}");
    }
    for levels in [&[mfa, mailbox][..], &[mailbox], &["urn:x", mailbox], &[]] {
        let done = Step::Finish(Finish::Session);
        assert_eq!(next(&wants(levels), &base, &proven_ledger()), done, "{levels:?}");
        let fresh = TripFacts { session: None, ..base.clone() };
        assert_eq!(
            next(&wants(levels), &fresh, &proven_ledger()),
            finished(&code(noon()), None),
            "{levels:?}"
        );
    }
}

/// OTP-26: a second step that would not help is not asked for, however many the person has, and one that was passed is
/// not asked for again.
#[test]
fn otp_26_no_second_step_makes_a_mailbox_more() {
    let mail = mail();
    let step = Some(SecondStep { factor: Factor::Totp, at: noon() });
    for level in [Wanted::AtLeast(Level::Single), Wanted::AtLeast(Level::Mfa), Wanted::Unreachable] {
        let wants = Demand { level, ..demand() };
        for second_steps in [
            SecondSteps { enrolled: true, can_enrol: true },
            SecondSteps { enrolled: false, can_enrol: true },
        ] {
            let base = TripFacts {
                person: Some(Person::Accepted),
                decision: Some(grant()),
                second_steps,
                ..facts(&mail)
            };
            for second in [None, step] {
                let stepped = next(&wants, &base, &ledger_of(&code(noon()), second));
                assert_eq!(stepped, Step::Refuse(Refusal::LevelUnavailable), "{level:?} {second:?}");
            }
        }
    }
}

/// MFA-05: where a second step helps, it is asked for, once; then the level is there.
#[test]
fn mfa_05_a_second_step_leads_to_the_level() {
    let wants = |level| Demand { level, ..demand() };
    let enrolled = SecondSteps { enrolled: true, can_enrol: true };
    let fresh = SecondSteps { enrolled: false, can_enrol: true };
    let step = Some(SecondStep { factor: Factor::Totp, at: noon() });
    let password = evidence(Way::Account, noon(), Some(Level::Single), &[Amr::Pwd]);
    let silent = evidence(FEDERATED, noon(), None, &[]);
    let unavailable = Step::Refuse(Refusal::LevelUnavailable);
    let mfa = Wanted::AtLeast(Level::Mfa);
    for (first, level, second_steps, second, expected) in [
        (&password, mfa, enrolled, None, Step::SecondFactor),
        (&password, mfa, fresh, None, Step::Enrol),
        (&password, mfa, SecondSteps::default(), None, unavailable.clone()),
        (&password, mfa, enrolled, step, finished(&password, step)),
        (&password, Wanted::AtLeast(Level::Single), enrolled, None, finished(&password, None)),
        (&password, Wanted::AtLeast(Level::Mailbox), enrolled, None, finished(&password, None)),
        (&password, Wanted::Unreachable, enrolled, None, unavailable.clone()),
        (&password, Wanted::Unreachable, enrolled, step, unavailable.clone()),
        (&silent, Wanted::AtLeast(Level::Mailbox), enrolled, None, unavailable.clone()),
        (&silent, mfa, enrolled, step, unavailable),
        (&silent, Wanted::Any, enrolled, None, finished(&silent, None)),
    ] {
        let plan = plan(&[(first.identity.way, Use::SignIn)], None);
        let facts = TripFacts {
            person: Some(Person::Accepted),
            decision: Some(grant()),
            second_steps,
            ..facts(&plan)
        };
        assert_eq!(
            next(&wants(level), &facts, &ledger_of(first, second)),
            expected,
            "{first:?} {level:?} {second:?}"
        );
    }
}

/// MFA-05: a live session of a higher level answers a demand for a lower one, and one of an unknown level none.
#[test]
fn mfa_05_a_session_answers_lower_levels() {
    let mail = mail();
    let passkey = evidence(Way::Account, noon(), Some(Level::Mfa), &[Amr::Pop, Amr::User, Amr::Mfa]);
    let password = evidence(Way::Account, noon(), Some(Level::Single), &[Amr::Pwd]);
    let silent = evidence(FEDERATED, noon(), None, &[]);
    for (first, reached) in [
        (passkey, Some(Level::Mfa)),
        (password, Some(Level::Single)),
        (code(noon()), Some(Level::Mailbox)),
        (silent, None),
    ] {
        let live = session(noon()).map(|s| Session { authentication: Authentication::of(&first, None), ..s });
        let facts = TripFacts { session: live, address: None, plan: None, ..facts(&mail) };
        for level in Level::ALL.iter().copied() {
            let wants = Demand { level: Wanted::AtLeast(level), ..demand() };
            let answered = next(&wants, &facts, &Ledger::default()) == Step::Finish(Finish::Session);
            assert_eq!(answered, reached >= Some(level), "{level} by {reached:?}");
        }
        let any = next(&demand(), &facts, &Ledger::default());
        assert_eq!(any, Step::Finish(Finish::Session), "{reached:?}");
    }
}

/// OID-12, SES-05: a live session answers only a request that it satisfies.
#[test]
fn oid_12_a_session_answers_what_it_satisfies() {
    let mail = mail();
    let empty = Ledger::default();
    let hour_ago = noon() - TimeDelta::hours(1);
    let with = |demand: &Demand, session| {
        next(demand, &TripFacts { session, address: None, plan: None, ..facts(&mail) }, &empty)
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
    let invited = Demand { ending: EndingKind::Invitation, ..demand() };
    let eve = session(noon()).map(|s| Session { address_key: "eve@evil.test".into(), ..s });
    assert_eq!(next(&invited, &TripFacts { session: eve, ..facts(&mail) }, &empty), Step::SendCode);
    let older = session(noon() - TimeDelta::hours(1));
    assert_eq!(next(&invited, &TripFacts { session: older, ..facts(&mail) }, &empty), Step::SendCode);
}

/// HRD-03: a proof for one address is none for another.
#[test]
fn hrd_03_a_proof_keeps_to_its_address() {
    let mail = mail();
    let paul = Some(Addressed { key: "paul@pass.test".into() });
    let facts =
        TripFacts { address: paul, person: Some(Person::Accepted), decision: Some(grant()), ..facts(&mail) };
    assert_eq!(next(&demand(), &facts, &proven_ledger()), Step::SendCode);
}

/// Every ending goes the same way: none of them finishes without proof, each finishes with it.
#[test]
fn every_ending_needs_its_proof() {
    let mail = mail();
    for ending in EndingKind::ALL {
        let demand = Demand { ending: *ending, ..demand() };
        let facts = TripFacts { person: Some(Person::Accepted), decision: Some(grant()), ..facts(&mail) };
        assert_eq!(next(&demand, &facts, &Ledger::default()), Step::SendCode);
        assert_eq!(next(&demand, &facts, &proven_ledger()), finished(&code(noon()), None));
    }
}

/// HRD-08: a trip ends on the identity that was proven, with its provider, and only by a way that the plan still offers.
#[test]
fn hrd_08_a_trip_ends_on_its_way() {
    let other = Way::Federated(ProviderId(Uuid::from_u128(70)));
    let federated = evidence(FEDERATED, noon(), Some(Level::Single), &[Amr::Pwd]);
    let ledger = ledger_of(&federated, None);
    let after = |offers: &[(Way, Use)]| {
        let plan = plan(offers, None);
        let facts = TripFacts { person: Some(Person::Accepted), decision: Some(grant()), ..facts(&plan) };
        next(&demand(), &facts, &ledger)
    };
    assert_eq!(after(&[(FEDERATED, Use::SignIn)]), finished(&federated, None));
    let off = Step::Refuse(Refusal::NoMethod(discovery::NoPlan::PinnedMethodOff));
    assert_eq!(after(&[(other, Use::SignIn)]), off, "another provider");
    assert_eq!(
        after(&[(Way::Passcode, Use::SignIn), (FEDERATED, Use::Upgrade)]),
        off,
        "no way to sign in yet"
    );
}

/// Every step there is; a new one does not compile until it stands here.
fn steps() -> Vec<Step> {
    let all = |way| match way {
        Step::Identify
        | Step::Choose
        | Step::SendCode
        | Step::Prove(_)
        | Step::CreateAccount
        | Step::Enrol
        | Step::SecondFactor
        | Step::Review { .. }
        | Step::Terms(_)
        | Step::AppConsent
        | Step::Refuse(_)
        | Step::Finish(_) => way,
    };
    let ways = [FEDERATED, HOME, Way::Account, Way::Passcode];
    assert_eq!(ways.map(Way::method), Method::ALL, "each method");
    let prove = ways.into_iter().map(Step::Prove);
    let others = [
        Step::Identify,
        Step::Choose,
        Step::SendCode,
        Step::CreateAccount,
        Step::Enrol,
        Step::SecondFactor,
        Step::Review { terms: None },
        Step::Terms(1),
        Step::AppConsent,
        finished(&code(noon()), None),
        Step::Refuse(Refusal::NoAccess),
        Step::Finish(Finish::Session),
    ];
    others.into_iter().chain(prove).map(all).collect()
}

/// F11: each step has a page of its own, and none falls back to the address. The review page is for all that is agreed to
/// with *Accept*; a trip that has ended has none to go to.
#[test]
fn f11_every_step_has_its_own_page() {
    let mut owners: std::collections::BTreeMap<&str, Vec<Step>> = std::collections::BTreeMap::new();
    for step in steps() {
        match step.page() {
            Some(page) => owners.entry(page.path()).or_default().push(step),
            None => assert!(matches!(step, Step::Refuse(_) | Step::Finish(Finish::Session)), "{step:?}"),
        }
    }
    for (path, owners) in &owners {
        match *path {
            "review" => assert!(
                matches!(owners[..], [Step::Review { .. }, Step::Terms(_), Step::Finish(Finish::Proof(_))]),
                "{owners:?}"
            ),
            "" => assert_eq!(owners[..], [Step::Identify]),
            _ => assert_eq!(owners.len(), 1, "{path}: {owners:?}"),
        }
    }
    assert_eq!(owners.len(), 12, "{owners:?}");
    assert_eq!(owners["code"], [Step::Prove(Way::Passcode)]);
    assert_eq!(owners["code/send"], [Step::SendCode]);
}

/// A trip goes forward: a page is a later stage than what leads to it.
#[test]
fn stages_are_in_the_order_of_a_trip() {
    let stage = |step: &Step| step.stage();
    let trip = [
        Step::Identify,
        Step::SendCode,
        Step::Prove(Way::Passcode),
        Step::SecondFactor,
        Step::Review { terms: None },
        finished(&code(noon()), None),
    ];
    assert!(trip.windows(2).all(|pair| stage(&pair[0]) < stage(&pair[1])));
    for (one, other) in [
        (Step::Identify, Step::Choose),
        (Step::SendCode, Step::CreateAccount),
        (Step::Prove(FEDERATED), Step::Prove(Way::Account)),
        (Step::SecondFactor, Step::Enrol),
        (Step::Terms(1), Step::AppConsent),
        (Step::Refuse(Refusal::NoAccess), Step::Finish(Finish::Session)),
    ] {
        assert_eq!(stage(&one), stage(&other));
    }
}
