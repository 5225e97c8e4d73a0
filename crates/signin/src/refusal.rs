//! Refusals: as a page, or as an error to the application where no page may be shown; and their rows in the log.

use vestibule_app::{App, Context, Error};
use vestibule_core::discovery::NoPlan;
use vestibule_core::error::ErrorCode;
use vestibule_core::interaction::Refusal;
use vestibule_core::log::{Outcome, StepKind};
use vestibule_core::policies::BlockReason;
use vestibule_core::proof::Ledger;
use vestibule_oidc::error::{OAuthErrorCode, text};
use vestibule_store as store;

use crate::log::{self, SignInEntry};
use crate::reply::Reply;
use crate::respond;
use crate::sealed::Ending;
use crate::trip::Trip;
use crate::view::{Blocked, InvitationProblem, NoWay, View};

/// Somebody proved who they are, but the application had named another person: it gets an error, and nobody is signed in.
pub(crate) async fn other_person(app: &App, ctx: &Context, trip: &Trip) -> Result<Reply, Error> {
    let entry = SignInEntry {
        outcome: Outcome::Failure,
        error: Some("other-person"),
        by: None,
        step: StepKind::Finish,
    };
    let row = log::row(app, ctx, trip, None, entry);
    app.db.write(move |c| store::logs::insert_sign_in(c, &row)).await??;
    respond::error_answer(app, trip, OAuthErrorCode::LoginRequired, text::LOGIN_REQUIRED)?
        .ok_or_else(|| trip.problem(ErrorCode::RedirectMismatch).into())
}

/// A refusal: logged; an error to the application where no page may be shown; else a page, whose way back carries the
/// error.
pub(crate) async fn refused(app: &App, ctx: &Context, trip: &Trip, refusal: Refusal) -> Result<Reply, Error> {
    log_refusal(app, ctx, trip, &trip.ledger, refusal).await?;
    shown(app, trip, refusal)
}

/// The row of a refusal, with the steps of the ledger that was refused (AUD-01).
pub(crate) async fn log_refusal(
    app: &App,
    ctx: &Context,
    trip: &Trip,
    ledger: &Ledger,
    refusal: Refusal,
) -> Result<(), Error> {
    // Before anything was sent anybody can ask without end: that is no sign-in to keep a row of (DOS-04).
    if trip.row().is_none() {
        return Ok(());
    }
    let code = ErrorCode::from(refusal);
    let entry = SignInEntry {
        outcome: Outcome::Failure,
        error: Some(code.as_str()),
        by: None,
        step: StepKind::Refuse,
    };
    let row = log::row(app, ctx, trip, None, entry);
    let row = log::after(row, ledger.steps(), entry, trip.at());
    app.db.write(move |c| store::logs::insert_sign_in(c, &row)).await??;
    Ok(())
}

/// A refusal as a GET shows it: nothing is written, however often it is asked for (LNK-01, DOS-04).
pub(crate) fn shown(app: &App, trip: &Trip, refusal: Refusal) -> Result<Reply, Error> {
    let code = ErrorCode::from(refusal);
    let line = match oauth_error(refusal) {
        OAuthErrorCode::UnmetAuthenticationRequirements => text::UNMET_AUTHENTICATION,
        OAuthErrorCode::UnauthorizedClient => text::CLIENT_DISABLED,
        _ => text::ACCESS_DENIED,
    };
    if trip.sealed.ending.request().is_some_and(|r| r.prompt.none) {
        // Without a page, a rule of the tenant needs one (OIDC Core 3.1.2.6).
        return respond::error_answer(
            app,
            trip,
            OAuthErrorCode::InteractionRequired,
            text::INTERACTION_REQUIRED,
        )?
        .ok_or_else(|| trip.problem(ErrorCode::RedirectMismatch).into());
    }
    match view(trip, refusal) {
        Some(view) => {
            let mut shown = trip.shows(app, view)?;
            shown.about.back = respond::back_with_error(app, trip, oauth_error(refusal), line);
            Ok(Reply::show(shown))
        }
        None => {
            let mut problem = trip.problem(code);
            problem.back = respond::back_with_error(app, trip, oauth_error(refusal), line).or(problem.back);
            Err(problem.into())
        }
    }
}

/// A refusal as a page of its own; `None`: as the page of its error code.
fn view(trip: &Trip, refusal: Refusal) -> Option<Box<dyn View>> {
    let code = ErrorCode::from(refusal);
    let invited = matches!(trip.sealed.ending, Ending::Invitation { .. });
    match refusal {
        // What ended since an invitation was sent shows as every link does that has ended (INV-03, INV-14).
        Refusal::NoAccess
        | Refusal::Removed
        | Refusal::ApplicationOff
        | Refusal::NoMethod(NoPlan::DomainBlocked)
            if invited =>
        {
            Some(Box::new(InvitationProblem { expired_at: None }))
        }
        Refusal::Blocked(reason) => Some(Box::new(Blocked { code, reason })),
        Refusal::SecondStepUnavailable | Refusal::LevelUnavailable => {
            Some(Box::new(Blocked { code, reason: BlockReason::default() }))
        }
        Refusal::NoMethod(NoPlan::NoMethod | NoPlan::PinnedMethodOff) => {
            Some(Box::new(NoWay { address: trip.shown_address() }))
        }
        Refusal::NoMethod(NoPlan::DomainBlocked | NoPlan::ProviderFailed)
        | Refusal::TenantOff
        | Refusal::ApplicationOff
        | Refusal::NoAccess
        | Refusal::Disabled
        | Refusal::Removed => None,
    }
}

/// The error that an application gets for a refusal, where it gets one (OIDC Core 3.1.2.6).
const fn oauth_error(refusal: Refusal) -> OAuthErrorCode {
    match refusal {
        Refusal::SecondStepUnavailable | Refusal::LevelUnavailable => {
            OAuthErrorCode::UnmetAuthenticationRequirements
        }
        Refusal::TenantOff | Refusal::ApplicationOff => OAuthErrorCode::UnauthorizedClient,
        Refusal::Blocked(_)
        | Refusal::NoMethod(_)
        | Refusal::NoAccess
        | Refusal::Disabled
        | Refusal::Removed => OAuthErrorCode::AccessDenied,
    }
}
