//! G07: too many wrong codes; G08: too many requests.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use crate::kit::frame::{Shell, speak};
use crate::kit::sample::{GUEST, now, path};
use crate::kit::waiting::{Waiting, WaitingKeys};
use crate::{FormTarget, Frame, Link, Page, Ui, UiError};

/// G07. Its button posts `ordinal` to `/{segment}/signin/code/resend`.
#[derive(Debug, Clone)]
pub struct LockedPage {
    pub email: String,
    pub locked: LockReason,
    /// The number of the code that the next one replaces.
    pub ordinal: u32,
    /// When the next one may be asked for.
    pub resend_at: DateTime<Utc>,
}

/// What too many wrong tries ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockReason {
    /// One code (N-03).
    Burned,
    /// Codes to the address for a while (N-04).
    Paused,
    /// The same after a hundred in a row (N-05); somebody of the tenant can lift it.
    Suspended,
}

#[derive(Template)]
#[template(path = "guest/code_locked.html")]
struct LockedView<'a> {
    s: Shell<'a>,
    p: &'a LockedPage,
    wait: Option<Waiting>,
}

impl Page for LockedPage {
    const ID: &'static str = "G07";
    const STATES: &'static [&'static str] = &["burned", "paused", "suspended"];
    const FORMS: FormTarget = FormTarget::Onward;

    fn state(&self) -> &'static str {
        match self.locked {
            LockReason::Burned => "burned",
            LockReason::Paused => "paused",
            LockReason::Suspended => "suspended",
        }
    }

    fn status(&self) -> u16 {
        if self.locked == LockReason::Burned { 422 } else { 429 }
    }

    fn retry_at(&self) -> Option<DateTime<Utc>> {
        (self.locked != LockReason::Burned).then_some(self.resend_at)
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let key = if self.locked == LockReason::Burned { "locked-title" } else { "locked-wait-title" };
        let s = Shell::new(ui, frame, self, speak(ui, frame).msg(key));
        let wait = Waiting::new(&s, &WaitingKeys::RESEND, self.resend_at)?;
        Ok(LockedView { s, p: self, wait }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |locked, minutes| Self {
            email: GUEST.to_owned(),
            locked,
            ordinal: 2,
            resend_at: now() + TimeDelta::minutes(minutes),
        };
        vec![
            ("burned", page(LockReason::Burned, 0)),
            ("burned-wait", page(LockReason::Burned, 1)),
            ("paused", page(LockReason::Paused, 63)),
            ("suspended", page(LockReason::Suspended, 23 * 60)),
        ]
    }
}

/// G08.
#[derive(Debug, Clone)]
pub struct WaitPage {
    /// When it goes on.
    pub until: DateTime<Utc>,
    /// Where *Try again* leads.
    pub again: Link,
}

#[derive(Template)]
#[template(path = "guest/wait.html")]
struct WaitView<'a> {
    s: Shell<'a>,
    p: &'a WaitPage,
    wait: Option<Waiting>,
}

impl Page for WaitPage {
    const ID: &'static str = "G08";
    const STATES: &'static [&'static str] = &["default"];

    fn state(&self) -> &'static str {
        "default"
    }

    fn status(&self) -> u16 {
        429
    }

    fn retry_at(&self) -> Option<DateTime<Utc>> {
        Some(self.until)
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let s = Shell::new(ui, frame, self, speak(ui, frame).msg("wait-title"));
        let wait = Waiting::new(&s, &WaitingKeys::AGAIN, self.until)?;
        Ok(WaitView { s, p: self, wait }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let again = path("/alder.example/signin?i=8Qn4vYkT");
        vec![("default", Self { until: now() + TimeDelta::minutes(8), again })]
    }
}
