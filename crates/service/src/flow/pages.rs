//! GET pages of a sign-in: load, ask `next`, show the page or go to the one where the trip stands. Nothing is written.

use vestibule_core::error::ErrorCode;
use vestibule_core::ids::InteractionId;
use vestibule_core::interaction::{Finish, Refusal, Step};
use vestibule_core::numbers::SEND_GAP;
use vestibule_core::passcode::Standing;
use vestibule_core::settings::BlockReason;
use vestibule_core::{Address, clock};
use vestibule_store::signin::PasscodeRow;

use super::facts;
use super::trip::{self, Trip};
use super::view::{CodeState, EnterCode, Lock, Review, View};
use super::{Reply, respond};
use crate::app::App;
use crate::context::Context;
use crate::convert;
use crate::cookies::Jar;
use crate::error::Error;
use crate::sealed::Remembered;

/// Which page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// G01; `change` shows it whatever the step.
    Email {
        /// The person pressed *Change*.
        change: bool,
    },
    /// G02.
    Accounts,
    /// G05.
    SendCode,
    /// G06, G07.
    EnterCode,
    /// G15.
    Review,
}

impl Asked {
    const fn page(self) -> &'static str {
        match self {
            Self::Email { .. } => "",
            Self::Accounts => "accounts",
            Self::SendCode => "code/send",
            Self::EnterCode => "code",
            Self::Review => "review",
        }
    }
}

/// Shows a page of a trip, or goes to the one where it stands.
pub async fn show(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
    asked: Asked,
) -> Result<Reply, Error> {
    let trip = trip::load(app, ctx, jar, segment, id).await?;
    if let Some(done) = ended(&trip) {
        return Err(done);
    }
    if trip.outdated {
        return lost_proof(app, &trip, asked);
    }
    let remembered = Remembered::open(&app.vault, jar.remembered.as_deref(), ctx.now).of(trip.tenant().id);
    let (step, _) = facts::current(&trip, remembered.len());
    if let Step::Refuse(refusal) = step {
        return respond::refusal_shown(app, &trip, refusal);
    }
    if let Asked::Email { change: true } = asked {
        return Ok(Reply::show(trip.page(app, email(&trip, &remembered, true))?));
    }
    // Who wants to pick an account may always do so, and whoever must type one may look at the list.
    let on_the_way =
        asked == Asked::Accounts && matches!(step, Step::Identify | Step::Choose | Step::SendCode);
    if facts::page_of(&step) != Some(asked.page()) && !on_the_way {
        return elsewhere(app, ctx, trip, step).await;
    }
    let view = match (&step, asked) {
        (_, Asked::Accounts) => accounts(&trip, &remembered, None),
        (Step::Identify, _) => email(&trip, &remembered, false),
        (Step::SendCode, _) => send_code(&trip),
        (Step::EnterCode, _) => enter_code(&trip, CodeState::Open),
        (Step::Review { terms }, _) => review(app, &trip, *terms, false).await?,
        (Step::Terms(version), _) => review(app, &trip, Some(*version), false).await?,
        (Step::Finish(Finish::Proof(_)), _) => review(app, &trip, None, false).await?,
        _ => return elsewhere(app, ctx, trip, step).await,
    };
    Ok(Reply::show(trip.page(app, view)?))
}

/// A browser that lost the answer to its proof, and the new secret in it, has only the page of the code: the same digits
/// give it another secret (OTP-14, SES-04). No other page would take its forms.
fn lost_proof(app: &App, trip: &Trip, asked: Asked) -> Result<Reply, Error> {
    match trip.code() {
        Some(code) if asked == Asked::EnterCode => {
            let page = EnterCode { auto_submit: false, ..code_page(trip, code, CodeState::Open) };
            Ok(Reply::show(trip.page(app, View::EnterCode(page))?))
        }
        _ => Ok(Reply::go(trip.path(app, Asked::EnterCode.page()))),
    }
}

/// What a finished or cancelled trip answers on any page of its own.
pub(crate) fn ended(trip: &Trip) -> Option<Error> {
    let row = trip.row()?;
    match row.state.as_str() {
        "finished" => Some(trip.problem(ErrorCode::AlreadyDone).into()),
        "cancelled" => {
            let mut problem = trip.problem(ErrorCode::InteractionStopped);
            problem.restart = trip.back();
            Some(problem.into())
        }
        _ => None,
    }
}

/// Where a trip goes when it is not on the page that was asked for.
pub(crate) async fn elsewhere(app: &App, ctx: &Context, trip: Trip, step: Step) -> Result<Reply, Error> {
    match step {
        Step::Finish(Finish::Session) => super::finish::on_session(app, ctx, trip).await,
        Step::Refuse(refusal) => respond::refused(app, ctx, &trip, refusal).await,
        step => Ok(Reply::go(path(app, &trip, &step))),
    }
}

/// The path of the page of a step.
pub(crate) fn path(app: &App, trip: &Trip, step: &Step) -> String {
    trip.path(app, facts::page_of(step).unwrap_or_default())
}

