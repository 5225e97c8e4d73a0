//! The present moment as a bind (TIM-01).
//!
//! Whether a shared object has ended is decided inside the statement that uses it, by *one* clock: the database's on
//! PostgreSQL, where several nodes share it, the process's on SQLite, where there is only one.

use chrono::TimeDelta;
use vestibule_core::clock::{Clock, Instant, after};

/// A reading of the clock, as statements take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The moment by the process's own clock.
    pub instant: Instant,
    /// How far that clock runs ahead of the database server's, in microseconds: zero but in tests.
    pub offset_micros: i64,
}

impl Now {
    /// Reads the clock.
    pub fn from(clock: &dyn Clock) -> Self {
        Self { instant: clock.now(), offset_micros: clock.offset_micros() }
    }

    /// Later by this much, on both clocks alike.
    #[must_use]
    pub fn plus(self, delta: TimeDelta) -> Self {
        Self {
            instant: after(self.instant, delta),
            offset_micros: self.offset_micros.saturating_add(delta.num_microseconds().unwrap_or(i64::MAX)),
        }
    }
}
