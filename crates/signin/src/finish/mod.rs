//! The end of a trip, one transaction: redeem, session, and what the ending asks for. Nothing of a guest is activated
//! before it, and nobody becomes accepted who is then refused.

mod again;
mod on_session;
mod redeem;

pub(crate) use again::again;
pub(crate) use on_session::on_session;
pub(crate) use redeem::may_still_invite;

use vestibule_core::access::Action;
use vestibule_core::directory::TurnedAway;
use vestibule_core::ids::{SessionId, UserId, ordered_uuid, random_uuid};
use vestibule_core::interaction::TripProof;
use vestibule_core::lifecycle::UserKind;
use vestibule_core::log::{DirectoryEvent, Outcome, StepKind};
use vestibule_core::policy::Decision;
use vestibule_core::proof::{Authentication, Ledger};
use vestibule_core::random::secret_256;
use vestibule_core::secret::{Digest, Secret};
use vestibule_core::urls::network_prefix;
use vestibule_store::live::LiveUser;
use vestibule_store::logs::NewSignIn;
use vestibule_store::signin::NewSession;
use vestibule_store::{self as store, Conn, QueryError};

use super::ending::{self, Drawn};
use super::gather;
use super::halt::Halt;
use super::log::{self, By, SignInEntry};
use super::reply::Reply;
use super::trip::Trip;
use crate::sealed::Remembered;
use crate::subject::UserClaims;
use vestibule_app::audit::{self, AuditTarget, AuditedChange};
use vestibule_app::cookies::{CookieChange, Jar, SessionCookie};
use vestibule_app::{App, Context, Error, until, vault};

/// What the transaction made.
#[derive(Debug)]
pub(crate) struct Finished {
    session: SessionId,
    session_secret: Secret,
    expires_at: vestibule_core::clock::Instant,
    authentication: Authentication,
    who: UserClaims,
    code: Option<Secret>,
}

/// Everything that the transaction needs, drawn and hashed beforehand.
pub(crate) struct Closing {
    session: SessionId,
    secret: Secret,
    secret_digest: Digest,
    drawn: Drawn,
    new_user: UserId,
    log: NewSignIn,
    redemption: store::logs::NewAudit,
    ended: Option<store::logs::NewAudit>,
    network: String,
    browser: String,
    locale: String,
    wanted: bool,
}

impl Closing {
    /// Draws and hashes.
    pub(crate) fn prepare(app: &App, ctx: &Context, trip: &Trip) -> Result<Self, Error> {
        let random = app.random.as_ref();
        let secret = secret_256(random);
        let session = SessionId(ordered_uuid(trip.at(), random));
        let new_user = UserId(random_uuid(random));
        let target = trip.row().and_then(|r| r.user_id).unwrap_or(new_user);
        let tenant = trip.tenant().id;
        let allowed = audit::allow_guest(ctx, tenant, Some(trip.sealed.id), Action::SignIn)?;
        let redeemed = AuditedChange::of(DirectoryEvent::Redeemed, AuditTarget::User(target));
        let ended = trip.live.session.as_ref().map(|before| {
            let change = AuditedChange::of(DirectoryEvent::SessionEnded, AuditTarget::Session(before.row.id));
            audit::row(app, ctx, &allowed, tenant, change)
        });
        Ok(Self {
            session,
            secret_digest: vault::hash("session", trip.live.epoch, secret.expose()),
            secret,
            drawn: Drawn::of(app, trip),
            new_user,
            log: log::row(app, ctx, trip, Some(session), done(None)),
            redemption: audit::row(app, ctx, &allowed, tenant, redeemed),
            ended,
            network: network_prefix(ctx.source),
            browser: ctx.browser.clone(),
            locale: ctx.locale.clone(),
            wanted: trip.wants(target),
        })
    }

