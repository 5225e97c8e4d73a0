//! Signing keys, sealed. Whoever changes one raises the deployment's change number in the same transaction.

use diesel::QueryResult;
use serde_json::Value;
use uuid::Uuid;
use vestibule_core::client::SigningAlgorithm;
use vestibule_core::clock::Instant;
use vestibule_core::ids::TenantId;

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::{Statement, binds, statements};

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
    Insert = ["INSERT INTO signing_keys (" (NewSigningKey) ") VALUES (" (values NewSigningKey) ")"];
    All = ["SELECT " (SigningKeyRow) " FROM signing_keys ORDER BY active_from, id"];
    Retire = ["UPDATE signing_keys SET retired_at = ? WHERE kid = ? AND retired_at IS NULL"];
}

/// Publishes a key.
pub fn insert(c: &mut Conn, new: &NewSigningKey) -> QueryResult<()> {
    Insert::run(c, &new.binds()).map(drop)
}

/// All keys, those that sign first first.
pub fn all(c: &mut Conn) -> QueryResult<Vec<SigningKeyRow>> {
    All::all(c, binds![])
}

/// Fixes when a key leaves the key set; `false` where that was fixed already.
pub fn retire(c: &mut Conn, kid: &str, at: Instant) -> QueryResult<bool> {
    Retire::hit(c, binds![at, kid])
}
