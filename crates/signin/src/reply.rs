//! What a use case of the sign-in answers: an outcome and what the browser is to keep.

use vestibule_app::cookies::Change;
use vestibule_oidc::response::Delivery;

use crate::view::Page;

/// An outcome, and what the browser is to keep.
#[derive(Debug)]
pub struct Reply {
    /// What to do.
    pub outcome: Outcome,
    /// What to keep.
    pub cookies: Vec<Change>,
}

/// What to do next.
#[derive(Debug)]
pub enum Outcome {
    /// Show a page.
    Show(Box<Page>),
    /// 303 to a path of ours.
    Go(String),
    /// Answer the application.
    Deliver(Box<Answer>),
}

/// An answer for an application, with what a page about it may say.
#[derive(Debug)]
pub struct Answer {
    /// Where and how.
    pub delivery: Delivery,
    /// The page's frame, for `form_post` (G25).
    pub page: Option<Page>,
}

impl Reply {
    /// On to a path of ours.
    pub fn redirect(path: String) -> Self {
        Self::go(path)
    }

    pub(crate) fn go(path: String) -> Self {
        Self { outcome: Outcome::Go(path), cookies: Vec::new() }
    }

    pub(crate) fn show(page: Page) -> Self {
        Self { outcome: Outcome::Show(Box::new(page)), cookies: Vec::new() }
    }

    pub(crate) fn deliver(delivery: Delivery, page: Option<Page>) -> Self {
        Self { outcome: Outcome::Deliver(Box::new(Answer { delivery, page })), cookies: Vec::new() }
    }

    pub(crate) fn with(mut self, change: Change) -> Self {
        self.cookies.push(change);
        self
    }
}