/// G01.
pub(crate) fn email(trip: &Trip, remembered: &[Address], change: bool) -> View {
    let hint = trip
        .sealed
        .request
        .as_ref()
        .and_then(|r| r.login_hint.as_deref())
        .and_then(|h| Address::parse(h).ok());
    let session = trip.live.session.as_ref().map(|s| s.user.address.clone());
    let select = trip.sealed.request.as_ref().is_some_and(|r| r.prompt.select_account);
    let value = trip.sealed.address.clone().or_else(|| hint.map(|h| h.as_str().to_owned()));
    let value = if change || select {
        value
    } else {
        value.or(session).or_else(|| remembered.first().map(|a| a.as_str().to_owned()))
    };
    View::Email { prefilled: value.is_some(), value, error: None, suggestion: None }
}

/// G02.
pub(crate) fn accounts(trip: &Trip, remembered: &[Address], forgot: Option<String>) -> View {
    let session = trip.live.session.as_ref();
    let mut accounts: Vec<(String, bool)> = Vec::new();
    if let Some(session) = session {
        accounts.push((session.user.address.clone(), true));
    }
    for address in remembered {
        if session.is_none_or(|s| s.user.address_key != address.key()) {
            accounts.push((address.as_str().to_owned(), false));
        }
    }
    accounts.truncate(vestibule_core::numbers::REMEMBERED_MAX);
    View::Accounts { accounts, forgot }
}

/// G05.
fn send_code(trip: &Trip) -> View {
    let address = trip.sealed.address.clone().unwrap_or_default();
    View::SendCode { address, wait: None, bounced: trip.bounced() }
}

/// G06 or G07, as the newest code stands.
pub(crate) fn enter_code(trip: &Trip, state: CodeState) -> View {
    let Some(code) = trip.code() else { return send_code(trip) };
    match convert::stored(code).standing(trip.now) {
        Standing::Burned => locked(trip, code, Lock::Burned),
        Standing::Open { .. } => View::EnterCode(code_page(trip, code, state)),
        Standing::Expired | Standing::Used | Standing::Cancelled => {
            View::EnterCode(code_page(trip, code, keep_wait(state)))
        }
    }
}

/// A wait stays what it is; everything else about a code that has ended is that it has ended.
fn keep_wait(state: CodeState) -> CodeState {
    match state {
        CodeState::Early(_) | CodeState::Enough(_) => state,
        _ => CodeState::Expired,
    }
}

pub(crate) fn locked(trip: &Trip, code: &PasscodeRow, lock: Lock) -> View {
    View::Locked {
        address: trip.sealed.address.clone().unwrap_or_default(),
        lock,
        ordinal: code.ordinal,
        resend_at: clock::after(code.created_at, SEND_GAP),
    }
}

fn code_page(trip: &Trip, code: &PasscodeRow, state: CodeState) -> EnterCode {
    EnterCode {
        address: trip.sealed.address.clone().unwrap_or_default(),
        mark: code.mark.clone(),
        expires_at: code.expires_at,
        ordinal: code.ordinal,
        resend_at: clock::after(code.created_at, SEND_GAP),
        state,
        bounced: trip.bounced(),
        sign_up: trip.application.as_ref().is_some_and(|a| a.application.settings.sign_up),
        auto_submit: trip.tenant().settings.code.auto_submit,
    }
}

/// G15.
pub(crate) async fn review(
    app: &App,
    trip: &Trip,
    terms: Option<u32>,
    terms_missing: bool,
) -> Result<View, Error> {
    let inviter = match trip.row().and_then(|r| r.user_id) {
        Some(user) => super::invitation::inviter_of(app, trip.tenant().id, user).await?,
        None => None,
    };
    let destination = match super::finish::destination(app, trip).await? {
        Some(url) => url::Url::parse(&url).ok().and_then(|u| u.host_str().map(ToOwned::to_owned)),
        None => None,
    };
    Ok(View::Review(Review {
        address: trip.sealed.address.clone().unwrap_or_default(),
        terms,
        terms_missing,
        inviter: inviter.map(|i| i.name),
        destination,
    }))
}

/// A refusal as a page.
pub(crate) fn refusal_view(trip: &Trip, refusal: Refusal) -> Option<View> {
    use vestibule_core::discovery::Refusal as Discovery;
    let address = || trip.sealed.address.clone().unwrap_or_default();
    match refusal {
        // What ended since an invitation was sent shows as every link does that has ended (INV-03, INV-14).
        Refusal::NoAccess
        | Refusal::Removed
        | Refusal::ApplicationOff
        | Refusal::NoMethod(Discovery::DomainBlocked)
            if trip::is_invitation(&trip.sealed) =>
        {
            Some(View::InvitationProblem { expired_at: None })
        }
        Refusal::Blocked(reason) => Some(View::Blocked(reason)),
        Refusal::SecondStepUnavailable | Refusal::LevelUnavailable => {
            Some(View::Blocked(BlockReason::default()))
        }
        Refusal::NoMethod(Discovery::NoMethod | Discovery::PinnedMethodOff) => {
            Some(View::NoWay { address: address() })
        }
        _ => None,
    }
}
