//! Trying a code: G06's POST.
//!
//! The try is counted in a commit of its own before anything is compared (OTP-04); the right digits are consumed by one
//! conditional write whose row decides (OTP-14), and where `next` then says Finish, that write and the finish are one.

use vestibule_core::clock::Instant;
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{InteractionId, PasscodeId};
use vestibule_core::interaction::{Finish, Refusal, Step};
use vestibule_core::numbers as n;
use vestibule_core::passcode::{Code, Match, Miss, Purpose, Standing};
use vestibule_core::random::secret_256;
use vestibule_core::secret::Digest;
use vestibule_core::throttle::{self, Counter};
use vestibule_core::{Address, clock};
use vestibule_store::signin::{LedgerChange, PasscodeRow};
use vestibule_store::{self as store, QueryError};

use super::dispatch::{digest, limit, tries_over};
use super::facts::{self, Known};
use super::finish::{self, Finished};
use super::logbook::{self, Entry};
use super::send::check_form;
use super::trip::{self, Trip};
use super::view::{CodeState, Lock};
use super::{Reply, pages, respond};
use crate::app::App;
use crate::context::Context;
use crate::convert;
use crate::cookies::Jar;
use crate::error::Error;
use crate::vault;

/// G06's POST.
pub async fn verify(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
    typed: &str,
    csrf: &str,
) -> Result<Reply, Error> {
    let trip = trip::load(app, ctx, jar, segment, id).await?;
    check_form(app, &trip, csrf, "code")?;
    if let Some(reply) = attempt(app, ctx, jar, trip, typed).await? {
        return Ok(reply);
    }
    // Another press of this browser was first, and the browser throws that one's answer away: the trip as it stands by
    // now tells what this one is given (OTP-14).
    let trip = trip::load(app, ctx, jar, segment, id).await?;
    match attempt(app, ctx, jar, trip, typed).await? {
        Some(reply) => Ok(reply),
        None => Err(Error::Unavailable("two presses met twice".into())),
    }
}

/// One look at the digits; nothing where another press was first.
async fn attempt(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    trip: Trip,
    typed: &str,
) -> Result<Option<Reply>, Error> {
    let Some((code, address)) = trip.code().cloned().zip(trip.address()) else {
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    };
    let read = Code::read(typed);
    if trip.row().is_some_and(|r| r.state != "open") || trip.outdated || code.state == "used" {
        return repeat(app, ctx, jar, trip, &code, &address, read.ok()).await.map(Some);
    }
    let (step, _) = facts::current(&trip, 0);
    if step != Step::EnterCode {
        return match step {
            Step::SendCode | Step::Identify | Step::Choose => {
                Err(trip.problem(ErrorCode::InteractionUnknown).into())
            }
            step => pages::elsewhere(app, ctx, trip, step).await.map(Some),
        };
    }
    // States of the code and the address show as themselves, for right and wrong digits alike (OTP-05, OTP-19).
    if !matches!(convert::stored(&code).standing(trip.now), Standing::Open { .. }) {
        let view = match paused(app, &trip, &address).await? {
            Some(lock) => pages::locked(&trip, &code, lock),
            None => pages::enter_code(&trip, CodeState::Expired),
        };
        return Ok(Some(Reply::show(trip.page(app, view)?)));
    }
    match read {
        Ok(digits) => compare(app, ctx, jar, trip, code, &address, &digits).await,
        Err(shape) => {
            Ok(Some(Reply::show(trip.page(app, pages::enter_code(&trip, CodeState::Shape(shape)))?)))
        }
    }
}

/// Whether wrong tries pause the address, asked where no try is counted any more.
async fn paused(app: &App, trip: &Trip, address: &Address) -> Result<Option<Lock>, Error> {
    let key = app.counter(Counter::Tries, Some(trip.tenant().id), &address.limit_key())?;
    let row = app.db.read(move |c| store::throttle::peek(c, &key)).await?;
    let until = row.as_ref().and_then(|r| tries_over(r, trip.now));
    let suspended = row.is_some_and(|r| r.streak >= n::FAILURES_IN_A_ROW);
    Ok(until.map(|until| if suspended { Lock::Suspended(until) } else { Lock::Paused(until) }))
}

/// What counting a try said.
struct Counted {
    ordinal: Option<i32>,
    paused: Option<Instant>,
    suspended: bool,
}

