//! Addresses whose mail came back, by keyed hash. [`crate::live::request`] reads them.

use vestibule_core::clock::Instant;
use vestibule_core::secret::Digest;

use crate::statement::statements;

statements! {
    /// Notes that mail came back.
    pub fn put(address: &Digest, at: Instant, reason: &str) = [
        "INSERT INTO bounces (address_hash, at, reason) VALUES (:address, :at, :reason)"
        " ON CONFLICT (address_hash) DO UPDATE SET at = excluded.at, reason = excluded.reason"
    ];
}
