//! A circuit breaker, so that a dead mail server costs nobody's time (DOS-07).

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use vestibule_core::clock::{Instant, after};

/// Failures in a row that open it.
const LIMIT: u32 = 5;
/// How long it stays open before one attempt may try again.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

/// Counts failures to reach the server in a row.
#[derive(Debug, Default)]
pub(super) struct Circuit(Mutex<State>);

impl Circuit {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an attempt may be made. When the pause is over, the first who asks is let through and the pause begins
    /// anew for the others, until that attempt has ended.
    pub(super) fn admits(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                state.open_until = Some(after(now, PAUSE));
                true
            }
            None => true,
        }
    }

    /// The server was reached: closed again.
    pub(super) fn reached(&self) {
        *self.state() = State::default();
    }

    /// The server was not reached; `true` if this has opened the circuit.
    pub(super) fn failed(&self, now: Instant) -> bool {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        if state.failures < LIMIT {
            return false;
        }
        state.open_until = Some(after(now, PAUSE));
        state.failures == LIMIT
    }

    /// Whether it is open now.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        self.state().open_until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests;
