//! The one row of the deployment: base URL, key check, epoch, number of the keys, settings.

use serde_json::Value;
use vestibule_core::clock::Instant;

use crate::row::{record, row};
use crate::statement::statements;

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
    /// The deployment, once it is founded.
    pub fn find() -> Option<DeploymentRow> = ["SELECT " (DeploymentRow) " FROM deployment WHERE id = 1"];

    /// Founds the deployment; `false` where it was founded already.
    pub fn insert(new: &NewDeployment) -> bool = [
        "INSERT INTO deployment (" (NewDeployment) ", id, keys_number) VALUES (" (values new) ", 1, 1)"
        " ON CONFLICT (id) DO NOTHING"
    ];

    /// Changes the base URL; holds when the servers start again.
    pub fn set_base_url(base_url: &str) -> bool = ["UPDATE deployment SET base_url = :base_url WHERE id = 1"];

    /// Tells all nodes that the signing keys changed, under the row's lock; the new number.
    pub fn raise_keys() -> One<i64> = [
        "UPDATE deployment SET keys_number = keys_number + 1 WHERE id = 1 RETURNING keys_number"
    ];
}
