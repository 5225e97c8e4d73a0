use uuid::Uuid;

use super::*;
use crate::method::Way;
use crate::proof::{Amr, AmrSet, Evidence, Factor, IdentityKey, Level, SecondStep};

fn rule(control: Control) -> AccessRule {
    AccessRule { name: "test".into(), applications: Vec::new(), control }
}

fn noon() -> Instant {
    Instant::from_timestamp(1_770_000_000, 0).unwrap()
}

/// A mailed code, and a second step after it where one was passed.
fn authentication(second: Option<Factor>) -> Authentication {
    let identity = IdentityKey::plain(Way::Passcode, "gina@guest.test");
    let code = Evidence::of(identity, None, noon(), Some(Level::Mailbox), AmrSet::of(&[Amr::Otp]));
    Authentication::of(&code, second.map(|factor| SecondStep { factor, at: noon() }).as_ref())
}

const ALPHA: TenantId = TenantId(Uuid::from_u128(1));
const GINA: UserId = UserId(Uuid::from_u128(2));

fn decide(rules: &[AccessRule], minutes_later: i64) -> Decision {
    decide_of(&authentication(None), rules, minutes_later)
}

fn decide_of(authentication: &Authentication, rules: &[AccessRule], minutes_later: i64) -> Decision {
    let subject = PolicySubject { tenant: ALPHA, user: Some(GINA), authentication, agreed_terms: Some(1) };
    let now = noon() + TimeDelta::minutes(minutes_later);
    evaluate(&subject, Some(&ClientId("web".into())), rules, &Circumstances { now })
}

/// Every control, alone and together.
#[test]
fn the_table_of_controls() {
    use Obligation::{FreshProof, SecondStep, Terms};
    let block = rule(Control::Block { reason: BlockReason::Network });
    let frequency = rule(Control::SignInFrequency { minutes: 60 });
    let second = rule(Control::SecondStep);
    let terms = |version| rule(Control::Terms { version });
    assert!(matches!(decide(&[], 0), Decision::Grant(_)));
    assert_eq!(decide(&[second.clone(), block], 0), Decision::Block(BlockReason::Network));
    assert!(matches!(decide(std::slice::from_ref(&frequency), 60), Decision::Grant(_)));
    assert_eq!(decide(std::slice::from_ref(&frequency), 61), Decision::Need(vec![FreshProof]));
    assert_eq!(decide(std::slice::from_ref(&second), 0), Decision::Need(vec![SecondStep]));
    assert!(matches!(decide(&[terms(1)], 0), Decision::Grant(_)));
    assert_eq!(decide(&[terms(2), terms(3)], 0), Decision::Need(vec![Terms(3)]));
    assert_eq!(
        decide(&[terms(2), second, frequency], 61),
        Decision::Need(vec![FreshProof, SecondStep, Terms(2)])
    );
}

/// MFA-06: the tenant's own rule is met by a second step after whatever proof, also after one that is none of two factors;
/// it is no fresh proof.
#[test]
fn mfa_06_a_second_step_satisfies_the_tenants_rule() {
    let second = rule(Control::SecondStep);
    for factor in Factor::ALL.iter().copied() {
        let stepped = authentication(Some(factor));
        assert_eq!(stepped.level, Some(Level::Mailbox), "OTP-26");
        assert!(
            matches!(decide_of(&stepped, std::slice::from_ref(&second), 0), Decision::Grant(_)),
            "{factor}"
        );
        let frequency = rule(Control::SignInFrequency { minutes: 60 });
        let owed = decide_of(&stepped, &[second.clone(), frequency], 61);
        assert_eq!(owed, Decision::Need(vec![Obligation::FreshProof]), "{factor}");
    }
}

/// A rule for other applications asks nothing here.
#[test]
fn rules_keep_to_their_applications() {
    let other = AccessRule { applications: vec![ClientId("other".into())], ..rule(Control::SecondStep) };
    assert!(matches!(decide(&[other], 0), Decision::Grant(_)));
    let mine = AccessRule { applications: vec![ClientId("web".into())], ..rule(Control::SecondStep) };
    assert!(matches!(decide(&[mine], 0), Decision::Need(_)));
}

/// A grant is for one user at one application in one tenant.
#[test]
fn a_grant_covers_nobody_else() {
    let Decision::Grant(grant) = decide(&[], 0) else { panic!("granted") };
    let web = ClientId("web".into());
    assert!(grant.covers(ALPHA, GINA, Some(&web)));
    assert!(!grant.covers(ALPHA, UserId(Uuid::from_u128(3)), Some(&web)));
    assert!(!grant.covers(TenantId(Uuid::from_u128(9)), GINA, Some(&web)));
    assert!(!grant.covers(ALPHA, GINA, Some(&ClientId("spa".into()))));
    assert!(!grant.covers(ALPHA, GINA, None));
}
