//! The driver.

use std::sync::Arc;

use vestibule_core::clock;
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::UserId;
use vestibule_core::interaction::{Finish, Page, Stage, Step};
use vestibule_core::lifecycle::Interaction;
use vestibule_core::log::{Outcome, StepTaken};
use vestibule_core::method::Way;
use vestibule_core::numbers as n;
use vestibule_core::passcode::Standing;
use vestibule_core::random::secret_256;
use vestibule_core::secret::{Digest, Secret};
use vestibule_store as store;
use vestibule_store::Conn;
use vestibule_store::signin::LedgerChange;

use super::press::{Prepared, Press, Taken};
use crate::app::App;
use crate::cookies::Change;
use crate::error::Error;
use crate::flow::finish::{self, Closing, Finished, Halt};
use crate::flow::reply::Reply;
use crate::flow::trip::{self, At, Trip};
use crate::flow::{gather, refusal};
use crate::vault;

/// How often what others did in the same moment is followed before the person is asked to press again.
const LOOKS: usize = 3;

/// A trip as a button finds it, or where the browser must go first.
pub(crate) enum Opened {
    Trip(Box<Trip>),
    Elsewhere(Reply),
}

/// Loads, and checks that the press comes from a page of this very trip (WEB-01).
pub(crate) async fn opened(at: At<'_>, csrf: &str, page: Page) -> Result<Opened, Error> {
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
    let forget = Change::ForgetInteraction(vestibule_core::urls::locator(before));
    Ok(Some(Reply::go(trip.place(app, &step)).with(forget).with(trip.keep(app)?)))
}

/// One press, from its form to its answer.
pub(crate) async fn advance<P: Press>(at: At<'_>, csrf: &str, form: &P::Form) -> Result<Reply, Error> {
    match opened(at, csrf, P::PAGE).await? {
        Opened::Trip(trip) => perform::<P>(at, *trip, form).await,
        Opened::Elsewhere(reply) => Ok(reply),
    }
}

/// One press on a trip that is genuine.
pub(crate) async fn perform<P: Press>(at: At<'_>, mut trip: Trip, form: &P::Form) -> Result<Reply, Error> {
    let mut before = None;
    for _ in 0..LOOKS {
        let sealed = trip.sealed.clone();
        match look::<P>(at, trip, form, before).await? {
            Look::Answer(reply) => return Ok(reply),
            Look::Again(ready) => before = ready,
        }
        trip = trip::reload(at, sealed).await?;
    }
    Ok(Reply::go(trip.path(at.app, P::PAGE)))
}

enum Look<T> {
    Answer(Reply),
    /// What was decided by is no longer so; what was counted stays counted.
    Again(Option<Arc<T>>),
}

/// One look at the trip, and one write.
async fn look<P: Press>(
    at: At<'_>,
    trip: Trip,
    form: &P::Form,
    before: Option<Arc<P::Ready>>,
) -> Result<Look<P::Ready>, Error> {
    let trip = match repeated::<P>(at, trip, form).await? {
        Repeated::No(trip) => *trip,
        Repeated::Answer(reply) => return Ok(Look::Answer(reply)),
    };
    let step = gather::current(&trip, 0)?;
    if !P::at(&step) {
        return out_of_step::<P>(at, trip, step).await.map(Look::Answer);
    }
    match P::ready(at, &trip, &step, form, before).await? {
        Prepared::Go(ready) => write::<P>(at, trip, &step, ready).await,
        Prepared::Show(view) => Ok(Look::Answer(Reply::show(trip.page(at.app, view)?))),
        Prepared::Answered(reply) => Ok(Look::Answer(reply)),
        Prepared::Again => Ok(Look::Again(None)),
    }
}

enum Repeated {
    No(Box<Trip>),
    Answer(Reply),
}

