//! What a use case of the sign-in answers: an outcome and what the browser is to keep.

use vestibule_app::cookies::CookieChange;
use vestibule_oidc::response::Delivery;

use crate::view::{About, Shown};

/// An outcome, and what the browser is to keep.
#[derive(Debug)]
pub struct Reply {
    pub outcome: ReplyBody,
    pub cookies: Vec<CookieChange>,
}

/// What to do next.
#[derive(Debug)]
pub enum ReplyBody {
    Show(Box<Shown>),
    /// 303 to a path of ours.
    Go(String),
    Deliver(Box<Answer>),
}

/// An answer for an application, with what a page about it may say.
#[derive(Debug)]
pub struct Answer {
    /// Where and how.
    pub delivery: Delivery,
    /// What the page of a `form_post` is about (G25).
    pub about: Option<About>,
}

impl Reply {
    /// On to a path of ours.
    pub fn redirect(path: String) -> Self {
        Self::go(path)
    }

    pub(crate) fn go(path: String) -> Self {
        Self { outcome: ReplyBody::Go(path), cookies: Vec::new() }
    }

    pub(crate) fn show(shown: Shown) -> Self {
        Self { outcome: ReplyBody::Show(Box::new(shown)), cookies: Vec::new() }
    }

    pub(crate) fn deliver(delivery: Delivery, about: Option<About>) -> Self {
        Self { outcome: ReplyBody::Deliver(Box::new(Answer { delivery, about })), cookies: Vec::new() }
    }

    pub(crate) fn with(mut self, change: CookieChange) -> Self {
        self.cookies.push(change);
        self
    }
}
