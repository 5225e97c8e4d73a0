//! Finishing by the proofs of a trip, after its review.

use std::sync::Arc;

use vestibule_core::ids::UserId;
use vestibule_core::interaction::{Finish, Step};
use vestibule_core::proof::Authentication;
use vestibule_store as store;

use super::facts;
use super::finish::{self, Finished, Halt, Plan};
use super::trip::{self, Trip};
use super::{Reply, pages, respond};
use crate::app::App;
use crate::context::Context;
use crate::cookies::Jar;
use crate::error::Error;

/// How often what others did in the same moment is followed before the person is asked to press again.
const LOOKS: usize = 3;

/// Finishes; where the trip is not what it was when it was read, it is looked at anew: another press of the same button
/// may have finished it (the browser threw that answer away), or another browser made or accepted the guest.
pub(crate) async fn finish(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    mut trip: Trip,
    mut authentication: Authentication,
    terms: Option<u32>,
) -> Result<Reply, Error> {
    for _ in 0..LOOKS {
        let (read, done) = attempt(app, ctx, trip, authentication.clone(), terms).await?;
        let belongs = match done {
            Ok(finished) => return finish::answer(app, ctx, jar, &read, finished).await,
            Err(Halt::Refused(refusal)) => return respond::refused(app, ctx, &read, refusal).await,
            Err(Halt::OtherPerson) => return respond::other_person(app, ctx, &read).await,
            Err(Halt::Query(error)) => return Err(error.into()),
            Err(Halt::Belongs(user)) => Some(user),
            Err(Halt::Again) => None,
            Err(Halt::Raced) => {
                trip = trip::load(app, ctx, jar, &read.sealed.segment, read.sealed.id).await?;
                continue;
            }
        };
        if let Some(user) = belongs {
            adopt(app, &read, user).await?;
        }
        trip = trip::load(app, ctx, jar, &read.sealed.segment, read.sealed.id).await?;
        if trip.row().is_some_and(|r| r.state == "finished") {
            return finish::again(app, ctx, jar, trip).await;
        }
        match facts::current(&trip, 0).0 {
            Step::Finish(Finish::Proof(by_now)) => authentication = by_now,
            // Who is invited by now, or blocked, sees that first.
            step => return pages::elsewhere(app, ctx, trip, step).await,
        }
    }
    Ok(Reply::go(trip.path(app, "review")))
}

/// One transaction.
async fn attempt(
    app: &App,
    ctx: &Context,
    trip: Trip,
    authentication: Authentication,
    terms: Option<u32>,
) -> Result<(Arc<Trip>, Result<Finished, Halt>), Error> {
    let plan = Plan::prepare(app, ctx, &trip).with_terms(terms);
    let now = trip.moment(app);
    let read = Arc::new(trip);
    let inside = Arc::clone(&read);
    let done = app.db.write(move |c| plan.run(c, &inside, inside.user(), &authentication, now)).await?;
    Ok((read, done))
}

/// Writes down whose the address is by now.
async fn adopt(app: &App, trip: &Trip, user: UserId) -> Result<(), Error> {
    let Some(row) = trip.row() else { return Ok(()) };
    let (realm, id, expires_at) = (trip.realm(), trip.sealed.id, row.expires_at);
    app.db.write(move |c| store::signin::extend_interaction(c, realm, id, Some(user), expires_at)).await??;
    Ok(())
}
