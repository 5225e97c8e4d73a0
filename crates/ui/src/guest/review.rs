//! G15: what a guest agrees to.

use askama::Template;

use crate::kit::frame::{Prefix, Shell, speak};
use crate::kit::sample::{GUEST, app, url};
use crate::{AppLink, FormTarget, Frame, Link, Page, Ui, UiError};

/// G15. Posts `do` (`accept` or `cancel`), `terms=yes` and `terms_version` to `/{segment}/signin/review`.
#[derive(Debug, Clone)]
pub struct ReviewPage {
    /// The address that was proven.
    pub email: String,
    pub inviter: Option<String>,
    /// A domain that the tenant was shown to own.
    pub verified_domain: Option<String>,
    /// The tenant's privacy statement.
    pub privacy: Option<Link>,
    /// The tenant's terms: with them comes the box to tick.
    pub terms: Option<Link>,
    pub terms_version: u32,
    /// Whether the box was not ticked.
    pub terms_missing: bool,
    /// The host where the trip ends, if it leaves this site.
    pub host: Option<String>,
}

#[derive(Template)]
#[template(path = "guest/review.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a ReviewPage,
}

impl Page for ReviewPage {
    const ID: &'static str = "G15";
    const STATES: &'static [&'static str] = &["default", "terms", "terms-missing"];
    const FORMS: FormTarget = FormTarget::Onward;

    fn state(&self) -> &'static str {
        match (&self.terms, self.terms_missing) {
            (_, true) => "terms-missing",
            (Some(_), false) => "terms",
            (None, false) => "default",
        }
    }

    fn status(&self) -> u16 {
        if self.terms_missing { 422 } else { 200 }
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("review-title").name("org", &frame.brand);
        let prefix = if self.terms_missing { Prefix::Error } else { Prefix::None };
        Ok(View { s: Shell::new(ui, frame, self, title).prefixed(prefix), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            email: GUEST.to_owned(),
            inviter: Some("Jonas Feld".to_owned()),
            verified_domain: Some("alder.example".to_owned()),
            privacy: Some(url("https://alder.example/privacy")),
            terms: Some(url("https://alder.example/terms")),
            terms_version: 1,
            terms_missing: false,
            host: Some("portal.alder.example".to_owned()),
        };
        vec![
            ("default", full.clone()),
            ("terms", Self { terms_missing: true, ..full.clone() }),
            (
                "bare-noapp",
                Self { inviter: None, verified_domain: None, privacy: None, terms: None, ..full.clone() },
            ),
            ("stay", Self { terms: None, host: None, ..full }),
        ]
    }
}

/// G15 after *Cancel*.
#[derive(Debug, Clone, Default)]
pub struct ReviewCancelledPage {
    /// Back to the application, with `access_denied`.
    pub back: Option<AppLink>,
}

#[derive(Template)]
#[template(path = "guest/review_cancelled.html")]
struct CancelledView<'a> {
    s: Shell<'a>,
    p: &'a ReviewCancelledPage,
}

impl Page for ReviewCancelledPage {
    const ID: &'static str = "G15";
    const STATES: &'static [&'static str] = &["cancelled"];

    fn state(&self) -> &'static str {
        "cancelled"
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("review-cancelled-title");
        Ok(CancelledView { s: Shell::new(ui, frame, self, title), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            (
                "cancelled",
                Self { back: Some(app("Project Portal", "https://portal.alder.example/cb?error=x&state=y")) },
            ),
            ("cancelled-noback", Self { back: None }),
        ]
    }
}
