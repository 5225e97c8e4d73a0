//! G01: the address page.

use askama::Template;

use crate::kit::frame::{Prefix, Shell, speak};
use crate::kit::sample::GUEST;
use crate::kit::text::Message;
use crate::{FormTarget, Frame, Page, Ui, UiError};

/// G01. Posts `email` (and `prefilled`, `suggestion`, `typed`) to `/{segment}/signin`.
#[derive(Debug, Clone, Default)]
pub struct AddressPage {
    /// What stands in the field: typed before, hinted or remembered.
    pub value: Option<String>,
    /// Whether the value was not typed here. It is repeated in the hidden field `prefilled`, so that it counts as
    /// hinted when it comes back unchanged; the focus is on *Next*.
    pub prefilled: bool,
    /// What was wrong with it.
    pub problem: Option<AddressAlert>,
    /// What was probably meant (`name@gmail.com`): its button posts it as `suggestion`. *Next* then keeps what was
    /// typed, because the hidden field `typed` repeats it.
    pub suggestion: Option<String>,
    /// The code is off here, or nothing may be revealed: the note does not speak of a code.
    pub code_off: bool,
}

/// Why an address was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressAlert {
    /// Nothing was typed.
    Empty,
    /// It is no address.
    Format,
    /// The tenant takes no addresses of this domain, from anybody.
    Domain(String),
}

#[derive(Template)]
#[template(path = "guest/address.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a AddressPage,
    error: Option<Message<'a>>,
}

impl AddressPage {
    fn error<'a>(&'a self, s: &Shell<'a>) -> Option<Message<'a>> {
        self.problem.as_ref().map(|problem| match problem {
            AddressAlert::Empty => s.m("email-error-empty"),
            AddressAlert::Format => s.m("email-error-format"),
            AddressAlert::Domain(domain) => s
                .m("email-error-domain")
                .name("org", &s.f.brand)
                .ltr("domain", domain)
                .contact("contact", &s.f.contact),
        })
    }
}

impl Page for AddressPage {
    const ID: &'static str = "G01";
    const STATES: &'static [&'static str] =
        &["default", "prefilled", "suggestion", "empty", "format", "domain"];
    const FORMS: FormTarget = FormTarget::Onward;

    fn state(&self) -> &'static str {
        match (&self.problem, &self.suggestion) {
            (Some(AddressAlert::Empty), _) => "empty",
            (Some(AddressAlert::Format), _) => "format",
            (Some(AddressAlert::Domain(_)), _) => "domain",
            (None, Some(_)) => "suggestion",
            (None, None) if self.prefilled => "prefilled",
            (None, None) => "default",
        }
    }

    fn status(&self) -> u16 {
        if self.problem.is_some() { 422 } else { 200 }
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let speaker = speak(ui, frame);
        let title = match &frame.app {
            Some(app) => speaker.msg("email-title").name("app", app),
            None => speaker.msg("email-title-noapp").name("org", &frame.brand),
        };
        let prefix = if self.problem.is_some() { Prefix::Error } else { Prefix::None };
        let s = Shell::new(ui, frame, self, title).prefixed(prefix);
        let error = self.error(&s);
        Ok(View { s, p: self, error }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let wrong = |value: &str, problem| Self {
            value: Some(value.to_owned()),
            problem: Some(problem),
            ..Self::default()
        };
        vec![
            ("default", Self::default()),
            ("noapp", Self { code_off: true, ..Self::default() }),
            ("prefilled", Self { value: Some(GUEST.to_owned()), prefilled: true, ..Self::default() }),
            ("empty", Self { problem: Some(AddressAlert::Empty), ..Self::default() }),
            ("format", wrong("nicole@riverstone", AddressAlert::Format)),
            ("domain", wrong("nicole@mailbox.example", AddressAlert::Domain("mailbox.example".to_owned()))),
            (
                "typo",
                Self {
                    value: Some("nicole@gmial.com".to_owned()),
                    suggestion: Some("nicole@gmail.com".to_owned()),
                    ..Self::default()
                },
            ),
        ]
    }
}
