//! The driver.

use std::sync::Arc;

use vestibule_app::cookies::CookieChange;
use vestibule_app::{App, Error, vault};
use vestibule_core::clock;
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::UserId;
use vestibule_core::interaction::{Finish, PageKind, Step};
use vestibule_core::lifecycle::InteractionState;
use vestibule_core::log::{Outcome, StepKind, StepTaken};
use vestibule_core::method::Way;
use vestibule_core::numbers as n;
use vestibule_core::passcode::CodeStanding;
use vestibule_core::proof::Ledger;
use vestibule_core::random::secret_256;
use vestibule_core::secret::{Digest, Secret};
use vestibule_store as store;
use vestibule_store::Conn;
use vestibule_store::signin::LedgerChange;

use super::press::{Prepared, Press, Taken};
use crate::finish::{self, Closing, Finished};
use crate::halt::Halt;
use crate::reply::Reply;
use crate::sealed::Sealed;
use crate::trip::{self, Trip, TripRequest};
use crate::{gather, refusal};

/// How often what others did in the same moment is followed before the person is asked to press again.
const LOOKS: usize = 3;

/// A trip as a button finds it, or where the browser must go first.
pub(crate) enum Opened {
    Trip(Box<Trip>),
    Elsewhere(Reply),
}

/// Loads, and checks that the press comes from a page of this very trip (WEB-01).
pub(crate) async fn opened(at: TripRequest<'_>, csrf: &str, page: PageKind) -> Result<Opened, Error> {
    let trip = trip::load(at).await?;
    if let Some(reply) = begun_anew(at.app, &trip)? {
        return Ok(Opened::Elsewhere(reply));
    }
    if at.app.form_token_matches(&trip.locator(), &trip.sealed.secret, csrf)? {
        return Ok(Opened::Trip(Box::new(trip)));
    }
    let mut problem = trip.problem(ErrorCode::Csrf);
    problem.restart = Some(trip.path(at.app, page));
    Err(problem.into())
}

/// Where a trip goes that this release had to begin anew: to its page, under its new id.
pub(crate) fn begun_anew(app: &App, trip: &Trip) -> Result<Option<Reply>, Error> {
    let Some(before) = trip.instead_of else { return Ok(None) };
    let step = gather::current(trip, 0)?;
    let forget = CookieChange::ForgetInteraction(vestibule_core::urls::locator(before));
    Ok(Some(Reply::go(trip.place(app, &step)).with(forget).with(trip.keep(app)?)))
}

/// One press, from its form to its answer.
pub(crate) async fn advance<P: Press>(
    at: TripRequest<'_>,
    csrf: &str,
    form: &P::Form,
) -> Result<Reply, Error> {
    match opened(at, csrf, P::PAGE).await? {
        Opened::Trip(trip) => perform::<P>(at, *trip, form).await,
        Opened::Elsewhere(reply) => Ok(reply),
    }
}

/// One press on a trip that is genuine.
pub(crate) async fn perform<P: Press>(
    at: TripRequest<'_>,
    mut trip: Trip,
    form: &P::Form,
) -> Result<Reply, Error> {
    let (tenant, mut before) = (trip.tenant().id, None);
    for _ in 0..LOOKS {
        match look::<P>(at, trip, form, before).await? {
            Look::Answer(reply) => return Ok(reply),
            Look::Again(sealed, ready) => {
                trip = trip::reload(at, tenant, *sealed).await?;
                before = ready;
            }
        }
    }
    Ok(Reply::go(trip.path(at.app, P::PAGE)))
}

enum Look<T> {
    Answer(Reply),
    /// What was decided by is no longer so; what was counted stays counted.
    Again(Box<Sealed>, Option<Arc<T>>),
}

/// One look at the trip, and one write.
async fn look<P: Press>(
    at: TripRequest<'_>,
    trip: Trip,
    form: &P::Form,
    before: Option<Arc<P::Ready>>,
) -> Result<Look<P::Ready>, Error> {
    let trip = match repeated::<P>(at, trip, form).await? {
        Repeated::No(trip) => *trip,
        Repeated::Answer(reply) => return Ok(Look::Answer(reply)),
    };
    let step = gather::current(&trip, 0)?;
    if step.page() != Some(P::PAGE) {
        return out_of_step::<P>(at, trip, step).await.map(Look::Answer);
    }
    match P::ready(at, &trip, &step, form, before).await? {
        Prepared::Go(ready) => write::<P>(at, trip, ready).await,
        Prepared::Show(view) => Ok(Look::Answer(Reply::show(trip.shows(at.app, view)?))),
        Prepared::Answered(reply) => Ok(Look::Answer(reply)),
        Prepared::Again => Ok(Look::Again(Box::new(trip.sealed), None)),
    }
}

enum Repeated {
    No(Box<Trip>),
    Answer(Reply),
}

