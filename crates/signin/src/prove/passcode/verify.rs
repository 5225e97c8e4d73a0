//! Trying a code: G06's POST.
//!
//! The try is counted in a commit of its own before anything is compared (OTP-04); the right digits are consumed by one
//! conditional write whose row decides (OTP-14), and where `next` then says Finish, that write and the finish are one.

use std::sync::Arc;

use vestibule_app::Error;
use vestibule_core::Address;
use vestibule_core::error::ErrorCode;
use vestibule_core::interaction::{PageKind, Step};
use vestibule_core::log::StepKind;
use vestibule_core::method::Method;
use vestibule_core::numbers as n;
use vestibule_core::passcode::{Code, CodePurpose, CodeStanding, Match, Miss, ShapeError};
use vestibule_core::secret::Digest;
use vestibule_core::throttle::{self, Counter};
use vestibule_store::signin::PasscodeRow;
use vestibule_store::{self as store, Conn};

use super::count::{self, Counted, log_try};
use super::{digest, view};
use crate::convert;
use crate::halt::Halt;
use crate::reply::Reply;
use crate::step::{self, Prepared, Press, Taken};
use crate::trip::{Trip, TripRequest};
use crate::view::{CodeState, Lock};

/// G06's POST.
pub async fn verify(at: TripRequest<'_>, typed: &str, csrf: &str) -> Result<Reply, Error> {
    step::advance::<Verify>(at, csrf, &Code::read(typed)).await
}

/// The button.
struct Verify;

/// Digits that were right, and what they were compared as.
struct Right {
    address_key: String,
    matched: Match,
    tried: Digest,
    tries: Digest,
}

impl Press for Verify {
    type Form = Result<Code, ShapeError>;
    type Ready = Right;

    const PAGE: PageKind = PageKind::Prove(Method::Passcode);
    const TAKES: Option<StepKind> = Some(StepKind::EnterCode);

    /// The digits that used the code, within a minute. Every comparison is counted first, those after the success too.
    async fn repeats(at: TripRequest<'_>, trip: &Trip, form: &Self::Form) -> Result<bool, Error> {
        let Some((code, address)) = trip.code().cloned().zip(trip.address()) else { return Ok(false) };
        let tried = match form {
            Ok(typed) => digest(at.app, trip, address.key(), typed.expose())?,
            Err(_) => Digest([0; 32]),
        };
        let (realm, id) = (trip.realm(), code.id);
        if !at.app.db.write(move |c| store::signin::count_repeat(c, realm, id)).await?? {
            return Err(trip.problem(ErrorCode::AlreadyDone).into());
        }
        let equal = code.digest.matches(&tried);
        let recent = code.used_at.is_some_and(|used| trip.at() - used <= n::REPEAT_WINDOW);
        Ok(equal && !code.decoy && form.is_ok() && recent)
    }

    async fn ready(
        at: TripRequest<'_>,
        trip: &Trip,
        _step: &Step,
        form: &Self::Form,
        before: Option<Arc<Right>>,
    ) -> Result<Prepared<Right>, Error> {
        if let Some(right) = before {
            return Ok(Prepared::Go(right));
        }
        let Some((code, address)) = trip.code().zip(trip.address()) else {
            return Err(trip.problem(ErrorCode::InteractionUnknown).into());
        };
        // States of the code and the address show as themselves, for right and wrong digits alike (OTP-05, OTP-19).
        if !matches!(convert::stored(code).standing(trip.at()), CodeStanding::Open { .. }) {
            return Ok(Prepared::Show(match count::paused(at.app, trip, address).await? {
                Some(lock) => view::locked(trip, code, lock),
                None => view::enter_code(trip, CodeState::Expired),
            }));
        }
        match form {
            Ok(digits) => compare(at, trip, code, address, digits).await,
            Err(shape) => Ok(Prepared::Show(view::enter_code(trip, CodeState::Shape(*shape)))),
        }
    }

    fn consume(right: &Right, c: &mut Conn, trip: &Trip) -> Result<Taken, Halt> {
        let (realm, now) = (trip.realm(), trip.now());
        let (passcode, ordinal) = (right.matched.id(), right.matched.ordinal());
        store::throttle::refund(c, &right.tries)?;
        let Some(row) = store::signin::consume(c, realm, passcode, &right.tried, ordinal, now)? else {
            return Ok(Taken::Lost);
        };
        let proof = right.matched.proven(&convert::stored(&row), &right.address_key).ok_or(Halt::Again)?;
        Ok(Taken::Proven(Box::new(proof)))
    }
}

/// Counts, compares, and goes on with the match or shows the miss.
async fn compare(
    at: TripRequest<'_>,
    trip: &Trip,
    code: &PasscodeRow,
    address: &Address,
    digits: &Code,
) -> Result<Prepared<Right>, Error> {
    let (app, ctx) = (at.app, at.ctx);
    let tried = digest(app, trip, address.key(), digits.expose())?;
    let tries = app.counter(Counter::Tries, Some(trip.tenant().id), &address.limit_key())?;
    let limit = convert::limit(tries, &throttle::TRIES);
    let ordinal = match count::count(app, trip, code.id, limit).await? {
        Counted::Try(ordinal) => ordinal,
        Counted::Gone => return Ok(Prepared::Again),
        Counted::Paused(lock) => {
            log_try(app, ctx, trip, "paused", None).await?;
            return Ok(Prepared::Show(view::locked(trip, code, lock)));
        }
    };
    match convert::stored(code).check(&tried, Some(ordinal), CodePurpose::SignIn, trip.at()) {
        Ok(matched) => {
            let address_key = address.key().to_owned();
            Ok(Prepared::Go(Arc::new(Right { address_key, matched, tried, tries })))
        }
        Err(Miss::Wrong { left }) => {
            let what = if code.decoy { "wrong-nobody" } else { "wrong" };
            log_try(app, ctx, trip, what, Some(tries)).await?;
            Ok(Prepared::Show(if left == 0 {
                view::locked(trip, code, Lock::Burned)
            } else {
                view::enter_code(trip, CodeState::Wrong { left })
            }))
        }
        Err(Miss::NotCompared) => {
            log_try(app, ctx, trip, "not-compared", None).await?;
            Ok(Prepared::Again)
        }
    }
}
