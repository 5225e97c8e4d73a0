//! Authentication methods references (RFC 8176) as a set.

use std::fmt;

use crate::text_enum::text_enum;

text_enum! {
    /// One value of RFC 8176 section 2 that a proof here can have.
    Amr {
        /// Password.
        Pwd = "pwd",
        /// One-time password.
        Otp = "otp",
        /// Proof of possession of a key.
        Pop = "pop",
        /// Hardware-secured key.
        Hwk = "hwk",
        /// Software-secured key.
        Swk = "swk",
        /// Smart card.
        Sc = "sc",
        /// PIN.
        Pin = "pin",
        /// Fingerprint.
        Fpt = "fpt",
        Face = "face",
        /// Text message.
        Sms = "sms",
        /// Telephone call.
        Tel = "tel",
        /// Windows integrated authentication.
        Wia = "wia",
        /// User presence was tested.
        User = "user",
        /// Several factors.
        Mfa = "mfa",
    }
}

/// A set of values. Stored as words joined by a space.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AmrSet(u16);

impl AmrSet {
    /// The set of these.
    pub const fn of(values: &[Amr]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < values.len() {
            #[expect(clippy::indexing_slicing, reason = "in a constant, below the length")]
            let value = values[at];
            bits |= 1 << value as u16;
            at += 1;
        }
        Self(bits)
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of these are in `other`.
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether a value is in it.
    pub const fn has(self, value: Amr) -> bool {
        self.0 & (1 << value as u16) != 0
    }

    /// The values in the order of [`Amr::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Amr> {
        Amr::ALL.iter().copied().filter(move |value| self.has(*value))
    }

    /// As claims tell it.
    pub fn words(self) -> Vec<&'static str> {
        self.iter().map(Amr::as_str).collect()
    }

    /// Reads back what `Display` wrote; `None` where a word is unknown.
    pub fn parse(text: &str) -> Option<Self> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        words.map(Amr::parse).try_fold(Self::default(), |set, value| Some(set.with(Self::of(&[value?]))))
    }
}

impl fmt::Display for AmrSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(" "))
    }
}

impl fmt::Debug for AmrSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AmrSet({self})")
    }
}

impl serde::Serialize for AmrSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for AmrSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("an unknown authentication method"))
    }
}