/// A press on a trip that has ended, or by a browser that lost the answer to its proof (OTP-14, SES-04): who shows as
/// much as the first time is answered as the first time, nobody else is told more than where the trip stands.
async fn repeated<P: Press>(at: At<'_>, trip: Trip, form: &P::Form) -> Result<Repeated, Error> {
    match (trip.state(), trip.outdated) {
        (Some(Interaction::Finished), _) => {
            if P::MAY_FINISH && P::repeats(at, &trip, form).await? {
                return finish::again(at.app, at.jar, trip).await.map(Repeated::Answer);
            }
            Err(trip.problem(ErrorCode::AlreadyDone).into())
        }
        (Some(Interaction::Cancelled), _) => {
            Err(trip.ended().unwrap_or_else(|| ErrorCode::InteractionStopped.into()))
        }
        (_, true) if P::STAGE < Stage::Prove => {
            let page = lost_proof(&trip).unwrap_or(P::PAGE);
            Ok(Repeated::Answer(Reply::go(trip.path(at.app, page))))
        }
        (_, true) if P::repeats(at, &trip, form).await? => renewed(at, trip).await.map(Repeated::Answer),
        (_, true) => Err(trip.problem(ErrorCode::OtherBrowser).into()),
        (_, false) => Ok(Repeated::No(Box::new(trip))),
    }
}

/// The only page that a browser has which lost the answer to its proof: that of the proof.
pub(crate) fn lost_proof(trip: &Trip) -> Option<Page> {
    trip.ledger.newest().map(|way| Page::Prove(way.method()))
}

