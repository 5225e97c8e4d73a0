//! G20: somebody says that a code was not asked for by them (OTP-23).

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use vestibule_core::letter::RequestFacts;

use crate::kit::frame::{Shell, speak};
use crate::kit::sample::{GUEST, now};
use crate::{Frame, Page, Ui, UiError};

/// How long codes are paused when the box is ticked (OTP-23).
pub(crate) const PAUSE: TimeDelta = TimeDelta::hours(24);

/// G20. Posts `do` (`cancel`, `mine` or `resume`) and `pause=yes` to `/{segment}/report`.
#[derive(Debug, Clone)]
pub struct ReportPage {
    pub state: ReportState,
    /// What the mail said; the page shows no more. Needed before the report, and of no use after the link has ended.
    pub facts: Option<RequestFacts>,
}

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportState {
    /// Not reported; the code still works.
    Live,
    /// Not reported; the code ended unused.
    Expired,
    /// Not reported; the code was used.
    Used { at: DateTime<Utc> },
    /// Reported.
    Done,
    /// Reported, and codes to the address are paused.
    Paused { until: DateTime<Utc> },
    /// Codes are on again.
    Resumed,
    /// It was they after all.
    Mine,
    /// The link is too old.
    Ended,
}

#[derive(Template)]
#[template(path = "guest/report.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a ReportPage,
    email: &'a str,
    hours: i64,
}

impl ReportPage {
    /// Whether it can still be reported.
    fn asks(&self) -> bool {
        matches!(self.state, ReportState::Live | ReportState::Expired | ReportState::Used { .. })
    }
}

impl Page for ReportPage {
    const ID: &'static str = "G20";
    const STATES: &'static [&'static str] =
        &["live", "expired", "used", "done", "paused", "resumed", "mine", "ended"];

    fn state(&self) -> &'static str {
        match self.state {
            ReportState::Live => "live",
            ReportState::Expired => "expired",
            ReportState::Used { .. } => "used",
            ReportState::Done => "done",
            ReportState::Paused { .. } => "paused",
            ReportState::Resumed => "resumed",
            ReportState::Mine => "mine",
            ReportState::Ended => "ended",
        }
    }

    fn status(&self) -> u16 {
        if self.state == ReportState::Ended { 404 } else { 200 }
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let key = match self.state {
            ReportState::Live | ReportState::Expired | ReportState::Used { .. } => "report-title",
            ReportState::Done | ReportState::Paused { .. } => "report-done-title",
            ReportState::Resumed => "report-resumed-title",
            ReportState::Mine => "report-mine-title",
            ReportState::Ended => "report-ended-title",
        };
        let s = Shell::new(ui, frame, self, speak(ui, frame).msg(key));
        let email = self.facts.as_ref().map(|facts| facts.email.as_str()).unwrap_or_default();
        Ok(View { s, p: self, email, hours: PAUSE.num_hours() }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let facts = RequestFacts {
            email: GUEST.to_owned(),
            app: Some("Project Portal".to_owned()),
            browser: "Firefox on Windows".to_owned(),
            network: "203.0.113.x".to_owned(),
            at: now(),
        };
        let page = |state| Self { state, facts: Some(facts.clone()) };
        let bare = RequestFacts { app: None, ..facts.clone() };
        vec![
            ("live", page(ReportState::Live)),
            ("live-noapp", Self { state: ReportState::Live, facts: Some(bare) }),
            ("expired", page(ReportState::Expired)),
            ("used", page(ReportState::Used { at: now() + TimeDelta::minutes(3) })),
            ("done", page(ReportState::Done)),
            ("paused", page(ReportState::Paused { until: now() + PAUSE })),
            ("resumed", page(ReportState::Resumed)),
            ("mine", page(ReportState::Mine)),
            ("ended", Self { state: ReportState::Ended, facts: None }),
        ]
    }
}
