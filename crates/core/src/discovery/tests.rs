use proptest::prelude::*;

use super::*;
use crate::settings::FallbackProvider;

fn facts(settings: &Discovery) -> Facts<'_> {
    Facts {
        settings,
        domain_admitted: true,
        federated: None,
        organization: None,
        account: false,
        sign_up: false,
        fallback_on_failure: false,
    }
}

fn offers(plan: &Plan) -> Vec<(Method, Use)> {
    plan.offers.iter().map(|o| (o.method, o.purpose)).collect()
}

/// The chain for somebody who redeems: all five ways in, and each reason why one does not answer.
#[test]
fn the_chain_for_a_redeeming_guest() {
    use Method::{Account, Federated, Organization, Passcode};
    let on = Discovery::default();
    let no_code = Discovery { passcode: false, ..on.clone() };
    let code_only =
        Discovery { fallback_identity_provider: FallbackProvider::EmailOneTimePasscode, ..on.clone() };
    let unasked = Some(Answer::Unasked);
    #[expect(clippy::type_complexity, reason = "a table, read once")]
    let table: Vec<(&str, Facts<'_>, Vec<(Method, Use)>, Option<Refusal>)> = vec![
        ("nothing but mail", facts(&on), vec![(Passcode, Use::SignIn)], None),
        (
            "routed",
            Facts { federated: unasked, account: true, ..facts(&on) },
            vec![(Federated, Use::SignIn)],
            None,
        ),
        (
            "home",
            Facts { organization: unasked, account: true, ..facts(&on) },
            vec![(Organization, Use::SignIn)],
            None,
        ),
        (
            "not mine",
            Facts { organization: Some(Answer::NotMine), ..facts(&on) },
            vec![(Passcode, Use::SignIn)],
            None,
        ),
        (
            "account",
            Facts { account: true, ..facts(&on) },
            vec![(Account, Use::SignIn), (Passcode, Use::SignIn)],
            None,
        ),
        (
            "failed",
            Facts { federated: Some(Answer::Failed), account: true, ..facts(&on) },
            vec![],
            Some(Refusal::ProviderFailed),
        ),
        (
            "failed, fallback on",
            Facts { federated: Some(Answer::Failed), fallback_on_failure: true, ..facts(&on) },
            vec![(Passcode, Use::SignIn)],
            None,
        ),
        ("code off", facts(&no_code), vec![], Some(Refusal::NoMethod)),
        ("code off, account", Facts { account: true, ..facts(&no_code) }, vec![(Account, Use::SignIn)], None),
        ("code off, sign-up", Facts { sign_up: true, ..facts(&no_code) }, vec![(Account, Use::Create)], None),
        ("sign-up", Facts { sign_up: true, ..facts(&on) }, vec![(Passcode, Use::SignIn)], None),
        (
            "no account step",
            Facts { account: true, ..facts(&code_only) },
            vec![(Passcode, Use::SignIn)],
            None,
        ),
        (
            "blocked domain",
            Facts { domain_admitted: false, ..facts(&on) },
            vec![],
            Some(Refusal::DomainBlocked),
        ),
    ];
    for (name, facts, expected, refusal) in table {
        let plan = decide(Standing::Redeeming, &facts);
        assert_eq!(offers(&plan), expected, "{name}");
        assert_eq!(plan.refusal, refusal, "{name}");
        assert_eq!(plan.trail.len(), 4, "{name}: every step is told");
    }
}

