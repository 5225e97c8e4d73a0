//! Learning an address and sending a code: G01, G02, G05 and *Send a new code* on G06.
//!
//! For a guest and for nobody the same statements run and the same hashes are made (OTP-17, OTP-18): nobody gets a
//! decoy instead of a code, and at most one mail a day that says so (OTP-29).

use vestibule_core::Address;
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{InteractionId, ordered_uuid};
use vestibule_core::interaction::Step;
use vestibule_core::passcode::Standing;
use vestibule_core::random::secret_256;
use vestibule_core::throttle::Wait;
use vestibule_store as store;

use super::Reply;
use super::dispatch::{Halt, Job};
use super::facts;
use super::pages;
use super::trip::{self, Trip};
use super::view::{CodeState, EmailProblem, Lock, View};
use crate::app::App;
use crate::context::Context;
use crate::convert;
use crate::cookies::{Change, Jar};
use crate::error::Error;
use crate::sealed::Remembered;
use crate::typo;

/// The form of G01.
#[derive(Debug, Default)]
pub struct EmailForm {
    /// What stands in the field.
    pub email: String,
    /// What we had put there.
    pub prefilled: Option<String>,
    /// The person saw "Did you mean …?" and keeps what was typed.
    pub keep: bool,
    /// The form token.
    pub csrf: String,
}

/// G01's POST: learns the address; sends at once where it was typed here (OTP-09).
pub async fn identify(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
    form: EmailForm,
) -> Result<Reply, Error> {
    let mut trip = trip::load(app, ctx, jar, segment, id).await?;
    check_form(app, &trip, &form.csrf, "")?;
    let problem = |trip: &Trip, error| {
        let view = View::Email {
            value: Some(form.email.clone()),
            prefilled: false,
            error: Some(error),
            suggestion: None,
        };
        trip.page(app, view).map(Reply::show)
    };
    let address = match Address::parse(&form.email) {
        Ok(address) => address,
        Err(vestibule_core::address::AddressError::Empty) => return problem(&trip, EmailProblem::Empty),
        Err(_) => return problem(&trip, EmailProblem::Format),
    };
    let enforced = !trip.tenant().lists.exempt_accepted && !trip.tenant().owns(address.domain());
    if enforced && !trip.tenant().admits(&address, false) {
        return problem(&trip, EmailProblem::Domain(address.domain().to_string()));
    }
    if let Some(suggestion) = typo::suggest(&address).filter(|_| !form.keep) {
        let view = View::Email {
            value: Some(form.email.clone()),
            prefilled: false,
            error: None,
            suggestion: Some(suggestion),
        };
        return Ok(Reply::show(trip.page(app, view)?));
    }
    let typed = form
        .prefilled
        .as_deref()
        .is_none_or(|p| Address::parse(p).map_or(true, |p| p.key() != address.key()));
    if let Some(answer) = take_address(app, &mut trip, &address, false).await? {
        return Ok(answer);
    }
    go_on(app, ctx, trip, typed).await
}

/// Takes an address into the trip. Another address than before begins a new trip (HRD-03); the same again, where the
/// row already exists, is a repeat.
async fn take_address(
    app: &App,
    trip: &mut Trip,
    address: &Address,
    picked: bool,
) -> Result<Option<Reply>, Error> {
    if trip::is_invitation(&trip.sealed) && trip.address().is_some_and(|a| a.key() != address.key()) {
        // The address of an invitation is fixed (INV-02); another one is another trip, and there is none to begin.
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    }
    let hash = app.address_hash(address.key())?;
    let row = trip.row().map(|r| (r.address_key.matches(&hash), r.state == "open"));
    trip.sealed.address = Some(address.as_str().to_owned());
    trip.sealed.picked = picked;
    match row {
        None => Ok(None),
        Some((true, true)) => {
            let (step, _) = facts::current(trip, 0);
            Ok(Some(Reply::go(pages::path(app, trip, &step)).with(trip.keep(app)?)))
        }
        Some(_) => {
            renew(app, trip).await?;
            Ok(None)
        }
    }
}

/// Ends the trip under its id and begins another with the same request: proofs and codes of before die (HRD-03).
async fn renew(app: &App, trip: &mut Trip) -> Result<(), Error> {
    let (realm, old) = (trip.realm(), trip.sealed.id);
    app.db
        .write(move |c| {
            store::signin::cancel_interaction(c, realm, old)?;
            store::signin::supersede_passcodes(c, realm, old).map(|_| ())
        })
        .await??;
    trip.sealed.id = InteractionId(ordered_uuid(trip.now, app.random.as_ref()));
    trip.sealed.secret = secret_256(app.random.as_ref()).expose().to_owned();
    trip.live.interaction = None;
    Ok(())
}

/// After an address is known: what `next` says. `typed` tells whether the button just pressed said that it sends.
async fn go_on(app: &App, ctx: &Context, trip: Trip, typed: bool) -> Result<Reply, Error> {
    let (step, _) = facts::current(&trip, 0);
    match step {
        Step::SendCode if typed && !trip.tenant().settings.code.confirm_before_send => {
            deliver(app, ctx, trip, None).await
        }
        Step::Finish(_) | Step::Refuse(_) => {
            let keep = trip.keep(app)?;
            Ok(pages::elsewhere(app, ctx, trip, step).await?.with(keep))
        }
        step => Ok(Reply::go(pages::path(app, &trip, &step)).with(trip.keep(app)?)),
    }
}

/// The form of G02.
#[derive(Debug, Default)]
pub struct AccountForm {
    /// The account that was picked.
    pub account: Option<String>,
    /// The account to be removed from this device.
    pub forget: Option<String>,
    /// The form token.
    pub csrf: String,
}

