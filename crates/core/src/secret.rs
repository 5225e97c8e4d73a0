//! Secrets as types that do not print, are compared in constant time and are wiped (KEY-06, OTP-17).

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A secret text: a code, a token, a cookie value. No `Display`, no `Serialize`; `Debug` shows `***`.
pub struct Secret(String);

impl Secret {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one place that must hash, seal or send it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A second copy, said aloud.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A 256-bit digest of a secret: what the tables hold. Compared in constant time only.
#[derive(Clone, Copy)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Whether both are the same, in time that does not depend on where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// The bytes, as stored.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads stored bytes back; `None` unless there are exactly 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(***)")
    }
}
