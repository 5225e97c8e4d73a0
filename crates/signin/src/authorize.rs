//! The authorization endpoint (OIDC Core 3.1.2): read, check, answer at once from a live session, or begin a trip.

use std::sync::Arc;

use vestibule_app::cookies::Jar;
use vestibule_app::live::{self, Live, ParsedSegment};
use vestibule_app::snapshot::ApplicationSnapshot;
use vestibule_app::{App, Context, Error, Problem, audit};
use vestibule_core::access::Action;
use vestibule_core::entry::{self, ApplicationFacts, Entry, Hints, Segment};
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{InteractionId, ordered_uuid};
use vestibule_core::interaction::{Finish, Step};
use vestibule_core::random::secret_256;
use vestibule_core::{Address, ClientId, Domain};
use vestibule_oidc::authorize::{AuthorizeRequest, LocalError, identify};
use vestibule_oidc::params::{Params, ParamsError};
use vestibule_oidc::redirect;
use vestibule_store as store;

use crate::reply::Reply;
use crate::sealed::{Ending, Remembered, Sealed};
use crate::subject;
use crate::trip::Trip;
use crate::{finish, gather, refusal, respond};

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
        // A request without a tenant gets the error that helps more (50059).
        Err(error) => return Err(unidentified(app, jar, segment, error).await),
    };
    let client = ClientId(identified.client_id.to_owned());
    let segment = settle(app, segment, &client, &params).await?;
    let live = app.live(&segment, jar, None).await?;
    let application = app.application(&live, &client).await?;
    let Some(application) = application.filter(|a| a.application.enabled) else {
        return Err(Problem::new(ErrorCode::ClientUnknown).at(&live.tenant).into());
    };
    let Some(registered) = redirect::find(&application.application, identified.redirect_uri) else {
        // The page does not echo it; the application's developer finds it here. A query may hold anything.
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

/// A request whose client or redirect URI is missing or repeated: shown on a page, with the tenant where there is one.
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
    if !matches!(live::name(segment), ParsedSegment::Tenantless) {
        return Ok(segment.to_owned());
    }
    let hint = params.get("domain_hint").and_then(|d| Domain::parse(d).ok()).map(|d| d.as_str().to_owned());
    if !client.is_possible() {
        return Err(live::refuse(Entry::Refuse(entry::Unresolved::ApplicationUnknown)));
    }
    let wanted = client.clone();
    let (facts, domain) = app
        .db
        .read(move |c| {
            let domain = match hint {
                Some(domain) => store::tenants::find_by_domain(c, &domain)?.map(|t| t.id),
                None => None,
            };
            Ok((store::applications::presence(c, &wanted, domain)?, domain))
        })
        .await?;
    let facts = facts.map(|(home, audience, present_in)| ApplicationFacts { home, audience, present_in });
    match entry::resolve(&Segment::Tenantless, facts.as_ref(), &Hints { domain }) {
        Entry::Tenant(id) => Ok(id.to_string()),
        other => Err(live::refuse(other)),
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
    let now = live.at();
    let remembered = Remembered::open(&app.vault, jar.remembered.as_deref(), now).of(live.tenant.id);
    let hinted = request.login_hint.as_deref().and_then(|h| Address::parse(h).ok());
    let wanted = hinted_subject(app, &live, &application, &request).await?;
    // `claims` may name the person too (OIDC Core 5.5.1).
    let wanted = wanted.or_else(|| request.claims.subject.clone());
    let silent = request.prompt.none;
    let client = application.application.client_id.clone();
    let sealed = Sealed {
        id: InteractionId(ordered_uuid(now, app.random.as_ref())),
        secret: secret_256(app.random.as_ref()).expose().to_owned(),
        began_at: now.timestamp_micros(),
        ending: Ending::Authorize { client, request: Box::new(request) },
        address: None,
        picked: false,
        wanted,
        segment: segment.to_ascii_lowercase(),
    };
    let mut trip = Trip::begun(live, Some(application), sealed);
    trip.sealed.address = first_address(&trip, hinted.as_ref(), &remembered);
    match (gather::current(&trip, remembered.len())?, silent) {
        (Step::Finish(Finish::Session), _) => finish::on_session(app, ctx, Arc::new(trip)).await,
        (Step::Refuse(why), _) => refusal::shown(app, &trip, why),
        (step, true) => respond::silent_failure(app, &trip, &step),
        (step, false) => {
            let keep = trip.keep(app).map_err(|e| too_large(&trip, e))?;
            Ok(Reply::go(trip.place(app, &step)).with(keep))
        }
    }
}

/// The subject that `id_token_hint` names, if it is ours, for this application (OID-13). Anything else is as if absent.
async fn hinted_subject(
    app: &App,
    live: &Live,
    application: &ApplicationSnapshot,
    request: &AuthorizeRequest,
) -> Result<Option<String>, Error> {
    let Some(hint) = request.id_token_hint.as_deref() else { return Ok(None) };
    let audience = Some(application.application.client_id.0.as_str());
    let claims = subject::verified_hint(app, live, audience, hint).await?;
    Ok(claims.and_then(|c| c.get("sub").and_then(|s| s.as_str()).map(ToOwned::to_owned)))
}

fn too_large(trip: &Trip, error: Error) -> Error {
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
fn first_address(trip: &Trip, hinted: Option<&Address>, remembered: &[Address]) -> Option<Address> {
    let prompt = trip.sealed.ending.request().map(|r| r.prompt).unwrap_or_default();
    if prompt.login || prompt.select_account {
        return None;
    }
    if let Some(hint) = hinted {
        return Some(hint.clone());
    }
    if let Some(session) = trip.live.session.as_ref().filter(|s| trip.wants(s.user.id)) {
        return Address::parse(&session.user.address).ok();
    }
    match remembered {
        // The application named somebody: whom this browser remembers may be another.
        _ if trip.sealed.wanted.is_some() => None,
        [only] => Some(only.clone()),
        _ => None,
    }
}
