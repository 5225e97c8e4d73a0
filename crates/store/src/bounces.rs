//! Addresses whose mail came back, by keyed hash. [`crate::live::request`] reads them.

use diesel::QueryResult;
use vestibule_core::clock::Instant;
use vestibule_core::secret::Digest;

use crate::conn::Conn;
use crate::statement::{Statement, binds, statements};

statements! {
    Put = [
        "INSERT INTO bounces (address_hash, at, reason) VALUES (?, ?, ?)"
        " ON CONFLICT (address_hash) DO UPDATE SET at = excluded.at, reason = excluded.reason"
    ];
}

/// Notes that mail came back.
pub fn put(c: &mut Conn, address: &Digest, at: Instant, reason: &str) -> QueryResult<()> {
    Put::run(c, binds![address, at, reason]).map(drop)
}
