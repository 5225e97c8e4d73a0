//! Counting tries of the toy, in a commit of its own; the first makes the interaction's row.

use vestibule_core::Address;
use vestibule_core::log::{Outcome, StepKind, StepTaken};
use vestibule_core::method::Method;
use vestibule_core::throttle::{self, Counter};
use vestibule_store as store;

use crate::convert;
use vestibule_app::Error;
use crate::log::{self, By, SignInEntry};
use crate::step::Row;
use crate::trip::{TripRequest, Trip};

/// Makes the row where this is the first try; whether it was made now, so that the trip must be read with it.
pub(super) async fn begins(at: TripRequest<'_>, trip: &Trip, address: &Address) -> Result<bool, Error> {
    let (app, tenant) = (at.app, trip.tenant().id);
    let (step, method) = (StepKind::Prove, Some(Method::Toy));
    let first = StepTaken { step, method, result: "begun".into(), at: trip.at() };
    let row = Row::prepare(app, at.ctx, trip, app.address_hash(address.key())?, first)?;
    if !row.is_new() {
        return Ok(false);
    }
    let key = address.key().to_owned();
    app.db
        .write(move |c| {
            let user = store::live::user_by_address(c, tenant, &key)?.map(|u| u.id);
            row.insert(c, user)?;
            row.settle(c, user)
        })
        .await??;
    Ok(true)
}

/// Counts a try; whether it may be compared.
pub(super) async fn admits(at: TripRequest<'_>, trip: &Trip, address: &Address) -> Result<bool, Error> {
    let (app, now) = (at.app, trip.now());
    let key = app.counter(Counter::Tries, Some(trip.tenant().id), &address.limit_key())?;
    let limit = convert::limit(key, &throttle::TRIES);
    let admission = app.db.write(move |c| store::throttle::admit(c, &[limit], now)).await??;
    Ok(admission.first().is_some_and(|a| a.admitted))
}

/// AUD-01.
pub(super) async fn log_wrong(at: TripRequest<'_>, trip: &Trip) -> Result<(), Error> {
    let by = Some(By::Method(Method::Toy));
    let entry = SignInEntry { outcome: Outcome::Failure, error: Some("wrong"), by, step: StepKind::Prove };
    let row = log::row(at.app, at.ctx, trip, None, entry);
    at.app.db.write(move |c| store::logs::insert_sign_in(c, &row)).await??;
    Ok(())
}
