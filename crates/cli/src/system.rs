//! The system's clock and randomness: the only place of the product that asks for them (architecture rule 3).

use ring::rand::{SecureRandom, SystemRandom};
use vestibule_core::clock::{Clock, Instant, micros};
use vestibule_core::random::Random;

/// The system's clock, in UTC, to the microsecond.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock")]
    fn now(&self) -> Instant {
        micros(chrono::Utc::now())
    }
}

/// The operating system's CSPRNG.
#[derive(Debug)]
pub(crate) struct OsRandom(SystemRandom);

impl OsRandom {
    #[expect(clippy::disallowed_methods, reason = "this is the Random")]
    pub(crate) fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Random for OsRandom {
    fn fill(&self, out: &mut [u8]) {
        // A process that gets no randomness must not go on with zeroes: no code, key or secret may come of them.
        if self.0.fill(out).is_err() {
            std::process::abort();
        }
    }
}
