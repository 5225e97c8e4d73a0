//! The end of a trip, one transaction: redeem, session, and what the ending asks for. Nothing of a guest is activated
//! before it, and nobody becomes accepted who is then refused.

use std::sync::Arc;

use vestibule_core::Address;
use vestibule_core::clock::Instant;
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{SessionId, UserId, random_uuid};
use vestibule_core::interaction::{Ending, Refusal};
use vestibule_core::numbers as n;
use vestibule_core::policy::{Decision, PolicyGrant};
use vestibule_core::proof::Authentication;
use vestibule_core::random::secret_256;
use vestibule_core::secret::{Digest, Secret};
use vestibule_core::urls::network_prefix;
use vestibule_oidc::authorize::AuthorizeRequest;
use vestibule_store::directory::{NewIdentity, NewUser};
use vestibule_store::live::LiveUser;
use vestibule_store::logs::NewSignIn;
use vestibule_store::signin::NewSession;
use vestibule_store::tokens::NewCode;
use vestibule_store::{self as store, Conn, Now, QueryError};

use super::facts;
use super::invitation;
use super::logbook::{self, Entry};
use super::trip::Trip;
use super::view::View;
use super::{Reply, respond};
use crate::app::{App, until};
use crate::audit::{self, Change as Audited};
use crate::context::Context;
use crate::cookies::{Change, Jar, SessionCookie};
use crate::error::Error;
use crate::sealed::Remembered;
use crate::vault;

/// Why the transaction gave up; all of it is rolled back.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Refused at the last moment by live state.
    Refused(Refusal),
    /// The application named another person.
    OtherPerson,
    /// What was decided by is no longer so: the trip must be looked at anew.
    Again,
    /// The same, and the address belongs to this user by now.
    Belongs(UserId),
    /// Another browser makes the same guest in this very moment: the same again finds it.
    Raced,
    /// The database.
    Query(QueryError),
}

impl From<QueryError> for Halt {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

/// What the transaction made.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The session.
    pub session: NewSession,
    /// Whose.
    pub user: UserId,
    /// The address as stored.
    pub display_name: Option<String>,
    /// Its secret.
    pub session_secret: Secret,
    /// The authorization code.
    pub code: Option<Secret>,
    /// How it was proven.
    pub authentication: Authentication,
}

/// Everything that the transaction needs, drawn and hashed beforehand.
pub(crate) struct Plan {
    session: SessionId,
    secret: Secret,
    secret_digest: Digest,
    code: Secret,
    code_digest: Digest,
    new_user: UserId,
    address: Option<Address>,
    log: NewSignIn,
    redemption: store::logs::NewAudit,
    ended: Option<store::logs::NewAudit>,
    network: String,
    browser: String,
    locale: String,
    terms: Option<u32>,
    invited_redirect: bool,
    wanted: bool,
}

impl Plan {
    /// Draws and hashes.
    pub(crate) fn prepare(app: &App, ctx: &Context, trip: &Trip) -> Self {
        let random = app.random.as_ref();
        let (secret, code) = (secret_256(random), secret_256(random));
        let session = SessionId(random_uuid(random));
        let entry = Entry { outcome: "success", error: None, method: Some("passcode"), step: "finish" };
        let user = trip.row().and_then(|r| r.user_id);
        let new_user = UserId(random_uuid(random));
        let target = user.unwrap_or(new_user);
        let actor = vestibule_core::access::Actor::Guest {
            tenant: trip.tenant().id,
            interaction: Some(trip.sealed.id),
        };
        let redemption = audit::row(
            app,
            ctx,
            &actor,
            trip.tenant().id,
            Audited::on("invitation.redeem", "user", target.to_string()),
        );
        let ended = trip.live.session.as_ref().map(|before| {
            let change = Audited::on("session.end", "session", before.row.id.to_string());
            audit::row(app, ctx, &actor, trip.tenant().id, change)
        });
        Self {
            session,
            secret_digest: vault::hash("session", trip.live.epoch, secret.expose()),
            secret,
            code_digest: vault::hash("authorization code", trip.live.epoch, code.expose()),
            code,
            new_user,
            address: trip.address(),
            log: logbook::row(app, ctx, trip, user, Some(session), entry),
            redemption,
            ended,
            network: network_prefix(ctx.source),
            browser: ctx.browser.clone(),
            locale: ctx.locale.clone(),
            terms: None,
            invited_redirect: trip.sealed.ending == Ending::Invitation,
            wanted: trip.wants(target),
        }
    }

    /// Remembers the version of the terms that was agreed to on this very press.
    pub(crate) fn with_terms(mut self, terms: Option<u32>) -> Self {
        self.terms = terms;
        self
    }

