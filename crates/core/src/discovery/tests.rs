use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::clock::Instant;
use crate::ids::{InteractionId, Realm, TenantId};
use crate::interaction::{self, Step};
use crate::policy;
use crate::proof::{Ledger, MailboxProof, Wanted};
use crate::settings::{FallbackProvider, PrimaryProvider};

const PROVIDER: ProviderId = ProviderId(Uuid::from_u128(10));
const OTHER: ProviderId = ProviderId(Uuid::from_u128(11));
const PRESET: ProviderId = ProviderId(Uuid::from_u128(12));
const DETECTED: ProviderId = ProviderId(Uuid::from_u128(13));
const FEDERATED: Way = Way::Federated(PROVIDER);
const SOCIAL: Way = Way::Federated(PRESET);
const WORK: Way = Way::Federated(DETECTED);
const HOME: Way = Way::Organization(TenantId(Uuid::from_u128(20)));

const fn candidate(way: Way, link: ChainLink, answer: UpstreamAnswer) -> Candidate {
    Candidate { way, link, answer }
}

const fn external(answer: UpstreamAnswer) -> Candidate {
    candidate(FEDERATED, ChainLink::External, answer)
}

const fn home(answer: UpstreamAnswer) -> Candidate {
    candidate(HOME, ChainLink::Home, answer)
}

const fn work(answer: UpstreamAnswer) -> Candidate {
    candidate(WORK, ChainLink::Work, answer)
}

const fn social(answer: UpstreamAnswer) -> Candidate {
    candidate(SOCIAL, ChainLink::Social, answer)
}

fn facts(settings: &Discovery) -> DiscoveryFacts<'_> {
    DiscoveryFacts {
        settings,
        domain_admitted: true,
        candidates: &[],
        account: false,
        sign_up: false,
        fallback_on_failure: false,
    }
}

fn offers(plan: &Plan) -> Vec<(Way, Use)> {
    plan.offers.iter().map(|o| (o.way, o.purpose)).collect()
}

/// The trail, without the purpose of offers.
fn trail(plan: &Plan) -> Vec<(Method, Option<ProviderId>, Verdict, Reason)> {
    plan.trail.iter().map(|t| (t.step, t.provider, t.verdict, t.reason)).collect()
}

fn ordered(primary: &[PrimaryProvider]) -> Discovery {
    Discovery { primary_identity_provider_precedence_order: primary.to_vec(), ..Discovery::default() }
}

/// What a case is called, what it is, what is offered, and why nothing.
type Case<'a> = (&'static str, DiscoveryFacts<'a>, Vec<(Way, Use)>, Option<NoPlan>);

fn sign_in(ways: &[Way]) -> Vec<(Way, Use)> {
    ways.iter().map(|way| (*way, Use::SignIn)).collect()
}

fn check(standing: GuestStanding, (name, facts, expected, refusal): Case<'_>) {
    let plan = decide(standing, &facts);
    assert_eq!(offers(&plan), expected, "{name}");
    assert_eq!(plan.refusal, refusal, "{name}");
    assert_eq!(plan.trail.len(), 4, "{name}: every step is told");
}

/// The chain for somebody who redeems, where nobody answers for the domain.
#[test]
fn the_chain_for_a_redeeming_guest() {
    use Way::{Account, Passcode};
    let on = Discovery::default();
    let no_code = Discovery { passcode: false, ..on.clone() };
    let code_only =
        Discovery { fallback_identity_provider: FallbackProvider::EmailOneTimePasscode, ..on.clone() };
    let account = |settings| DiscoveryFacts { account: true, ..facts(settings) };
    let sign_up = |settings| DiscoveryFacts { sign_up: true, ..facts(settings) };
    let refused = DiscoveryFacts { domain_admitted: false, ..facts(&on) };
    let cases: [Case<'_>; 8] = [
        ("nothing but mail", facts(&on), sign_in(&[Passcode]), None),
        ("account", account(&on), sign_in(&[Account, Passcode]), None),
        ("code off", facts(&no_code), vec![], Some(NoPlan::NoMethod)),
        ("code off, account", account(&no_code), sign_in(&[Account]), None),
        ("code off, sign-up", sign_up(&no_code), vec![(Account, Use::Create)], None),
        ("sign-up", sign_up(&on), sign_in(&[Passcode]), None),
        ("no account step", account(&code_only), sign_in(&[Passcode]), None),
        ("blocked domain", refused, vec![], Some(NoPlan::DomainBlocked)),
    ];
    for case in cases {
        check(GuestStanding::Redeeming, case);
    }
}

