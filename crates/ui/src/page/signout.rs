//! G23: sign out, and signed out.

use askama::Template;

use super::{AppLink, Page};
use crate::frame::{Shell, speak};
use crate::samples::{GUEST, app, path, url};
use crate::{Frame, Link, Ui, UiError};

/// G23, the question (SES-12). Posts to `/{segment}/oauth2/v2.0/logout`.
#[derive(Debug, Clone, Default)]
pub struct SignOutPage {
    /// Who is signed in.
    pub email: Option<String>,
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

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("signout-title");
        Ok(View { s: Shell::new(ui, frame, Self::ID, title), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            (
                "question",
                Self {
                    email: Some(GUEST.to_owned()),
                    fields: vec![("state".to_owned(), "xyz".to_owned())],
                    stay: Some(url("https://portal.alder.example/")),
                },
            ),
            ("question-bare", Self::default()),
        ]
    }
}

/// G23, done.
#[derive(Debug, Clone, Default)]
pub struct SignedOutPage {
    /// Applications that were told.
    pub apps: Vec<String>,
    /// Applications that did not answer.
    pub failed: Vec<String>,
    /// Where one signs in again.
    pub again: Option<Link>,
    /// Back to a registered post-logout address.
    pub back: Option<AppLink>,
    /// Front-channel logout addresses, opened in hidden frames (WEB-03: `frame-src` names their origins).
    pub frames: Vec<Link>,
}

#[derive(Template)]
#[template(path = "guest/signed_out.html")]
struct SignedOutView<'a> {
    s: Shell<'a>,
    p: &'a SignedOutPage,
}

impl Page for SignedOutPage {
    const ID: &'static str = "G23";

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("signedout-title");
        Ok(SignedOutView { s: Shell::new(ui, frame, Self::ID, title), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let full = Self {
            apps: vec!["Project Portal".to_owned(), "Field Notes".to_owned(), "Timesheets".to_owned()],
            failed: vec!["Site Cameras".to_owned()],
            again: Some(path("/alder.example/signin")),
            back: Some(app("Project Portal", "https://portal.alder.example/bye")),
            frames: Vec::new(),
        };
        vec![("signed-out", full), ("signed-out-bare", Self::default())]
    }
}
