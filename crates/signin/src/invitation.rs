//! The page of an invitation (G17, G18). The link is a locator: it proves nothing, and nothing happens before the button
//! (INV-01, LNK-01). Everything that counts is read from the row (INV-02).

use vestibule_app::cookies::{CookieChange, Jar};
use vestibule_app::live::Live;
use vestibule_app::{App, Context, Error, audit, vault};
use vestibule_core::Address;
use vestibule_core::access::Action;
use vestibule_core::clock::Instant;
use vestibule_core::interaction::{self, Step};
use vestibule_core::lifecycle::{InvitationState, RedemptionState};
use vestibule_core::method::Method;
use vestibule_store as store;
use vestibule_store::invitations::InvitationRow;

use crate::inviter::inviter;
use crate::prove::passcode::send::Send;
use crate::reply::Reply;
use crate::sealed::{Ending, Landing, Sealed};
use crate::trip::{self, Trip, TripRequest};
use crate::view::{About, Invitation, InvitationOther, InvitationProblem, ReviewCancelled, Shown, View};
use crate::{finish, gather, step};

const KIND: &str = "invitation";

/// Opens a mailed link: the token goes into a cookie, out of the address bar (LNK-03). Nothing is looked up.
pub async fn open(app: &App, jar: &Jar, segment: &str, token: &str) -> Result<Reply, Error> {
    let live = app.live(segment, jar, None).await?;
    let landing = Landing::new(token, live.at(), app.random.as_ref());
    let value = landing.seal(&app.vault, live.tenant.id, KIND)?;
    Ok(Reply::go(app.urls.invite_path(&segment.to_ascii_lowercase())).with(CookieChange::Invitation(value)))
}

/// What an opened link leads to.
enum LinkTarget {
    /// A page about the invitation; the second says that it is a way back.
    Good(Box<InvitationRow>, bool),
    /// G18, with the end where that is the reason.
    Dead(Option<Instant>),
}

/// Looks an invitation up by its token. Seven kinds of dead links look alike (INV-14).
async fn look_up(app: &App, live: &Live, landing: Option<&Landing>) -> Result<LinkTarget, Error> {
    let Some(landing) = landing else { return Ok(LinkTarget::Dead(None)) };
    let (tenant, digest) = (live.tenant.id, vault::hash("invitation", 0, &landing.token));
    let found = app
        .db
        .read(move |c| {
            let row = store::invitations::by_ticket(c, tenant, &digest)?;
            let Some(row) = row.filter(|r| r.user_deleted_at.is_none()) else { return Ok(None) };
            let may = row.state != InvitationState::Pending
                || row.user_state == RedemptionState::Accepted
                || finish::may_still_invite(c, &row)?;
            Ok(may.then_some(row))
        })
        .await?;
    let Some(row) = found else { return Ok(LinkTarget::Dead(None)) };
    let ended = row.expires_at.filter(|at| *at <= live.at());
    Ok(match (row.state, row.user_state, ended) {
        // The guest came in by another way meanwhile: a way back too (LNK-05).
        (InvitationState::Accepted, _, _) | (InvitationState::Pending, RedemptionState::Accepted, _) => {
            LinkTarget::Good(Box::new(row), true)
        }
        (InvitationState::Pending, _, Some(at)) => LinkTarget::Dead(Some(at)),
        (InvitationState::Pending, _, None) => LinkTarget::Good(Box::new(row), false),
        (InvitationState::Suspended | InvitationState::Withdrawn, _, _) => LinkTarget::Dead(None),
    })
}

/// The page of the opened link.
pub async fn show(app: &App, jar: &Jar, segment: &str) -> Result<Reply, Error> {
    let live = app.live(segment, jar, None).await?;
    let landing = jar.invitation.as_deref().and_then(|v| Landing::open(&app.vault, live.tenant.id, KIND, v));
    let found = look_up(app, &live, landing.as_ref()).await?;
    page(app, &live, segment, landing.as_ref(), found).await.map(Reply::show)
}

async fn page(
    app: &App,
    live: &Live,
    segment: &str,
    landing: Option<&Landing>,
    found: LinkTarget,
) -> Result<Shown, Error> {
    let csrf = match landing {
        Some(landing) => Some(app.form_token(KIND, &landing.secret)?),
        None => None,
    };
    let mut application = None;
    let view: Box<dyn View> = match found {
        LinkTarget::Dead(expired_at) => Box::new(InvitationProblem { expired_at }),
        LinkTarget::Good(row, back) => {
            if let Some(client) = &row.client_id {
                application = app.application(live, client).await?;
            }
            if let Some(other) = live.session.as_ref().filter(|s| s.user.address_key != row.address_key) {
                let masked = Address::parse(&row.address).map(|a| a.masked_fully()).unwrap_or_default();
                Box::new(InvitationOther { masked, signed_in: other.user.address.clone() })
            } else {
                let inviter = match row.inviter_id {
                    Some(id) => inviter(app, live.tenant.id, id).await?,
                    None => None,
                };
                Box::new(Invitation {
                    address: row.address,
                    inviter,
                    message: row.message,
                    expires_at: row.expires_at,
                    back,
                })
            }
        }
    };
    let about = About { application, csrf, ..About::tenant(&live.tenant, segment) };
    Ok(Shown { about, view })
}