/// The chain for somebody who redeems, where a provider or home organisation answers for the domain: all the ways in, and
/// each reason why one does not answer.
#[test]
fn hrd_04_the_chain_of_a_routed_domain() {
    use UpstreamAnswer::{Failed, NotMine, Unasked};
    use Way::{Account, Passcode};
    let on = Discovery::default();
    let failed = Some(NoPlan::ProviderFailed);
    let cases: [(&'static str, Candidate, &[Way], Option<NoPlan>); 9] = [
        ("routed", external(Unasked), &[FEDERATED], None),
        ("home", home(Unasked), &[HOME], None),
        ("preset", social(Unasked), &[SOCIAL], None),
        ("not mine", home(NotMine), &[Account, Passcode], None),
        ("not theirs", external(NotMine), &[Account, Passcode], None),
        ("no preset's", social(NotMine), &[Account, Passcode], None),
        ("failed", external(Failed), &[], failed),
        ("failed, home", home(Failed), &[], failed),
        ("failed, preset", social(Failed), &[], failed),
    ];
    for (name, candidate, expected, refusal) in cases {
        let candidates = [candidate];
        let facts = DiscoveryFacts { candidates: &candidates, account: true, ..facts(&on) };
        check(GuestStanding::Redeeming, (name, facts.clone(), sign_in(expected), refusal));
        let blocked = DiscoveryFacts { domain_admitted: false, ..facts.clone() };
        check(GuestStanding::Redeeming, (name, blocked, vec![], Some(NoPlan::DomainBlocked)));
        let nobody = DiscoveryFacts { account: false, ..facts.clone() };
        let expected: Vec<Way> = expected.iter().copied().filter(|way| *way != Account).collect();
        check(GuestStanding::Redeeming, (name, nobody, sign_in(&expected), refusal));
        if candidate.answer == Failed {
            let fallback = DiscoveryFacts { fallback_on_failure: true, ..facts.clone() };
            check(GuestStanding::Redeeming, (name, fallback, sign_in(&[Account, Passcode]), None));
            let nobody = DiscoveryFacts { fallback_on_failure: true, account: false, ..facts };
            check(GuestStanding::Redeeming, (name, nobody, sign_in(&[Passcode]), None));
        }
    }
}

/// The trail of the usual case: each method once, in the order of the chain, with why it does not answer or does.
#[test]
fn the_trail_tells_every_step() {
    let on = Discovery::default();
    assert_eq!(
        trail(&decide(GuestStanding::Redeeming, &facts(&on))),
        [
            (Method::Federated, None, Verdict::Skipped, Reason::NotSetUp),
            (Method::Organization, None, Verdict::Skipped, Reason::NotSetUp),
            (Method::Account, None, Verdict::Skipped, Reason::NoneForAddress),
            (Method::Passcode, None, Verdict::Offered, Reason::LastStep),
        ]
    );
    let candidates =
        [external(UpstreamAnswer::Unasked), social(UpstreamAnswer::Unasked), work(UpstreamAnswer::NotMine)];
    assert_eq!(
        trail(&decide(GuestStanding::Redeeming, &DiscoveryFacts { candidates: &candidates, ..facts(&on) })),
        [
            (Method::Federated, Some(PROVIDER), Verdict::Offered, Reason::AnswersForDomain),
            (Method::Organization, None, Verdict::NotReached, Reason::EarlierStep),
            (Method::Federated, Some(DETECTED), Verdict::NotReached, Reason::EarlierStep),
            (Method::Federated, Some(PRESET), Verdict::NotReached, Reason::EarlierStep),
            (Method::Account, None, Verdict::NotReached, Reason::EarlierStep),
            (Method::Passcode, None, Verdict::NotReached, Reason::EarlierStep),
        ],
        "each provider has a line of its own, which names it"
    );
    let off = Discovery { federated: false, passcode: false, ..ordered(&[]) };
    assert_eq!(
        trail(&decide(GuestStanding::Redeeming, &DiscoveryFacts { candidates: &candidates, ..facts(&off) })),
        [
            (Method::Account, None, Verdict::Skipped, Reason::NoneForAddress),
            (Method::Passcode, None, Verdict::Skipped, Reason::SwitchedOff),
            (Method::Federated, Some(PROVIDER), Verdict::Skipped, Reason::NotInOrder),
            (Method::Federated, Some(PRESET), Verdict::Skipped, Reason::NotInOrder),
            (Method::Federated, Some(DETECTED), Verdict::Skipped, Reason::NotInOrder),
            (Method::Organization, None, Verdict::Skipped, Reason::NotInOrder),
        ]
    );
    let blocked = DiscoveryFacts { domain_admitted: false, candidates: &candidates, ..facts(&on) };
    let refused = trail(&decide(GuestStanding::Redeemed { pinned: FEDERATED }, &blocked));
    assert!(refused.iter().all(|t| (t.2, t.3) == (Verdict::Refused, Reason::DomainRefused)), "{refused:?}");
    let told: Vec<_> = refused.iter().filter_map(|t| t.1).collect();
    assert_eq!(told, [PROVIDER, DETECTED, PRESET]);
}

/// A line of the trail is stored with its provider where it has one, and read from before there were any.
#[test]
fn a_line_of_the_trail_round_trips() {
    for provider in [None, Some(PROVIDER)] {
        let line = TrailEntry {
            step: Method::Federated,
            provider,
            verdict: Verdict::Offered,
            reason: Reason::AnswersForDomain,
        };
        let json = serde_json::to_value(line).unwrap();
        assert_eq!(json.get("provider").is_some(), provider.is_some());
        assert_eq!(serde_json::from_value::<TrailEntry>(json).unwrap(), line);
    }
}

/// DEV-9: of providers at different places of the chain, the stored order says who answers; one that the domain is bound
/// to closes the chain, a work account that was detected does not.
#[test]
fn dev_9_providers_obey_the_stored_order() {
    use PrimaryProvider::{
        AzureActiveDirectory as Directory, ExternalFederation as Federation,
        SocialIdentityProviders as Presets,
    };
    use UpstreamAnswer::Unasked;
    let (x, s, w, h) = (external(Unasked), social(Unasked), work(Unasked), home(Unasked));
    let table: Vec<(&[PrimaryProvider], Vec<Candidate>, Vec<Way>)> = vec![
        (&[Federation, Directory, Presets], vec![x, s], vec![FEDERATED]),
        (&[Federation, Presets, Directory], vec![s, x], vec![FEDERATED]),
        (&[Presets, Federation, Directory], vec![x, s], vec![SOCIAL]),
        (&[Presets, Directory, Federation], vec![x, s], vec![SOCIAL]),
        (&[Directory, Presets, Federation], vec![x, s], vec![SOCIAL]),
        (&[Directory, Federation, Presets], vec![x, s], vec![FEDERATED]),
        (&[Presets], vec![x, s], vec![SOCIAL]),
        (&[Federation], vec![x, s], vec![FEDERATED]),
        (&[Federation, Directory, Presets], vec![h, x], vec![FEDERATED]),
        (&[Directory, Federation, Presets], vec![h, x], vec![HOME]),
        (&[Directory, Federation, Presets], vec![x, s, w, h], vec![HOME]),
        (&[Federation, Directory, Presets], vec![w, x], vec![FEDERATED]),
        (&[Directory, Federation, Presets], vec![x, w], vec![WORK, FEDERATED]),
        (&[Directory, Presets, Federation], vec![x, s, w], vec![WORK, SOCIAL]),
        (&[Directory], vec![w], vec![WORK, Way::Passcode]),
        (&[Directory], vec![x, s, w], vec![WORK, Way::Passcode]),
        (&[Federation, Presets], vec![h, w], vec![Way::Passcode]),
        (&[], vec![x, s, w, h], vec![Way::Passcode]),
    ];
    for (order, candidates, expected) in table {
        let settings = ordered(order);
        let plan =
            decide(GuestStanding::Redeeming, &DiscoveryFacts { candidates: &candidates, ..facts(&settings) });
        let ways: Vec<Way> = plan.offers.iter().map(|o| o.way).collect();
        assert_eq!(ways, expected, "{order:?}");
        assert_eq!(plan.refusal, None, "{order:?}");
    }
}

/// HRD-04: a work account that was only detected is an offer beside the code; whatever it says, the code stays. But it
/// opens no way round a provider of the domain that failed.
#[test]
fn hrd_04_a_detected_work_account_is_an_offer() {
    let on = Discovery::default();
    let plan = |answer| {
        let candidates = [work(answer)];
        decide(
            GuestStanding::Redeeming,
            &DiscoveryFacts { candidates: &candidates, account: true, ..facts(&on) },
        )
    };
    let rest = [(Way::Account, Use::SignIn), (Way::Passcode, Use::SignIn)];
    let offered = plan(UpstreamAnswer::Unasked);
    assert_eq!(offers(&offered), [(WORK, Use::SignIn), rest[0], rest[1]]);
    for (answer, reason) in
        [(UpstreamAnswer::Failed, Reason::Failed), (UpstreamAnswer::NotMine, Reason::NotOneOfMine)]
    {
        let plan = plan(answer);
        assert_eq!((offers(&plan), plan.refusal), (rest.to_vec(), None), "{answer}");
        assert!(
            trail(&plan).contains(&(Method::Federated, Some(DETECTED), Verdict::Skipped, reason)),
            "{answer}"
        );
    }
    let settings = ordered(&[PrimaryProvider::AzureActiveDirectory, PrimaryProvider::ExternalFederation]);
    let both = |work_says| {
        let candidates = [work(work_says), external(UpstreamAnswer::Failed)];
        decide(
            GuestStanding::Redeeming,
            &DiscoveryFacts { candidates: &candidates, account: true, ..facts(&settings) },
        )
    };
    let asked_first = both(UpstreamAnswer::Unasked);
    assert_eq!(
        (offers(&asked_first), asked_first.refusal),
        (vec![(WORK, Use::SignIn)], None),
        "and no code after it"
    );
    let failed_too = both(UpstreamAnswer::Failed);
    assert_eq!((offers(&failed_too), failed_too.refusal), (vec![], Some(NoPlan::ProviderFailed)));
}

/// Who has accepted keeps the way; a stronger one that answers now is offered as an upgrade, never forced.
#[test]
fn hrd_08_a_redeemed_guest_keeps_the_method() {
    use UpstreamAnswer::{Failed, Unasked};
    use Way::{Account, Passcode};
    let on = Discovery::default();
    let no_code = Discovery { passcode: false, ..on.clone() };
    let [came, came_home, failed, preset] =
        [external(Unasked), home(Unasked), external(Failed), social(Unasked)].map(|c| [c]);
    let with = |candidates| DiscoveryFacts { candidates, ..facts(&on) };
    let account = DiscoveryFacts { account: true, ..facts(&on) };
    let preset_too = DiscoveryFacts { candidates: &preset, ..account.clone() };
    let sign_up = DiscoveryFacts { sign_up: true, ..facts(&no_code) };
    let beside = |pinned, stronger| vec![(pinned, Use::SignIn), (stronger, Use::Upgrade)];
    let off = Some(NoPlan::PinnedMethodOff);
    let cases: [(Way, Case<'_>); 11] = [
        (Passcode, ("code", facts(&on), sign_in(&[Passcode]), None)),
        (Passcode, ("code, provider came", with(&came), beside(Passcode, FEDERATED), None)),
        (Passcode, ("code, home came", with(&came_home), beside(Passcode, HOME), None)),
        (Passcode, ("code, provider came and failed", with(&failed), sign_in(&[Passcode]), None)),
        (Passcode, ("code, account came", account.clone(), beside(Passcode, Account), None)),
        (Passcode, ("code off", facts(&no_code), vec![], off)),
        (Passcode, ("code off, sign-up", sign_up.clone(), vec![], off)),
        (Account, ("account", account, sign_in(&[Account]), None)),
        (Account, ("account, provider came", preset_too, beside(Account, SOCIAL), None)),
        (Account, ("account gone", facts(&on), vec![], off)),
        (Account, ("account gone, another could be made", sign_up, vec![], off)),
    ];
    for (pinned, case) in cases {
        check(GuestStanding::Redeemed { pinned }, case);
    }
}

/// A pinned provider or home organisation stays, whatever it says: one that failed is not gone (HRD-04), one that does
/// not know the address any more is, and nothing weaker takes its place.
#[test]
fn hrd_08_a_redeemed_guest_keeps_the_provider() {
    let on = Discovery::default();
    let off = Discovery { federated: false, organization: false, ..on.clone() };
    let pinned_off = Some(NoPlan::PinnedMethodOff);
    for (way, link) in [
        (FEDERATED, ChainLink::External),
        (HOME, ChainLink::Home),
        (WORK, ChainLink::Work),
        (SOCIAL, ChainLink::Social),
    ] {
        let name = link.method().as_str();
        let check = |case: Case<'_>| check(GuestStanding::Redeemed { pinned: way }, case);
        check((name, facts(&on), vec![], pinned_off));
        for (answer, expected, refusal) in [
            (UpstreamAnswer::Unasked, sign_in(&[way]), None),
            (UpstreamAnswer::NotMine, vec![], pinned_off),
            (UpstreamAnswer::Failed, vec![], Some(NoPlan::ProviderFailed)),
        ] {
            let candidates = [candidate(way, link, answer)];
            let facts = DiscoveryFacts { candidates: &candidates, ..facts(&on) };
            let with_account = DiscoveryFacts { account: true, fallback_on_failure: true, ..facts.clone() };
            check((name, with_account, expected.clone(), refusal));
            check((name, DiscoveryFacts { settings: &off, ..facts.clone() }, vec![], pinned_off));
            check((name, facts, expected, refusal));
        }
    }
}

/// FED-01, HRD-08: the place of a pinned provider that is gone is taken by no other one, wherever that stands; and beside
/// one that is there, another of the same strength is no offer.
#[test]
fn hrd_08_nobody_takes_the_place_of_a_pinned_provider() {
    let on = Discovery::default();
    let off = Discovery { federated: false, ..on.clone() };
    let another = candidate(Way::Federated(OTHER), ChainLink::External, UpstreamAnswer::Unasked);
    let gone = (Method::Federated, Some(PROVIDER), Verdict::Refused, Reason::NotSetUp);
    for candidates in [
        &[][..],
        &[another],
        &[social(UpstreamAnswer::Unasked)],
        &[work(UpstreamAnswer::Unasked)],
        &[home(UpstreamAnswer::Unasked)],
        &[
            another,
            social(UpstreamAnswer::Unasked),
            work(UpstreamAnswer::Failed),
            home(UpstreamAnswer::Unasked),
        ],
    ] {
        let facts = DiscoveryFacts { candidates, account: true, ..facts(&on) };
        let plan = decide(GuestStanding::Redeemed { pinned: FEDERATED }, &facts);
        assert_eq!((offers(&plan), plan.refusal), (vec![], Some(NoPlan::PinnedMethodOff)), "{candidates:?}");
        assert_eq!(
            trail(&plan).iter().filter(|t| t.2 == Verdict::Refused).collect::<Vec<_>>(),
            [&gone],
            "{candidates:?}"
        );
        let candidates: Vec<Candidate> =
            candidates.iter().copied().chain([external(UpstreamAnswer::Unasked)]).collect();
        let facts = DiscoveryFacts { candidates: &candidates, ..facts };
        let plan = decide(GuestStanding::Redeemed { pinned: FEDERATED }, &facts);
        assert_eq!((offers(&plan), plan.refusal), (vec![(FEDERATED, Use::SignIn)], None), "{candidates:?}");
        let plan = decide(
            GuestStanding::Redeemed { pinned: FEDERATED },
            &DiscoveryFacts { settings: &off, ..facts },
        );
        assert_eq!((offers(&plan), plan.refusal), (vec![], Some(NoPlan::PinnedMethodOff)), "{candidates:?}");
    }
}

/// HRD-07: under `direct` only the holder of an account sees another page than whoever else; a domain that is routed leads
/// everybody of it to its provider.
#[test]
fn hrd_07_what_the_page_after_the_address_reveals() {
    let direct = Discovery::default();
    let page = |facts: &DiscoveryFacts<'_>| {
        let plan = decide(GuestStanding::Redeeming, facts);
        interaction::next(&demand(), &at_proof(&plan, Person::Accepted, false), &Ledger::default())
    };
    assert_eq!(page(&DiscoveryFacts { account: true, ..facts(&direct) }), Step::Prove(Way::Account));
    assert_eq!(page(&facts(&direct)), Step::SendCode);
    for account in [true, false] {
        let routed =
            DiscoveryFacts { account, candidates: &[external(UpstreamAnswer::Unasked)], ..facts(&direct) };
        assert_eq!(page(&routed), Step::Prove(FEDERATED));
    }
    let off = Discovery { passcode: false, ..direct };
    assert_eq!(page(&facts(&off)), Step::Refuse(interaction::Refusal::NoMethod(NoPlan::NoMethod)));
}

const REALM: Realm = Realm::Tenant(TenantId(Uuid::from_u128(1)));
const TRIP: InteractionId = InteractionId(Uuid::from_u128(2));
const GINA: &str = "gina@guest.test";

fn noon() -> Instant {
    Instant::from_timestamp(1_770_000_000, 0).unwrap()
}

fn demand() -> interaction::Demand {
    interaction::Demand {
        ending: interaction::EndingKind::Authorize,
        began_at: noon(),
        login: false,
        select_account: false,
        max_age: None,
        level: Wanted::Any,
    }
}

fn code_proof() -> Ledger {
    let mut ledger = Ledger::default();
    assert!(ledger.record(REALM, TRIP, &MailboxProof::earned(REALM, TRIP, GINA, noon())).is_some());
    ledger
}

/// The facts of a trip in which nothing but plan and person can turn somebody away.
fn at_proof(plan: &Plan, person: Person, sign_up: bool) -> interaction::TripFacts<'_> {
    let authentication = code_proof().authentication(GINA).unwrap();
    let tenant = TenantId(Uuid::from_u128(1));
    let subject =
        policy::PolicySubject { tenant, user: None, authentication: &authentication, agreed_terms: None };
    interaction::TripFacts {
        now: noon(),
        tenant_active: true,
        application_enabled: true,
        early_block: None,
        remembered: 0,
        address: Some(interaction::Addressed { key: GINA.to_owned() }),
        session: None,
        plan: Some(plan),
        code: None,
        person: Some(person),
        sign_up,
        decision: Some(policy::evaluate(&subject, None, &[], &policy::Circumstances { now: noon() })),
        second_steps: interaction::SecondSteps::default(),
        consent_missing: false,
    }
}

