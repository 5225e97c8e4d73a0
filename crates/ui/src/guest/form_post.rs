//! G25: the answer to an application as a form (OAuth 2.0 Form Post Response Mode).

use askama::Template;

use crate::kit::frame::{Shell, speak};
use crate::kit::sample::url;
use crate::{Frame, Link, Page, Ui, UiError};

/// G25. A script file sends the form at once; without script the button does.
#[derive(Clone)]
pub struct FormPostPage {
    /// The redirect URI.
    pub action: Link,
    /// The parameters of the answer.
    pub fields: Vec<(String, String)>,
}

impl std::fmt::Debug for FormPostPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FormPostPage").field("action", &self.action).finish_non_exhaustive() // fields: a code or token
    }
}

#[derive(Template)]
#[template(path = "guest/form_post.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a FormPostPage,
}

impl Page for FormPostPage {
    const ID: &'static str = "G25";
    const STATES: &'static [&'static str] = &["default"];

    fn state(&self) -> &'static str {
        "default"
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let speaker = speak(ui, frame);
        let title = match &frame.app {
            Some(app) => speaker.msg("formpost-title").name("app", app),
            None => speaker.msg("formpost-title-noapp"),
        };
        let frame = &Frame { path: None, ..frame.clone() }; // the answer to authorize cannot be opened again
        Ok(View { s: Shell::new(ui, frame, self, title), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let page = Self {
            action: url("https://portal.alder.example/cb"),
            fields: vec![
                ("code".to_owned(), "SplxlOBeZQQYbYS6".to_owned()),
                ("state".to_owned(), "a\"b".to_owned()),
            ],
        };
        vec![("default", page.clone()), ("noapp", page)]
    }
}
