//! Agreeing: G15's POST.

use vestibule_core::clock;
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::InteractionId;
use vestibule_core::interaction::{Finish, Step};
use vestibule_core::numbers as n;
use vestibule_oidc::error::{OAuthErrorCode, text};
use vestibule_store as store;
use vestibule_store::signin::LedgerChange;

use super::facts::{self, Known};
use super::logbook::{self, Entry};
use super::send::check_form;
use super::trip::{self, Trip};
use super::view::View;
use super::{Reply, finish, pages, proven, respond};
use crate::app::App;
use crate::context::Context;
use crate::cookies::Jar;
use crate::error::Error;

/// What was pressed on G15.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewForm {
    /// *Accept*; otherwise *Cancel*.
    pub accept: bool,
    /// The box for terms, of the version that the page had.
    pub terms: Option<u32>,
}

/// G15's POST.
pub async fn review(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
    form: ReviewForm,
    csrf: &str,
) -> Result<Reply, Error> {
    let trip = trip::load(app, ctx, jar, segment, id).await?;
    check_form(app, &trip, csrf, "review")?;
    if let Some(row) = trip.row().filter(|r| r.state == "finished" && form.accept) {
        // Only who holds the secret that the proof of this very trip gave may repeat its press: who took the cookie
        // before the proof has shown no digits (SES-04, OTP-14).
        let proven_here = row.previous_digest.is_some() && !trip.outdated;
        return if proven_here {
            finish::again(app, ctx, jar, trip).await
        } else {
            Err(trip.problem(ErrorCode::AlreadyDone).into())
        };
    }
    if let Some(done) = pages::ended(&trip) {
        return Err(done);
    }
    if trip.outdated {
        return Err(trip.problem(ErrorCode::OtherBrowser).into());
    }
    let (step, mut ledger) = facts::current(&trip, 0);
    let terms = match step {
        Step::Review { terms } => terms,
        Step::Terms(version) => Some(version),
        // Agreed to elsewhere meanwhile: the page's button is the press that ends this trip too.
        Step::Finish(Finish::Proof(_)) => None,
        Step::Identify | Step::Choose | Step::SendCode | Step::EnterCode => {
            return Err(trip.problem(ErrorCode::InteractionUnknown).into());
        }
        step => return pages::elsewhere(app, ctx, trip, step).await,
    };
    if !form.accept {
        return cancel(app, ctx, trip).await;
    }
    // Terms that changed while the page was open were not read.
    let agreed = form.terms.filter(|version| Some(*version) == terms);
    if terms.is_some() && agreed.is_none() {
        let view = pages::review(app, &trip, terms, true).await?;
        return Ok(Reply::show(trip.page(app, view)?));
    }
    ledger.accept_review(agreed.is_some());
    let user = trip.user().cloned();
    let step = facts::next(
        &trip,
        Known { user: user.as_ref(), remembered: 0 },
        &ledger,
        facts::code_standing(&trip),
    );
    match step {
        Step::Finish(Finish::Proof(authentication)) => {
            proven::finish(app, ctx, jar, trip, authentication, agreed).await
        }
        step => {
            let (realm, id) = (trip.realm(), trip.sealed.id);
            let (json, expires_at) = (ledger.to_json(), clock::after(trip.now, n::INTERACTION_ROW_LIFETIME));
            app.db
                .write(move |c| {
                    let change = LedgerChange { ledger: &json, secret: None, user_id: None, expires_at };
                    store::signin::save_ledger(c, realm, id, &change)
                })
                .await??;
            pages::elsewhere(app, ctx, trip, step).await
        }
    }
}

/// *Cancel*: nothing was shared; the application is told `access_denied`.
async fn cancel(app: &App, ctx: &Context, trip: Trip) -> Result<Reply, Error> {
    let entry = Entry {
        outcome: "interrupted",
        error: Some("review-cancelled"),
        method: Some("passcode"),
        step: "review",
    };
    let row = logbook::row(app, ctx, &trip, trip.row().and_then(|r| r.user_id), None, entry);
    let (realm, id) = (trip.realm(), trip.sealed.id);
    app.db
        .write(move |c| {
            store::signin::cancel_interaction(c, realm, id)?;
            store::logs::insert_sign_in(c, &row)
        })
        .await??;
    match respond::told(app, &trip, OAuthErrorCode::AccessDenied, text::CANCELLED)? {
        Some(reply) => Ok(reply),
        None => Ok(Reply::show(trip.page(app, View::ReviewCancelled)?)),
    }
}
