//! The deployment's signing keys, unsealed.

use serde_json::Value;
use vestibule_core::client::SigningAlgorithm;
use vestibule_oidc::keys::{KeyTimes, Signer};
use vestibule_store::keys::SigningKeyRow;
use vestibule_store::{self as store, Db};

use crate::error::Error;
use crate::vault::{KeyPurpose, Vault};

/// The deployment's signing keys.
#[derive(Debug)]
pub struct KeySnapshot {
    /// Parsed keys with their times.
    pub keys: Vec<SigningKey>,
}

/// One signing key.
#[derive(Debug)]
pub struct SigningKey {
    /// Signs.
    pub signer: Signer,
    pub algorithm: SigningAlgorithm,
    /// When it was published, first signs, and was retired.
    pub times: KeyTimes,
    /// As published.
    pub public_jwk: Value,
}

pub(super) async fn load(db: &Db, vault: &Vault) -> Result<Option<KeySnapshot>, Error> {
    let rows = db.read(store::keys::all).await?;
    let keys = rows.into_iter().map(|row| parse(vault, row)).collect::<Result<_, _>>()?;
    Ok(Some(KeySnapshot { keys }))
}

fn parse(vault: &Vault, row: SigningKeyRow) -> Result<SigningKey, Error> {
    let der = vault.unseal(KeyPurpose::SigningKey, &[b"signing_keys", row.kid.as_bytes()], &row.sealed)?;
    let signer = Signer::parse(row.alg, row.kid.clone(), &der).map_err(Error::internal)?;
    Ok(SigningKey {
        signer,
        algorithm: row.alg,
        times: crate::keys::times(&row, row.alg),
        public_jwk: row.public_jwk,
    })
}