/// Who has accepted keeps the method; a stronger one that answers now is offered as an upgrade, never forced.
#[test]
fn a_redeemed_guest_keeps_the_method() {
    use Method::{Account, Federated, Organization, Passcode};
    let on = Discovery::default();
    let no_code = Discovery { passcode: false, ..on.clone() };
    let redeemed = |pinned| Standing::Redeemed { pinned };
    let unasked = Some(Answer::Unasked);
    for (name, pinned, facts, expected, refusal) in [
        ("code", Passcode, facts(&on), vec![(Passcode, Use::SignIn)], None),
        (
            "code, provider came",
            Passcode,
            Facts { federated: unasked, ..facts(&on) },
            vec![(Passcode, Use::SignIn), (Federated, Use::Upgrade)],
            None,
        ),
        (
            "code, account came",
            Passcode,
            Facts { account: true, ..facts(&on) },
            vec![(Passcode, Use::SignIn), (Account, Use::Upgrade)],
            None,
        ),
        ("code off", Passcode, facts(&no_code), vec![], Some(Refusal::PinnedMethodOff)),
        (
            "federated",
            Federated,
            Facts { federated: unasked, ..facts(&on) },
            vec![(Federated, Use::SignIn)],
            None,
        ),
        ("federated gone", Federated, facts(&on), vec![], Some(Refusal::PinnedMethodOff)),
        (
            "federated failed",
            Federated,
            Facts { federated: Some(Answer::Failed), ..facts(&on) },
            vec![],
            Some(Refusal::ProviderFailed),
        ),
        (
            "home",
            Organization,
            Facts { organization: unasked, ..facts(&on) },
            vec![(Organization, Use::SignIn)],
            None,
        ),
        (
            "home left",
            Organization,
            Facts { organization: Some(Answer::NotMine), ..facts(&on) },
            vec![],
            Some(Refusal::PinnedMethodOff),
        ),
        ("account", Account, Facts { account: true, ..facts(&on) }, vec![(Account, Use::SignIn)], None),
        ("account gone", Account, facts(&on), vec![], Some(Refusal::PinnedMethodOff)),
    ] {
        let plan = decide(redeemed(pinned), &facts);
        assert_eq!(offers(&plan), expected, "{name}");
        assert_eq!(plan.refusal, refusal, "{name}");
    }
}

/// HRD-07: under `direct` only the holder of an account sees another page; under `uniform` nobody does.
#[test]
fn hrd_07_what_the_page_after_the_address_reveals() {
    let direct = Discovery::default();
    let uniform = Discovery { reveal: Reveal::Uniform, ..direct.clone() };
    let page = |settings: &Discovery, account| {
        reveal(&decide(Standing::Redeeming, &Facts { account, ..facts(settings) }), settings)
    };
    assert_eq!(page(&direct, true), Page::Password);
    assert_eq!(page(&direct, false), Page::Code);
    assert_eq!(page(&uniform, true), page(&uniform, false));
    assert_eq!(page(&uniform, true), Page::PasswordOrCode);
    let routed = Facts { federated: Some(Answer::Unasked), ..facts(&uniform) };
    assert_eq!(reveal(&decide(Standing::Redeeming, &routed), &uniform), Page::Upstream(Method::Federated));
    let off = Discovery { passcode: false, ..direct };
    assert_eq!(page(&off, false), Page::NoWay(Refusal::NoMethod));
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

proptest! {
    /// HRD-04: whatever else is true, a failed provider of a routed domain leaves no weaker way.
    #[test]
    fn a_failed_provider_never_falls_back(account: bool, sign_up: bool, organization: bool) {
        let on = Discovery::default();
        let organization = organization.then_some(Answer::Unasked);
        let facts = Facts { federated: Some(Answer::Failed), organization, account, sign_up, ..facts(&on) };
        prop_assert!(decide(Standing::Redeeming, &facts).offers.is_empty());
    }

    /// No plan is empty without saying why, and none offers what is switched off.
    #[test]
    fn plans_are_explained_and_keep_to_the_switches(
        federated: bool, organization: bool, account: bool, passcode: bool, has: bool, routed: bool, up: bool, pinned in 0_usize..5
    ) {
        let settings = Discovery { federated, organization, account, passcode, ..Discovery::default() };
        let facts = Facts { federated: routed.then_some(Answer::Unasked), account: has, sign_up: up, ..facts(&settings) };
        let standing = Method::ALL.get(pinned).map_or(Standing::Redeeming, |m| Standing::Redeemed { pinned: *m });
        let plan = decide(standing, &facts);
        prop_assert!(!plan.offers.is_empty() || plan.refusal.is_some());
        prop_assert!(plan.offers.iter().all(|o| settings.allows(o.method)));
    }
}
