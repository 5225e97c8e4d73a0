//! Time as a value that is passed in (architecture rule 3).

use chrono::{DateTime, TimeDelta, Utc};

/// A moment in UTC; stored to the microsecond.
pub type Instant = DateTime<Utc>;

/// Where the time comes from. The product has one implementation that asks the system; tests move theirs by hand.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment, truncated to microseconds.
    fn now(&self) -> Instant;

    /// How far this clock runs ahead of the database server's, in microseconds: zero but in tests (TIM-01).
    fn offset_micros(&self) -> i64 {
        0
    }
}

/// `instant + delta`, staying inside what can be represented.
pub fn after(instant: Instant, delta: TimeDelta) -> Instant {
    instant.checked_add_signed(delta).unwrap_or(Instant::MAX_UTC)
}

/// `instant` without what lies below the microsecond.
pub fn micros(instant: Instant) -> Instant {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}
