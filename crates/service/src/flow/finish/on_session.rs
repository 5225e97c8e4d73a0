//! Single sign-on: the live session answers, and nothing else changes.

use std::sync::Arc;

use vestibule_core::error::ErrorCode;
use vestibule_core::log::{Outcome, StepKind};
use vestibule_store as store;

use crate::app::App;
use crate::context::Context;
use crate::error::Error;
use crate::flow::ending::{self, Drawn};
use crate::flow::log::{self, By, Entry};
use crate::flow::reply::Reply;
use crate::flow::respond;
use crate::flow::trip::Trip;
use crate::subject::Who;

/// Answers from the live session: a code for the application, a row in the log.
pub(crate) async fn on_session(app: &App, ctx: &Context, trip: Arc<Trip>) -> Result<Reply, Error> {
    let Some(session) = trip.live.session.clone() else {
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    };
    if trip.redirect_uri().is_none() {
        return Err(trip.problem(ErrorCode::RedirectMismatch).into());
    }
    let (user, sid) = (session.user.id, session.row.id);
    let entry =
        Entry { outcome: Outcome::Success, error: None, by: Some(By::Session), step: StepKind::Finish };
    let mut row = log::row(app, ctx, &trip, trip.ledger.steps(), Some(sid), entry);
    row.user_id = Some(user);
    let drawn = Drawn::of(app, &trip);
    let inside = Arc::clone(&trip);
    let code = app
        .db
        .write(move |c| {
            let code = ending::insert_code(&drawn, c, &inside, user, sid, inside.now())?;
            store::logs::insert_sign_in(c, &row)?;
            Ok::<_, store::QueryError>(code)
        })
        .await??;
    respond::granted(app, &trip, code, Who::of(&session.user), sid, session.authentication).await
}
