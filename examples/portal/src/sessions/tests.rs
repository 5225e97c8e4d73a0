use super::*;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn pending(browser: &str) -> Pending {
    let text = str::to_owned;
    Pending {
        browser: text(browser),
        nonce: text("n"),
        verifier: text("v"),
        to: text("/documents/welcome"),
        begun: at(0),
        parked: None,
    }
}

fn session(until: DateTime<Utc>) -> Session {
    Session { who: "Gina".into(), login_hint: None, claims: vec![], id_token: String::new(), until }
}

#[test]
fn a_sign_in_is_taken_up_once_and_by_its_own_browser() {
    let sessions = Sessions::new();
    sessions.begin("state".into(), pending("mine"));
    assert!(sessions.resume("state", Some("another"), at(1)).is_none());
    assert!(sessions.resume("state", None, at(1)).is_none());
    assert!(sessions.resume("other", Some("mine"), at(1)).is_none());
    assert_eq!(sessions.resume("state", Some("mine"), at(1)).unwrap().to, "/documents/welcome");
    assert!(sessions.resume("state", Some("mine"), at(1)).is_none(), "used up");
}

#[test]
fn two_tabs_do_not_disturb_each_other_and_old_sign_ins_end() {
    let sessions = Sessions::new();
    sessions.begin("one".into(), pending("mine"));
    sessions.begin("two".into(), pending("mine"));
    assert!(sessions.resume("two", Some("mine"), at(1)).is_some());
    assert!(sessions.resume("one", Some("mine"), at(24 * 60 + 1)).is_none());
    sessions.begin("three".into(), pending("mine"));
    assert!(sessions.resume("three", Some("mine"), at(24 * 60)).is_some());
}

#[test]
fn a_response_without_cookies_waits_once() {
    let sessions = Sessions::new();
    let response =
        |code: &str| Response { state: Some("s".into()), code: Some(code.into()), ..Response::default() };
    assert!(!sessions.park(response("early")) && !sessions.park(Response::default()));
    sessions.begin("s".into(), pending("mine"));
    assert!(sessions.park(response("first")));
    assert!(!sessions.park(response("second")));
    assert_eq!(sessions.resume("s", Some("mine"), at(0)).unwrap().parked, Some(response("first")));
}

#[test]
fn a_session_ends_with_the_token_and_after_24_hours_at_most() {
    assert_eq!(Session::end(at(60), at(0)), at(60));
    assert_eq!(Session::end(at(9999), at(0)), at(24 * 60));
    let sessions = Sessions::new();
    sessions.sign_in("id".into(), session(at(60)));
    assert!(matches!(sessions.standing(Some("id"), at(59)), Standing::SignedIn(_)));
    assert!(matches!(sessions.standing(Some("id"), at(60)), Standing::Ended(_)));
    assert!(matches!(sessions.standing(None, at(0)), Standing::Nobody));
    assert!(sessions.sign_out("id").is_some());
    assert!(matches!(sessions.standing(Some("id"), at(0)), Standing::Nobody));
}

#[test]
fn the_oldest_goes_first_when_full() {
    let mut map = Bounded::new(2);
    for (key, value) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] {
        map.insert(key.to_owned(), value);
    }
    assert_eq!((map.get("a"), map.get("b"), map.get("c")), (Some(&3), None, Some(&4)));
    assert_eq!((map.entries.len(), map.order.len()), (2, 2));
}
