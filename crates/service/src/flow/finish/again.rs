//! A press repeated within a minute of the finish, whose first answer the browser threw away (OTP-14): the one session
//! again with a new secret, a new code, and the earlier ones dead. Not once a code of it was exchanged.

use std::sync::Arc;

use vestibule_core::error::ErrorCode;
use vestibule_core::ids::SessionId;
use vestibule_core::numbers as n;
use vestibule_core::random::secret_256;
use vestibule_core::secret::{Digest, Secret};
use vestibule_store::signin::SessionRow;
use vestibule_store::{self as store, Conn};

use super::{Finished, Halt, answer};
use crate::app::App;
use crate::cookies::Jar;
use crate::error::Error;
use crate::flow::ending::{self, Drawn};
use crate::flow::reply::Reply;
use crate::flow::trip::Trip;
use crate::subject::Who;
use crate::vault;

/// Answers a repeat of the press that finished the trip.
pub(crate) async fn again(app: &App, jar: &Jar, trip: Trip) -> Result<Reply, Error> {
    let finished_at = trip.row().and_then(|r| r.finished_at);
    let recent = finished_at.is_some_and(|at| trip.at() - at <= n::REPEAT_WINDOW);
    let Some(sid) = trip.row().and_then(|r| r.session_id).filter(|_| recent) else {
        return Err(trip.problem(ErrorCode::AlreadyDone).into());
    };
    let secret = secret_256(app.random.as_ref());
    let digest = vault::hash("session", trip.live.epoch, secret.expose());
    let drawn = Drawn::of(app, &trip);
    let trip = Arc::new(trip);
    let inside = Arc::clone(&trip);
    let done = app.db.write(move |c| rotate(c, &inside, sid, &digest, &drawn)).await?;
    let (session, code) = match done {
        Ok(given) => given,
        Err(Halt::Query(error)) => return Err(error.into()),
        Err(_) => return Err(trip.problem(ErrorCode::AlreadyDone).into()),
    };
    // Whoever signed up in the first press is in no row that this trip read before it.
    let user = match trip.user().cloned() {
        Some(user) => Some(user),
        None => {
            let (tenant, key) = (trip.tenant().id, trip.address().map(|a| a.key().to_owned()));
            let key = key.unwrap_or_default();
            app.db.read(move |c| store::live::user_by_address(c, tenant, &key)).await?
        }
    };
    let Some(user) = user.filter(|u| u.id == session.user_id) else {
        return Err(trip.problem(ErrorCode::AlreadyDone).into());
    };
    let finished = Finished {
        session: session.id,
        session_secret: secret,
        expires_at: session.expires_at,
        authentication: session.authentication()?,
        who: Who::of(&user),
        code,
    };
    answer(app, jar, &trip, finished).await
}

fn rotate(
    c: &mut Conn,
    trip: &Trip,
    sid: SessionId,
    digest: &Digest,
    drawn: &Drawn,
) -> Result<(SessionRow, Option<Secret>), Halt> {
    let (realm, now) = (trip.realm(), trip.now());
    // The session's row first: presses at once wait for each other at it, so that each sees the codes of those before
    // it, and one code is left.
    if !store::signin::rotate_session_secret(c, realm, sid, digest)?
        || !store::tokens::cancel_codes(c, trip.tenant().id, trip.sealed.id, now)?
    {
        return Err(Halt::Again);
    }
    let session = store::signin::session(c, realm, sid)?
        .filter(|s| s.ended_at.is_none() && s.expires_at > now.instant)
        .ok_or(Halt::Again)?;
    let code = ending::insert_code(drawn, c, trip, session.user_id, sid, now)?;
    Ok((session, code))
}
