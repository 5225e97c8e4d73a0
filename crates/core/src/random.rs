//! Randomness as a value that is passed in (architecture rule 3).

use crate::secret::Secret;

/// Where random bytes come from. The product has one implementation, the operating system's CSPRNG; tests seed theirs.
pub trait Random: Send + Sync + std::fmt::Debug {
    /// Fills `out` with uniformly distributed bytes.
    fn fill(&self, out: &mut [u8]);
}

/// A bearer secret of 256 bits, as base64url without padding (43 characters).
pub fn secret_256(random: &dyn Random) -> Secret {
    let mut bytes = [0_u8; 32];
    random.fill(&mut bytes);
    let text = data_encoding::BASE64URL_NOPAD.encode(&bytes);
    zeroize::Zeroize::zeroize(&mut bytes);
    Secret::new(text)
}
