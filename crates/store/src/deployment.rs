//! The one row of the deployment: base URL, key check, epoch, change number, settings.

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
        /// Raised with each change that all tenants share (architecture rule 6).
        change_number: i64,
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
        "INSERT INTO deployment (" (NewDeployment) ", id, change_number) VALUES (" (values NewDeployment) ", 1, 1)"
        " ON CONFLICT (id) DO NOTHING"
    ];
    SetBaseUrl = ["UPDATE deployment SET base_url = ?, change_number = change_number + 1 WHERE id = 1"];
    RaiseChange = ["UPDATE deployment SET change_number = change_number + 1 WHERE id = 1 RETURNING change_number"];
    RaiseEpoch = [
        "UPDATE deployment SET epoch = epoch + 1, change_number = change_number + 1 WHERE id = 1 RETURNING epoch"
    ];
}

/// The deployment, once it is founded.
pub fn find(c: &mut Conn) -> QueryResult<Option<DeploymentRow>> {
    Find::optional(c, binds![])
}

/// Founds the deployment; `false` where it was founded already.
pub fn insert(c: &mut Conn, new: &NewDeployment) -> QueryResult<bool> {
    Insert::hit(c, &new.binds())
}

/// Changes the base URL, and raises the change number with it.
pub fn set_base_url(c: &mut Conn, base_url: &str) -> QueryResult<bool> {
    SetBaseUrl::hit(c, binds![base_url])
}

/// Raises the change number, under the row's lock; the new one.
pub fn raise_change(c: &mut Conn) -> QueryResult<i64> {
    RaiseChange::one::<One<i64>>(c, binds![]).map(|row| row.0)
}

/// Raises the epoch after a restore (CON-04), and the change number with it; the new epoch.
pub fn raise_epoch(c: &mut Conn) -> QueryResult<i64> {
    RaiseEpoch::one::<One<i64>>(c, binds![]).map(|row| row.0)
}