/// G02's POST: picks an account, or removes one from this device.
pub async fn choose(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
    form: AccountForm,
) -> Result<Reply, Error> {
    let mut trip = trip::load(app, ctx, jar, segment, id).await?;
    check_form(app, &trip, &form.csrf, "accounts")?;
    let mut list = Remembered::open(&app.vault, jar.remembered.as_deref(), ctx.now);
    let tenant = trip.tenant().id;
    if let Some(address) = form.forget.as_deref().and_then(|a| Address::parse(a).ok()) {
        list.remove(tenant, &address);
        let view = pages::accounts(&trip, &list.of(tenant), Some(address.as_str().to_owned()));
        return Ok(Reply::show(trip.page(app, view)?).with(Change::Remembered(list.seal(&app.vault)?)));
    }
    let wanted = form.account.as_deref().and_then(|a| Address::parse(a).ok());
    let session = trip.live.session.as_ref().map(|s| s.user.address_key.clone());
    let Some(address) = wanted.filter(|a| {
        list.of(tenant).iter().any(|k| k.key() == a.key()) || session.as_deref() == Some(a.key())
    }) else {
        return Ok(Reply::go(trip.path(app, "")));
    };
    if let Some(answer) = take_address(app, &mut trip, &address, true).await? {
        return Ok(answer);
    }
    go_on(app, ctx, trip, false).await
}

/// G05's POST, *Send code*.
pub async fn send(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
    csrf: &str,
) -> Result<Reply, Error> {
    let trip = trip::load(app, ctx, jar, segment, id).await?;
    check_form(app, &trip, csrf, "code/send")?;
    if let Some(done) = pages::ended(&trip) {
        return Err(done);
    }
    let (step, _) = facts::current(&trip, 0);
    match step {
        Step::SendCode => {
            let ordinal = trip.code().map(|p| p.ordinal);
            deliver(app, ctx, trip, ordinal).await
        }
        Step::Identify | Step::Choose => Err(trip.problem(ErrorCode::InteractionUnknown).into()),
        step => pages::elsewhere(app, ctx, trip, step).await,
    }
}

/// *Send a new code*. `ordinal` is the number of the code that it replaces: a repeat is answered as the first press.
pub async fn resend(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
    ordinal: Option<i32>,
    csrf: &str,
) -> Result<Reply, Error> {
    let trip = trip::load(app, ctx, jar, segment, id).await?;
    check_form(app, &trip, csrf, "code")?;
    if let Some(done) = pages::ended(&trip) {
        return Err(done);
    }
    let (step, _) = facts::current(&trip, 0);
    let newest = trip.code().map(|p| p.ordinal);
    match (step, newest, ordinal) {
        (Step::EnterCode, Some(newest), Some(replaced)) if replaced >= newest => {
            deliver(app, ctx, trip, Some(newest)).await
        }
        (Step::EnterCode, Some(_), Some(_)) => Ok(Reply::go(trip.path(app, "code")).with(trip.keep(app)?)),
        (Step::EnterCode, _, None) => Err(trip.problem(ErrorCode::RequestBad).into()),
        (Step::SendCode | Step::Identify | Step::Choose, _, _) => {
            Err(trip.problem(ErrorCode::InteractionUnknown).into())
        }
        (step, _, _) => pages::elsewhere(app, ctx, trip, step).await,
    }
}

/// The form token, and where a stale one leads (WEB-01).
pub(crate) fn check_form(app: &App, trip: &Trip, given: &str, page: &str) -> Result<(), Error> {
    if app.form_token_matches(&trip.locator(), &trip.sealed.secret, given)? {
        return Ok(());
    }
    let mut problem = trip.problem(ErrorCode::Csrf);
    problem.restart = Some(trip.path(app, page));
    Err(problem.into())
}

/// Sends: throttles, one interaction, one passcode or decoy, at most one mail, in one transaction.
pub(crate) async fn deliver(
    app: &App,
    ctx: &Context,
    trip: Trip,
    replaces: Option<i32>,
) -> Result<Reply, Error> {
    let Some(address) = trip.address() else {
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    };
    let job = Job::prepare(app, ctx, &trip, &address, replaces)?;
    let now = trip.moment(app);
    let outcome = app.db.write(move |c| job.run(c, now)).await?;
    match outcome {
        Ok(()) => {
            app.wake_mail();
            Ok(Reply::go(trip.path(app, "code")).with(trip.keep(app)?))
        }
        Err(Halt::Repeat) => Ok(Reply::go(trip.path(app, "code")).with(trip.keep(app)?)),
        Err(Halt::Wait(wait)) => held_back(app, &trip, wait),
        Err(Halt::Query(error)) => Err(error.into()),
    }
}

/// The page that says when a code can be asked for.
fn held_back(app: &App, trip: &Trip, wait: Wait) -> Result<Reply, Error> {
    let code = trip.code();
    let view = match (wait, code) {
        (Wait::Source(until), _) => View::Wait { until },
        (Wait::Paused(until), Some(code)) => pages::locked(trip, code, Lock::Paused(until)),
        // A code that wrong tries burned has no page of its own to say when the next one can be asked for (OTP-08).
        (Wait::Gap(at) | Wait::Enough(at), Some(code))
            if convert::stored(code).standing(trip.now) == Standing::Burned =>
        {
            pages::locked(trip, code, Lock::Paused(at))
        }
        (Wait::Gap(at), Some(_)) => pages::enter_code(trip, CodeState::Early(at)),
        (Wait::Enough(at), Some(_)) => pages::enter_code(trip, CodeState::Enough(at)),
        (wait, None) => {
            let address = trip.sealed.address.clone().unwrap_or_default();
            View::SendCode { address, wait: Some(wait), bounced: false }
        }
    };
    Ok(Reply::show(trip.page(app, view)?).with(trip.keep(app)?))
}