const PERSONS: [Person; 6] = [
    Person::Stranger,
    Person::Pending,
    Person::Accepted,
    Person::Disabled,
    Person::Removed,
    Person::Suspended,
];

/// OTP-18, OTP-29: who is sent a code that works, by hand.
#[test]
fn otp_29_who_is_sent_a_code() {
    let on = Discovery::default();
    let off = Discovery { passcode: false, ..on.clone() };
    for (person, sign_up, sent) in [
        (Person::Stranger, false, false),
        (Person::Stranger, true, true),
        (Person::Pending, false, true),
        (Person::Pending, true, true),
        (Person::Accepted, false, true),
        (Person::Accepted, true, true),
        (Person::Disabled, false, false),
        (Person::Disabled, true, false),
        (Person::Removed, false, false),
        (Person::Removed, true, false),
        (Person::Suspended, false, false),
        (Person::Suspended, true, false),
    ] {
        let sends = |settings, candidates: &[Candidate], standing| {
            let facts = DiscoveryFacts { candidates, sign_up, account: true, ..facts(settings) };
            sends_code(&decide(standing, &facts), person, sign_up)
        };
        let pinned = |pinned| GuestStanding::Redeemed { pinned };
        assert_eq!(sends(&on, &[], GuestStanding::Redeeming), sent, "{person:?} {sign_up}");
        assert_eq!(
            sends(&on, &[external(UpstreamAnswer::Unasked)], pinned(Way::Passcode)),
            sent,
            "{person:?} {sign_up}"
        );
        assert!(!sends(&off, &[], GuestStanding::Redeeming), "codes are off");
        assert!(
            !sends(&on, &[external(UpstreamAnswer::Unasked)], GuestStanding::Redeeming),
            "the domain is routed"
        );
        assert!(!sends(&on, &[external(UpstreamAnswer::Failed)], GuestStanding::Redeeming), "HRD-04");
        assert!(!sends(&on, &[], pinned(Way::Account)), "another way is pinned");
    }
}