/// Counts, compares, and goes on with the match or shows the miss.
async fn compare(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    trip: Trip,
    code: PasscodeRow,
    address: &Address,
    digits: &Code,
) -> Result<Option<Reply>, Error> {
    let tried = digest(
        app,
        trip.live.epoch,
        trip.realm(),
        trip.sealed.client.as_ref(),
        trip.sealed.id,
        address.key(),
        digits.expose(),
    )?;
    let tries =
        limit(app.counter(Counter::Tries, Some(trip.tenant().id), &address.limit_key())?, &throttle::TRIES);
    let counted = count(app, &trip, code.id, tries).await?;
    if let Some(until) = counted.paused {
        let lock = if counted.suspended { Lock::Suspended(until) } else { Lock::Paused(until) };
        log_try(app, ctx, &trip, "paused", None).await?;
        return Ok(Some(Reply::show(trip.page(app, pages::locked(&trip, &code, lock))?)));
    }
    if counted.ordinal.is_none() {
        // The code is live no more: what became of it meanwhile decides.
        return Ok(None);
    }
    match convert::stored(&code).check(&tried, counted.ordinal, Purpose::SignIn, trip.now) {
        Ok(matched) => {
            let right = Right { address: address.clone(), matched, tried, tries: tries.key };
            matched_code(app, ctx, jar, trip, right).await
        }
        Err(Miss::Wrong { left }) => {
            log_try(app, ctx, &trip, if code.decoy { "wrong-nobody" } else { "wrong" }, Some(tries.key))
                .await?;
            let view = if left == 0 {
                pages::locked(&trip, &code, Lock::Burned)
            } else {
                pages::enter_code(&trip, CodeState::Wrong { left })
            };
            Ok(Some(Reply::show(trip.page(app, view)?)))
        }
        Err(Miss::NotCompared) => {
            log_try(app, ctx, &trip, "not-compared", None).await?;
            Ok(None)
        }
    }
}

/// Why nothing was counted.
enum NotCounted {
    /// The code is not live any more.
    Gone,
    Query(QueryError),
}