    /// Runs the transaction: the policy's grant is asked for here, where the tokens' code is made.
    pub(crate) fn run(
        &self,
        c: &mut Conn,
        trip: &Trip,
        user: Option<&LiveUser>,
        authentication: &Authentication,
        now: Now,
    ) -> Result<Finished, Halt> {
        if !self.wanted {
            return Err(Halt::OtherPerson);
        }
        let agreed = self.terms;
        let decision = facts::decide(
            trip.tenant(),
            trip.sealed.client.as_ref(),
            user,
            authentication,
            agreed,
            now.instant,
        );
        let Decision::Grant(grant) = decision else { return Err(Halt::Again) };
        // First of all: of two presses of one button only one goes on, whatever else they would both change.
        if !store::signin::finish_interaction(c, trip.realm(), trip.sealed.id, Some(self.session), now)? {
            return Err(Halt::Again);
        }
        let user_id = self.redeem(c, trip, user, now)?;
        if let Some(version) = agreed {
            store::directory::agree_terms(
                c,
                trip.tenant().id,
                user_id,
                i32::try_from(version).unwrap_or(i32::MAX),
            )?;
        }
        let session = self.session(trip, user_id, authentication, now.instant);
        if !store::signin::insert_session(c, &session)? {
            return Err(Halt::Refused(super::verify::gone(user.is_some())));
        }
        self.end_before(c, trip, now)?;
        let code = self.code(c, trip, user_id, &session, &grant, now)?;
        store::directory::touch_activity(c, trip.tenant().id, user_id, now.instant, "passcode")?;
        store::logs::insert_sign_in(c, &NewSignIn { user_id: Some(user_id), ..self.log.clone() })?;
        Ok(Finished {
            session,
            user: user_id,
            display_name: user.and_then(|u| u.display_name.clone()),
            session_secret: self.secret.duplicate(),
            code,
            authentication: authentication.clone(),
        })
    }

    /// What the browser was signed in by until now dies with the new proof, whoever it was (SES-04).
    fn end_before(&self, c: &mut Conn, trip: &Trip, now: Now) -> Result<(), QueryError> {
        let Some((before, row)) = trip.live.session.as_ref().zip(self.ended.as_ref()) else { return Ok(()) };
        if store::signin::end_session(c, trip.realm(), before.row.id, now)? {
            let tenant = trip.tenant().id;
            store::tokens::revoke_families_of_session(c, tenant, before.row.id, "signed in anew", now)?;
            store::logs::insert_audit(c, row)?;
        }
        Ok(())
    }

    /// Turns a pending guest into an accepted one, or makes the guest of a sign-up; leaves everybody else as they are.
    fn redeem(&self, c: &mut Conn, trip: &Trip, user: Option<&LiveUser>, now: Now) -> Result<UserId, Halt> {
        let tenant = trip.tenant().id;
        let address = self.address.as_ref().ok_or(Halt::Again)?;
        let id = match user {
            Some(user) if user.state == "pending" => {
                if !invitation::may_redeem(c, trip, user, now.instant)?
                    || !store::directory::accept(c, tenant, user.id, "mail", now.instant)?
                {
                    // Accepted in another browser meanwhile: no reason to turn the right person away.
                    let by_now = store::live::user_by_address(c, tenant, address.key())?;
                    let accepted = by_now.is_some_and(|u| u.id == user.id && u.state != "pending");
                    return Err(if accepted { Halt::Again } else { Halt::Refused(Refusal::NoAccess) });
                }
                store::invitations::accept_of_user(c, tenant, user.id, now.instant)?;
                user.id
            }
            Some(user) => return Ok(user.id),
            None => {
                // Signed up in another browser, or invited, since the code was sent.
                if let Some(user) = store::live::user_by_address(c, tenant, address.key())? {
                    return Err(Halt::Belongs(user.id));
                }
                let new = NewUser::guest(
                    tenant,
                    self.new_user,
                    address,
                    None,
                    Some(self.locale.clone()),
                    "accepted",
                    now.instant,
                );
                store::directory::insert_user(c, &new, Some(now.instant))
                    .map_err(|e| if store::is_unique_violation(&e) { Halt::Raced } else { e.into() })?;
                self.new_user
            }
        };
        let identity = NewIdentity {
            tenant_id: tenant,
            kind: "mail".into(),
            issuer: "mail".into(),
            subject: address.key().to_owned(),
            user_id: id,
            created_at: now.instant,
        };
        store::directory::insert_identity(c, &identity)?;
        store::logs::insert_audit(c, &self.redemption)?;
        Ok(id)
    }

    fn session(
        &self,
        trip: &Trip,
        user: UserId,
        authentication: &Authentication,
        now: Instant,
    ) -> NewSession {
        NewSession {
            realm_id: trip.realm(),
            id: self.session,
            secret_digest: self.secret_digest,
            user_id: user,
            auth_time: authentication.at,
            expires_at: until(authentication.at, trip.tenant().settings.session_lifetime()),
            amr: authentication.amr.join(" "),
            acr: authentication.acr.to_owned(),
            idp: authentication.idp.clone(),
            interaction_id: trip.sealed.id,
            browser: self.browser.clone(),
            network: self.network.clone(),
            created_at: now,
        }
    }