    /// Runs the transaction: the policy's grant is asked for here, where the tokens' code is made.
    pub(crate) fn run(
        &self,
        c: &mut Conn,
        trip: &Trip,
        user: Option<&LiveUser>,
        proof: &TripProof,
        ledger: &Ledger,
    ) -> Result<Finished, Halt> {
        if !self.wanted {
            return Err(Halt::OtherPerson);
        }
        let (authentication, agreed, now) = (&proof.authentication, ledger.agreed_terms(), trip.now());
        let client = trip.sealed.ending.client();
        let decision = gather::decide(trip.tenant(), client, user, authentication, agreed, now.instant);
        let Decision::Grant(grant) = decision else { return Err(Halt::Again) };
        // First of all: of two presses of one button only one goes on, whatever else they would both change.
        if !store::signin::finish_interaction(c, trip.realm(), trip.sealed.id, Some(self.session), now)? {
            return Err(Halt::Again);
        }
        let user_id = self.redeem(c, trip, user, proof)?;
        let tenant = trip.tenant().id;
        if let Some(version) = agreed {
            let version = i32::try_from(version).unwrap_or(i32::MAX);
            store::directory::agree_terms(c, tenant, user_id, version)?;
        }
        let session = self.session(trip, user_id, authentication);
        if !store::signin::insert_session(c, &session)? {
            // An insert that its user's row refused: switched off meanwhile, or never let in.
            let why = if user.is_some() { TurnedAway::Disabled } else { TurnedAway::NoAccess };
            return Err(Halt::Refused(why.into()));
        }
        self.end_before(c, trip)?;
        let code = ending::write(&self.drawn, c, trip, user_id, session.id, &grant)?;
        store::directory::touch_activity(c, tenant, user_id, now.instant, authentication.way.method())?;
        let by = Some(By::Method(authentication.way.method()));
        let row = NewSignIn { user_id: Some(user_id), ..self.log.clone() };
        store::logs::insert_sign_in(c, &log::after(row, ledger.steps(), done(by), trip.at()))?;
        Ok(Finished {
            session: session.id,
            session_secret: self.secret.duplicate(),
            expires_at: session.expires_at,
            authentication: authentication.clone(),
            who: user.map_or_else(|| self.newcomer(trip), UserClaims::of),
            code,
        })
    }

    /// Who signed up in this transaction, as it was stored.
    fn newcomer(&self, trip: &Trip) -> UserClaims {
        UserClaims { user: self.new_user, kind: UserKind::Guest, address: trip.shown_address(), name: None }
    }

    /// What the browser was signed in by until now dies with the new proof, of the same person or not (SES-04).
    fn end_before(&self, c: &mut Conn, trip: &Trip) -> Result<(), QueryError> {
        let Some((before, row)) = trip.live.session.as_ref().zip(self.ended.as_ref()) else { return Ok(()) };
        let (tenant, now) = (trip.tenant().id, trip.now());
        if store::signin::end_session(c, trip.realm(), before.row.id, now)? {
            store::tokens::revoke_families_of_session(c, tenant, before.row.id, "signed in anew", now)?;
            store::logs::insert_audit(c, row)?;
        }
        Ok(())
    }

    fn session(&self, trip: &Trip, user: UserId, authentication: &Authentication) -> NewSession {
        NewSession::of(store::signin::SessionOpening {
            realm: trip.realm(),
            id: self.session,
            secret_digest: self.secret_digest,
            user,
            authentication,
            expires_at: until(authentication.at, trip.tenant().settings.session_lifetime()),
            interaction: trip.sealed.id,
            browser: self.browser.clone(),
            network: self.network.clone(),
            now: trip.at(),
        })
    }
}

/// By which method, and by which steps, is known when the trip has ended.
const fn done(by: Option<By>) -> SignInEntry<'static> {
    SignInEntry { outcome: Outcome::Success, error: None, by, step: StepKind::Finish }
}

/// The answer to a finished trip: the session cookie, the remembered account, and where the ending leads.
pub(crate) async fn answer(app: &App, jar: &Jar, trip: &Trip, finished: Finished) -> Result<Reply, Error> {
    let address = trip.address().ok_or_else(|| Error::Internal("finished without an address".into()))?;
    let mut list = Remembered::open(&app.vault, jar.remembered.as_deref(), trip.at());
    list.add(trip.tenant().id, address, trip.at());
    let remembered = CookieChange::Remembered(list.seal(&app.vault)?);
    let Finished { session, session_secret, expires_at, authentication, who, code } = finished;
    let cookie = SessionCookie { id: session, secret: session_secret };
    let max_age = (expires_at - trip.at()).num_seconds().max(0);
    let session_cookie = CookieChange::Session { realm: trip.realm(), value: cookie.render(), max_age };
    let reply = ending::answer(app, trip, code, who, session, authentication).await?;
    Ok(reply.with(session_cookie).with(remembered))
}
