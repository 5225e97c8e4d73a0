//! Instants in words: "14:32 UTC", "3 March 2026", "3 March 2026, 14:32 UTC".

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use super::message::{Message, Speaker};
use crate::kit::error::UiError;

/// What of an instant is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// The time of day; with its date where it is not within twelve hours, so that it can only be read one way.
    Clock,
    Date,
    /// Date and time.
    Stamp,
    /// Date and time with seconds.
    Second,
}

impl When {
    /// For the page's script, so that it may add the device's own time: whether the words name a day. `None`: no clock.
    pub(crate) fn local(self, speaker: Speaker<'_>, at: DateTime<Utc>) -> Option<&'static str> {
        match self {
            Self::Date => None,
            Self::Clock if near(speaker, at) => Some("clock"),
            Self::Clock | Self::Stamp | Self::Second => Some("day"),
        }
    }

    /// The words.
    pub(crate) fn say(self, speaker: Speaker<'_>, at: DateTime<Utc>) -> Result<String, UiError> {
        match self {
            Self::Clock if near(speaker, at) => Ok(clock(at)),
            Self::Date => date(speaker, at).plain(),
            Self::Clock | Self::Stamp => stamp(speaker, at, &clock(at)),
            Self::Second => stamp(speaker, at, &at.format("%H:%M:%S UTC").to_string()),
        }
    }
}

/// Whether a clock time alone can only be read one way.
fn near(speaker: Speaker<'_>, at: DateTime<Utc>) -> bool {
    (at - speaker.now).abs() < TimeDelta::hours(12)
}

/// "14:32 UTC".
fn clock(at: DateTime<Utc>) -> String {
    at.format("%H:%M UTC").to_string()
}

fn stamp(speaker: Speaker<'_>, at: DateTime<Utc>, time: &str) -> Result<String, UiError> {
    speaker.msg("stamp").text("date", date(speaker, at)).ltr("time", time).plain()
}

fn date(speaker: Speaker<'_>, at: DateTime<Utc>) -> Message<'_> {
    let month = match at.month() {
        1 => "month-1",
        2 => "month-2",
        3 => "month-3",
        4 => "month-4",
        5 => "month-5",
        6 => "month-6",
        7 => "month-7",
        8 => "month-8",
        9 => "month-9",
        10 => "month-10",
        11 => "month-11",
        _ => "month-12",
    };
    let day = at.day().to_string();
    let year = at.year().to_string();
    speaker.msg("date").verbatim("day", day).text("month", speaker.msg(month)).verbatim("year", year)
}