    /// The authorization code, where the ending is an application's request. Takes the grant: no code without it.
    fn code(
        &self,
        c: &mut Conn,
        trip: &Trip,
        user: UserId,
        session: &NewSession,
        grant: &PolicyGrant,
        now: Now,
    ) -> Result<Option<Secret>, Halt> {
        if self.invited_redirect || !facts::for_application(trip.sealed.ending) {
            return Ok(None);
        }
        let covered = grant.covers(trip.tenant().id, user, trip.sealed.client.as_ref());
        let Some(new) = new_code(trip, self.code_digest, user, session.id, now.instant).filter(|_| covered)
        else {
            return Err(Halt::Refused(Refusal::ApplicationOff));
        };
        if !trip.sealed.request.as_ref().is_some_and(|r| r.response_type.gives_code()) {
            return Ok(None);
        }
        store::tokens::insert_code(c, &new)?;
        Ok(Some(self.code.duplicate()))
    }
}

/// The row of an authorization code (OID-06). `None` where the redirect URI is registered no more.
fn new_code(trip: &Trip, digest: Digest, user: UserId, session: SessionId, now: Instant) -> Option<NewCode> {
    let request = trip.sealed.request.as_ref()?;
    Some(NewCode {
        tenant_id: trip.tenant().id,
        digest,
        client_id: trip.sealed.client.clone()?,
        redirect_uri: trip.redirect_uri()?,
        challenge: request.challenge.clone(),
        nonce: request.nonce.clone(),
        scope: request.scopes.join(" "),
        requested: requested(request),
        session_id: session,
        user_id: user,
        interaction_id: trip.sealed.id,
        created_at: now,
        expires_at: until(now, n::AUTHORIZATION_CODE_LIFETIME),
    })
}

/// What the `claims` parameter named, for the token endpoint and userinfo; nothing where it named nothing.
fn requested(request: &AuthorizeRequest) -> Option<String> {
    let none = request.claims.id_token.is_empty() && request.claims.userinfo.is_empty();
    (!none).then(|| serde_json::to_string(&request.claims).ok()).flatten()
}

/// Answers from the live session: a code for the application, nothing else changes (single sign-on).
pub(crate) async fn on_session(app: &App, ctx: &Context, trip: Trip) -> Result<Reply, Error> {
    let Some(session) = &trip.live.session else {
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    };
    let (user, sid) = (session.user.id, session.row.id);
    let secret = secret_256(app.random.as_ref());
    let digest = vault::hash("authorization code", trip.live.epoch, secret.expose());
    let gives_code = trip.sealed.request.as_ref().is_some_and(|r| r.response_type.gives_code());
    let Some(new) = new_code(&trip, digest, user, sid, trip.now) else {
        return Err(trip.problem(ErrorCode::RedirectMismatch).into());
    };
    let entry = Entry { outcome: "success", error: None, method: Some("session"), step: "finish" };
    let log = logbook::row(app, ctx, &trip, Some(user), Some(sid), entry);
    app.db
        .write(move |c| {
            if gives_code {
                store::tokens::insert_code(c, &new)?;
            }
            store::logs::insert_sign_in(c, &log)
        })
        .await??;
    let authentication = facts::authentication_of(session);
    let who = respond::Who {
        user,
        session: sid,
        authentication,
        address: session.user.address.clone(),
        name: session.user.display_name.clone(),
    };
    respond::granted(app, &trip, gives_code.then_some(secret), &who).await
}

/// The answer to a finished trip: the session cookie, the remembered account, and where the ending leads.
pub(crate) async fn answer(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    trip: &Trip,
    finished: Finished,
) -> Result<Reply, Error> {
    let address = trip.address().ok_or_else(|| Error::Internal("finished without an address".into()))?;
    let mut list = Remembered::open(&app.vault, jar.remembered.as_deref(), ctx.now);
    list.add(trip.tenant().id, &address, ctx.now);
    let remembered = Change::Remembered(list.seal(&app.vault)?);
    let cookie = SessionCookie { id: finished.session.id, secret: finished.session_secret };
    let max_age = (finished.session.expires_at - ctx.now).num_seconds().max(0);
    let kept = Change::Session { realm: trip.realm(), value: cookie.render(), max_age };
    let reply = if trip.sealed.ending == Ending::Invitation {
        invited(app, trip).await?.with(Change::ForgetInvitation)
    } else {
        let who = respond::Who {
            user: finished.user,
            session: finished.session.id,
            authentication: finished.authentication,
            address: address.as_str().to_owned(),
            name: finished.display_name,
        };
        respond::granted(app, trip, finished.code, &who).await?
    };
    Ok(reply.with(kept).with(remembered))
}

