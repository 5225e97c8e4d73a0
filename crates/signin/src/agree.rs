//! Agreeing: G15 and its buttons.

use std::sync::Arc;

use vestibule_app::{App, Error};
use vestibule_core::interaction::{PageKind, Step};
use vestibule_core::log::{Outcome, StepKind};
use vestibule_oidc::error::{OAuthErrorCode, text};
use vestibule_store as store;
use vestibule_store::Conn;

use crate::halt::Halt;
use crate::log::{self, By, SignInEntry};
use crate::reply::Reply;
use crate::step::{self, Prepared, Press, Taken};
use crate::trip::{Trip, TripRequest};
use crate::view::{self as page, View};
use crate::{ending, inviter, respond};

/// What was pressed on G15.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewForm {
    /// *Accept*; otherwise *Cancel*.
    pub accept: bool,
    /// The box for terms, of the version that the page had.
    pub terms: Option<u32>,
}

/// G15's POST.
pub async fn review(at: TripRequest<'_>, form: ReviewForm, csrf: &str) -> Result<Reply, Error> {
    step::advance::<Review>(at, csrf, &form).await
}

/// The button.
struct Review;

/// The version of the terms that was agreed to, where one was asked for.
pub(crate) struct Agreed(Option<u32>);

impl Press for Review {
    type Form = ReviewForm;
    type Ready = Agreed;

    const PAGE: PageKind = PageKind::Review;
    const TAKES: Option<StepKind> = Some(StepKind::Review);

    /// Only who holds the secret that the proof of this very trip gave may repeat its press: who took the cookie before
    /// the proof has shown nothing (SES-04, OTP-14).
    async fn repeats(_: TripRequest<'_>, trip: &Trip, form: &ReviewForm) -> Result<bool, Error> {
        let proven_here = trip.row().is_some_and(|r| r.previous_digest.is_some());
        Ok(form.accept && proven_here && !trip.outdated)
    }

    async fn ready(
        at: TripRequest<'_>,
        trip: &Trip,
        step: &Step,
        form: &ReviewForm,
        before: Option<Arc<Agreed>>,
    ) -> Result<Prepared<Agreed>, Error> {
        // What was agreed to was read on a page that says something else by now: invited meanwhile, new terms.
        if before.is_some() && !matches!(step, Step::Finish(_)) {
            return Ok(Prepared::Answered(Reply::go(trip.place(at.app, step))));
        }
        if !form.accept {
            return cancel(at, trip).await.map(Prepared::Answered);
        }
        let asked = terms_of(step);
        // Terms that changed while the page was open were not read.
        let agreed = form.terms.filter(|version| Some(*version) == asked);
        if asked.is_some() && agreed.is_none() {
            return Ok(Prepared::Show(view(at.app, trip, asked, true).await?));
        }
        Ok(Prepared::Go(Arc::new(Agreed(agreed))))
    }

    fn consume(agreed: &Agreed, _: &mut Conn, _: &Trip) -> Result<Taken, Halt> {
        Ok(Taken::Agreed(agreed.0))
    }
}

/// The version of the terms that a step asks for.
pub(crate) const fn terms_of(step: &Step) -> Option<u32> {
    match step {
        Step::Review { terms } => *terms,
        Step::Terms(version) => Some(*version),
        _ => None,
    }
}

/// *Cancel*: nothing was shared; the application gets `access_denied`.
async fn cancel(at: TripRequest<'_>, trip: &Trip) -> Result<Reply, Error> {
    let by = trip.ledger.newest().map(|way| By::Method(way.method()));
    let entry = SignInEntry {
        outcome: Outcome::Interrupted,
        error: Some("review-cancelled"),
        by,
        step: StepKind::Review,
    };
    let row = log::row(at.app, at.ctx, trip, None, entry);
    let (realm, id) = (trip.realm(), trip.sealed.id);
    at.app
        .db
        .write(move |c| {
            store::signin::cancel_interaction(c, realm, id)?;
            store::logs::insert_sign_in(c, &row)
        })
        .await??;
    match respond::error_answer(at.app, trip, OAuthErrorCode::AccessDenied, text::CANCELLED)? {
        Some(reply) => Ok(reply),
        None => Ok(Reply::show(trip.shows(at.app, Box::new(page::ReviewCancelled))?)),
    }
}

/// G15.
pub(crate) async fn view(
    app: &App,
    trip: &Trip,
    terms: Option<u32>,
    terms_missing: bool,
) -> Result<Box<dyn View>, Error> {
    let inviter = match trip.row().and_then(|r| r.user_id) {
        Some(user) => inviter::of_guest(app, trip.tenant().id, user).await?,
        None => None,
    };
    let destination = match ending::destination(app, trip).await? {
        Some(url) => url::Url::parse(&url).ok().and_then(|u| u.host_str().map(ToOwned::to_owned)),
        None => None,
    };
    Ok(Box::new(page::Review {
        address: trip.shown_address(),
        terms,
        terms_missing,
        inviter: inviter.map(|i| i.name),
        destination,
    }))
}