/// What was pressed on G17.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationPress {
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
    pressed: InvitationPress,
    csrf: &str,
) -> Result<Reply, Error> {
    let mut live = app.live(segment, jar, None).await?;
    let _allowed = audit::allow_guest(ctx, live.tenant.id, None, Action::SignIn)?;
    let landing = jar.invitation.as_deref().and_then(|v| Landing::open(&app.vault, live.tenant.id, KIND, v));
    let Some(landing) = landing else {
        let mut problem =
            vestibule_app::error::Problem::new(vestibule_core::error::ErrorCode::Cookies).at(&live.tenant);
        problem.restart = Some(app.urls.invite_path(segment));
        return Err(problem.into());
    };
    if !app.form_token_matches(KIND, &landing.secret, csrf)? {
        let mut problem =
            vestibule_app::error::Problem::new(vestibule_core::error::ErrorCode::Csrf).at(&live.tenant);
        problem.restart = Some(app.urls.invite_path(segment));
        return Err(problem.into());
    }
    let found = look_up(app, &live, Some(&landing)).await?;
    let LinkTarget::Good(row, back) = found else {
        return page(app, &live, segment, Some(&landing), found).await.map(Reply::show);
    };
    let mut ended = None;
    match (&live.session, pressed) {
        (Some(other), InvitationPress::Switch) if other.user.address_key != row.address_key => {
            ended = super::signout::close(app, ctx, &live).await?;
            live.session = None;
        }
        (Some(_), InvitationPress::Keep) => return Ok(stay_signed_in(&live, segment)),
        (Some(other), InvitationPress::Send) if other.user.address_key != row.address_key => {
            return page(app, &live, segment, Some(&landing), LinkTarget::Good(row, back))
                .await
                .map(Reply::show);
        }
        _ => {}
    }
    // Who pressed before and went on keeps that trip, with the secret that a proof may have given since.
    let at = TripRequest { app, ctx, jar, segment, id: landing.id };
    let begun = jar.interaction(landing.id).is_some();
    let trip = if begun { trip::load(at).await? } else { begin(app, live, segment, &landing, &row).await? };
    let reply = start(at, trip).await?;
    Ok(match ended {
        Some(change) => reply.with(change),
        None => reply,
    })
}

/// *Stay signed in*: nothing of the invitation happens here.
fn stay_signed_in(live: &Live, segment: &str) -> Reply {
    let about = About::tenant(&live.tenant, segment);
    Reply::show(about.shows(ReviewCancelled)).with(CookieChange::ForgetInvitation)
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
        Some(client) => app.application(&live, client).await?,
        None => None,
    };
    live.interaction = {
        let (tenant, now) = (live.tenant.id, live.now);
        let read = app
            .db
            .read(move |c| store::live::request(c, store::live::TenantKey::Id(tenant), None, Some(id), now))
            .await?;
        read.and_then(|r| r.interaction)
    };
    let ending =
        Ending::Invitation { id: row.id, client: row.client_id.clone(), leads_to: row.redirect_url.clone() };
    let sealed = Sealed {
        id,
        secret: landing.secret.clone(),
        began_at: live.at().timestamp_micros(),
        ending,
        address: Address::parse(&row.address).ok(),
        picked: false,
        wanted: None,
        segment: segment.to_ascii_lowercase(),
    };
    Ok(trip::with_ledger(app, Trip::begun(live, application, sealed)))
}

async fn start(at: TripRequest<'_>, trip: Trip) -> Result<Reply, Error> {
    if trip.ended().is_some() {
        // The link was used to its end on this very page; a new opening begins a new trip.
        let path = at.app.urls.invite_path(&trip.sealed.segment);
        return Ok(Reply::go(path).with(CookieChange::ForgetInvitation));
    }
    if trip.outdated {
        // The answer to its proof was lost: the page of the proof gives the secret again.
        let page = step::lost_proof(&trip).unwrap_or(interaction::PageKind::Prove(Method::Passcode));
        return Ok(Reply::go(trip.path(at.app, page)));
    }
    match gather::current(&trip, 0)? {
        Step::SendCode => step::perform::<Send>(at, trip, &()).await,
        step => {
            let keep = trip.keep(at.app)?;
            Ok(step::elsewhere(at, trip, step).await?.with(keep))
        }
    }
}
