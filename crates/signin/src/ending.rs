//! What a trip is for: what its end writes beside the session, and where it leads.

use vestibule_app::cookies::CookieChange;
use vestibule_app::{App, Error, until, vault};
use vestibule_core::clock::Instant;
use vestibule_core::ids::{SessionId, TenantId, UserId};
use vestibule_core::interaction::Refusal;
use vestibule_core::numbers as n;
use vestibule_core::policy::PolicyGrant;
use vestibule_core::proof::Authentication;
use vestibule_core::random::secret_256;
use vestibule_core::secret::{Digest, Secret};
use vestibule_oidc::authorize::AuthorizeRequest;
use vestibule_oidc::redirect::{SafeUrl, admits_redirect, place_of};
use vestibule_oidc::response::Delivery;
use vestibule_store::tokens::NewCode;
use vestibule_store::{self as store, Conn, QueryError};

use crate::reply::Reply;
use crate::respond;
use crate::sealed::Ending;
use crate::subject::UserClaims;
use crate::trip::Trip;
use crate::view::InvitationDone;

/// What is drawn and hashed for an ending before its transaction.
#[derive(Debug)]
pub(crate) struct Drawn(Option<(Secret, Digest)>);

impl Drawn {
    /// An authorization code for the trip whose application is to get one; nothing otherwise.
    pub(crate) fn of(app: &App, trip: &Trip) -> Self {
        let wants = match &trip.sealed.ending {
            Ending::Authorize { request, .. } => request.response_type.gives_code(),
            Ending::Invitation { .. } => false,
        };
        Self(wants.then(|| {
            let code = secret_256(app.random.as_ref());
            let digest = vault::hash("authorization code", trip.live.epoch, code.expose());
            (code, digest)
        }))
    }
}

/// Why an ending writes nothing.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// The redirect URI is registered no more, or the grant is somebody else's.
    Refused(Refusal),
    Query(QueryError),
}

impl From<QueryError> for Unwritten {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

/// Writes what the ending gives, by the policy's grant: no code without it. The only place where one is made.
pub(crate) fn write(
    drawn: &Drawn,
    c: &mut Conn,
    trip: &Trip,
    user: UserId,
    session: SessionId,
    grant: &PolicyGrant,
) -> Result<Option<Secret>, Unwritten> {
    let Ending::Authorize { client, .. } = &trip.sealed.ending else { return Ok(None) };
    let off = Unwritten::Refused(Refusal::ApplicationOff);
    if !grant.covers(trip.tenant().id, user, Some(client)) || trip.redirect_uri().is_none() {
        return Err(off);
    }
    // Stores the authorization code that was drawn, if one was (OID-06).
    let Some((code, digest)) = &drawn.0 else { return Ok(None) };
    let Some(new) = new_code(trip, *digest, user, session, trip.at()) else { return Err(off) };
    store::tokens::insert_code(c, &new)?;
    Ok(Some(code.duplicate()))
}

fn new_code(trip: &Trip, digest: Digest, user: UserId, session: SessionId, now: Instant) -> Option<NewCode> {
    let Ending::Authorize { client, request } = &trip.sealed.ending else { return None };
    Some(NewCode {
        tenant_id: trip.tenant().id,
        digest,
        client_id: client.clone(),
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

/// Where the ending leads.
pub(crate) async fn answer(
    app: &App,
    trip: &Trip,
    code: Option<Secret>,
    who: UserClaims,
    session: SessionId,
    authentication: Authentication,
) -> Result<Reply, Error> {
    match &trip.sealed.ending {
        Ending::Authorize { .. } => respond::granted(app, trip, code, who, session, authentication).await,
        Ending::Invitation { .. } => Ok(invited(app, trip).await?.with(CookieChange::ForgetInvitation)),
    }
}

/// Where an invitation ends: at its redirect URL if that is still good (INV-05), else at a page that names the apps.
async fn invited(app: &App, trip: &Trip) -> Result<Reply, Error> {
    if let Some(url) = destination(app, trip).await? {
        let safe = SafeUrl::parse(&url).map_err(Error::internal)?;
        return Ok(Reply::deliver(Delivery::Redirect(safe.as_str().to_owned()), None));
    }
    let tenant = trip.tenant().id;
    let apps = app.db.read(move |c| store::applications::list(c, tenant)).await?;
    let applications =
        apps.into_iter().filter(|a| a.enabled).filter_map(|a| place_of(&a).map(|url| (a.name, url)));
    Ok(Reply::show(trip.shows(app, Box::new(InvitationDone { applications: applications.collect() }))?))
}

/// Where a trip leads outside the deployment: the request's redirect URI, or the invitation's, checked anew.
pub(crate) async fn destination(app: &App, trip: &Trip) -> Result<Option<String>, Error> {
    match &trip.sealed.ending {
        Ending::Authorize { .. } => Ok(trip.redirect_uri()),
        Ending::Invitation { id, .. } => redirect_of(app, trip.tenant().id, *id).await,
    }
}

/// Where an invitation leads, if that is still registered (INV-05).
async fn redirect_of(
    app: &App,
    tenant: TenantId,
    id: vestibule_core::ids::InvitationId,
) -> Result<Option<String>, Error> {
    let (row, apps) = app
        .db
        .read(move |c| Ok((store::invitations::by_id(c, tenant, id)?, store::applications::list(c, tenant)?)))
        .await?;
    Ok(row.and_then(|r| r.redirect_url).filter(|url| admits_redirect(&apps, url).is_some()))
}
