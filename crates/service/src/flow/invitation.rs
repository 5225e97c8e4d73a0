//! The page of an invitation (G17, G18). The link is a locator: it proves nothing, and nothing happens before the button
//! (INV-01, LNK-01). Everything that counts is read from the row (INV-02).

use std::sync::Arc;

use vestibule_core::access::{Action, Role};
use vestibule_core::client::Application;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{InvitationId, TenantId, UserId};
use vestibule_core::interaction::Ending;
use vestibule_core::{Address, ClientId};
use vestibule_store::invitations::InvitationRow;
use vestibule_store::live::LiveUser;
use vestibule_store::{self as store, Conn, QueryError};

use super::Reply;
use super::send;
use super::trip::{self, Live, Trip};
use super::view::{Invitation, Page, View};
use crate::app::App;
use crate::audit;
use crate::context::Context;
use crate::cookies::{Change, Jar};
use crate::error::Error;
use crate::sealed::{Landing, Sealed};
use crate::vault;

const KIND: &str = "invitation";

/// Opens a mailed link: the token goes into a cookie, out of the address bar (LNK-03). Nothing is looked up.
pub async fn open(app: &App, ctx: &Context, jar: &Jar, segment: &str, token: &str) -> Result<Reply, Error> {
    let live = app.live(segment, jar, None).await?;
    let landing = Landing::new(token, ctx.now, app.random.as_ref());
    let value = landing.seal(&app.vault, live.tenant.id, KIND)?;
    Ok(Reply::go(app.urls.invite_path(&segment.to_ascii_lowercase())).with(Change::Invitation(value)))
}

/// What an opened link leads to.
enum Found {
    /// A page about the invitation; the second says that it is a way back.
    Good(Box<InvitationRow>, bool),
    /// G18, with the end where that is the reason.
    Dead(Option<Instant>),
}

/// Looks an invitation up by its token. Seven kinds of dead links look alike (INV-14).
async fn look_up(app: &App, live: &Live, landing: Option<&Landing>, now: Instant) -> Result<Found, Error> {
    let Some(landing) = landing else { return Ok(Found::Dead(None)) };
    let (tenant, digest) = (live.tenant.id, vault::hash("invitation", 0, &landing.token));
    let found = app
        .db
        .read(move |c| {
            let row = store::invitations::by_ticket(c, tenant, &digest)?;
            let Some(row) = row.filter(|r| r.user_deleted_at.is_none()) else { return Ok(None) };
            let may = row.state != "pending" || row.user_state == "accepted" || may_still_invite(c, &row)?;
            Ok(may.then_some(row))
        })
        .await?;
    let Some(row) = found else { return Ok(Found::Dead(None)) };
    match row.state.as_str() {
        "accepted" => Ok(Found::Good(Box::new(row), true)),
        // The guest came in by another way meanwhile: a way back too (LNK-05).
        "pending" if row.user_state == "accepted" => Ok(Found::Good(Box::new(row), true)),
        "pending" if row.expires_at.is_some_and(|at| at <= now) => Ok(Found::Dead(row.expires_at)),
        "pending" => Ok(Found::Good(Box::new(row), false)),
        _ => Ok(Found::Dead(None)),
    }
}

/// The page of the opened link.
pub async fn show(app: &App, ctx: &Context, jar: &Jar, segment: &str) -> Result<Reply, Error> {
    let live = app.live(segment, jar, None).await?;
    let landing = jar.invitation.as_deref().and_then(|v| Landing::open(&app.vault, live.tenant.id, KIND, v));
    let found = look_up(app, &live, landing.as_ref(), ctx.now).await?;
    page(app, &live, segment, landing.as_ref(), found).await.map(Reply::show)
}

async fn page(
    app: &App,
    live: &Live,
    segment: &str,
    landing: Option<&Landing>,
    found: Found,
) -> Result<Page, Error> {
    let csrf = match landing {
        Some(landing) => Some(app.form_token(KIND, &landing.secret)?),
        None => None,
    };
    let mut application = None;
    let view = match found {
        Found::Dead(expired_at) => View::InvitationProblem { expired_at },
        Found::Good(row, back) => {
            if let Some(client) = &row.client_id {
                application = app.application(&live.tenant, client).await?;
            }
            if let Some(other) = live.session.as_ref().filter(|s| s.user.address_key != row.address_key) {
                let masked = Address::parse(&row.address).map(|a| a.masked_fully()).unwrap_or_default();
                View::InvitationOther { masked, signed_in: other.user.address.clone() }
            } else {
                let inviter = match row.inviter_id {
                    Some(id) => inviter(app, live.tenant.id, id).await?,
                    None => None,
                };
                View::Invitation(Invitation {
                    address: row.address,
                    inviter: inviter.as_ref().map(|i| i.name.clone()),
                    inviter_email: inviter.map(|i| i.address),
                    message: row.message,
                    expires_at: row.expires_at,
                    back,
                    wait: None,
                    no_way: !live.tenant.discovery.passcode,
                })
            }
        }
    };
    Ok(Page {
        tenant: Arc::clone(&live.tenant),
        application,
        segment: segment.to_ascii_lowercase(),
        locator: None,
        csrf,
        leads_to: None,
        back: None,
        view,
    })
}

