//! How much a sign-in is worth (`acr`), ordered, and what an application asks for.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// Authentication context class, the weakest first; the word is the `acr` value.
    #[derive(PartialOrd, Ord)]
    Level {
        /// Control of a mailbox: never a factor, never MFA (OTP-26).
        Mailbox = "urn:vestibule:acr:mailbox",
        /// One factor: an account's password.
        Single = "urn:vestibule:acr:single",
        /// Two factors, or a user-verified passkey.
        Mfa = "urn:vestibule:acr:mfa",
    }
}

/// What an application wants a sign-in to be worth (OIDC Core 3.1.2.1, 5.5.1.1; RFC 9470).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Anything will do.
    #[default]
    Any,
    AtLeast(Level),
    /// Something that does not exist here.
    Unreachable,
}

impl Wanted {
    /// Voluntary `acr_values`: met when any listed known value is reached or exceeded. A list that names no known value
    /// asks for nothing.
    pub fn voluntary<'a>(listed: impl IntoIterator<Item = &'a str>) -> Self {
        least(listed).map_or(Self::Any, Self::AtLeast)
    }

    /// An essential `acr`: a list that names no known value cannot be met; an empty one only asks that the claim be there.
    pub fn essential<'a>(listed: impl IntoIterator<Item = &'a str>) -> Self {
        let mut listed = listed.into_iter().peekable();
        if listed.peek().is_none() {
            return Self::Any;
        }
        least(listed).map_or(Self::Unreachable, Self::AtLeast)
    }

    /// Both at once: each must be met.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unreachable, _) | (_, Self::Unreachable) => Self::Unreachable,
            (Self::Any, one) | (one, Self::Any) => one,
            (Self::AtLeast(a), Self::AtLeast(b)) => Self::AtLeast(a.max(b)),
        }
    }

    /// Whether what was reached is enough; what is not stated ranks below everything.
    pub fn met_by(self, reached: Option<Level>) -> bool {
        match self {
            Self::Any => true,
            Self::AtLeast(level) => reached >= Some(level),
            Self::Unreachable => false,
        }
    }
}

fn least<'a>(listed: impl IntoIterator<Item = &'a str>) -> Option<Level> {
    listed.into_iter().filter_map(Level::parse).min()
}
