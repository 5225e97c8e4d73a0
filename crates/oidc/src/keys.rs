//! Signing keys: the one type that signs ([`Signer`]), their public halves, how they are made and when they are changed.
//!
//! ring does every private operation (KEY-07); `jsonwebtoken` gives the header type and never sees a private key. ring's
//! randomness is sealed: nonces and blinding of signatures come from the system, nothing that tests must reproduce.

mod generate;
mod jwk;
mod schedule;

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::Header;
use ring::rand::SystemRandom;
use ring::signature::{self as rs, KeyPair as _};
use serde::Serialize;
use vestibule_core::client::SigningAlgorithm;

pub use generate::{GeneratedKey, RSA_BITS, generate};
pub use jwk::{PublicKey, jwk_set};
pub use schedule::{KeyAction, KeySchedule, KeyTimes};

use jwk::PublicJwk;
pub(crate) use jwk::library_algorithm;

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a key of this algorithm in the expected encoding: PKCS#1 DER for RSA, PKCS#8 for P-256 and Ed25519.
    #[error("the key is malformed or of another kind")]
    Malformed,
    /// An RSA key under 2,048 bits (KEY-11).
    #[error("the RSA key has fewer than 2048 bits")]
    Short,
    /// An RSA key with another exponent than 65537 (KEY-11).
    #[error("the RSA key's public exponent is not 65537")]
    Exponent,
    /// An RSA key whose primes are so near that the modulus can be factored (KEY-11, FIPS 186-5 A.1.3).
    #[error("the RSA key's primes are too close to each other")]
    ClosePrimes,
    /// The given `kid` is not the key's RFC 7638 thumbprint (KEY-02).
    #[error("the kid is not the key's thumbprint")]
    Kid,
    /// The system or the library could not make a key.
    #[error("the key could not be generated")]
    Generation,
}

/// A signature that failed: claims that cannot be serialised, or a fault of the system's randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token could not be signed")]
pub struct SignError;

enum Private {
    Rsa(rs::RsaKeyPair),
    Ec(rs::EcdsaKeyPair),
    Ed(rs::Ed25519KeyPair),
}

/// The one type that signs. Parsed once when keys are loaded or rotated, cheap to clone, dropped with its key.
#[derive(Clone)]
pub struct Signer {
    algorithm: SigningAlgorithm,
    kid: String,
    jwk: Arc<PublicJwk>,
    key: Arc<Private>,
    rng: SystemRandom,
}

impl Signer {
    /// Parses a private key. A malformed or weak one is found here, not when it signs (KEY-11); `kid` must be its
    /// thumbprint (KEY-02).
    pub fn parse(algorithm: SigningAlgorithm, kid: String, der: &[u8]) -> Result<Self, KeyError> {
        let signer = Self::from_der(algorithm, der)?;
        if signer.kid == kid { Ok(Self { kid, ..signer }) } else { Err(KeyError::Kid) }
    }

    fn from_der(algorithm: SigningAlgorithm, der: &[u8]) -> Result<Self, KeyError> {
        let rng = system_random();
        let malformed = |_| KeyError::Malformed;
        let key = match algorithm {
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
                generate::check_rsa(der)?;
                Private::Rsa(rs::RsaKeyPair::from_der(der).map_err(malformed)?)
            }
            SigningAlgorithm::Es256 => Private::Ec(
                rs::EcdsaKeyPair::from_pkcs8(&rs::ECDSA_P256_SHA256_FIXED_SIGNING, der, &rng)
                    .map_err(malformed)?,
            ),
            SigningAlgorithm::EdDsa => {
                Private::Ed(rs::Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(malformed)?)
            }
        };
        let jwk = match &key {
            Private::Rsa(pair) => {
                let public: rs::RsaPublicKeyComponents<Vec<u8>> = pair.public().into();
                PublicJwk::rsa(algorithm, &public.n, &public.e)
            }
            Private::Ec(pair) => PublicJwk::p256(pair.public_key().as_ref()).ok_or(KeyError::Malformed)?,
            Private::Ed(pair) => PublicJwk::ed25519(pair.public_key().as_ref()),
        };
        Ok(Self { algorithm, kid: jwk.kid().to_owned(), jwk: Arc::new(jwk), key: Arc::new(key), rng })
    }

    /// Signs claims as a compact JWT with an explicit `typ` (TOK-01), `alg` and `kid`.
    pub fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String, SignError> {
        let mut header = Header::new(library_algorithm(self.algorithm));
        header.kid = Some(self.kid().to_owned());
        header.typ = Some(typ.to_owned());
        let mut out = String::with_capacity(1024);
        append(&mut out, &serde_json::to_vec(&header).map_err(|_| SignError)?);
        out.push('.');
        append(&mut out, &serde_json::to_vec(claims).map_err(|_| SignError)?);
        let signature = self.signature(out.as_bytes())?;
        out.push('.');
        append(&mut out, &signature);
        Ok(out)
    }

    /// The key's RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// The public half as a JWK with `kid`, `use` and `alg`. The type it comes from has no private members (KEY-02).
    pub fn public_jwk(&self) -> serde_json::Value {
        self.jwk.to_value()
    }

    /// The public half, for verifying and publishing.
    pub fn public_key(&self) -> PublicKey {
        PublicKey::of(self.algorithm, (*self.jwk).clone())
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match &*self.key {
            Private::Rsa(key) => {
                let padding: &dyn rs::RsaEncoding = match self.algorithm {
                    SigningAlgorithm::Ps256 => &rs::RSA_PSS_SHA256,
                    _ => &rs::RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(padding, &self.rng, message, &mut signature).map_err(|_| SignError)?;
                Ok(signature)
            }
            Private::Ec(key) => Ok(key.sign(&self.rng, message).map_err(|_| SignError)?.as_ref().to_vec()),
            Private::Ed(key) => Ok(key.sign(message).as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({} {})", self.algorithm, self.kid())
    }
}

fn append(out: &mut String, bytes: &[u8]) {
    data_encoding::BASE64URL_NOPAD.encode_append(bytes, out);
}

#[expect(
    clippy::disallowed_methods,
    reason = "ring's SecureRandom is sealed: nonces, blinding and P-256 keys only"
)]
fn system_random() -> SystemRandom {
    SystemRandom::new()
}

#[cfg(test)]
mod tests;
