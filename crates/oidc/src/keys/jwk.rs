//! Public keys as JWKs (RFC 7517): typed, so that a private member cannot even be held (KEY-02).

use std::fmt;

use jsonwebtoken::{Algorithm, DecodingKey};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_core::client::SigningAlgorithm;

use super::KeyError;

/// A public JWK with exactly the members that are published.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct PublicJwk {
    #[serde(flatten)]
    material: Material,
    kid: String,
    #[serde(rename = "use")]
    usage: Usage,
    alg: SigningAlgorithm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Usage {
    #[serde(rename = "sig")]
    Signature,
}

/// Key material. The fields of each variant are in the order that RFC 7638 section 3.2 hashes them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kty")]
enum Material {
    #[serde(rename = "RSA")]
    Rsa { e: String, n: String },
    #[serde(rename = "EC")]
    Ec { crv: P256, x: String, y: String },
    #[serde(rename = "OKP")]
    Okp { crv: Ed25519, x: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum P256 {
    #[serde(rename = "P-256")]
    P256,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Ed25519 {
    Ed25519,
}

impl PublicJwk {
    pub(super) fn rsa(alg: SigningAlgorithm, n: &[u8], e: &[u8]) -> Self {
        Self::new(alg, Material::Rsa { e: b64(e), n: b64(n) })
    }

    /// From an uncompressed point, `04 || x || y`.
    pub(super) fn p256(point: &[u8]) -> Option<Self> {
        let (x, y) = point.strip_prefix(&[4]).filter(|xy| xy.len() == 64)?.split_at_checked(32)?;
        Some(Self::new(SigningAlgorithm::Es256, Material::Ec { crv: P256::P256, x: b64(x), y: b64(y) }))
    }

    pub(super) fn ed25519(x: &[u8]) -> Self {
        Self::new(SigningAlgorithm::EdDsa, Material::Okp { crv: Ed25519::Ed25519, x: b64(x) })
    }

    fn new(alg: SigningAlgorithm, material: Material) -> Self {
        Self { kid: material.thumbprint(), material, usage: Usage::Signature, alg }
    }

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    pub(super) fn to_value(&self) -> Value {
        let mut value = match &self.material {
            Material::Rsa { e, n } => json!({"kty": "RSA", "n": n, "e": e}),
            Material::Ec { crv: P256::P256, x, y } => json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}),
            Material::Okp { crv: Ed25519::Ed25519, x } => json!({"kty": "OKP", "crv": "Ed25519", "x": x}),
        };
        if let Value::Object(members) = &mut value {
            members.insert("kid".to_owned(), self.kid.as_str().into());
            members.insert("use".to_owned(), "sig".into());
            members.insert("alg".to_owned(), self.alg.as_str().into());
        }
        value
    }

    fn decoding_key(&self) -> Option<DecodingKey> {
        match &self.material {
            Material::Rsa { e, n } => Some(DecodingKey::from_rsa_raw_components(&unb64(n)?, &unb64(e)?)),
            Material::Ec { x, y, .. } => {
                let (x, y) = (unb64(x).filter(|x| x.len() == 32)?, unb64(y).filter(|y| y.len() == 32)?);
                Some(DecodingKey::from_ec_der(&[&[4], x.as_slice(), &y].concat()))
            }
            Material::Okp { x, .. } => Some(DecodingKey::from_ed_der(&unb64(x).filter(|x| x.len() == 32)?)),
        }
    }

    fn fits(&self) -> bool {
        matches!(
            (&self.material, self.alg),
            (Material::Rsa { .. }, SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256)
                | (Material::Ec { .. }, SigningAlgorithm::Es256)
                | (Material::Okp { .. }, SigningAlgorithm::EdDsa)
        )
    }
}

impl Material {
    /// RFC 7638: SHA-256 over the required members in lexicographic order, without white space. The values are base64url
    /// or fixed, so nothing needs escaping.
    fn thumbprint(&self) -> String {
        let canonical = match self {
            Self::Rsa { e, n } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Ec { x, y, .. } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Okp { x, .. } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#),
        };
        b64(digest(&SHA256, canonical.as_bytes()).as_ref())
    }
}

/// A public key of ours: to verify with, and to publish.
#[derive(Clone)]
pub struct PublicKey {
    algorithm: SigningAlgorithm,
    jwk: PublicJwk,
}

impl PublicKey {
    pub(super) fn of(algorithm: SigningAlgorithm, jwk: PublicJwk) -> Self {
        Self { algorithm, jwk }
    }

    /// Reads a stored public JWK back. Refused: unknown or private members, a `kid` that is not the thumbprint, an `alg`
    /// that does not fit the key type.
    pub fn from_jwk(value: &Value) -> Result<Self, KeyError> {
        let jwk: PublicJwk = read(value).ok_or(KeyError::Malformed)?;
        if !jwk.fits() || jwk.decoding_key().is_none() {
            return Err(KeyError::Malformed);
        }
        if jwk.kid != jwk.material.thumbprint() {
            return Err(KeyError::Kid);
        }
        Ok(Self { algorithm: jwk.alg, jwk })
    }

    /// The thumbprint.
    pub fn kid(&self) -> &str {
        self.jwk.kid()
    }

    /// The one algorithm that this key verifies (RFC 8725 section 3.1).
    pub fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// The JWK.
    pub fn to_jwk(&self) -> Value {
        self.jwk.to_value()
    }

    pub(crate) fn decoding_key(&self) -> Option<DecodingKey> {
        self.jwk.decoding_key()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", self.algorithm, self.kid())
    }
}

/// A JWK set (RFC 7517 section 5), as `jwks_uri` serves it.
pub fn jwk_set(keys: &[PublicKey]) -> Value {
    json!({ "keys": keys.iter().map(PublicKey::to_jwk).collect::<Vec<_>>() })
}

/// KEY-01: nothing else can be configured.
pub(crate) const fn library_algorithm(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::Rs256 => Algorithm::RS256,
        SigningAlgorithm::Es256 => Algorithm::ES256,
        SigningAlgorithm::Ps256 => Algorithm::PS256,
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}

/// serde's `flatten` and `deny_unknown_fields` do not go together, so the members are counted first.
fn read(value: &Value) -> Option<PublicJwk> {
    let members = value.as_object()?;
    let known = ["kty", "n", "e", "crv", "x", "y", "kid", "use", "alg"];
    let only_known = members.keys().all(|name| known.contains(&name.as_str()));
    only_known.then(|| serde_json::from_value(value.clone()).ok()).flatten()
}

fn b64(bytes: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(bytes)
}

fn unb64(text: &str) -> Option<Vec<u8>> {
    data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests;
