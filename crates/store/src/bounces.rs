//! Addresses whose mail came back, by keyed hash.

use diesel::QueryResult;
use vestibule_core::clock::Instant;
use vestibule_core::secret::Digest;

use crate::conn::Conn;
use crate::row::row;
use crate::statement::{Statement, binds, statements};

row! {
    /// When and why mail to an address came back last.
    pub struct BounceRow {
        at: Instant,
        reason: String,
    }
}

statements! {
    Put = [
        "INSERT INTO bounces (address_hash, at, reason) VALUES (?, ?, ?)"
        " ON CONFLICT (address_hash) DO UPDATE SET at = excluded.at, reason = excluded.reason"
    ];
    Find = ["SELECT " (BounceRow) " FROM bounces WHERE address_hash = ? AND at >= ?"];
}

/// Notes that mail came back.
pub fn put(c: &mut Conn, address: &Digest, at: Instant, reason: &str) -> QueryResult<()> {
    Put::run(c, binds![address, at, reason]).map(drop)
}

/// The last time that mail came back, if it was not before `since`.
pub fn find(c: &mut Conn, address: &Digest, since: Instant) -> QueryResult<Option<BounceRow>> {
    Find::optional(c, binds![address, since])
}