/// A press on a trip that has ended, or by a browser that lost the answer to its proof (OTP-14, SES-04): who shows as
/// much as the first time is answered as the first time, anybody else learns only where the trip stands.
async fn repeated<P: Press>(at: TripRequest<'_>, trip: Trip, form: &P::Form) -> Result<Repeated, Error> {
    match (trip.state(), trip.outdated) {
        (Some(InteractionState::Finished), _) => {
            if P::TAKES.is_some() && P::repeats(at, &trip, form).await? {
                return finish::again(at.app, at.jar, trip).await.map(Repeated::Answer);
            }
            Err(trip.problem(ErrorCode::AlreadyDone).into())
        }
        (Some(InteractionState::Cancelled), _) => {
            Err(trip.ended().unwrap_or_else(|| ErrorCode::InteractionStopped.into()))
        }
        // What only sends asks for no proof to be shown again.
        (_, true) if P::TAKES.is_none() => {
            let page = lost_proof(&trip).unwrap_or(P::PAGE);
            Ok(Repeated::Answer(Reply::go(trip.path(at.app, page))))
        }
        (_, true) if P::repeats(at, &trip, form).await? => renewed(at, trip).await.map(Repeated::Answer),
        (_, true) => Err(trip.problem(ErrorCode::OtherBrowser).into()),
        (_, false) => Ok(Repeated::No(Box::new(trip))),
    }
}

/// The only page that a browser has which lost the answer to its proof: that of the proof.
pub(crate) fn lost_proof(trip: &Trip) -> Option<PageKind> {
    trip.ledger.newest().map(|way| PageKind::Prove(way.method()))
}

/// A press whose first answer the browser threw away, with the secret in it: it gets another one.
async fn renewed(at: TripRequest<'_>, mut trip: Trip) -> Result<Reply, Error> {
    let secret = secret_256(at.app.random.as_ref());
    let new = vault::hash("interaction", trip.live.epoch, secret.expose());
    let (old, realm, id, now) = (trip.came_with(), trip.realm(), trip.sealed.id, trip.now());
    let given =
        at.app.db.write(move |c| store::signin::renew_secret(c, realm, id, &old, &new, now)).await??;
    if !given {
        return Err(trip.problem(ErrorCode::OtherBrowser).into());
    }
    trip.sealed.secret = secret.expose().to_owned();
    trip.outdated = false;
    let keep = trip.keep(at.app)?;
    let step = gather::current(&trip, 0)?;
    Ok(elsewhere(at, trip, step).await?.with(keep))
}

/// HRD-01: what the trip has passed leads to where it stands; all else is refused.
async fn out_of_step<P: Press>(at: TripRequest<'_>, trip: Trip, step: Step) -> Result<Reply, Error> {
    if step.stage() <= P::PAGE.stage() {
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    }
    elsewhere(at, trip, step).await
}

/// Where a trip goes when it is not on the page that was asked for.
pub(crate) async fn elsewhere(
    at: TripRequest<'_>,
    trip: impl Into<Arc<Trip>>,
    step: Step,
) -> Result<Reply, Error> {
    let trip = trip.into();
    match step {
        Step::Finish(Finish::Session) => finish::on_session(at.app, at.ctx, trip).await,
        Step::Refuse(why) => refusal::refused(at.app, at.ctx, &trip, why).await,
        step => Ok(Reply::go(trip.place(at.app, &step))),
    }
}

/// What the write decided.
enum After {
    /// Another press was first.
    Lost,
    Sent(PageKind),
    /// The ledger is saved, with a proof or without; the trip goes on at this step.
    Saved {
        step: Step,
        proof: bool,
        ledger: Box<Ledger>,
    },
    Finished(Box<Finished>),
}

/// What a step needs beside what its button made ready; nothing where the trip stays where it is.
struct Write {
    taken: StepKind,
    closing: Closing,
    secret: Secret,
    digest: Digest,
}

impl Write {
    fn prepare(at: TripRequest<'_>, trip: &Trip, taken: StepKind) -> Result<Self, Error> {
        let secret = secret_256(at.app.random.as_ref());
        let digest = vault::hash("interaction", trip.live.epoch, secret.expose());
        Ok(Self { taken, closing: Closing::prepare(at.app, at.ctx, trip)?, secret, digest })
    }

    /// Records what was taken, asks `next`, finishes or saves.
    fn record(&self, c: &mut Conn, trip: &Trip, taken: Taken) -> Result<After, Halt> {
        let mut ledger = trip.ledger.clone();
        let (mut proof, mut code, mut method) = (false, gather::code_standing(trip), None);
        match taken {
            Taken::Proven(earned) => {
                let way =
                    ledger.record(trip.realm(), trip.sealed.id, earned.as_ref()).ok_or(Halt::Unearned)?;
                code = if way == Way::Passcode { Some(CodeStanding::Used) } else { code };
                (proof, method) = (true, Some(way.method()));
            }
            Taken::Answered(way, answer) => ledger.answered(way, answer),
            Taken::Agreed(terms) => ledger.accept_review(terms),
            Taken::Sent(page) => return Ok(After::Sent(page)),
            Taken::Lost => return Ok(After::Lost),
        }
        let result = Outcome::Success.as_str().to_owned();
        ledger.took(StepTaken { step: self.taken, method, result, at: trip.at() });
        let step = gather::next(trip, trip.user(), 0, &ledger, code)?;
        if let Step::Finish(Finish::Proof(by)) = &step {
            let done = self.closing.run(c, trip, trip.user(), by, &ledger)?;
            return Ok(After::Finished(Box::new(done)));
        }
        let change = LedgerChange {
            ledger: &ledger.to_json(),
            came_with: &trip.came_with(),
            secret: proof.then(|| (&self.digest, trip::repeat_until(trip.at()))),
            expires_at: clock::after(trip.at(), n::INTERACTION_ROW_LIFETIME),
        };
        // Of two presses at once only one is saved; what the other consumed is given back with all the rest of it.
        if !store::signin::save_ledger(c, trip.realm(), trip.sealed.id, &change)? {
            return Err(Halt::Again);
        }
        Ok(After::Saved { step, proof, ledger: Box::new(ledger) })
    }
}

