//! Making keys. The only module that names the `rsa` crate, and only to generate and to look at keys (KEY-07,
//! RUSTSEC-2023-0071): ring cannot generate RSA keys, and signs with them.

use ring::signature as rs;
use rsa::pkcs1::{self, EncodeRsaPrivateKey as _};
use rsa::rand_core::{CryptoRng, Error, RngCore};
use vestibule_core::Random;
use vestibule_core::client::SigningAlgorithm;
use zeroize::Zeroizing;

use super::{KeyError, Signer, system_random};

/// Bits of a generated RSA modulus (KEY-01).
pub const RSA_BITS: usize = 2048;

/// How near the primes may be: FIPS 186-5 A.1.3 wants `|p - q| > 2^(nlen/2 - 100)`.
const PRIME_DISTANCE: usize = 100;

/// Ed25519 in PKCS#8 v1 up to the seed (RFC 8410 section 7).
const ED25519_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A new key, to be sealed and stored.
pub struct GeneratedKey {
    /// The private key as [`Signer::parse`] takes it.
    pub der: Zeroizing<Vec<u8>>,
    /// The public JWK, as [`super::PublicKey::from_jwk`] takes it.
    pub public_jwk: serde_json::Value,
    pub kid: String,
}

impl std::fmt::Debug for GeneratedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GeneratedKey({})", self.kid)
    }
}

/// Makes a key. RSA takes about a tenth of a second (far longer unoptimised): not on the event loop. RSA and Ed25519 come
/// from `random`; P-256 from the system, because ring takes nothing else.
pub fn generate(algorithm: SigningAlgorithm, random: &dyn Random) -> Result<GeneratedKey, KeyError> {
    let der = match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => rsa_der(RSA_BITS, random)?,
        SigningAlgorithm::Es256 => p256_der()?,
        SigningAlgorithm::EdDsa => ed25519_der(random),
    };
    // Parsing runs the checks of KEY-11 and ring's own on what was made.
    let signer = Signer::from_der(algorithm, &der)?;
    Ok(GeneratedKey { public_jwk: signer.public_jwk(), kid: signer.kid().to_owned(), der })
}

/// KEY-11, for generated and imported keys alike: size, exponent, distance of the primes. What else makes a key whole is
/// checked by ring.
pub(super) fn check_rsa(der: &[u8]) -> Result<(), KeyError> {
    let key = pkcs1::RsaPrivateKey::try_from(der).map_err(|_| KeyError::Malformed)?;
    if bits(key.modulus.as_bytes()) < RSA_BITS {
        return Err(KeyError::Short);
    }
    if key.public_exponent.as_bytes() != [1, 0, 1] {
        return Err(KeyError::Exponent);
    }
    let least = (bits(key.modulus.as_bytes()) / 2).saturating_sub(PRIME_DISTANCE);
    if bits(&distance(key.prime1.as_bytes(), key.prime2.as_bytes())) <= least {
        return Err(KeyError::ClosePrimes);
    }
    Ok(())
}

fn rsa_der(bits: usize, random: &dyn Random) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let key = rsa::RsaPrivateKey::new(&mut Adapter(random), bits).map_err(|_| KeyError::Generation)?;
    let document = key.to_pkcs1_der().map_err(|_| KeyError::Generation)?;
    Ok(Zeroizing::new(document.as_bytes().to_vec()))
}

fn p256_der() -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let document = rs::EcdsaKeyPair::generate_pkcs8(&rs::ECDSA_P256_SHA256_FIXED_SIGNING, &system_random())
        .map_err(|_| KeyError::Generation)?;
    Ok(Zeroizing::new(document.as_ref().to_vec()))
}

fn ed25519_der(random: &dyn Random) -> Zeroizing<Vec<u8>> {
    let mut seed = Zeroizing::new([0; 32]);
    random.fill(&mut *seed);
    Zeroizing::new([ED25519_PREFIX.as_slice(), seed.as_slice()].concat())
}

/// The absolute difference of two unsigned big-endian numbers.
fn distance(a: &[u8], b: &[u8]) -> Vec<u8> {
    let length = a.len().max(b.len());
    let widen = |n: &[u8]| [vec![0; length.saturating_sub(n.len())].as_slice(), n].concat();
    let (a, b) = (widen(a), widen(b));
    let (larger, smaller) = if a >= b { (a, b) } else { (b, a) };
    let mut borrow = false;
    let mut out: Vec<u8> = larger
        .iter()
        .rev()
        .zip(smaller.iter().rev())
        .map(|(&x, &y)| {
            let (step, first) = x.overflowing_sub(y);
            let (step, second) = step.overflowing_sub(u8::from(borrow));
            borrow = first || second;
            step
        })
        .collect();
    out.reverse();
    out
}

/// The length of an unsigned big-endian number in bits.
fn bits(number: &[u8]) -> usize {
    let mut significant = number.iter().copied().skip_while(|&byte| byte == 0);
    let Some(first) = significant.next() else { return 0 };
    let head = usize::try_from(u8::BITS - first.leading_zeros()).unwrap_or_default();
    head + significant.count() * 8
}

/// Our randomness where `rsa` wants the trait of `rand_core` 0.6.
struct Adapter<'a>(&'a dyn Random);

impl RngCore for Adapter<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.0.fill(dest);
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        self.0.fill(dest);
        Ok(())
    }
}

/// The product's `Random` is the system's CSPRNG; tests use a seeded one on purpose.
impl CryptoRng for Adapter<'_> {}

#[cfg(test)]
mod tests;
