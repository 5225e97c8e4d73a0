//! Signing an ID token: under a semaphore, off the event loop.

use vestibule_app::snapshot::ApplicationSnapshot;
use vestibule_app::{App, Error};
use vestibule_core::clock::Instant;
use vestibule_core::numbers as n;
use vestibule_core::secret::Secret;
use vestibule_oidc::authorize::StandardClaim;
use vestibule_oidc::claims::{ClaimsSubject, IdTokenClaims, IdTokenInput, TYP_ID_TOKEN};
use vestibule_oidc::keys::KeySchedule;

/// What stands in one ID token beyond the person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdToken<'a> {
    pub nonce: Option<&'a str>,
    pub c_hash: Option<&'a str>,
    pub scopes: &'a [String],
    pub requested: &'a [StandardClaim],
    pub alone: bool,
}

/// Signs an ID token, off the event loop.
pub(crate) async fn sign(
    app: &App,
    keys_number: i64,
    application: &ApplicationSnapshot,
    person: &ClaimsSubject<'_>,
    token: &IdToken<'_>,
    now: Instant,
) -> Result<Secret, Error> {
    let application = &application.application;
    let input = IdTokenInput {
        audience: &application.client_id.0,
        nonce: token.nonce,
        c_hash: token.c_hash,
        layout: application.settings.claims_layout,
        scopes: token.scopes,
        requested: token.requested,
        alone: token.alone,
        issued: now,
        lifetime: n::ID_TOKEN_LIFETIME,
    };
    let claims = IdTokenClaims::build(person, &input, app.random.as_ref());
    let keys = app.keys(keys_number).await?;
    let times: Vec<_> =
        keys.keys.iter().filter(|k| k.algorithm == application.algorithm).map(|k| k.times.clone()).collect();
    let kid = KeySchedule::current(&times, now).map(|k| k.kid.clone());
    let signer = keys.keys.iter().find(|k| Some(&k.times.kid) == kid.as_ref()).map(|k| k.signer.clone());
    let signer =
        signer.ok_or_else(|| Error::internal(format!("no {} key may sign now", application.algorithm)))?;
    let _permit = app.signing.acquire().await.map_err(|_| Error::Unavailable("stopping".into()))?;
    let signed = tokio::task::spawn_blocking(move || signer.sign(TYP_ID_TOKEN, &claims)).await;
    let signed = signed.map_err(Error::internal)?.map_err(Error::internal)?;
    Ok(Secret::new(signed))
}
