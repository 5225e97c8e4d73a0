//! What a button of a sign-in brings along.

use std::sync::Arc;

use vestibule_core::interaction::{Page, Stage, Step};
use vestibule_core::log::StepKind;
use vestibule_core::method::Method;
use vestibule_core::proof::Ledger;
use vestibule_store::Conn;

use crate::error::Error;
use crate::flow::finish::Halt;
use crate::flow::reply::Reply;
use crate::flow::trip::{At, Trip};
use crate::flow::view::View;

/// A button. The driver calls its parts in this order, and none of them twice for one press but [`Press::consume`], when
/// the database runs a transaction again.
pub(crate) trait Press {
    /// What was posted, parsed by the route.
    type Form;
    /// What the transaction needs: counted, hashed and drawn before it.
    type Ready: Send + Sync + 'static;

    /// The page that the button stands on.
    const PAGE: Page;
    /// How far a trip has come that the button belongs to (HRD-01: later is a repeat, earlier is out of turn).
    const STAGE: Stage;
    /// What the log calls it.
    const TAKES: StepKind;
    /// Whether it may be the last of a trip.
    const MAY_FINISH: bool;

    /// Whether the button belongs to this step: the diagonal of HRD-01, a line per button.
    fn at(step: &Step) -> bool;

    /// By which method the press proves, where it does.
    fn method(step: &Step) -> Option<Method> {
        match step {
            Step::Prove(way) => Some(way.method()),
            _ => None,
        }
    }

    /// Whether this is the press that was answered before, pressed again: only who can show as much as then is told so
    /// again. Counted like the first, where the first was (OTP-04).
    async fn repeats(at: At<'_>, trip: &Trip, form: &Self::Form) -> Result<bool, Error>;

    /// Counts in a commit of its own, hashes, draws. `before` is what this very press made ready already, where what it
    /// was to be written into had changed meanwhile: nothing is counted twice.
    async fn ready(
        at: At<'_>,
        trip: &Trip,
        step: &Step,
        form: &Self::Form,
        before: Option<Arc<Self::Ready>>,
    ) -> Result<Prepared<Self::Ready>, Error>;

    /// Consumes, inside the one write, and records what that proves or agrees to. By reference, since a transaction may
    /// be run twice: it is the consumed row that can be had only once.
    fn consume(ready: &Self::Ready, c: &mut Conn, trip: &Trip, ledger: &mut Ledger) -> Result<Taken, Halt>;
}

/// What preparing came to.
pub(crate) enum Prepared<T> {
    /// On with the write.
    Go(Arc<T>),
    /// Nothing to write: the page again.
    Show(View),
    /// Answered already.
    Answered(Reply),
    /// Another press was first, or the row was made just now: the trip as it stands by now tells what comes of this one.
    Again,
}

/// What consuming came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The step is taken: `next` says where the trip goes.
    Step,
    /// Something was sent: on to the page where it is used.
    Sent(Page),
    /// Another press was first.
    Lost,
}
