//! The deployment itself: base URL and signing keys.

use serde::Serialize;
use vestibule_app::audit::allow;
use vestibule_app::keys::{new_key, times};
use vestibule_app::{App, Context};
use vestibule_core::access::{Action, Actor, Object};
use vestibule_core::client::SigningAlgorithm;
use vestibule_core::clock::Instant;
use vestibule_core::urls::Urls;
use vestibule_oidc::keys::KeySchedule;
use vestibule_store as store;

use super::{AdminError, invalid};

/// The deployment, as it is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// The public address.
    pub base_url: String,
    /// Whether that is loopback mode.
    pub loopback: bool,
}

/// Changes the base URL; issuers change with it, so applications must be told.
pub async fn set_base_url(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    url: &str,
) -> Result<Deployment, AdminError> {
    let _allowed = allow(ctx, actor, Action::ManageDeployment, Object::Deployment)?;
    let urls = Urls::parse(url).map_err(|e| invalid("base URL", e))?;
    let base = urls.base().to_owned();
    app.db.write(move |c| store::deployment::set_base_url(c, &base)).await??;
    tracing::warn!(base_url = urls.base(), "base URL changed");
    Ok(Deployment { base_url: urls.base().to_owned(), loopback: urls.loopback() })
}

/// A signing key, as it is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs with.
    pub alg: SigningAlgorithm,
    /// In the JWKS since.
    pub published_date_time: Instant,
    /// Signs from.
    pub active_from_date_time: Instant,
    /// Whether it signs now.
    pub current: bool,
}

/// Publishes the next key of each algorithm in use; it signs after the overlap (KEY-04).
pub async fn rotate_keys(app: &App, ctx: &Context, actor: &Actor) -> Result<Vec<Key>, AdminError> {
    let _allowed = allow(ctx, actor, Action::ManageKeys, Object::Deployment)?;
    let rows = app.db.read(store::keys::all).await?;
    let mut next = Vec::new();
    for algorithm in SigningAlgorithm::ALL.iter().copied() {
        let times: Vec<_> = rows.iter().filter(|r| r.alg == algorithm).map(|r| times(r, algorithm)).collect();
        if times.is_empty() || times.iter().any(|t| t.retired_at.is_none() && t.active_from > ctx.now) {
            continue;
        }
        let active_from = KeySchedule::next_active_from(&times, ctx.now);
        let (vault, random, now) = (app.vault.clone(), std::sync::Arc::clone(&app.random), ctx.now);
        let key = tokio::task::spawn_blocking(move || {
            new_key(&vault, random.as_ref(), algorithm, now, active_from)
        })
        .await;
        next.push(
            key.map_err(|e| AdminError::Internal(e.to_string()))?
                .map_err(|e| AdminError::Internal(e.to_string()))?,
        );
    }
    app.db
        .write(move |c| {
            for key in &next {
                store::keys::insert(c, key)?;
            }
            store::deployment::raise_keys(c).map(|_| ())
        })
        .await??;
    tracing::info!("signing keys rotated");
    keys(app, ctx, actor).await
}

/// The signing keys.
pub async fn keys(app: &App, ctx: &Context, actor: &Actor) -> Result<Vec<Key>, AdminError> {
    let _allowed = allow(ctx, actor, Action::ManageKeys, Object::Deployment)?;
    let rows = app.db.read(store::keys::all).await?;
    let mut told = Vec::with_capacity(rows.len());
    for algorithm in SigningAlgorithm::ALL.iter().copied() {
        let times: Vec<_> = rows.iter().filter(|r| r.alg == algorithm).map(|r| times(r, algorithm)).collect();
        let current = KeySchedule::current(&times, ctx.now).map(|k| k.kid.clone());
        told.extend(KeySchedule::published(&times, ctx.now).into_iter().map(|k| Key {
            kid: k.kid.clone(),
            alg: algorithm,
            published_date_time: k.published_at,
            active_from_date_time: k.active_from,
            current: Some(&k.kid) == current.as_ref(),
        }));
    }
    Ok(told)
}
