//! Userinfo (OIDC Core 5.3): for an access token of this tenant whose session, user and application live (TOK-02).

use serde_json::Value;
use vestibule_app::cookies::Jar;
use vestibule_app::{App, vault};
use vestibule_core::secret::Secret;
use vestibule_oidc::claims;
use vestibule_oidc::error::TokenError;
use vestibule_store as store;

use super::{Caller, Refused, layout, oauth};

/// What userinfo answers, and for whom (CORS).
#[derive(Debug)]
pub struct UserInfo {
    pub claims: Value,
    /// The application that the token is for.
    pub client: std::sync::Arc<vestibule_app::snapshot::ApplicationSnapshot>,
}

/// Answers userinfo.
pub async fn userinfo(app: &App, segment: &str, token: Option<&Secret>) -> Result<UserInfo, Refused> {
    let live = app.live(segment, &Jar::default(), None).await?;
    let Some(token) = token else { return Err(oauth(TokenError::INVALID_TOKEN)) };
    let (tenant, digest) = (live.tenant.id, vault::hash("access token", live.epoch, token.expose()));
    let now = live.now;
    let found = app.db.read(move |c| store::tokens::find_access(c, tenant, &digest, now)).await?;
    let Some(found) = found else { return Err(oauth(TokenError::INVALID_TOKEN)) };
    let application = app.application(&live, &found.token.client_id).await?.filter(|a| a.application.enabled);
    let Some(application) = application else { return Err(oauth(TokenError::INVALID_TOKEN)) };
    let caller = Caller { live, application };
    if super::granted(&caller, &found.session, &found.user, now.instant)?.is_none() {
        return Err(oauth(TokenError::INVALID_TOKEN));
    }
    let scopes: Vec<String> = found.token.scope.split(' ').map(ToOwned::to_owned).collect();
    let subject = super::subject(app, &caller, &found.session, &found.user)?;
    let asked = super::requested(found.token.requested.as_deref());
    let claims = claims::userinfo(&subject.claims(), &scopes, layout(&caller.application), &asked.userinfo);
    Ok(UserInfo { claims, client: caller.application })
}
