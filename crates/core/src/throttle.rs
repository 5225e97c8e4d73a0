//! Which counters guard what, with their limits (N-04 to N-09). The counters themselves are rows keyed by a hash;
//! they run for every typed address, guest or not, so that they tell nothing about the person (OTP-05, OTP-08).

use std::net::IpAddr;

use chrono::TimeDelta;

use crate::clock::Instant;
use crate::numbers as n;

/// One counter with two windows, each anchored at its first event, and a least gap between events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Least time between two events.
    pub gap: TimeDelta,
    /// Events in the short window.
    pub short: i32,
    pub short_window: TimeDelta,
    /// Events in the long window.
    pub long: i32,
    pub long_window: TimeDelta,
}

/// N-06 and N-07: sends per (tenant, address).
pub const SENDS: Limits = Limits {
    gap: n::SEND_GAP,
    short: n::SENDS_SHORT,
    short_window: n::SENDS_SHORT_WINDOW,
    long: n::SENDS_LONG,
    long_window: n::SENDS_LONG_WINDOW,
};

/// N-08: sends per address over all tenants.
pub const SENDS_EVERYWHERE: Limits = Limits {
    gap: TimeDelta::zero(),
    short: n::SENDS_EVERYWHERE,
    short_window: n::SENDS_LONG_WINDOW,
    long: n::SENDS_EVERYWHERE,
    long_window: n::SENDS_LONG_WINDOW,
};

/// N-04: wrong tries per (tenant, address), over all codes, interactions and browsers.
pub const TRIES: Limits = Limits {
    gap: TimeDelta::zero(),
    short: n::TRIES_SHORT,
    short_window: n::TRIES_SHORT_WINDOW,
    long: n::TRIES_LONG,
    long_window: n::TRIES_LONG_WINDOW,
};

/// CLA-02: failed client authentications per application and source.
pub const CLIENT_FAILURES: Limits = Limits {
    gap: TimeDelta::zero(),
    short: n::CLIENT_FAILURES_SHORT,
    short_window: TimeDelta::minutes(1),
    long: n::CLIENT_FAILURES_LONG,
    long_window: TimeDelta::hours(1),
};

/// What a counter's key begins with, so that no two counters share a row (TEN-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// [`SENDS`].
    Sends,
    /// [`SENDS_EVERYWHERE`].
    SendsEverywhere,
    /// [`TRIES`].
    Tries,
    /// N-09.
    Source,
    /// Failed client authentications (CLA-02).
    ClientSecrets,
    /// Pause asked for on a report page (OTP-23).
    Pause,
}

impl Counter {
    /// The word in the key's digest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sends => "sends",
            Self::SendsEverywhere => "sends-everywhere",
            Self::Tries => "tries",
            Self::Source => "source",
            Self::ClientSecrets => "client-secrets",
            Self::Pause => "pause",
        }
    }
}

/// Why no code is sent now, and when one can be asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// N-06: the last code is too recent.
    Gap(Instant),
    /// N-07, N-08: enough codes for now.
    Enough(Instant),
    /// N-04, N-05, OTP-23: too many wrong tries, or paused by a report.
    Paused(Instant),
    /// N-09: too many addresses from this source.
    Source(Instant),
}

impl Wait {
    /// When it is over.
    pub const fn until(self) -> Instant {
        match self {
            Self::Gap(at) | Self::Enough(at) | Self::Paused(at) | Self::Source(at) => at,
        }
    }
}

/// N-09: the networks that a source counts under, each with its limit. IPv4-mapped forms are folded (OTP-08).
/// `raised` is the operator's figure for the range, where there is one.
pub fn networks(source: IpAddr, raised: Option<i32>) -> Vec<(String, i32)> {
    match source.to_canonical() {
        IpAddr::V4(v4) => vec![(v4.to_string(), raised.unwrap_or(n::ADDRESSES_PER_SOURCE))],
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            vec![
                (format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"), raised.unwrap_or(n::ADDRESSES_PER_SOURCE)),
                (
                    format!("{a:x}:{b:x}:{c:x}::/48"),
                    raised.unwrap_or(n::ADDRESSES_PER_SITE).max(n::ADDRESSES_PER_SITE),
                ),
            ]
        }
    }
}

/// N-21: open interactions per source; rises with N-09's figure.
pub fn open_rows(raised: Option<i32>) -> i32 {
    raised.unwrap_or(0).max(n::OPEN_ROWS_PER_SOURCE)
}

#[cfg(test)]
mod tests;
