//! A clock that stands and bytes that repeat, for tests of crates that `testkit` is made of.

use std::sync::atomic::{AtomicU64, Ordering};

use vestibule_core::clock::Instant;
use vestibule_core::{Clock, Random};

/// Always the same moment.
#[derive(Debug)]
pub struct StillClock(pub Instant);

impl Clock for StillClock {
    fn now(&self) -> Instant {
        self.0
    }
}

/// The same bytes in the same order (`SplitMix64`).
#[derive(Debug)]
pub struct RepeatingBytes(AtomicU64);

impl RepeatingBytes {
    /// From a seed by which the deployment's RSA key is found soon.
    pub fn new() -> Self {
        Self(AtomicU64::new(21))
    }
}

impl Default for RepeatingBytes {
    fn default() -> Self {
        Self::new()
    }
}

impl Random for RepeatingBytes {
    fn fill(&self, out: &mut [u8]) {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        for chunk in out.chunks_mut(8) {
            let mut word = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.iter_mut().zip(word.to_le_bytes()).for_each(|(byte, drawn)| *byte = drawn);
        }
    }
}
