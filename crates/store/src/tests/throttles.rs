//! Counters: windows, gaps, refunds, sources.

use super::*;
use crate::throttle::{Limit, ThrottleVerdict};

async fn ask(lab: &Lab, limits: &[Limit], after: TimeDelta) -> Vec<ThrottleVerdict> {
    let (limits, now) = (limits.to_vec(), lab.at(after));
    lab.write(move |c| throttle::admit(c, &limits, now)).await
}

fn sends(n: u64) -> Limit {
    statements::limit(n, 60)
}

/// Within two seconds: PostgreSQL goes by its own clock.
fn near(lab: &Lab, at: Instant, delta: TimeDelta) {
    let off = (at - (lab.base + delta)).num_seconds().abs();
    assert!(off <= 20, "{off} s off");
}

both! {
    /// N-06, N-07: the gap, the hour, the day; a refused event counts nothing.
    async fn n_06_n_07_gap_and_windows(lab: &Lab) {
        let minutes = TimeDelta::minutes;
        let first = ask(lab, &[sends(1)], minutes(0)).await[0];
        assert!(first.admitted);
        assert_eq!((first.count1, first.count2), (1, 1));
        let soon = ask(lab, &[sends(1)], TimeDelta::seconds(30)).await[0];
        assert!(!soon.admitted);
        assert_eq!((soon.count1, soon.count2), (1, 1));
        near(lab, soon.retry_at, TimeDelta::seconds(60));
        for i in 1..5 {
            assert!(ask(lab, &[sends(1)], minutes(2 * i)).await[0].admitted, "{i}");
        }
        let full = ask(lab, &[sends(1)], minutes(20)).await[0];
        assert!(!full.admitted);
        assert_eq!(full.count1, 5);
        near(lab, full.retry_at, minutes(60));
        // the hour is fixed at its first event, then another begins with the next one
        for i in 0..5 {
            let again = ask(lab, &[sends(1)], minutes(61 + 2 * i)).await[0];
            assert!(again.admitted);
            assert_eq!(i64::from(again.count1), i + 1);
        }
        // ten in the day: the day's window bounds now
        let day = ask(lab, &[sends(1)], minutes(200)).await[0];
        assert!(!day.admitted);
        near(lab, day.retry_at, TimeDelta::hours(24));
        assert!(ask(lab, &[sends(1)], TimeDelta::hours(24) + minutes(1)).await[0].admitted);
    }

    /// N-08 beside N-07: several counters in one statement, each for itself, in the order of the question.
    async fn n_08_several_counters_at_once(lab: &Lab) {
        let tight = Limit { limit1: 1, ..sends(3) };
        let limits = [sends(9), tight, sends(1), sends(4)];
        assert!(ask(lab, &limits, TimeDelta::zero()).await.iter().all(|a| a.admitted));
        let again = ask(lab, &limits, TimeDelta::minutes(2)).await;
        assert_eq!(again.iter().map(|a| a.admitted).collect::<Vec<_>>(), [true, false, true, true]);
        let five = [sends(11), sends(12), sends(13), sends(14), sends(15)];
        assert_eq!(ask(lab, &five, TimeDelta::zero()).await.len(), 5);
        assert!(ask(lab, &[], TimeDelta::zero()).await.is_empty());
        let nothing = Limit { limit1: 0, ..sends(20) };
        assert!(!ask(lab, &[nothing], TimeDelta::zero()).await[0].admitted);
    }

    /// N-05: failures in a row; a success ends them and gives its event back.
    async fn n_05_failures_in_a_row(lab: &Lab) {
        let (key, now) = (digest(1), lab.now());
        assert_eq!(lab.write(move |c| throttle::add_streak(c, &key, now)).await, None);
        ask(lab, &[statements::limit(1, 0)], TimeDelta::zero()).await;
        ask(lab, &[statements::limit(1, 0)], TimeDelta::zero()).await;
        for i in 1..=3 {
            assert_eq!(lab.write(move |c| throttle::add_streak(c, &key, now)).await, Some(i));
        }
        let row = lab.read(|c| throttle::peek(c, &key)).unwrap();
        assert_eq!((row.count1, row.count2, row.streak), (2, 2, 3));
        assert!(row.streak_at.is_some());
        assert_eq!(ask(lab, &[statements::limit(1, 0)], TimeDelta::zero()).await[0].streak, 3);
        for _ in 0..5 {
            lab.write(move |c| throttle::refund(c, &key)).await;
        }
        let row = lab.read(|c| throttle::peek(c, &key)).unwrap();
        assert_eq!((row.count1, row.count2, row.streak, row.streak_at), (0, 0, 0, None));
    }

    /// N-09: distinct addresses of a source within an hour.
    async fn n_09_addresses_of_a_source(lab: &Lab) {
        let (source, hour) = (digest(1), TimeDelta::hours(1));
        let name = |n: u64, at: TimeDelta| {
            let now = lab.at(at);
            lab.write(move |c| {
                let fresh = throttle::source_insert(c, &source, &digest(n), hour, now)?;
                Ok((fresh, throttle::source_count(c, &source, now)?))
            })
        };
        let minutes = TimeDelta::minutes;
        assert_eq!(name(1, minutes(0)).await, (true, 1));
        assert_eq!(name(1, minutes(10)).await, (false, 1));
        assert_eq!(name(2, minutes(30)).await, (true, 2));
        assert_eq!(name(3, minutes(70)).await, (true, 2));
        assert_eq!(name(1, minutes(70)).await, (true, 3));
        let now = lab.at(minutes(70));
        let until = lab.read(|c| throttle::source_until(c, &source, now)).unwrap();
        near(lab, until, minutes(90));
        assert_eq!(lab.read(|c| throttle::source_count(c, &digest(2), now)), 0);
    }

    /// OTP-23: a pause that somebody set by hand, and its end.
    async fn otp_23_a_pause_by_hand(lab: &Lab) {
        let (key, until) = (digest(1), lab.base + TimeDelta::hours(2));
        lab.write(move |c| throttle::hold_until(c, &key, until)).await;
        let rows = lab.read(|c| throttle::peek_two(c, &key, &digest(2)));
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].last_at, Some(until.timestamp_micros()));
        assert!(lab.write(move |c| throttle::lift(c, &key)).await);
        assert!(!lab.write(move |c| throttle::lift(c, &key)).await);
    }

    /// Counters are swept once they say nothing.
    async fn counters_are_swept(lab: &Lab) {
        ask(lab, &[sends(1), sends(2)], TimeDelta::zero()).await;
        let sweep = |at: TimeDelta| {
            let before = lab.base + at;
            lab.write(move |c| sweep::delete_ended(c, sweep::SharedTable::Throttles, before, 1))
        };
        assert_eq!(sweep(TimeDelta::hours(23)).await, 0);
        assert_eq!(sweep(TimeDelta::hours(26)).await, 1);
        assert_eq!(sweep(TimeDelta::hours(26)).await, 1);
        assert_eq!(sweep(TimeDelta::hours(26)).await, 0);
    }
}