/// Where an invitation ends: at its redirect URL if that is still good (INV-05), else at a page that names the apps.
async fn invited(app: &App, trip: &Trip) -> Result<Reply, Error> {
    if let Some(url) = destination(app, trip).await? {
        let safe =
            vestibule_oidc::redirect::SafeUrl::parse(&url).map_err(|e| Error::Internal(e.to_string()))?;
        let delivery = vestibule_oidc::response::Delivery::Redirect(safe.as_str().to_owned());
        return Ok(Reply {
            outcome: super::Outcome::Deliver(Box::new(super::Answer { delivery, page: None })),
            cookies: Vec::new(),
        });
    }
    let tenant = trip.tenant().id;
    let apps = app.db.read(move |c| store::applications::list(c, tenant)).await?;
    let applications = apps
        .into_iter()
        .filter(|a| a.enabled)
        .filter_map(|a| invitation::place_of(&a).map(|url| (a.name, url)))
        .collect();
    Ok(Reply::show(trip.page(app, View::InvitationDone { applications })?))
}

/// Where a trip leads outside the house: the request's redirect URI, or the invitation's, checked anew.
pub(crate) async fn destination(app: &App, trip: &Trip) -> Result<Option<String>, Error> {
    match (trip.sealed.ending, trip.sealed.invitation) {
        (Ending::Invitation, Some(id)) => invitation::redirect_of(app, trip.tenant().id, id).await,
        _ => Ok(trip.redirect_uri()),
    }
}

/// A press repeated within a minute of the finish, whose first answer the browser threw away (OTP-14): the one session
/// again with a new secret, a new code, and the earlier ones dead. Not once a code of it was exchanged.
pub(crate) async fn again(app: &App, ctx: &Context, jar: &Jar, trip: Trip) -> Result<Reply, Error> {
    let finished_at = trip.row().and_then(|r| r.finished_at);
    let (Some(sid), Some(at)) = (trip.row().and_then(|r| r.session_id), finished_at) else {
        return Err(trip.problem(ErrorCode::AlreadyDone).into());
    };
    if trip.now - at > n::REPEAT_WINDOW {
        return Err(trip.problem(ErrorCode::AlreadyDone).into());
    }
    let plan = Plan::prepare(app, ctx, &trip);
    let (realm, id, now) = (trip.realm(), trip.sealed.id, trip.moment(app));
    let shared = Arc::new(trip);
    let inside = Arc::clone(&shared);
    let secret = plan.secret.duplicate();
    let done = app
        .db
        .write(move |c| -> Result<(store::signin::SessionRow, Option<Secret>), Halt> {
            // The session's row first: presses at once wait for each other at it, so that each sees the codes of those
            // before it, and one code is left.
            if !store::signin::rotate_session_secret(c, realm, sid, &plan.secret_digest)?
                || !store::tokens::cancel_codes(c, inside.tenant().id, id, now)?
            {
                return Err(Halt::Again);
            }
            let session = store::signin::session(c, realm, sid)?
                .filter(|s| s.ended_at.is_none() && s.expires_at > now.instant)
                .ok_or(Halt::Again)?;
            let wants = facts::for_application(inside.sealed.ending)
                && inside.sealed.request.as_ref().is_some_and(|r| r.response_type.gives_code());
            let new =
                new_code(&inside, plan.code_digest, session.user_id, sid, now.instant).filter(|_| wants);
            if let Some(new) = &new {
                store::tokens::insert_code(c, new)?;
            }
            Ok((session, new.map(|_| plan.code.duplicate())))
        })
        .await?;
    let trip = shared.as_ref();
    let (session, code) = match done {
        Ok(given) => given,
        Err(Halt::Query(error)) => return Err(error.into()),
        Err(_) => return Err(trip.problem(ErrorCode::AlreadyDone).into()),
    };
    let authentication = Authentication {
        at: session.auth_time,
        amr: crate::convert::amr(&session.amr),
        acr: crate::convert::acr(&session.acr),
        idp: session.idp.clone(),
    };
    let display_name = trip.user().and_then(|u| u.display_name.clone());
    let finished = Finished {
        user: session.user_id,
        display_name,
        session_secret: secret,
        code,
        authentication,
        session: NewSession {
            realm_id: session.realm_id,
            id: session.id,
            secret_digest: session.secret_digest,
            user_id: session.user_id,
            auth_time: session.auth_time,
            expires_at: session.expires_at,
            amr: session.amr,
            acr: session.acr,
            idp: session.idp,
            interaction_id: session.interaction_id,
            browser: session.browser,
            network: session.network,
            created_at: session.created_at,
        },
    };
    answer(app, ctx, jar, trip, finished).await
}
