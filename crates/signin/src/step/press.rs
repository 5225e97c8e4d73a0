//! What a button of a sign-in brings along.

use std::sync::Arc;

use vestibule_app::Error;
use vestibule_core::discovery::UpstreamAnswer;
use vestibule_core::interaction::{PageKind, Step};
use vestibule_core::log::StepKind;
use vestibule_core::method::Way;
use vestibule_core::proof::Proof;
use vestibule_store::Conn;

use crate::halt::Halt;
use crate::reply::Reply;
use crate::trip::{Trip, TripRequest};
use crate::view::View;

/// A button. It belongs to the step whose page it stands on: the diagonal of HRD-01.
pub(crate) trait Press {
    /// What was posted, parsed by the route.
    type Form;
    /// What the transaction needs: counted, hashed and drawn before it.
    type Ready: Send + Sync + 'static;

    /// The page that the button stands on.
    const PAGE: PageKind;
    /// What the log calls the step that it takes; `None` where it takes none: it sends, and the trip stays.
    const TAKES: Option<StepKind>;

    /// Whether this is the press that was answered before, pressed again: only who can show as much as then is told so
    /// again. Counted like the first, where the first was (OTP-04).
    async fn repeats(at: TripRequest<'_>, trip: &Trip, form: &Self::Form) -> Result<bool, Error>;

    /// Counts in a commit of its own, hashes, draws. `before` is what this very press made ready already, where the write
    /// met another one's: nothing is counted twice.
    async fn ready(
        at: TripRequest<'_>,
        trip: &Trip,
        step: &Step,
        form: &Self::Form,
        before: Option<Arc<Self::Ready>>,
    ) -> Result<Prepared<Self::Ready>, Error>;

    /// Consumes, inside the one write. By reference, since a transaction may be run twice: it is the consumed row that can
    /// be had only once. What comes of it is recorded by the driver.
    fn consume(ready: &Self::Ready, c: &mut Conn, trip: &Trip) -> Result<Taken, Halt>;
}

/// What preparing came to.
pub(crate) enum Prepared<T> {
    /// On with the write.
    Go(Arc<T>),
    /// Nothing to write: the page again.
    Show(Box<dyn View>),
    Answered(Reply),
    /// Another press was first, or the row was made just now: the trip as it stands by now tells what comes of this one.
    Again,
}

/// What consuming came to.
pub(crate) enum Taken {
    Proven(Box<dyn Proof>),
    /// A provider or home organisation said that it proves nothing.
    #[expect(dead_code, reason = "for the providers: said here, so that the driver is whole")]
    Answered(Way, UpstreamAnswer),
    /// The review was accepted, with this version of the terms.
    Agreed(Option<u32>),
    /// Something was sent: on to the page where it is used.
    Sent(PageKind),
    /// Another press was first.
    Lost,
}
