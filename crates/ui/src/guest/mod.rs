//! Pages that guests read, a file each: what the page must know, with its states as enums.

mod accounts;
mod address;
mod code;
mod error;
mod form_post;
mod help;
mod invite;
mod locked;
mod report;
mod review;
mod send;
mod signout;
mod status;

pub use accounts::{AccountDetail, AccountRow, AccountsPage};
pub use address::{AddressAlert, AddressPage};
pub use code::{CodeProblem, EnterCodePage, ResendHint};
pub use error::ErrorPage;
pub use form_post::FormPostPage;
pub use help::{TextKind, TextPage};
pub use invite::{DonePage, InviteOtherPage, InvitePage, InviteProblemPage};
pub use locked::{LockReason, LockedPage, WaitPage};
pub use report::{ReportPage, ReportState};
pub use review::{ReviewCancelledPage, ReviewPage};
pub use send::{SendCodePage, SendProblem};
pub use signout::{SignOutPage, SignedOutPage};
pub use status::{BlockReason, BlockedPage, CookiesPage, LAST_RESORT, Status, StatusPage};
