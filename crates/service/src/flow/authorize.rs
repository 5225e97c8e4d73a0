//! The authorization endpoint (OIDC Core 3.1.2): read, check, answer at once from a live session, or begin a trip.

use std::sync::Arc;

use vestibule_core::access::Action;
use vestibule_core::entry::{self, ApplicationFacts, Entry, Hints, Segment};
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{InteractionId, ordered_uuid};
use vestibule_core::interaction::{Ending, Finish, Refusal, Step};
use vestibule_core::proof::Ledger;
use vestibule_core::random::secret_256;
use vestibule_core::{Address, ClientId, Domain};
use vestibule_oidc::authorize::{AuthorizeRequest, LocalError, identify};
use vestibule_oidc::error::OAuthErrorCode;
use vestibule_oidc::params::{Params, ParamsError};
use vestibule_oidc::redirect;
use vestibule_store as store;

use super::facts::{self, Known};
use super::trip::{self, Live, Named, Trip};
use super::{Reply, finish, pages, respond};
use crate::app::App;
use crate::audit;
use crate::context::Context;
use crate::cookies::Jar;
use crate::error::{Error, Problem};
use crate::sealed::{Remembered, Sealed};
use crate::snapshot::ApplicationSnapshot;

/// Answers an authorization request. `segment` is the tenant's part of the path, `query` the raw query string.
pub async fn authorize(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    query: &str,
) -> Result<Reply, Error> {
    let params = Params::parse(query).map_err(malformed)?;
    let identified = match identify(&params) {
        Ok(identified) => identified,
        // Whoever names no tenant either is told the thing that helps more (50059).
        Err(error) => return Err(unidentified(app, jar, segment, error).await),
    };
    let client = ClientId(identified.client_id.to_owned());
    let segment = settle(app, segment, &client, &params).await?;
    let live = app.live(&segment, jar, None).await?;
    let application = app.application(&live.tenant, &client).await?;
    let Some(application) = application.filter(|a| a.application.enabled) else {
        return Err(Problem::new(ErrorCode::ClientUnknown).at(&live.tenant).into());
    };
    let Some(registered) = redirect::find(&application.application, identified.redirect_uri) else {
        // The page does not echo it; whoever set the application up wrong finds it here. A query may hold anything.
        let asked = identified.redirect_uri.split(['?', '#']).next().unwrap_or_default();
        let asked: String = asked.chars().take(200).collect();
        tracing::info!(trace = %ctx.trace, client = %client.0, redirect_uri = ?asked, "not registered");
        return Err(Problem::new(ErrorCode::RedirectMismatch).at(&live.tenant).of(Some(&application)).into());
    };
    let parsed =
        AuthorizeRequest::parse(&params, &application.application, registered, identified.redirect_uri);
    match parsed {
        Ok(request) => begin(app, ctx, jar, live, application, request, &segment).await,
        Err(error) => respond::error(app, live.tenant.id, identified.redirect_uri, &error),
    }
}

fn malformed(_: ParamsError) -> Error {
    let mut problem = Problem::new(ErrorCode::RequestBad);
    problem.developer = Some("The query string is not valid application/x-www-form-urlencoded UTF-8.");
    problem.into()
}

/// A request whose client or redirect URI is missing or repeated: told on a page, with the tenant where there is one.
async fn unidentified(app: &App, jar: &Jar, segment: &str, error: LocalError) -> Error {
    let tenant = match app.live(segment, jar, None).await {
        Ok(live) => Some(live.tenant),
        Err(Error::Refused(problem)) if problem.code != ErrorCode::TenantMissing => {
            return Error::Refused(problem);
        }
        Err(Error::Refused(_)) => None,
        Err(other) => return other,
    };
    let mut problem = Problem::new(ErrorCode::RequestBad);
    problem.tenant = tenant;
    problem.developer = Some(match error {
        LocalError::ClientMissing => "client_id is missing.",
        LocalError::RedirectMissing => "redirect_uri is missing.",
        LocalError::Repeated => "client_id or redirect_uri is given more than once.",
        _ => "The request is malformed.",
    });
    problem.into()
}

