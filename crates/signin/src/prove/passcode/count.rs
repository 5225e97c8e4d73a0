//! Counting tries: the address's budget first, then the code's ordinal, in a commit of their own before anything is
//! compared (OTP-04, OTP-05).

use vestibule_app::{App, Context, Error};
use vestibule_core::Address;
use vestibule_core::clock::{self, Instant};
use vestibule_core::ids::PasscodeId;
use vestibule_core::log::{Outcome, StepKind};
use vestibule_core::method::Method;
use vestibule_core::numbers as n;
use vestibule_core::secret::Digest;
use vestibule_core::throttle::Counter;
use vestibule_store::throttle::{Limit, ThrottleRow};
use vestibule_store::{self as store, QueryError};

use crate::log::{self, By, SignInEntry};
use crate::trip::Trip;
use crate::view::Lock;

/// Whether wrong tries pause the address, asked where no try is counted any more.
pub(super) async fn paused(app: &App, trip: &Trip, address: &Address) -> Result<Option<Lock>, Error> {
    let key = app.counter(Counter::Tries, Some(trip.tenant().id), &address.limit_key())?;
    let row = app.db.read(move |c| store::throttle::peek(c, &key)).await?;
    let until = row.as_ref().and_then(|r| tries_over(r, trip.at()));
    let suspended = row.is_some_and(|r| r.streak >= n::FAILURES_IN_A_ROW);
    Ok(until.map(|until| if suspended { Lock::Suspended(until) } else { Lock::Paused(until) }))
}

/// Until when wrong tries pause an address (N-04, N-05), by its counter's row.
pub(super) fn tries_over(row: &ThrottleRow, now: Instant) -> Option<Instant> {
    if row.streak >= n::FAILURES_IN_A_ROW {
        let until = row
            .streak_at
            .and_then(Instant::from_timestamp_micros)
            .map(|at| clock::after(at, n::SUSPENSION))
            .filter(|until| *until > now);
        if until.is_some() {
            return until;
        }
    }
    row.full_until(now)
}

/// What counting a try said.
pub(super) enum Counted {
    /// It may be compared, as the so-manieth on this code.
    Try(i32),
    /// The code is not live any more.
    Gone,
    /// The address is paused.
    Paused(Lock),
}

enum NotCounted {
    Gone,
    Query(QueryError),
}

impl From<QueryError> for NotCounted {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

/// Counts a try.
pub(super) async fn count(app: &App, trip: &Trip, code: PasscodeId, tries: Limit) -> Result<Counted, Error> {
    let (realm, now) = (trip.realm(), trip.now());
    let counted = app
        .db
        .write(move |c| {
            let admission = store::throttle::admit(c, std::slice::from_ref(&tries), now)?
                .pop()
                .ok_or(QueryError::NotFound)?;
            let ends = admission.streak_at.map(|at| clock::after(at, n::SUSPENSION));
            let suspended = ends.filter(|end| admission.streak >= n::FAILURES_IN_A_ROW && *end > now.instant);
            if let Some(until) = suspended {
                return Ok(Counted::Paused(Lock::Suspended(until)));
            }
            if !admission.admitted {
                return Ok(Counted::Paused(Lock::Paused(admission.retry_at)));
            }
            match store::signin::count_try(c, realm, code, now)? {
                Some(ordinal) => Ok(Counted::Try(ordinal)),
                None => Err(NotCounted::Gone),
            }
        })
        .await?;
    match counted {
        Ok(counted) => Ok(counted),
        Err(NotCounted::Gone) => Ok(Counted::Gone),
        Err(NotCounted::Query(error)) => Err(error.into()),
    }
}

/// AUD-01: every try leaves a row; the finer reason stands here only (OTP-19). A wrong one lengthens the address's streak.
pub(super) async fn log_try(
    app: &App,
    ctx: &Context,
    trip: &Trip,
    what: &str,
    streak: Option<Digest>,
) -> Result<(), Error> {
    let by = Some(By::Method(Method::Passcode));
    let entry = SignInEntry { outcome: Outcome::Failure, error: Some(what), by, step: StepKind::EnterCode };
    let row = log::row(app, ctx, trip, None, entry);
    let now = trip.now();
    app.db
        .write(move |c| {
            if let Some(tries) = &streak {
                store::throttle::add_streak(c, tries, now)?;
            }
            store::logs::insert_sign_in(c, &row)
        })
        .await??;
    Ok(())
}