/// ADR-05: deny wins, whole labels, sub-domains only where flagged, an exemption only for those accepted before.
#[test]
fn adr_05_domain_lists() {
    let rule = |domain: &str, subdomains| DomainRule { domain: domain.into(), subdomains };
    let domain = |text| Domain::parse(text).unwrap();
    let block = DomainLists { block: vec![rule("evil.test", true)], ..DomainLists::default() };
    assert!(!admits(&block, &domain("evil.test"), false));
    assert!(!admits(&block, &domain("X.EVIL.test"), false));
    assert!(admits(&block, &domain("notevil.test"), false));
    assert!(!admits(&block, &domain("evil.test"), true));
    let exempt = DomainLists { exempt_accepted: true, ..block.clone() };
    assert!(admits(&exempt, &domain("evil.test"), true));
    let both = DomainLists { allow: vec![rule("evil.test", false), rule("good.test", false)], ..block };
    assert!(!admits(&both, &domain("evil.test"), false));
    assert!(admits(&both, &domain("good.test"), false));
    assert!(!admits(&both, &domain("a.good.test"), false));
    assert!(!admits(&both, &domain("other.test"), false));
}

fn answer() -> impl Strategy<Value = Option<UpstreamAnswer>> {
    proptest::option::of(proptest::sample::select(UpstreamAnswer::ALL))
}