/// Settles which tenant a tenant-less URL means; any other segment stays as it is.
async fn settle(app: &App, segment: &str, client: &ClientId, params: &Params) -> Result<String, Error> {
    if !matches!(trip::name(segment), Named::Tenantless) {
        return Ok(segment.to_owned());
    }
    let hint = params.get("domain_hint").and_then(|d| Domain::parse(d).ok()).map(|d| d.as_str().to_owned());
    if !client.is_possible() {
        return Err(trip::refuse(Entry::Refuse(entry::Refusal::ApplicationUnknown)));
    }
    let wanted = client.clone();
    let (facts, domain) = app
        .db
        .read(move |c| {
            let facts = store::applications::presence(c, &wanted)?;
            let domain = match hint {
                Some(domain) => store::tenants::find_by_domain(c, &domain)?.map(|t| t.id),
                None => None,
            };
            Ok((facts, domain))
        })
        .await?;
    let facts = facts.map(|(home, audience, present_in)| ApplicationFacts { home, audience, present_in });
    match entry::resolve(&Segment::Tenantless, facts.as_ref(), &Hints { domain }) {
        Entry::Tenant(id) => Ok(id.to_string()),
        other => Err(trip::refuse(other)),
    }
}

/// Begins a trip, or ends it at once where a live session answers.
async fn begin(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    live: Live,
    application: Arc<ApplicationSnapshot>,
    request: AuthorizeRequest,
    segment: &str,
) -> Result<Reply, Error> {
    let _allowed = audit::allow_guest(ctx, live.tenant.id, None, Action::SignIn)?;
    let remembered = Remembered::open(&app.vault, jar.remembered.as_deref(), ctx.now).of(live.tenant.id);
    let hinted = request.login_hint.as_deref().and_then(|h| Address::parse(h).ok());
    let wanted = respond::hinted_subject(app, &live, &application, &request, ctx.now).await?;
    // `claims` may name the person too (OIDC Core 5.5.1).
    let wanted = wanted.or_else(|| request.claims.subject.clone());
    let silent = request.prompt.none;
    let sealed = Sealed {
        id: InteractionId(ordered_uuid(ctx.now, app.random.as_ref())),
        secret: secret_256(app.random.as_ref()).expose().to_owned(),
        began_at: live.now.timestamp_micros(),
        ending: Ending::Authorize,
        client: Some(application.application.client_id.clone()),
        address: None,
        invitation: None,
        picked: false,
        wanted,
        segment: segment.to_ascii_lowercase(),
        leads_to: None,
        request: Some(request),
    };
    let now = live.now;
    let mut trip = Trip { live, application: Some(application), sealed, outdated: false, now };
    trip.sealed.address = first_address(&trip, hinted.as_ref(), &remembered);
    let step =
        facts::next(&trip, Known { user: None, remembered: remembered.len() }, &Ledger::default(), None);
    match (step, silent) {
        (Step::Finish(Finish::Session), _) => finish::on_session(app, ctx, trip).await,
        (Step::Refuse(refusal), _) => respond::refusal_shown(app, &trip, refusal),
        (step, true) => respond::silent_failure(app, &trip, &step),
        (step, false) => {
            let path = pages::path(app, &trip, &step);
            let keep = trip.keep(app).map_err(|e| too_large(app, &trip, e))?;
            Ok(Reply::go(path).with(keep))
        }
    }
}

fn too_large(_app: &App, trip: &Trip, error: Error) -> Error {
    match error {
        Error::Refused(_) => {
            let mut problem = trip.problem(ErrorCode::RequestBad);
            problem.developer = Some("The request is too large to be kept; shorten state, nonce or claims.");
            problem.into()
        }
        other => other,
    }
}

/// The address that a trip begins with: the hint, else that of a session which must be renewed, else the only one
/// remembered. `prompt=login` and `select_account` leave the choice to the person.
fn first_address(trip: &Trip, hinted: Option<&Address>, remembered: &[Address]) -> Option<String> {
    let prompt = trip.sealed.request.as_ref().map(|r| r.prompt).unwrap_or_default();
    if prompt.login || prompt.select_account {
        return None;
    }
    if let Some(hint) = hinted {
        return Some(hint.as_str().to_owned());
    }
    if let Some(session) = trip.live.session.as_ref().filter(|s| trip.wants(s.user.id)) {
        return Some(session.user.address.clone());
    }
    match remembered {
        // The application named somebody: whom this browser remembers may be another.
        _ if trip.sealed.wanted.is_some() => None,
        [only] => Some(only.as_str().to_owned()),
        _ => None,
    }
}

/// The error that an application is told for a refusal, where it is told one (OIDC Core 3.1.2.6).
pub(crate) const fn oauth_error(refusal: Refusal) -> OAuthErrorCode {
    match refusal {
        Refusal::SecondStepUnavailable | Refusal::LevelUnavailable => {
            OAuthErrorCode::UnmetAuthenticationRequirements
        }
        Refusal::TenantOff | Refusal::ApplicationOff => OAuthErrorCode::UnauthorizedClient,
        _ => OAuthErrorCode::AccessDenied,
    }
}
