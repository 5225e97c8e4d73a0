//! The pages. Each is a struct of what it must know, with its states as enums; [`Page::render`] makes the HTML.

mod accounts;
mod address;
mod code;
mod error;
mod finish;
mod invite;
mod locked;
mod mailbox;
mod report;
mod review;
mod send;
mod signout;
mod status;
mod words;

pub use accounts::{AccountDetail, AccountRow, AccountsPage};
pub use address::{AddressPage, AddressProblem};
pub use code::{CodeProblem, EnterCodePage, ResendHint};
pub use error::ErrorPage;
pub use finish::FormPostPage;
pub use invite::{DonePage, InviteOtherPage, InvitePage, InviteProblemPage};
pub use locked::{Locked, LockedPage, WaitPage};
pub use mailbox::{MailboxMail, MailboxPage};
pub use report::{ReportPage, ReportState};
pub use review::{ReviewCancelledPage, ReviewPage};
pub use send::{SendCodePage, SendProblem};
pub use signout::{SignOutPage, SignedOutPage};
pub use status::{BlockReason, BlockedPage, CookiesPage, LAST_RESORT, Status, StatusPage};
pub use words::{TextKind, TextPage};

use crate::{Frame, Link, Ui, UiError};

/// A page that people read.
pub trait Page: Sized {
    /// The id of the page in the design brief; `data-testid` of its `<main>`.
    const ID: &'static str;

    /// The page as HTML.
    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError>;

    /// Every state of the page with believable values, by name.
    fn samples() -> Vec<(&'static str, Self)>;
}

/// An application with the address where it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppLink {
    /// What people read.
    pub name: String,
    /// Where it leads.
    pub link: Link,
}

/// How the primary button of a page repeats or restarts something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// A page is opened.
    Open(Link),
    /// A form is sent once more, with what was typed; codes are never among its fields.
    Post {
        /// A path of ours.
        action: Link,
        /// Its fields, without `csrf`.
        fields: Vec<(String, String)>,
    },
}
