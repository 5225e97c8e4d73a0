use serde_json::json;

use super::*;

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn claims_are_shown_with_who_first_and_times_readable() {
    let claims = map(
        &json!({"zz": {"a": 1}, "exp": 1_800_000_000, "amr": ["otp", "mfa"], "sub": "s", "name": "Gina"}),
    );
    let rows = rows(&claims);
    let shown: Vec<(&str, &str)> = rows.iter().map(|row| (row.name.as_str(), row.value.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("name", "Gina"),
            ("sub", "s"),
            ("amr", "otp, mfa"),
            ("exp", "1800000000 (2027-01-15 08:00:00 UTC)"),
            ("zz", r#"{"a":1}"#)
        ]
    );
}

#[test]
fn a_person_has_always_something_to_be_called() {
    assert_eq!(who(&map(&json!({"name": " ", "preferred_username": "gina@guest.test"}))), "gina@guest.test");
    assert_eq!(who(&map(&json!({"sub": "abc"}))), "abc");
    assert_eq!(who(&map(&json!({}))), "guest");
    assert_eq!(address(&map(&json!({"preferred_username": "gina"}))), None);
    assert_eq!(
        address(&map(&json!({"preferred_username": "gina@guest.test"}))).as_deref(),
        Some("gina@guest.test")
    );
}
