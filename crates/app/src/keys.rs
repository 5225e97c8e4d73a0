//! Signing keys at rest: made, sealed, and when they hold.

use vestibule_core::Random;
use vestibule_core::client::SigningAlgorithm;
use vestibule_core::clock::Instant;
use vestibule_core::ids::ordered_uuid;
use vestibule_oidc::keys::{KeyTimes, generate};
use vestibule_store::keys::{NewSigningKey, SigningKeyRow};

use crate::vault::{KeyPurpose, Vault, VaultError};

/// Why a signing key could not be made.
#[derive(Debug, thiserror::Error)]
pub enum NewKeyError {
    #[error("a signing key cannot be made")]
    Generate(#[from] vestibule_oidc::keys::KeyError),
    #[error("a signing key cannot be sealed")]
    Seal(#[from] VaultError),
}

/// Makes and seals a signing key.
pub fn new_key(
    vault: &Vault,
    random: &dyn Random,
    algorithm: SigningAlgorithm,
    now: Instant,
    active_from: Instant,
) -> Result<NewSigningKey, NewKeyError> {
    let made = generate(algorithm, random)?;
    Ok(NewSigningKey {
        id: ordered_uuid(now, random),
        tenant_id: None,
        alg: algorithm,
        kid: made.kid.clone(),
        sealed: vault.seal(KeyPurpose::SigningKey, &[b"signing_keys", made.kid.as_bytes()], &made.der)?,
        public_jwk: made.public_jwk,
        published_at: now,
        active_from,
    })
}

/// The times of a stored key.
pub fn times(row: &SigningKeyRow, algorithm: SigningAlgorithm) -> KeyTimes {
    KeyTimes {
        kid: row.kid.clone(),
        algorithm,
        published_at: row.published_at,
        active_from: row.active_from,
        retired_at: row.retired_at,
    }
}