/// The one write: consume, record, next, finish or save.
async fn write<P: Press>(
    at: TripRequest<'_>,
    trip: Trip,
    ready: Arc<P::Ready>,
) -> Result<Look<P::Ready>, Error> {
    let job = Arc::new(P::TAKES.map(|taken| Write::prepare(at, &trip, taken)).transpose()?);
    let trip = Arc::new(trip);
    let (inside, run, its) = (Arc::clone(&trip), Arc::clone(&job), Arc::clone(&ready));
    let after = at
        .app
        .db
        .write(move |c| match (P::consume(&its, c, &inside)?, run.as_ref()) {
            (Taken::Sent(page), _) => Ok(After::Sent(page)),
            (Taken::Lost, _) => Ok(After::Lost),
            (taken, Some(run)) => run.record(c, &inside, taken),
            (_, None) => Err(Halt::Unearned),
        })
        .await?;
    let again = |ready| Look::Again(Box::new(trip.sealed.clone()), ready);
    let reply = match after {
        Ok(After::Lost) => return Ok(again(None)),
        Ok(After::Finished(finished)) => finish::answer(at.app, at.jar, &trip, *finished).await?,
        Ok(After::Sent(page)) => {
            at.app.wake_mail();
            Reply::go(trip.path(at.app, page)).with(trip.keep(at.app)?)
        }
        Ok(After::Saved { step, proof, ledger }) => {
            let secret = job.as_ref().as_ref().filter(|_| proof).map(|job| &job.secret);
            saved(at, &trip, step, &ledger, secret).await?
        }
        Err(Halt::Again) => return Ok(again(Some(ready))),
        Err(Halt::Belongs(user)) => {
            adopt(at.app, &trip, user).await?;
            return Ok(again(Some(ready)));
        }
        Err(Halt::Raced) => {
            if let Some(user) = owner(at.app, &trip).await? {
                adopt(at.app, &trip, user).await?;
            }
            return Ok(again(Some(ready)));
        }
        // Nothing of this press is left: that before it did the same.
        Err(Halt::Done(page)) => Reply::go(trip.path(at.app, page)).with(trip.keep(at.app)?),
        Err(Halt::Show(view)) => Reply::show(trip.shows(at.app, view)?).with(trip.keep(at.app)?),
        Err(Halt::Refused(why)) => refusal::refused(at.app, at.ctx, &trip, why).await?,
        Err(Halt::OtherPerson) => refusal::other_person(at.app, at.ctx, &trip).await?,
        Err(Halt::Unearned) => return Err(Error::Internal("a proof that was not earned here".into())),
        Err(Halt::Unreadable(error)) => return Err(error.into()),
        Err(Halt::Query(error)) => return Err(error.into()),
    };
    Ok(Look::Answer(reply))
}

/// The trip goes on. After a proof the browser gets the new secret, whatever comes next: an error carries no cookie, and
/// without the secret the next reload would be that of another browser, so a refusal is shown by a page of its own.
async fn saved(
    at: TripRequest<'_>,
    trip: &Arc<Trip>,
    step: Step,
    ledger: &Ledger,
    secret: Option<&Secret>,
) -> Result<Reply, Error> {
    let Some(secret) = secret else { return elsewhere(at, Arc::clone(trip), step).await };
    if let Step::Refuse(why) = step {
        refusal::log_refusal(at.app, at.ctx, trip, ledger, why).await?;
    }
    Ok(Reply::go(trip.place(at.app, &step)).with(trip.keep_with(at.app, secret.expose())?))
}

/// Whose the address of a trip is by now.
async fn owner(app: &App, trip: &Trip) -> Result<Option<UserId>, Error> {
    let Some(key) = trip.address().map(|a| a.key().to_owned()) else { return Ok(None) };
    let tenant = trip.tenant().id;
    Ok(app.db.read(move |c| store::live::user_by_address(c, tenant, &key)).await?.map(|u| u.id))
}

/// Writes down whose the address is by now.
async fn adopt(app: &App, trip: &Trip, user: UserId) -> Result<(), Error> {
    let Some(row) = trip.row() else { return Ok(()) };
    let (realm, id, expires_at) = (trip.realm(), trip.sealed.id, row.expires_at);
    app.db.write(move |c| store::signin::extend_interaction(c, realm, id, Some(user), expires_at)).await??;
    Ok(())
}