/// Any two providers of the domain, home organisation, work account and preset, or none.
fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    (answer(), answer(), answer(), answer(), answer()).prop_map(|(one, another, home, work, social)| {
        let seats = [
            (FEDERATED, ChainLink::External, one),
            (Way::Federated(OTHER), ChainLink::External, another),
            (HOME, ChainLink::Home, home),
            (WORK, ChainLink::Work, work),
            (SOCIAL, ChainLink::Social, social),
        ];
        seats.into_iter().filter_map(|(way, link, answer)| Some(candidate(way, link, answer?))).collect()
    })
}

fn settings() -> impl Strategy<Value = Discovery> {
    let primary = proptest::sample::subsequence(PrimaryProvider::ALL.to_vec(), 0..=3).prop_shuffle();
    let fallback = proptest::sample::select(FallbackProvider::ALL);
    (primary, fallback, any::<[bool; 4]>()).prop_map(
        |(primary, fallback, [federated, organization, account, passcode])| Discovery {
            fallback_identity_provider: fallback,
            federated,
            organization,
            account,
            passcode,
            ..ordered(&primary)
        },
    )
}

fn standing() -> impl Strategy<Value = GuestStanding> {
    let pinned = [FEDERATED, SOCIAL, WORK, HOME, Way::Account, Way::Passcode]
        .map(|pinned| GuestStanding::Redeemed { pinned });
    prop_oneof![Just(GuestStanding::Redeeming), proptest::sample::select(pinned.to_vec())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// HRD-04: whatever else is true, a failed provider of a routed domain leaves no weaker way.
    #[test]
    fn a_failed_provider_never_falls_back(
        account: bool, sign_up: bool, others in candidates(), any in settings(),
    ) {
        let others = others.into_iter().filter(|c| c.way != FEDERATED);
        let candidates: Vec<Candidate> = [external(UpstreamAnswer::Failed)].into_iter().chain(others).collect();
        let on = Discovery::default();
        let facts = DiscoveryFacts { candidates: &candidates, account, sign_up, ..facts(&on) };
        let plan = decide(GuestStanding::Redeeming, &facts);
        prop_assert!(plan.offers.is_empty());
        prop_assert_eq!(plan.refusal, Some(NoPlan::ProviderFailed));
        // In whatever order: nothing that asks nobody.
        if any.federated && any.order().contains(&ChainLink::External) {
            let plan = decide(GuestStanding::Redeeming, &DiscoveryFacts { settings: &any, ..facts });
            prop_assert!(plan.offers.iter().all(|o| o.way.method().plain().is_none()), "{:?}", plan);
        }
    }

    /// No plan is empty without saying why, none says why and is not, and none offers what is switched off.
    #[test]
    fn plans_are_explained_and_keep_to_the_switches(
        settings in settings(), candidates in candidates(), standing in standing(),
        account: bool, sign_up: bool, fallback_on_failure: bool, domain_admitted: bool,
    ) {
        let facts = DiscoveryFacts { settings: &settings, domain_admitted, candidates: &candidates, account, sign_up, fallback_on_failure };
        let plan = decide(standing, &facts);
        let way_in = plan.offers.iter().any(|o| o.purpose != Use::Upgrade);
        prop_assert_eq!(plan.refusal.is_none(), way_in, "{:?}", plan);
        prop_assert!(plan.offers.iter().all(|o| settings.allows(o.way.method())));
        prop_assert!(domain_admitted || plan.refusal == Some(NoPlan::DomainBlocked));
        let offered = plan.trail.iter().filter(|t| t.verdict == Verdict::Offered);
        prop_assert_eq!(offered.count(), plan.offers.len(), "{:?}", plan);
        for offer in &plan.offers {
            let provider = match offer.way { Way::Federated(id) => Some(id), _ => None };
            let told = |t: &&TrailEntry| (t.step, t.provider, t.verdict) == (offer.way.method(), provider, Verdict::Offered);
            prop_assert_eq!(plan.trail.iter().filter(told).count(), 1, "{:?}", plan);
            let asked = candidates.iter().any(|c| c.way == offer.way && c.answer == UpstreamAnswer::Unasked);
            prop_assert!(asked || offer.way.method().plain().is_some(), "only who was not asked yet: {:?}", plan);
        }
        if let GuestStanding::Redeemed { pinned } = standing {
            prop_assert!(plan.offers.iter().all(|o| o.way == pinned || o.purpose == Use::Upgrade), "{:?}", plan);
        }
        if domain_admitted {
            for method in Method::ALL {
                prop_assert!(plan.trail.iter().any(|t| t.step == *method), "{} is told: {:?}", method, plan);
            }
            for candidate in &candidates {
                let Way::Federated(id) = candidate.way else { continue };
                prop_assert_eq!(plan.trail.iter().filter(|t| t.provider == Some(id)).count(), 1, "{:?}", plan);
            }
        }
    }

    /// OTP-18, OTP-29: a code that works is sent exactly to whom `next` lets in by it: the decoy goes to all others, whose
    /// digits open nothing.
    #[test]
    fn otp_18_a_code_is_sent_exactly_to_whom_it_lets_in(
        settings in settings(), candidates in candidates(), standing in standing(),
        account: bool, sign_up: bool, fallback_on_failure: bool, domain_admitted: bool,
    ) {
        use interaction::Refusal::{Disabled, NoAccess, NoMethod, Removed};
        let facts = DiscoveryFacts { settings: &settings, domain_admitted, candidates: &candidates, account, sign_up, fallback_on_failure };
        let plan = decide(standing, &facts);
        for person in PERSONS {
            let step = interaction::next(&demand(), &at_proof(&plan, person, sign_up), &code_proof());
            let turned_away = matches!(step, Step::Refuse(NoMethod(_) | NoAccess | Disabled | Removed));
            prop_assert_eq!(sends_code(&plan, person, sign_up), !turned_away, "{:?}: {:?}", person, step);
            prop_assert!(turned_away || matches!(step, Step::Review { .. } | Step::Finish(_)), "{:?}", step);
        }
    }
}