/// What was pressed on G17.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// *Send me a code* or *Continue*.
    Send,
    /// *Sign out and continue*.
    Switch,
    /// *Stay signed in*.
    Keep,
}

/// G17's POST: begins the trip of the invitation, its address fixed to the invited one, and sends.
pub async fn press(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    pressed: Pressed,
    csrf: &str,
) -> Result<Reply, Error> {
    let mut live = app.live(segment, jar, None).await?;
    let _allowed = audit::allow_guest(ctx, live.tenant.id, None, Action::SignIn)?;
    let landing = jar.invitation.as_deref().and_then(|v| Landing::open(&app.vault, live.tenant.id, KIND, v));
    let Some(landing) = landing else {
        let mut problem =
            crate::error::Problem::new(vestibule_core::error::ErrorCode::Cookies).at(&live.tenant);
        problem.restart = Some(app.urls.invite_path(segment));
        return Err(problem.into());
    };
    if !app.form_token_matches(KIND, &landing.secret, csrf)? {
        let mut problem = crate::error::Problem::new(vestibule_core::error::ErrorCode::Csrf).at(&live.tenant);
        problem.restart = Some(app.urls.invite_path(segment));
        return Err(problem.into());
    }
    let found = look_up(app, &live, Some(&landing), ctx.now).await?;
    let Found::Good(row, back) = found else {
        return page(app, &live, segment, Some(&landing), found).await.map(Reply::show);
    };
    let mut ended = None;
    match (&live.session, pressed) {
        (Some(other), Pressed::Switch) if other.user.address_key != row.address_key => {
            ended = super::signout::close(app, ctx, &live).await?;
            live.session = None;
        }
        (Some(_), Pressed::Keep) => return Ok(kept(&live, segment)),
        (Some(other), Pressed::Send) if other.user.address_key != row.address_key => {
            return page(app, &live, segment, Some(&landing), Found::Good(row, back)).await.map(Reply::show);
        }
        _ => {}
    }
    // Who pressed before and went on keeps that trip, with the secret that a proof may have given since.
    let kept = jar.interaction(landing.id).is_some();
    let trip = if kept {
        trip::load(app, ctx, jar, segment, landing.id).await?
    } else {
        begin(app, live, segment, &landing, &row).await?
    };
    let reply = start(app, ctx, trip).await?;
    Ok(match ended {
        Some(change) => reply.with(change),
        None => reply,
    })
}

/// *Stay signed in*: nothing of the invitation happens here.
fn kept(live: &Live, segment: &str) -> Reply {
    let page = Page {
        tenant: Arc::clone(&live.tenant),
        application: None,
        segment: segment.to_ascii_lowercase(),
        locator: None,
        csrf: None,
        leads_to: None,
        back: None,
        view: View::ReviewCancelled,
    };
    Reply::show(page).with(Change::ForgetInvitation)
}

/// Begins the trip; its id is derived from the opened link, so that a second press finds the first one's row.
async fn begin(
    app: &App,
    mut live: Live,
    segment: &str,
    landing: &Landing,
    row: &InvitationRow,
) -> Result<Trip, Error> {
    let id = landing.id;
    let application = match &row.client_id {
        Some(client) => app.application(&live.tenant, client).await?,
        None => None,
    };
    live.interaction = {
        let (tenant, now) = (live.tenant.id, app.now());
        let read = app
            .db
            .read(move |c| store::live::request(c, store::live::Segment::Id(tenant), None, Some(id), now))
            .await?;
        read.and_then(|r| r.interaction)
    };
    let sealed = Sealed {
        id,
        secret: landing.secret.clone(),
        began_at: live.now.timestamp_micros(),
        ending: Ending::Invitation,
        client: row.client_id.clone(),
        request: None,
        address: Some(row.address.clone()),
        invitation: Some(row.id),
        picked: false,
        wanted: None,
        segment: segment.to_ascii_lowercase(),
        leads_to: row.redirect_url.clone(),
    };
    let now = live.now;
    Ok(Trip { live, application, sealed, outdated: false, now })
}

async fn start(app: &App, ctx: &Context, trip: Trip) -> Result<Reply, Error> {
    use vestibule_core::interaction::Step;
    if super::pages::ended(&trip).is_some() {
        // The link was used to its end on this very page; a new opening begins a new trip.
        let path = format!("/{}/invite", trip.sealed.segment);
        return Ok(Reply::go(path).with(Change::ForgetInvitation));
    }
    if trip.outdated {
        // The answer to its proof was lost: the page of the code gives the secret again.
        return Ok(Reply::go(trip.path(app, "code")));
    }
    let (step, _) = super::facts::current(&trip, 0);
    match step {
        Step::SendCode => send::deliver(app, ctx, trip, None).await,
        Step::EnterCode | Step::Review { .. } | Step::Terms(_) => {
            Ok(Reply::go(super::pages::path(app, &trip, &step)).with(trip.keep(app)?))
        }
        step => {
            let keep = trip.keep(app)?;
            Ok(super::pages::elsewhere(app, ctx, trip, step).await?.with(keep))
        }
    }
}

