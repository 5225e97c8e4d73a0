//! A button that can be pressed only later.

use chrono::{DateTime, TimeDelta, Utc};
use vestibule_core::numbers::SEND_GAP;

use super::error::UiError;
use super::frame::Shell;

/// What such a button says meanwhile. Without script it can be pressed at once, and the
/// server says when.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) seconds: i64,
    /// What the button says in the page.
    pub(crate) label: String,
    /// What script makes it say in the last minute; `{s}` is the number of seconds.
    pub(crate) soon: String,
    /// What it says when it is ready.
    pub(crate) ready_label: String,
    /// What is announced then.
    pub(crate) ready: String,
    /// What is announced when it is pressed early.
    pub(crate) early: String,
}

/// The messages of a [`Waiting`] button.
pub(crate) struct WaitingKeys {
    label: &'static str,
    soon: &'static str,
    from: &'static str,
    ready: &'static str,
    early: &'static str,
}

impl WaitingKeys {
    /// The first code.
    pub(crate) const SEND: Self = Self {
        label: "send-button",
        soon: "send-soon",
        from: "send-from",
        ready: "send-ready",
        early: "send-wait",
    };
    /// Another code.
    pub(crate) const RESEND: Self = Self {
        label: "resend",
        soon: "resend-wait",
        from: "resend-from",
        ready: "resend-ready",
        early: "resend-early",
    };
    /// The same once more.
    pub(crate) const AGAIN: Self = Self {
        label: "wait-button",
        soon: "wait-button-wait",
        from: "wait-button-from",
        ready: "wait-ready",
        early: "wait-early",
    };
}

impl Waiting {
    /// `None` if there is nothing to wait for.
    pub(crate) fn new(s: &Shell<'_>, keys: &WaitingKeys, at: DateTime<Utc>) -> Result<Option<Self>, UiError> {
        let seconds = seconds_until(at, s.f.now);
        if seconds == 0 {
            return Ok(None);
        }
        let ready_label = s.m(keys.label).plain()?;
        let label = if seconds > SEND_GAP.num_seconds() {
            s.m(keys.from).clock("time", at).plain()?
        } else {
            ready_label.clone() // a countdown that does not count would be wrong at once
        };
        Ok(Some(Self {
            seconds,
            label,
            soon: s.m(keys.soon).verbatim("s", "{s}".to_owned()).plain()?,
            ready_label,
            ready: s.m(keys.ready).plain()?,
            early: s.m(keys.early).clock("time", at).plain()?,
        }))
    }
}

/// Whole seconds from `now` until `at`, never negative, rounded up so that the button is never early.
fn seconds_until(at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let wait = at - now;
    if wait <= TimeDelta::zero() { 0 } else { wait.num_seconds() + i64::from(wait.subsec_nanos() > 0) }
}

#[cfg(test)]
mod tests;