/// A press whose first answer the browser threw away, with the secret in it: it gets another one.
async fn renewed(at: At<'_>, mut trip: Trip) -> Result<Reply, Error> {
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
async fn out_of_step<P: Press>(at: At<'_>, trip: Trip, step: Step) -> Result<Reply, Error> {
    if step.stage() <= P::STAGE {
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    }
    elsewhere(at, trip, step).await
}

/// Where a trip goes when it is not on the page that was asked for.
pub(crate) async fn elsewhere(at: At<'_>, trip: impl Into<Arc<Trip>>, step: Step) -> Result<Reply, Error> {
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
    /// Something was sent.
    Sent(Page),
    /// The ledger is saved, with a proof or without; the trip goes on at this step.
    Saved { step: Step, proof: bool },
    /// Done.
    Finished(Box<Finished>),
}

/// Everything that the write needs beside what the button made ready.
struct Write {
    closing: Option<Closing>,
    taken: StepTaken,
    secret: Secret,
    digest: Digest,
}

impl Write {
    fn prepare<P: Press>(at: At<'_>, trip: &Trip, step: &Step) -> Self {
        let method = P::method(step);
        let result = Outcome::Success.as_str().to_owned();
        let taken = StepTaken { step: P::TAKES, method, result, at: trip.at() };
        let by = method.or_else(|| proven_by(trip));
        let closing =
            by.filter(|_| P::MAY_FINISH).map(|method| Closing::prepare(at.app, at.ctx, trip, method, &taken));
        let secret = secret_256(at.app.random.as_ref());
        let digest = vault::hash("interaction", trip.live.epoch, secret.expose());
        Self { closing, taken, secret, digest }
    }

    /// The transaction: consume, record, ask `next`, finish or save.
    fn run<P: Press>(&self, c: &mut Conn, trip: &Trip, ready: &P::Ready) -> Result<After, Halt> {
        let mut ledger = trip.ledger.clone();
        match P::consume(ready, c, trip, &mut ledger)? {
            Taken::Step => ledger.took(self.taken.clone()),
            Taken::Sent(page) => return Ok(After::Sent(page)),
            Taken::Lost => return Ok(After::Lost),
        }
        let proof = ledger.proofs() > trip.ledger.proofs();
        let code = if proof { Some(Standing::Used) } else { gather::code_standing(trip) };
        let step = gather::next(trip, trip.user(), 0, &ledger, code)?;
        if let (Step::Finish(Finish::Proof(by)), Some(closing)) = (&step, &self.closing) {
            let done = closing.run(c, trip, trip.user(), by, ledger.agreed_terms())?;
            return Ok(After::Finished(Box::new(done)));
        }
        let change = LedgerChange {
            ledger: &ledger.to_json(),
            came_with: &trip.came_with(),
            secret: proof.then(|| (&self.digest, trip::repeat_until(trip.at()))),
            user_id: None,
            expires_at: clock::after(trip.at(), n::INTERACTION_ROW_LIFETIME),
        };
        // Of two presses at once only one is saved; what the other consumed is given back with all the rest of it.
        if !store::signin::save_ledger(c, trip.realm(), trip.sealed.id, &change)? {
            return Err(Halt::Again);
        }
        Ok(After::Saved { step, proof })
    }
}

/// The method of the newest proof of the trip's address.
fn proven_by(trip: &Trip) -> Option<vestibule_core::method::Method> {
    trip.address().and_then(|a| trip.ledger.first(a.key())).map(|e| e.identity.way).map(Way::method)
}

async fn write<P: Press>(
    at: At<'_>,
    trip: Trip,
    step: &Step,
    ready: Arc<P::Ready>,
) -> Result<Look<P::Ready>, Error> {
    let job = Arc::new(Write::prepare::<P>(at, &trip, step));
    let trip = Arc::new(trip);
    let (inside, run, its) = (Arc::clone(&trip), Arc::clone(&job), Arc::clone(&ready));
    let after = at.app.db.write(move |c| run.run::<P>(c, &inside, &its)).await?;
    let reply = match after {
        Ok(After::Lost) => return Ok(Look::Again(None)),
        Ok(After::Finished(finished)) => finish::answer(at.app, at.jar, &trip, *finished).await?,
        Ok(After::Sent(page)) => {
            at.app.wake_mail();
            Reply::go(trip.path(at.app, page)).with(trip.keep(at.app)?)
        }
        Ok(After::Saved { step, proof }) => {
            return saved(at, trip, step, proof, &job).await.map(Look::Answer);
        }
        Err(Halt::Again) => return Ok(Look::Again(Some(ready))),
        Err(Halt::Belongs(user)) => {
            adopt(at.app, &trip, user).await?;
            return Ok(Look::Again(Some(ready)));
        }
        Err(Halt::Raced) => {
            if let Some(user) = owner(at.app, &trip).await? {
                adopt(at.app, &trip, user).await?;
            }
            return Ok(Look::Again(Some(ready)));
        }
        // Nothing of this press is left: that before it did the same.
        Err(Halt::Done(page)) => Reply::go(trip.path(at.app, page)).with(trip.keep(at.app)?),
        Err(Halt::Show(view)) => Reply::show(trip.page(at.app, *view)?).with(trip.keep(at.app)?),
        Err(Halt::Refused(why)) => refusal::refused(at.app, at.ctx, &trip, why).await?,
        Err(Halt::OtherPerson) => refusal::other_person(at.app, at.ctx, &trip).await?,
        Err(Halt::Unreadable(error)) => return Err(error.into()),
        Err(Halt::Query(error)) => return Err(error.into()),
    };
    Ok(Look::Answer(reply))
}

/// The trip goes on. After a proof the browser gets the new secret, whatever comes next: an error carries no cookie, and
/// without the secret the next reload would be that of another browser, so a refusal is shown by a page of its own.
async fn saved(at: At<'_>, trip: Arc<Trip>, step: Step, proof: bool, job: &Write) -> Result<Reply, Error> {
    if !proof {
        return elsewhere(at, trip, step).await;
    }
    if let Step::Refuse(why) = step {
        refusal::log_refusal(at.app, at.ctx, &trip, why).await?;
    }
    Ok(Reply::go(trip.place(at.app, &step)).with(trip.keep_with(at.app, job.secret.expose())?))
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