impl From<QueryError> for NotCounted {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

/// Counts a try in a commit of its own: the address's budget first, then the code's ordinal (OTP-04, OTP-05).
async fn count(
    app: &App,
    trip: &Trip,
    code: PasscodeId,
    tries: store::throttle::Limit,
) -> Result<Counted, Error> {
    let (realm, now) = (trip.realm(), trip.moment(app));
    let counted = app
        .db
        .write(move |c| {
            let admission = store::throttle::admit(c, std::slice::from_ref(&tries), now)?
                .pop()
                .ok_or(QueryError::NotFound)?;
            let ends = admission.streak_at.map(|at| clock::after(at, n::SUSPENSION));
            let suspended = ends.filter(|end| admission.streak >= n::FAILURES_IN_A_ROW && *end > now.instant);
            if !admission.admitted || suspended.is_some() {
                let until = suspended.unwrap_or(admission.retry_at);
                return Ok(Counted { ordinal: None, paused: Some(until), suspended: suspended.is_some() });
            }
            match store::signin::count_try(c, realm, code, now)? {
                Some(ordinal) => Ok(Counted { ordinal: Some(ordinal), paused: None, suspended: false }),
                None => Err(NotCounted::Gone),
            }
        })
        .await?;
    match counted {
        Ok(counted) => Ok(counted),
        Err(NotCounted::Gone) => Ok(Counted { ordinal: None, paused: None, suspended: false }),
        Err(NotCounted::Query(error)) => Err(error.into()),
    }
}

/// AUD-01: every try leaves a row; the finer reason stands here only (OTP-19).
async fn log_try(
    app: &App,
    ctx: &Context,
    trip: &Trip,
    what: &str,
    streak: Option<Digest>,
) -> Result<(), Error> {
    let user = trip.row().and_then(|r| r.user_id);
    let entry = Entry { outcome: "failure", error: Some(what), method: Some("passcode"), step: "enter_code" };
    let row = logbook::row(app, ctx, trip, user, None, entry);
    let now = trip.moment(app);
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

/// What the transaction of a match decided.
enum After {
    /// Another press was first.
    Lost,
    /// The proof is in the ledger; the trip goes on at this step.
    Proven(Step),
    /// Done.
    Finished(Box<Finished>),
}

/// Digits that were right, and what they were compared as.
struct Right {
    address: Address,
    matched: Match,
    tried: Digest,
    tries: Digest,
}

/// The digits were right: consume, prove, and finish in the same write where nothing else is owed. Nothing where another
/// press was first.
async fn matched_code(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    trip: Trip,
    right: Right,
) -> Result<Option<Reply>, Error> {
    let plan = finish::Plan::prepare(app, ctx, &trip);
    let secret = secret_256(app.random.as_ref());
    let secret_digest = vault::hash("interaction", trip.live.epoch, secret.expose());
    let (realm, id, now) = (trip.realm(), trip.sealed.id, trip.moment(app));
    let Right { address, matched, tried, tries } = right;
    let (ordinal, passcode) = (matched.ordinal(), matched.id());
    let mut matched = Some(matched);
    let shared = std::sync::Arc::new(trip);
    let inside = std::sync::Arc::clone(&shared);
    let after = app
        .db
        .write(move |c| -> Result<After, finish::Halt> {
            let trip = inside.as_ref();
            store::throttle::refund(c, &tries)?;
            let Some(row) = store::signin::consume(c, realm, passcode, &tried, ordinal, now)? else {
                return Ok(After::Lost);
            };
            let user = trip.user();
            let consumed = convert::stored(&row);
            // On a retried transaction the match was already turned into its proof: the row decides again.
            let proof = match matched.take() {
                Some(matched) => matched.proven(&consumed, address.key(), user.map(|u| u.id)),
                None => None,
            };
            let Some(proof) = proof else { return Err(finish::Halt::Again) };
            let mut ledger = facts::ledger(trip);
            if !ledger.record(realm, id, &proof) {
                return Err(finish::Halt::Again);
            }
            let step = facts::next(trip, Known { user, remembered: 0 }, &ledger, Some(Standing::Used));
            if let Step::Finish(Finish::Proof(authentication)) = step {
                return plan.run(c, trip, user, &authentication, now).map(|f| After::Finished(Box::new(f)));
            }
            let change = LedgerChange {
                ledger: &ledger.to_json(),
                secret: Some((&secret_digest, trip::repeat_until(now.instant))),
                user_id: None,
                expires_at: clock::after(now.instant, n::INTERACTION_ROW_LIFETIME),
            };
            store::signin::save_ledger(c, realm, id, &change)?;
            Ok(After::Proven(step))
        })
        .await?;
    let trip = shared.as_ref();
    let reply = match after {
        Ok(After::Finished(finished)) => finish::answer(app, ctx, jar, trip, *finished).await,
        Ok(After::Proven(step)) => {
            let keep = trip.keep_with(app, secret.expose())?;
            if let Step::Refuse(refusal) = step {
                respond::log_refusal(app, ctx, trip, refusal).await?;
            }
            // A refusal too is shown by a page of its own: an error carries no cookie, and without the new secret the
            // next reload would be that of another browser.
            Ok(Reply::go(pages::path(app, trip, &step)).with(keep))
        }
        Ok(After::Lost) => return Ok(None),
        Err(finish::Halt::Refused(refusal)) => respond::refused(app, ctx, trip, refusal).await,
        Err(finish::Halt::OtherPerson) => respond::other_person(app, ctx, trip).await,
        Err(finish::Halt::Again | finish::Halt::Belongs(_) | finish::Halt::Raced) => {
            Err(Error::Unavailable("the write was retried".into()))
        }
        Err(finish::Halt::Query(error)) => Err(error.into()),
    };
    reply.map(Some)
}

/// A repeat by the same browser (OTP-14): with the right digits within a minute it is answered as the first press was;
/// otherwise by where the trip stands.
async fn repeat(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    trip: Trip,
    code: &PasscodeRow,
    address: &Address,
    typed: Option<Code>,
) -> Result<Reply, Error> {
    let tried = match &typed {
        Some(code) => digest(
            app,
            trip.live.epoch,
            trip.realm(),
            trip.sealed.client.as_ref(),
            trip.sealed.id,
            address.key(),
            code.expose(),
        )?,
        None => Digest([0; 32]),
    };
    let finished = trip.row().is_some_and(|r| r.state == "finished");
    if finished || trip.outdated {
        // Every comparison is counted first, in a commit of its own, those after the success too (OTP-04).
        let (realm, id) = (trip.realm(), code.id);
        if !app.db.write(move |c| store::signin::count_repeat(c, realm, id)).await?? {
            return Err(trip.problem(ErrorCode::AlreadyDone).into());
        }
    }
    let equal = code.digest.matches(&tried);
    let right = equal && !code.decoy && typed.is_some();
    let recent = code.used_at.is_some_and(|at| trip.now - at <= n::REPEAT_WINDOW);
    match (right && recent, finished, trip.outdated) {
        (true, true, _) => finish::again(app, ctx, jar, trip).await,
        (true, false, true) => renewed(app, ctx, trip).await,
        (false, true, _) => Err(trip.problem(ErrorCode::AlreadyDone).into()),
        (false, false, true) => Err(trip.problem(ErrorCode::OtherBrowser).into()),
        (_, false, false) => {
            if let Some(done) = pages::ended(&trip) {
                return Err(done);
            }
            let (step, _) = facts::current(&trip, 0);
            pages::elsewhere(app, ctx, trip, step).await
        }
    }
}

/// A press whose first answer the browser threw away, with the secret in it: it gets another one.
pub(crate) async fn renewed(app: &App, ctx: &Context, mut trip: Trip) -> Result<Reply, Error> {
    let secret = secret_256(app.random.as_ref());
    let new = vault::hash("interaction", trip.live.epoch, secret.expose());
    let old = vault::hash("interaction", trip.live.epoch, &trip.sealed.secret);
    let (realm, id, now) = (trip.realm(), trip.sealed.id, trip.moment(app));
    let given = app.db.write(move |c| store::signin::renew_secret(c, realm, id, &old, &new, now)).await??;
    if !given {
        return Err(trip.problem(ErrorCode::OtherBrowser).into());
    }
    trip.sealed.secret = secret.expose().to_owned();
    trip.outdated = false;
    let keep = trip.keep(app)?;
    let (step, _) = facts::current(&trip, 0);
    Ok(pages::elsewhere(app, ctx, trip, step).await?.with(keep))
}

/// Refusals that a finished write can still meet.
pub(crate) const fn gone(user_disabled: bool) -> Refusal {
    if user_disabled { Refusal::Disabled } else { Refusal::NoAccess }
}
