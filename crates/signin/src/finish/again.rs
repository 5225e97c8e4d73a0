//! A press repeated within a minute of the finish, whose first answer the browser threw away (OTP-14): the one session
//! again with a new secret, a new code, and the earlier ones dead. Not once a code of it was exchanged, nor where what
//! granted it holds no more: it is asked for anew, as by every other press.

use std::sync::Arc;

use vestibule_app::cookies::Jar;
use vestibule_app::{App, Error, vault};
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::SessionId;
use vestibule_core::numbers as n;
use vestibule_core::random::secret_256;
use vestibule_core::secret::{Digest, Secret};
use vestibule_store::{self as store, Conn};

use super::{Finished, answer};
use crate::ending::{self, Drawn};
use crate::gather;
use crate::halt::Halt;
use crate::reply::Reply;
use crate::subject::UserClaims;
use crate::trip::Trip;

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
    match app.db.write(move |c| rotate(c, &inside, sid, (&secret, &digest), &drawn)).await? {
        Ok(finished) => answer(app, jar, &trip, finished).await,
        Err(Halt::Query(error)) => Err(error.into()),
        Err(Halt::Unreadable(error)) => Err(error.into()),
        Err(_) => Err(trip.problem(ErrorCode::AlreadyDone).into()),
    }
}

/// Gives a new secret and a new code, if all that the first press was granted by still holds.
fn rotate(
    c: &mut Conn,
    trip: &Trip,
    sid: SessionId,
    (secret, digest): (&Secret, &Digest),
    drawn: &Drawn,
) -> Result<Finished, Halt> {
    let (realm, tenant, now) = (trip.realm(), trip.tenant(), trip.now());
    // The session's row first: presses at once wait for each other at it, so that each sees the codes of those before
    // it, and one code is left.
    if !store::signin::rotate_session_secret(c, realm, sid, digest)?
        || !store::tokens::cancel_codes(c, tenant.id, trip.sealed.id, now)?
    {
        return Err(Halt::Again);
    }
    let session = store::signin::session(c, realm, sid)?
        .filter(|s| s.ended_at.is_none() && s.expires_at > now.instant)
        .ok_or(Halt::Again)?;
    let authentication = session.authentication()?;
    // Whoever signed up in the first press is in no row that this trip has read.
    let key = trip.address().ok_or(Halt::Again)?.key();
    let user = store::live::user_by_address(c, tenant.id, key)?
        .filter(|u| u.id == session.user_id)
        .ok_or(Halt::Again)?;
    let (client, application) = (trip.sealed.ending.client(), trip.application.as_deref());
    let grant = gather::granted(tenant, client, application, &user, &authentication, now.instant)?
        .ok_or(Halt::Again)?;
    let code = ending::write(drawn, c, trip, user.id, sid, &grant)?;
    Ok(Finished {
        session: sid,
        session_secret: secret.duplicate(),
        expires_at: session.expires_at,
        authentication,
        who: UserClaims::of(&user),
        code,
    })
}
