//! Signing keys, sealed. Whoever changes one raises the deployment's change number in the same transaction.

use serde_json::Value;
use uuid::Uuid;
use vestibule_core::client::SigningAlgorithm;
use vestibule_core::clock::Instant;
use vestibule_core::ids::TenantId;

use crate::row::{record, row};
use crate::statement::statements;

row! {
    /// A signing key as stored.
    pub struct SigningKeyRow {
        id: Uuid,
        tenant_id: Option<TenantId>,
        alg: SigningAlgorithm,
        kid: String,
        /// The private key, sealed.
        sealed: Vec<u8>,
        public_jwk: Value,
        published_at: Instant,
        active_from: Instant,
        retired_at: Option<Instant>,
    }
}

record! {
    /// A signing key to be published.
    pub struct NewSigningKey {
        id: Uuid,
        tenant_id: Option<TenantId>,
        alg: SigningAlgorithm,
        kid: String,
        /// The private key, sealed.
        sealed: Vec<u8>,
        public_jwk: Value,
        published_at: Instant,
        active_from: Instant,
    }
}

statements! {
    /// Publishes a key.
    pub fn insert(new: &NewSigningKey) = ["INSERT INTO signing_keys (" (NewSigningKey) ") VALUES (" (values new) ")"];

    /// All keys, those that sign first first.
    pub fn all() -> Vec<SigningKeyRow> = ["SELECT " (SigningKeyRow) " FROM signing_keys ORDER BY active_from, id"];

    /// Fixes when a key leaves the key set; `false` where that was fixed already.
    pub fn retire(kid: &str, at: Instant) -> bool = [
        "UPDATE signing_keys SET retired_at = :at WHERE kid = :kid AND retired_at IS NULL"
    ];
}
