//! Time that tests move by hand.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta};
use vestibule_core::Clock;
use vestibule_core::clock::Instant;

/// A clock that stands still until it is moved (TIM-01).
///
/// It starts at the real time and keeps standing there, so that two reads in one test are equal and an expiry is met
/// to the microsecond. The database clock of PostgreSQL flows on meanwhile; [`Clock::offset_micros`] tells by how much
/// this one was moved, and the store adds that to the database's time in its statements. What a test asks at "30
/// minutes" is therefore 30 minutes and the real time that the test itself took on PostgreSQL: tests stay some seconds
/// away from an edge unless they run on SQLite alone.
#[derive(Debug)]
pub struct FakeClock {
    base_micros: i64,
    offset: AtomicI64,
}

impl FakeClock {
    /// A clock that shows the real present, to the microsecond.
    #[expect(clippy::disallowed_methods, reason = "this is where a test's time comes from")]
    pub fn new() -> Self {
        Self { base_micros: chrono::Utc::now().timestamp_micros(), offset: AtomicI64::new(0) }
    }

    /// Another node's clock that is wrong by `skew` and does not know it: the database's time does not follow (TIM-01).
    /// It is moved by itself.
    #[must_use]
    pub fn skewed(&self, skew: TimeDelta) -> Self {
        let micros = skew.num_microseconds().expect("a test's clock is wrong by less than 292 000 years");
        let offset = AtomicI64::new(self.offset_micros());
        Self { base_micros: self.base_micros.saturating_add(micros), offset }
    }

    /// Moves the clock; a negative `delta` sets it back (TIM-02).
    pub fn advance(&self, delta: TimeDelta) {
        let micros = delta.num_microseconds().expect("a test moves its clock by less than 292 000 years");
        self.offset.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Instant {
        let micros = self.base_micros.saturating_add(self.offset_micros());
        DateTime::from_timestamp_micros(micros).expect("a test's time lies in the calendar")
    }

    fn offset_micros(&self) -> i64 {
        self.offset.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_until_it_is_moved() {
        let clock = FakeClock::new();
        let start = clock.now();
        assert_eq!(clock.now(), start);
        clock.advance(TimeDelta::minutes(30));
        assert_eq!(clock.now() - start, TimeDelta::minutes(30));
        clock.advance(-TimeDelta::hours(2));
        assert_eq!(clock.offset_micros(), -TimeDelta::minutes(90).num_microseconds().unwrap());
        assert_eq!(start.timestamp_subsec_nanos() % 1000, 0, "truncated to the microsecond");
    }
}
