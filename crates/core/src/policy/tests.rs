use uuid::Uuid;

use super::*;
use crate::proof::ACR_MAILBOX;

fn rule(control: Control) -> AccessRule {
    AccessRule { name: "test".into(), applications: Vec::new(), control }
}

fn noon() -> Instant {
    Instant::from_timestamp(1_770_000_000, 0).unwrap()
}

fn authentication() -> Authentication {
    Authentication { at: noon(), amr: &["otp"], acr: ACR_MAILBOX, idp: "mail".into() }
}

const ALPHA: TenantId = TenantId(Uuid::from_u128(1));
const GINA: UserId = UserId(Uuid::from_u128(2));

fn decide(rules: &[AccessRule], minutes_later: i64) -> Decision {
    let authentication = authentication();
    let subject = Subject {
        tenant: ALPHA,
        user: Some(GINA),
        authentication: &authentication,
        second_step: None,
        agreed_terms: Some(1),
    };
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
