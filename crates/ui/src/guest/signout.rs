//! G23: sign out, and signed out.

use askama::Template;

use crate::kit::frame::{Shell, speak};
use crate::kit::sample::{GUEST, app, path, url};
use crate::{AppLink, FormTarget, Frame, Link, Page, Ui, UiError};

/// G23, the question (SES-12). Posts to `/{segment}/oauth2/v2.0/logout`.
#[derive(Debug, Clone)]
pub struct SignOutPage {
    /// Who is signed in.
    pub email: String,
    /// What the application's request said and the form says again (`post_logout_redirect_uri`, `state`, …).
    pub fields: Vec<(String, String)>,
    /// Where *Stay signed in* leads. `None`: no such link.
    pub stay: Option<Link>,
}

#[derive(Template)]
#[template(path = "guest/signout.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a SignOutPage,
}

impl Page for SignOutPage {
    const ID: &'static str = "G23";
    const STATES: &'static [&'static str] = &["question"];
    const FORMS: FormTarget = FormTarget::Onward;

    fn state(&self) -> &'static str {
        "question"
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("signout-title");
        Ok(View { s: Shell::new(ui, frame, self, title), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            (
                "question",
                Self {
                    email: GUEST.to_owned(),
                    fields: vec![("state".to_owned(), "xyz".to_owned())],
                    stay: Some(url("https://portal.alder.example/")),
                },
            ),
            ("question-bare", Self { email: GUEST.to_owned(), fields: Vec::new(), stay: None }),
        ]
    }
}

/// G23, done.
#[derive(Debug, Clone, Default)]
pub struct SignedOutPage {
    /// Where one signs in again.
    pub again: Option<Link>,
    /// Back to a registered post-logout address.
    pub back: Option<AppLink>,
}

#[derive(Template)]
#[template(path = "guest/signed_out.html")]
struct SignedOutView<'a> {
    s: Shell<'a>,
    p: &'a SignedOutPage,
}

impl Page for SignedOutPage {
    const ID: &'static str = "G23";
    const STATES: &'static [&'static str] = &["signed-out"];

    fn state(&self) -> &'static str {
        "signed-out"
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("signedout-title");
        Ok(SignedOutView { s: Shell::new(ui, frame, self, title), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            again: Some(path("/alder.example/signin")),
            back: Some(app("Project Portal", "https://portal.alder.example/bye")),
        };
        vec![("signed-out", full), ("signed-out-bare", Self::default())]
    }
}
