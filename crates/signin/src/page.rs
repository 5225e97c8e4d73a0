//! GET pages of a sign-in: load, ask `next`, show the page or go to the one where the trip stands. Nothing is written.

use vestibule_app::Error;
use vestibule_core::error::ErrorCode;
use vestibule_core::interaction::{PageKind, Step};

use crate::prove::{self, passcode};
use crate::reply::Reply;
use crate::sealed::Remembered;
use crate::trip::{self, Trip, TripRequest};
use crate::view::View;
use crate::{agree, gather, identify, refusal, step};

/// Shows a page of a trip, or goes to the one where it stands. `change`: the person pressed *Change* and sees the address
/// page whatever the step.
pub async fn show(at: TripRequest<'_>, asked: PageKind, change: bool) -> Result<Reply, Error> {
    let trip = trip::load(at).await?;
    if let Some(reply) = step::begun_anew(at.app, &trip)? {
        return Ok(reply);
    }
    if let Some(done) = trip.ended() {
        return Err(done);
    }
    if trip.outdated {
        return lost_proof(at, &trip, asked);
    }
    let remembered =
        Remembered::open(&at.app.vault, at.jar.remembered.as_deref(), trip.at()).of(trip.tenant().id);
    let step = gather::current(&trip, remembered.len())?;
    if let Step::Refuse(why) = step {
        return refusal::shown(at.app, &trip, why);
    }
    if change {
        return Ok(Reply::show(trip.shows(at.app, identify::email(&trip, &remembered, true))?));
    }
    // A person who asked to pick an account may always do so, and one who must type an address may look at the list.
    let looks = asked == PageKind::Accounts && matches!(step, Step::Identify | Step::Choose | Step::SendCode);
    if step.page() != Some(asked) && !looks {
        return step::elsewhere(at, trip, step).await;
    }
    let view: Option<Box<dyn View>> = match asked {
        PageKind::Address => Some(identify::email(&trip, &remembered, false)),
        PageKind::Accounts => Some(identify::accounts(&trip, &remembered, None)),
        PageKind::SendCode => Some(passcode::view::send_code(&trip)),
        PageKind::Prove(method) => prove::view(method, &trip),
        PageKind::Review => Some(agree::view(at.app, &trip, agree::terms_of(&step), false).await?),
        PageKind::CreateAccount | PageKind::Enrol | PageKind::SecondFactor | PageKind::AppConsent => None,
    };
    shown(at, &trip, view)
}

/// A browser that lost the answer to its proof, and the new secret in it, has only the page of that proof: the same press
/// gives it another secret (OTP-14, SES-04). No other page would take its forms.
fn lost_proof(at: TripRequest<'_>, trip: &Trip, asked: PageKind) -> Result<Reply, Error> {
    match step::lost_proof(trip) {
        Some(PageKind::Prove(method)) if asked == PageKind::Prove(method) => {
            shown(at, trip, prove::view(method, trip))
        }
        Some(page) => Ok(Reply::go(trip.path(at.app, page))),
        None => Err(trip.problem(ErrorCode::OtherBrowser).into()),
    }
}

/// A page that this release does not have is none: it must never be answered with another one, or with itself.
fn shown(at: TripRequest<'_>, trip: &Trip, view: Option<Box<dyn View>>) -> Result<Reply, Error> {
    match view {
        Some(view) => Ok(Reply::show(trip.shows(at.app, view)?)),
        None => Err(trip.problem(ErrorCode::InteractionUnknown).into()),
    }
}
