//! RP-initiated sign-out (OIDC RP-Initiated Logout 1.0): at once with a valid hint for this very session, otherwise after
//! one button (SES-12, OID-13, OID-14).

use std::sync::Arc;

use vestibule_app::audit::{self, AuditTarget, AuditedChange};
use vestibule_app::cookies::{CookieChange, Jar};
use vestibule_app::live::Live;
use vestibule_app::snapshot::ApplicationSnapshot;
use vestibule_app::{App, Context, Error, Problem};
use vestibule_core::access::Action;
use vestibule_core::log::DirectoryEvent;
use vestibule_core::{ClientId, Realm};
use vestibule_oidc::logout::LogoutRequest;
use vestibule_oidc::params::Params;
use vestibule_oidc::redirect::{self, SafeUrl};
use vestibule_store as store;

use crate::reply::Reply;
use crate::subject;
use crate::view::{About, SignOut, SignedOut};

const KIND: &str = "signout";

/// What a sign-out request says, checked.
struct SignOutRequest {
    application: Option<Arc<ApplicationSnapshot>>,
    /// Where it may go afterwards, with `state`.
    after: Option<String>,
    /// The hint is for the session at hand.
    hinted: bool,
    /// The application is proven by a hint.
    proven: bool,
}

/// Answers a sign-out request, by GET or by an application's POST.
pub async fn request(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    query: &str,
) -> Result<Reply, Error> {
    let live = app.live(segment, jar, None).await?;
    let asked = read(app, &live, query).await?;
    match (&live.session, asked.hinted) {
        (Some(_), true) => end(app, ctx, live, segment, asked).await,
        // Nobody is signed in: the way out is open to a proven application only (OID-14).
        (None, _) => Ok(done(&live, segment, &asked, false)),
        (Some(session), false) => {
            let token = app.form_token(KIND, &session.row.id.to_string())?;
            let address = session.user.address.clone();
            let about = About { csrf: Some(token), ..about(&live, segment, &asked) };
            Ok(Reply::show(about.shows(SignOut { address, query: query.to_owned() })))
        }
    }
}

/// The button's POST.
pub async fn confirm(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    query: &str,
    csrf: &str,
) -> Result<Reply, Error> {
    let live = app.live(segment, jar, None).await?;
    let asked = read(app, &live, query).await?;
    let Some(session) = &live.session else { return Ok(done(&live, segment, &asked, true)) };
    if !app.form_token_matches(KIND, &session.row.id.to_string(), csrf)? {
        return Err(Problem::new(vestibule_core::error::ErrorCode::Csrf).at(&live.tenant).into());
    }
    end(app, ctx, live, segment, asked).await
}

async fn read(app: &App, live: &Live, query: &str) -> Result<SignOutRequest, Error> {
    let none = SignOutRequest { application: None, after: None, hinted: false, proven: false };
    let Ok(params) = Params::parse(query) else { return Ok(none) };
    let Ok(request) = LogoutRequest::parse(&params) else { return Ok(none) };
    let claims = match &request.id_token_hint {
        Some(hint) => subject::verified_hint(app, live, None, hint).await?,
        None => None,
    };
    let text = |name: &str| {
        claims.as_ref().and_then(|c| c.get(name)).and_then(|v| v.as_str()).map(ToOwned::to_owned)
    };
    let proven = text("aud").map(ClientId);
    let named = request.client_id.clone().map(ClientId);
    // A hint for one application and the name of another do not go together.
    if proven.is_some() && named.is_some() && proven != named {
        return Ok(none);
    }
    let application = match proven.clone().or(named) {
        Some(client) => app.application(live, &client).await?.filter(|a| a.application.enabled),
        None => None,
    };
    let hinted = match (&live.session, &application, proven.is_some()) {
        (Some(session), Some(application), true) => {
            let sub = subject::subject(&live.tenant, application, session.user.id);
            text("sid").as_deref() == Some(session.row.id.to_string().as_str())
                && text("sub").as_deref() == Some(&sub)
        }
        _ => false,
    };
    let after = application.as_ref().and_then(|a| {
        let uri = request.post_logout_redirect_uri.as_deref()?;
        let safe = SafeUrl::parse(uri).ok()?;
        redirect::post_logout_matches(&a.application, uri).then(|| request.location(&safe))
    });
    Ok(SignOutRequest { application, after, hinted, proven: proven.is_some() })
}

async fn end(
    app: &App,
    ctx: &Context,
    live: Live,
    segment: &str,
    asked: SignOutRequest,
) -> Result<Reply, Error> {
    let Some(forget) = close(app, ctx, &live).await? else { return Ok(done(&live, segment, &asked, true)) };
    let reply = done(&live, segment, &asked, true);
    Ok(reply.with(forget).with(CookieChange::ClearSiteData))
}

/// Ends the browser's session with all that was granted in it; what the browser is to forget, if there was one.
pub(crate) async fn close(app: &App, ctx: &Context, live: &Live) -> Result<Option<CookieChange>, Error> {
    let Some(session) = &live.session else { return Ok(None) };
    let allowed = audit::allow_guest(ctx, live.tenant.id, None, Action::SignOut)?;
    let (realm, id, tenant, now) = (Realm::Tenant(live.tenant.id), session.row.id, live.tenant.id, live.now);
    let ended = AuditedChange::of(DirectoryEvent::SessionEnded, AuditTarget::Session(id));
    let row = audit::row(app, ctx, &allowed, tenant, ended);
    app.db
        .write(move |c| {
            if store::signin::end_session(c, realm, id, now)? {
                store::tokens::revoke_families_of_session(c, tenant, id, "signed out", now)?;
                store::logs::insert_audit(c, &row)?;
            }
            Ok::<_, store::QueryError>(())
        })
        .await??;
    Ok(Some(CookieChange::ForgetSession(realm)))
}

/// Signed out: to the application at once where that may be, else a page that says so.
fn done(live: &Live, segment: &str, asked: &SignOutRequest, confirmed: bool) -> Reply {
    match &asked.after {
        Some(url) if confirmed || asked.proven => {
            Reply::deliver(vestibule_oidc::response::Delivery::Redirect(url.clone()), None)
        }
        _ => {
            let back = asked.application.as_ref().and_then(|a| redirect::place_of(&a.application));
            Reply::show(about(live, segment, asked).shows(SignedOut { back }))
        }
    }
}

fn about(live: &Live, segment: &str, asked: &SignOutRequest) -> About {
    About {
        application: asked.application.clone(),
        leads_to: asked.after.clone(),
        ..About::tenant(&live.tenant, segment)
    }
}
