//! Single sign-on: the live session answers, and nothing else changes.

use std::sync::Arc;

use vestibule_app::{App, Context, Error};
use vestibule_core::error::ErrorCode;
use vestibule_core::log::{Outcome, StepKind};
use vestibule_store as store;

use crate::ending::{self, Drawn, Unwritten};
use crate::gather;
use crate::log::{self, By, SignInEntry};
use crate::reply::Reply;
use crate::subject::UserClaims;
use crate::trip::Trip;
use crate::{refusal, respond};

/// Answers from the live session: a code for the application, a row in the log.
pub(crate) async fn on_session(app: &App, ctx: &Context, trip: Arc<Trip>) -> Result<Reply, Error> {
    let Some(session) = trip.live.session.as_ref() else {
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    };
    if trip.redirect_uri().is_none() {
        return Err(trip.problem(ErrorCode::RedirectMismatch).into());
    }
    let (user, sid, authentication) = (session.user.id, session.row.id, session.authentication.clone());
    let (client, application) = (trip.sealed.ending.client(), trip.application.as_deref());
    let grant =
        gather::granted(trip.tenant(), client, application, &session.user, &authentication, trip.at())?;
    let Some(grant) = grant else { return Err(trip.problem(ErrorCode::InteractionUnknown).into()) };
    let by = Some(By::Session);
    let entry = SignInEntry { outcome: Outcome::Success, error: None, by, step: StepKind::Finish };
    let mut row = log::row(app, ctx, &trip, Some(sid), entry);
    row.user_id = Some(user);
    let drawn = Drawn::of(app, &trip);
    let (inside, who) = (Arc::clone(&trip), UserClaims::of(&session.user));
    let done = app
        .db
        .write(move |c| {
            let code = ending::write(&drawn, c, &inside, user, sid, &grant)?;
            store::logs::insert_sign_in(c, &row)?;
            Ok::<_, Unwritten>(code)
        })
        .await?;
    match done {
        Ok(code) => respond::granted(app, &trip, code, who, sid, authentication).await,
        Err(Unwritten::Refused(why)) => refusal::refused(app, ctx, &trip, why).await,
        Err(Unwritten::Query(error)) => Err(error.into()),
    }
}
