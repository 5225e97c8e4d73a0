use serde_json::json;

use super::*;
use crate::policy::evaluate_before;

fn read(kind: &str, document: &Value) -> (Policies, Vec<Unread>) {
    Policies::read([(kind, document)])
}

/// Which of two applications, and whether nothing named, a set of policies keeps everybody out of.
fn blocked(policies: &Policies) -> (bool, bool, bool) {
    let of = |client: Option<&str>| {
        evaluate_before(client.map(|c| ClientId(c.to_owned())).as_ref(), &policies.access).is_some()
    };
    (of(Some("web")), of(Some("spa")), of(None))
}

/// CON-06: what an older node cannot read blocks whom it names, and everybody where that cannot be told; what it can read
/// beside it holds as before.
#[test]
fn con_06_what_cannot_be_read_blocks_whom_it_names() {
    const NOBODY: (bool, bool, bool) = (false, false, false);
    const WEB: (bool, bool, bool) = (true, false, false);
    const ALL: (bool, bool, bool) = (true, true, true);
    let rule = |control: Value| json!({ "name": "r", "applications": ["web"], "control": control });
    for (kind, document, expected) in [
        ("access", json!([rule(json!({ "kind": "secondStep" }))]), NOBODY),
        ("access", json!([rule(json!({ "kind": "block" }))]), WEB),
        ("access", json!([rule(json!({ "kind": "device" }))]), WEB),
        ("access", json!([rule(json!({ "kind": "secondStep", "strength": "phishingResistant" }))]), WEB),
        ("access", json!([rule(json!({ "kind": "block", "reason": "weather" }))]), WEB),
        ("access", json!([rule(json!({}))]), WEB),
        ("access", json!([rule(json!({ "kind": "unknown" }))]), WEB),
        ("access", json!([{ "name": "r", "control": { "kind": "device" } }]), ALL),
        ("access", json!([{ "name": "r", "applications": "web", "control": { "kind": "block" } }]), ALL),
        (
            "access",
            json!([{ "name": "r", "applications": ["web"], "users": ["x"], "control": { "kind": "secondStep" } }]),
            ALL,
        ),
        ("access", json!([rule(json!({ "kind": "secondStep" })), rule(json!({ "kind": "device" }))]), WEB),
        ("access", json!(["rule"]), ALL),
        ("access", json!({ "rules": [] }), ALL),
        ("domains", json!({ "allow": [{ "domain": "a.test" }] }), NOBODY),
        ("domains", json!({ "allow": [], "byCountry": ["CH"] }), ALL),
        ("domains", json!({ "block": [{ "domain": "a.test", "until": "2027" }] }), ALL),
        ("domains", json!([]), ALL),
        ("domains", json!({ "block": [{ "domain": "*.a.test" }] }), ALL),
        ("domains", json!({ "block": [["a.test", true]] }), ALL),
        ("access", json!([["r", [], ["block", "country"]]]), ALL),
        ("access", json!([rule(json!(["secondStep"]))]), WEB),
        ("devices", json!({ "applications": ["web"], "compliant": true }), WEB),
        ("devices", json!({ "compliant": true }), ALL),
        ("devices", json!(null), ALL),
    ] {
        let (policies, unread) = read(kind, &document);
        assert_eq!(blocked(&policies), expected, "{kind} {document}");
        let readable = !policies.access.iter().any(|rule| rule.control == Control::Unknown);
        assert_eq!(unread.is_empty(), readable, "what blocks for that is told: {kind} {document}");
    }
}

/// A switch that cannot be read is off: it names whoever would use a code.
#[test]
fn con_06_a_switch_that_cannot_be_read_is_off() {
    for (document, expected, problems) in [
        (json!({ "enabled": true }), true, 0),
        (json!({ "enabled": false }), false, 0),
        (json!({ "enabled": true, "forDomains": ["a.test"] }), false, 1),
        (json!({ "enabled": "yes" }), false, 1),
        (json!({}), false, 1),
        (json!([true]), false, 1),
    ] {
        let (policies, unread) = read("otp", &document);
        assert_eq!((policies.passcode, unread.len()), (Some(expected), problems), "{document}");
        assert_eq!(blocked(&policies), (false, false, false));
    }
    assert_eq!(Policies::read([]).0, Policies::default());
}

/// What stands for the unreadable is never written: neither read from a document nor made into one.
#[test]
fn the_unknown_control_is_no_word() {
    assert!(serde_json::from_value::<Control>(json!({ "kind": "unknown" })).is_err());
    assert!(serde_json::to_value(Control::Unknown).is_err());
    assert!(Control::Unknown.since() > Release::CURRENT);
    assert!(PolicyKind::ALL.iter().all(|kind| kind.since() <= Release::CURRENT));
}

/// What nobody could meet, or what would match nothing, is refused and named.
#[test]
fn limits_of_policies_are_checked() {
    let most = u32::try_from(i32::MAX).unwrap();
    for (control, expected) in [
        (Control::SignInFrequency { minutes: 0 }, Err(PolicyError::Frequency)),
        (Control::SignInFrequency { minutes: 1 }, Ok(())),
        (Control::Terms { version: 0 }, Err(PolicyError::TermsVersion)),
        (Control::Terms { version: 1 }, Ok(())),
        (Control::Terms { version: most }, Ok(())),
        (Control::Terms { version: most + 1 }, Err(PolicyError::TermsVersion)),
        (Control::Unknown, Err(PolicyError::Unknown)),
        (Control::SecondStep, Ok(())),
        (Control::Block { reason: BlockReason::Time }, Ok(())),
    ] {
        assert_eq!(control.check(), expected, "{control:?}");
    }
    for (domain, good) in [("partner.test", true), ("*.partner.test", false), ("test", false), ("", false)] {
        let rule = DomainRule { domain: domain.to_owned(), subdomains: false };
        for lists in [
            DomainLists { allow: vec![rule.clone()], ..DomainLists::default() },
            DomainLists { block: vec![rule.clone()], ..DomainLists::default() },
        ] {
            let expected = if good { Ok(()) } else { Err(PolicyError::Domain(domain.to_owned())) };
            assert_eq!(lists.check(), expected);
        }
    }
}
