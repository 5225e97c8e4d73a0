//! The sign-in: from an authorize request or an invitation to its ending. Each use case loads the [`trip::Trip`], checks that
//! its step is the current one, runs one verifier, and goes where `core::interaction::next` says.

pub mod authorize;
pub mod invitation;
pub mod pages;
pub mod report;
pub mod review;
pub mod send;
pub mod signout;
pub mod verify;
pub mod view;

mod dispatch;
mod facts;
mod finish;
mod logbook;
mod proven;
mod respond;
mod trip;

pub use trip::Live;

pub(crate) use dispatch::{Gate, limit as send_limit};
pub(crate) use facts::{person, plan, still_offered};
pub(crate) use respond::subject as subject_of;
pub use view::{Page, View};

use vestibule_oidc::response::Delivery;

use crate::cookies::Change;

/// Whether the tenant's part of a path has a form that can name one (OID-20): a GUID, a domain, or `common` and its kin.
/// What has not must never be given back in a URL.
pub fn names_a_tenant(segment: &str) -> bool {
    !matches!(trip::name(segment), trip::Named::Malformed)
}

/// What a use case answers: an outcome and what the browser is to keep.
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

    pub(crate) fn with(mut self, change: Change) -> Self {
        self.cookies.push(change);
        self
    }
}

/// What policy says of somebody at an application, with what their session proved.
pub(crate) fn decide(
    tenant: &crate::snapshot::TenantSnapshot,
    client: Option<&vestibule_core::ClientId>,
    user: Option<&vestibule_store::live::LiveUser>,
    authentication: &vestibule_core::proof::Authentication,
    now: vestibule_core::clock::Instant,
) -> vestibule_core::policy::Decision {
    facts::decide(tenant, client, user, authentication, None, now)
}
