//! The languages, their tags, their own names and directions.

use std::fmt;

/// A language that pages and mails can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English, the source and the fallback.
    En,
    De,
    /// Pseudo-locale: accented and about 40 % longer; shows texts that are not translatable or not given room.
    EnXa,
    /// Pseudo-locale: mirrored; shows layouts that assume left to right.
    ArXb,
}

/// Which way lines run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// The value of the `dir` attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

impl Lang {
    /// What people are offered.
    pub const OFFERED: &'static [Self] = &[Self::En, Self::De];
    /// [`Self::OFFERED`] and the pseudo-locales.
    pub const ALL: &'static [Self] = &[Self::En, Self::De, Self::EnXa, Self::ArXb];

    /// The BCP 47 tag, as in `lang`, `Content-Language` and the language cookie.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::EnXa => "en-XA",
            Self::ArXb => "ar-XB",
        }
    }

    /// What the language calls itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::EnXa => "Accents",
            Self::ArXb => "Mirrored",
        }
    }

    /// Which way it runs.
    pub const fn direction(self) -> Direction {
        match self {
            Self::ArXb => Direction::Rtl,
            Self::En | Self::De | Self::EnXa => Direction::Ltr,
        }
    }

    /// Whether it runs from right to left.
    pub const fn rtl(self) -> bool {
        matches!(self.direction(), Direction::Rtl)
    }

    /// Reads [`Self::tag`] back, in any case.
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|lang| lang.tag().eq_ignore_ascii_case(tag))
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}
