//! Asking for a code: G05, and *Send a new code* on G06.
//!
//! For a guest and for nobody the same statements run and the same hashes are made (OTP-17, OTP-18): nobody gets a
//! decoy instead of a code, and at most one mail a day that says so (OTP-29).

use std::sync::Arc;

use vestibule_app::Error;
use vestibule_core::error::ErrorCode;
use vestibule_core::interaction::{PageKind, Step};
use vestibule_core::log::StepKind;
use vestibule_core::method::Method;
use vestibule_store::Conn;

use super::send_job::SendJob;
use crate::halt::Halt;
use crate::reply::Reply;
use crate::step::{self, Prepared, Press, Taken};
use crate::trip::{Trip, TripRequest};

/// G05's POST, *Send code*.
pub async fn send(at: TripRequest<'_>, csrf: &str) -> Result<Reply, Error> {
    step::advance::<Send>(at, csrf, &()).await
}

/// *Send a new code*. `ordinal` is the number of the code that it replaces: a repeat is answered as the first press.
pub async fn resend(at: TripRequest<'_>, ordinal: Option<i32>, csrf: &str) -> Result<Reply, Error> {
    step::advance::<Resend>(at, csrf, &ordinal).await
}

/// *Send code*, also where the button of another page says that it sends.
pub(crate) struct Send;

impl Press for Send {
    type Form = ();
    type Ready = SendJob;

    const PAGE: PageKind = PageKind::SendCode;
    const TAKES: Option<StepKind> = None;

    async fn repeats(_: TripRequest<'_>, _: &Trip, (): &()) -> Result<bool, Error> {
        Ok(false)
    }

    async fn ready(
        at: TripRequest<'_>,
        trip: &Trip,
        _step: &Step,
        (): &(),
        _before: Option<Arc<SendJob>>,
    ) -> Result<Prepared<SendJob>, Error> {
        prepared(at, trip, trip.code().map(|p| p.ordinal))
    }

    fn consume(job: &SendJob, c: &mut Conn, trip: &Trip) -> Result<Taken, Halt> {
        job.run(c, trip)
    }
}

/// *Send a new code*.
struct Resend;

impl Press for Resend {
    type Form = Option<i32>;
    type Ready = SendJob;

    const PAGE: PageKind = PageKind::Prove(Method::Passcode);
    const TAKES: Option<StepKind> = None;

    async fn repeats(_: TripRequest<'_>, _: &Trip, _: &Option<i32>) -> Result<bool, Error> {
        Ok(false)
    }

    async fn ready(
        at: TripRequest<'_>,
        trip: &Trip,
        _step: &Step,
        replaced: &Option<i32>,
        _before: Option<Arc<SendJob>>,
    ) -> Result<Prepared<SendJob>, Error> {
        let newest = trip.code().map(|p| p.ordinal);
        match (newest, *replaced) {
            (_, None) => Err(trip.problem(ErrorCode::RequestBad).into()),
            (Some(newest), Some(replaced)) if replaced >= newest => prepared(at, trip, Some(newest)),
            // Another press has sent it.
            (_, Some(_)) => {
                let reply = Reply::go(trip.path(at.app, Self::PAGE)).with(trip.keep(at.app)?);
                Ok(Prepared::Answered(reply))
            }
        }
    }

    fn consume(job: &SendJob, c: &mut Conn, trip: &Trip) -> Result<Taken, Halt> {
        job.run(c, trip)
    }
}

fn prepared(at: TripRequest<'_>, trip: &Trip, replaces: Option<i32>) -> Result<Prepared<SendJob>, Error> {
    let Some(address) = trip.address() else {
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    };
    SendJob::prepare(at.app, at.ctx, trip, address, replaces).map(|job| Prepared::Go(Arc::new(job)))
}