/// Who invited, as pages name them.
#[derive(Debug, Clone)]
pub(crate) struct Inviter {
    pub name: String,
    pub address: String,
}

async fn inviter(app: &App, tenant: TenantId, id: UserId) -> Result<Option<Inviter>, Error> {
    let row = app.db.read(move |c| store::directory::user(c, tenant, id)).await?;
    Ok(row.map(|u| Inviter { name: u.display_name.unwrap_or_else(|| u.address.clone()), address: u.address }))
}

/// Who invited a guest, by the newest invitation.
pub(crate) async fn inviter_of(app: &App, tenant: TenantId, guest: UserId) -> Result<Option<Inviter>, Error> {
    let newest = app.db.read(move |c| store::invitations::newest_of_user(c, tenant, guest)).await?;
    match newest.and_then(|i| i.inviter_id) {
        Some(id) => inviter(app, tenant, id).await,
        None => Ok(None),
    }
}

/// INV-03, inside the redeeming transaction: not expired, not suspended, inviter still active and still allowed.
/// A guest who was made without an invitation (by an administrator, or before a reset) redeems without one.
pub(crate) fn may_redeem(
    c: &mut Conn,
    trip: &Trip,
    user: &LiveUser,
    now: Instant,
) -> Result<bool, QueryError> {
    let tenant = trip.tenant().id;
    let invitation = match trip.sealed.invitation {
        Some(id) => store::invitations::by_id(c, tenant, id)?,
        None => store::invitations::newest_of_user(c, tenant, user.id)?,
    };
    let Some(invitation) = invitation else { return Ok(true) };
    if invitation.user_id != user.id
        || invitation.state != "pending"
        || invitation.expires_at.is_some_and(|at| at <= now)
    {
        return Ok(false);
    }
    may_still_invite(c, &invitation)
}

/// Whether the inviter is active and holds a role that may invite; an invitation of the operator has none (INV-03).
fn may_still_invite(c: &mut Conn, invitation: &InvitationRow) -> Result<bool, QueryError> {
    let Some(inviter) = invitation.inviter_id else { return Ok(true) };
    let tenant = invitation.tenant_id;
    for role in [Role::GlobalAdministrator, Role::UserAdministrator, Role::GuestInviter] {
        if store::directory::has_role(c, tenant, inviter, role.as_str())? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where an invitation leads, if that is still registered (INV-05).
pub(crate) async fn redirect_of(
    app: &App,
    tenant: TenantId,
    id: InvitationId,
) -> Result<Option<String>, Error> {
    let (row, apps) = app
        .db
        .read(move |c| Ok((store::invitations::by_id(c, tenant, id)?, store::applications::list(c, tenant)?)))
        .await?;
    Ok(row.and_then(|r| r.redirect_url).filter(|url| admits_redirect(&apps, url).is_some()))
}

/// The application that an invitation's redirect URL belongs to (INV-05): equal, after parsing, to a registered redirect
/// or home URL, or below the home page of an application of this tenant.
pub(crate) fn admits_redirect(apps: &[Application], url: &str) -> Option<ClientId> {
    let wanted = url::Url::parse(url).ok()?;
    let clean = wanted.username().is_empty() && wanted.password().is_none() && wanted.fragment().is_none();
    let safe = vestibule_oidc::redirect::SafeUrl::parse(url).is_ok();
    if !clean || !safe || url.contains('\\') {
        return None;
    }
    let same = |registered: &str| url::Url::parse(registered).is_ok_and(|r| r == wanted);
    let hit = |app: &&Application| {
        app.redirect_uris.iter().any(|r| same(&r.uri))
            || app.post_logout_redirect_uris.iter().any(|r| same(r))
            || app.settings.homepage.as_deref().is_some_and(|home| below(home, &wanted))
    };
    apps.iter().filter(|a| a.enabled).find(hit).map(|a| a.client_id.clone())
}

/// Whether a URL is a home page or a place below it: same origin, whole path segments.
fn below(home: &str, wanted: &url::Url) -> bool {
    let Ok(home) = url::Url::parse(home) else { return false };
    let base = home.path().trim_end_matches('/');
    home.origin() == wanted.origin()
        && wanted.path().strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Where an application opens, for the page at the end of an invitation.
pub(crate) fn place_of(app: &Application) -> Option<String> {
    app.settings.homepage.clone().or_else(|| {
        let url = url::Url::parse(&app.redirect_uris.first()?.uri).ok()?;
        matches!(url.scheme(), "https" | "http").then(|| format!("{}/", url.origin().ascii_serialization()))
    })
}
