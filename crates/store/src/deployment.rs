//! The one row of the deployment: base URL, key check, epoch, number of the keys, settings.

use diesel::QueryResult;
use serde_json::Value;
use vestibule_core::clock::Instant;

use crate::conn::Conn;
use crate::row::{One, record, row};
use crate::statement::{Statement, binds, statements};

row! {
    /// The deployment as stored.
    pub struct DeploymentRow {
        base_url: String,
        /// Proves that the root key is the one that sealed everything.
        key_check: Vec<u8>,
        /// Part of the digests of what a restore must not revive (CON-04).
        epoch: i64,
        /// Raised with each change of the signing keys (architecture rule 6).
        keys_number: i64,
        settings: Value,
        created_at: Instant,
    }
}

record! {
    /// The deployment at its foundation.
    pub struct NewDeployment {
        base_url: String,
        key_check: Vec<u8>,
        epoch: i64,
        settings: Value,
        created_at: Instant,
    }
}

statements! {
    Find = ["SELECT " (DeploymentRow) " FROM deployment WHERE id = 1"];
    Insert = [
        "INSERT INTO deployment (" (NewDeployment) ", id, keys_number) VALUES (" (values NewDeployment) ", 1, 1)"
        " ON CONFLICT (id) DO NOTHING"
    ];
    SetBaseUrl = ["UPDATE deployment SET base_url = ? WHERE id = 1"];
    RaiseKeys = ["UPDATE deployment SET keys_number = keys_number + 1 WHERE id = 1 RETURNING keys_number"];
    RaiseEpoch = ["UPDATE deployment SET epoch = epoch + 1 WHERE id = 1 RETURNING epoch"];
}

/// The deployment, once it is founded.
pub fn find(c: &mut Conn) -> QueryResult<Option<DeploymentRow>> {
    Find::optional(c, binds![])
}

/// Founds the deployment; `false` where it was founded already.
pub fn insert(c: &mut Conn, new: &NewDeployment) -> QueryResult<bool> {
    Insert::hit(c, &new.binds())
}

/// Changes the base URL; holds when the servers start again.
pub fn set_base_url(c: &mut Conn, base_url: &str) -> QueryResult<bool> {
    SetBaseUrl::hit(c, binds![base_url])
}

/// Tells all nodes that the signing keys changed, under the row's lock; the new number.
pub fn raise_keys(c: &mut Conn) -> QueryResult<i64> {
    RaiseKeys::one::<One<i64>>(c, binds![]).map(|row| row.0)
}

/// Raises the epoch after a restore (CON-04); the new one. Every request reads it.
pub fn raise_epoch(c: &mut Conn) -> QueryResult<i64> {
    RaiseEpoch::one::<One<i64>>(c, binds![]).map(|row| row.0)
}
