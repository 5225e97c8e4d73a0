use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;
use vestibule_core::policy::evaluate_before;

use super::*;

fn noon() -> Instant {
    Instant::from_timestamp(1_770_000_000, 0).unwrap()
}

fn base(settings: TenantSettings, rules: Vec<AccessRule>) -> TenantSnapshot {
    TenantSnapshot {
        id: TenantId(Uuid::from_u128(1)),
        name: "Alpha".into(),
        domains: vec!["alpha.test".into()],
        discovery: settings.discovery.clone(),
        settings,
        lists: DomainLists::default(),
        rules,
        pairwise_key: Zeroizing::new(Vec::new()),
    }
}

fn row(kind: &str, version: i32, document: Value, hours: i64) -> PolicyRow {
    let effective_from = noon() + TimeDelta::hours(hours);
    PolicyRow { kind: kind.into(), version, document, effective_from, created_at: noon() }
}

/// A policy with a date is chosen by the moment of use, from the same load, at its very moment; each kind by itself, and of
/// two from the same moment on the later version.
#[test]
fn policies_are_chosen_by_the_moment_of_use() {
    let rows = [
        row("otp", 1, json!({ "enabled": true }), -1),
        row("otp", 2, json!({ "enabled": false }), 2),
        row("access", 1, json!([{ "name": "all", "control": { "kind": "block" } }]), 3),
        row("otp", 3, json!({ "enabled": false }), 4),
        row("otp", 4, json!({ "enabled": true }), 4),
    ];
    let timeline = Timeline::new(&base(TenantSettings::default(), Vec::new()), &rows, noon());
    let at = |minutes: i64| {
        let tenant = timeline.at(noon() + TimeDelta::minutes(minutes));
        (tenant.discovery.passcode, evaluate_before(None, &tenant.rules).is_some())
    };
    assert_eq!([at(-61), at(0), at(119)], [(true, false); 3]);
    assert_eq!([at(120), at(179)], [(false, false); 2]);
    assert_eq!([at(180), at(239)], [(false, true); 2]);
    assert_eq!([at(240), at(99_999)], [(true, true); 2]);
    assert_eq!(timeline.later.len(), 3, "one for each moment");
}

/// CON-06: unknown keys of settings are ignored; a value that cannot be read keeps everybody out, whatever policies say.
#[test]
fn con_06_settings_of_a_newer_release() {
    let id = TenantId(Uuid::from_u128(1));
    let (read, rules) = settings(id, &json!({ "contact": "it@alpha.test", "glow": { "x": 1 } }));
    assert_eq!((read.contact.as_deref(), rules.len()), (Some("it@alpha.test"), 0));
    let (read, rules) = settings(id, &json!({ "discovery": { "reveal": "everything" } }));
    let rows = [row("access", 1, json!([]), -1)];
    let timeline = Timeline::new(&base(read, rules), &rows, noon());
    assert!(evaluate_before(None, &timeline.at(noon()).rules).is_some());
}
