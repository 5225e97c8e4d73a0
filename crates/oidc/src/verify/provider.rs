//! ring behind `jsonwebtoken`: a constant table of functions for verifying. Its signer factory refuses, so that nobody
//! signs past [`crate::keys::Signer`], and it takes no private key apart.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::ThumbprintHash;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind};
use ring::digest;
use ring::signature as rs;
use signature::Verifier;

/// The provider. [`install`] makes it the process's.
pub const PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
    verifier_factory: verifier,
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |_| Err(ErrorKind::InvalidKeyFormat.into()),
        rsa_pub_components_from_public_key: |_| Err(ErrorKind::InvalidKeyFormat.into()),
        ec_pub_components_from_private_key: |_, _| Err(ErrorKind::InvalidKeyFormat.into()),
        ed_pub_components_from_private_key: |_, _| Err(ErrorKind::InvalidKeyFormat.into()),
        compute_digest: |data, hash| {
            let hash = match hash {
                ThumbprintHash::SHA256 => &digest::SHA256,
                ThumbprintHash::SHA384 => &digest::SHA384,
                ThumbprintHash::SHA512 => &digest::SHA512,
                _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
            };
            Ok(digest::digest(hash, data).as_ref().to_vec())
        },
    },
};

/// Makes [`PROVIDER`] the process's provider; first thing in `main` and in `testkit`. Again is harmless: the first one
/// stays. Returns whether this call did it.
pub fn install() -> bool {
    let provider: &'static CryptoProvider = &PROVIDER;
    provider.install_default().is_ok()
}

/// The library hands over the key as bytes; it is parsed for each verification (20 µs for RSA).
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the library's factory type")]
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    match (algorithm, key.family()) {
        (Algorithm::RS256 | Algorithm::PS256, AlgorithmFamily::Rsa)
        | (Algorithm::ES256, AlgorithmFamily::Ec)
        | (Algorithm::EdDSA, AlgorithmFamily::Ed) => {
            Ok(Box::new(RingVerifier { algorithm: *algorithm, key: key.clone() }))
        }
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

struct RingVerifier {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl RingVerifier {
    fn rsa(&self, params: &'static rs::RsaParameters, message: &[u8], signature: &[u8]) -> bool {
        match self.key.kind() {
            DecodingKeyKind::RsaModulusExponent { n, e } => {
                rs::RsaPublicKeyComponents { n, e }.verify(params, message, signature).is_ok()
            }
            DecodingKeyKind::SecretOrDer(der) => {
                rs::UnparsedPublicKey::new(params, der).verify(message, signature).is_ok()
            }
        }
    }

    fn raw(&self, params: &'static dyn rs::VerificationAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        let key = self.key.try_get_as_bytes();
        key.is_ok_and(|key| rs::UnparsedPublicKey::new(params, key).verify(message, signature).is_ok())
    }
}

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let good = match self.algorithm {
            Algorithm::RS256 => self.rsa(&rs::RSA_PKCS1_2048_8192_SHA256, message, signature),
            Algorithm::PS256 => self.rsa(&rs::RSA_PSS_2048_8192_SHA256, message, signature),
            Algorithm::ES256 => self.raw(&rs::ECDSA_P256_SHA256_FIXED, message, signature),
            Algorithm::EdDSA => self.raw(&rs::ED25519, message, signature),
            _ => false,
        };
        if good { Ok(()) } else { Err(signature::Error::new()) }
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
