//! The sign-in: from an authorize request or an invitation to its ending. The floors, the lowest first (arrows point
//! down, which `tools/house.py` checks):
//!
//! ```text
//! view, reply              what is shown, what is answered
//! trip                     loading: live read, sealed interaction, ledger
//! gather                   rows → what `core::interaction::next` looks at
//! log, inviter             rows of the log; who invited
//! respond                  answers to applications
//! refusal                  refusals as pages and answers
//! ending                   what a trip is for: what it writes, where it leads
//! halt                     why a transaction gives up
//! finish                   the one transaction at the end, single sign-on, the repeat
//! step                     the driver: one way through every POST
//! prove, agree             verifiers, a folder each; what must be agreed to
//! identify                 learning an address
//! page, signout            GET; signing out
//! authorize, invitation, report
//! ```

pub mod agree;
pub mod authorize;
pub mod documents;
pub mod identify;
pub mod invitation;
pub mod page;
pub mod prove;
pub mod reply;
pub mod report;
pub mod sealed;
pub mod signout;
pub mod step;
pub mod token;
pub mod view;

mod convert;
mod ending;
mod finish;
mod gather;
mod halt;
mod inviter;
mod log;
mod refusal;
mod respond;
mod subject;
mod trip;

pub use reply::{Answer, Reply, ReplyBody};
pub use trip::TripRequest;
pub use view::{Shown, View};
