use proptest::prelude::*;

use super::*;
use crate::testing::now;

fn key(kid: &str, published: Instant, signs: Instant) -> KeyTimes {
    let algorithm = SigningAlgorithm::Rs256;
    KeyTimes { kid: kid.to_owned(), algorithm, published_at: published, active_from: signs, retired_at: None }
}

fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

fn kids(keys: Vec<&KeyTimes>) -> Vec<&str> {
    keys.into_iter().map(|k| k.kid.as_str()).collect()
}

/// KEY-04: without a key one is made and signs at once; with one it waits for its turn.
#[test]
fn key_04_starts_and_rotates_after_90_days() {
    let start = now();
    assert_eq!(KeySchedule::next_action(&[], start), KeyAction::PublishNext);
    assert_eq!(KeySchedule::next_active_from(&[], start), start);
    let keys = [key("a", start, start)];
    assert_eq!(KeySchedule::current(&keys, start).unwrap().kid, "a");
    let due = start + TimeDelta::days(89);
    assert_eq!(KeySchedule::next_action(&keys, due - TimeDelta::seconds(1)), KeyAction::Nothing);
    assert_eq!(KeySchedule::next_action(&keys, due), KeyAction::PublishNext);
    assert_eq!(KeySchedule::next_active_from(&keys, due), start + TimeDelta::days(90));
}

/// KEY-04: the new key is in the JWKS for 24 hours before it signs: any cached set verifies its first token.
#[test]
fn key_04_publishes_a_day_before_use() {
    let start = now();
    let due = start + TimeDelta::days(89);
    let old = key("a", start, start);
    let new = key("b", due, KeySchedule::next_active_from(std::slice::from_ref(&old), due));
    let keys = [old, new];
    assert_eq!(KeySchedule::next_action(&keys, due), KeyAction::Nothing, "one successor is enough");
    let switch = due + hours(24);
    let before = switch - TimeDelta::seconds(900);
    assert_eq!(KeySchedule::current(&keys, before).unwrap().kid, "a");
    assert_eq!(KeySchedule::current(&keys, switch).unwrap().kid, "b");
    assert_eq!(kids(KeySchedule::published(&keys, before)), ["a", "b"], "fetched 900 s before the switch");
    assert_eq!(kids(KeySchedule::published(&keys, due - hours(1))), ["a"], "not before its time");
}

/// KEY-04: the old key goes one hour after its last token has ended, and not earlier.
#[test]
fn key_04_retires_an_hour_after_the_last_token() {
    let start = now();
    let switch = start + TimeDelta::days(90);
    let mut keys = [key("a", start, start), key("b", switch - hours(24), switch)];
    let end = switch + hours(2);
    let before = end - TimeDelta::seconds(1);
    assert_eq!(kids(KeySchedule::published(&keys, before)), ["a", "b"]);
    assert_eq!(KeySchedule::next_action(&keys, before), KeyAction::Nothing);
    assert_eq!(kids(KeySchedule::published(&keys, end)), ["b"], "even if the job is late");
    assert_eq!(KeySchedule::next_action(&keys, end), KeyAction::Retire("a".to_owned()));
    keys[0].retired_at = Some(end);
    assert_eq!(KeySchedule::next_action(&keys, end), KeyAction::Nothing);
}

/// KEY-04: an emergency retires at once; the next key signs at once.
#[test]
fn key_04_emergency_takes_a_key_out_at_once() {
    let start = now();
    let moment = start + hours(5);
    let keys = [KeyTimes { retired_at: Some(moment), ..key("a", start, start) }];
    assert_eq!(KeySchedule::current(&keys, moment), None);
    assert!(KeySchedule::published(&keys, moment).is_empty());
    assert_eq!(KeySchedule::next_action(&keys, moment), KeyAction::PublishNext);
    assert_eq!(KeySchedule::next_active_from(&keys, moment), moment);
    assert_eq!(KeySchedule::current(&keys, moment - TimeDelta::seconds(1)).unwrap().kid, "a");
}

/// KEY-04: a key of another algorithm succeeds nobody.
#[test]
fn key_04_keeps_algorithms_apart() {
    let start = now();
    let other = KeyTimes { algorithm: SigningAlgorithm::Es256, ..key("b", start, start + hours(1)) };
    let keys = [key("a", start, start), other];
    assert_eq!(kids(KeySchedule::published(&keys, start + hours(100))), ["a", "b"]);
}

proptest! {
    /// KEY-04: driven by the schedule alone, checked every few hours for a year: there is always a signer, it was always
    /// published for a day (the first apart), and every key that signed within two hours is still published.
    #[test]
    fn key_04_holds_over_a_year(step in 1_i64..20) {
        let start = now();
        let mut keys: Vec<KeyTimes> = Vec::new();
        for tick in 0..(365 * 24 / step) {
            let at = start + hours(tick * step);
            let mut budget = 5;
            loop {
                match KeySchedule::next_action(&keys, at) {
                    KeyAction::Nothing => break,
                    KeyAction::PublishNext => {
                        let signs = KeySchedule::next_active_from(&keys, at);
                        keys.push(key(&format!("k{}", keys.len()), at, signs));
                    }
                    KeyAction::Retire(kid) => {
                        keys.iter_mut().find(|k| k.kid == kid).unwrap().retired_at = Some(at);
                    }
                }
                budget -= 1;
                prop_assert!(budget > 0, "it comes to rest");
            }
            let current = KeySchedule::current(&keys, at).unwrap();
            prop_assert!(current.kid == "k0" || at - current.published_at >= hours(24));
            let published = kids(KeySchedule::published(&keys, at));
            prop_assert!(published.contains(&current.kid.as_str()));
            let earlier = KeySchedule::current(&keys, at - hours(2) + TimeDelta::seconds(1));
            prop_assert!(earlier.is_none_or(|k| published.contains(&k.kid.as_str())));
            prop_assert!(published.len() <= 2);
        }
        prop_assert!((4..=6).contains(&keys.len()), "{} keys in a year", keys.len());
    }
}
