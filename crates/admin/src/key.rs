//! Signing keys.

use vestibule_app::keys::{new_key, times};
use vestibule_core::access::{Action, Object};
use vestibule_core::client::SigningAlgorithm;
use vestibule_core::clock::Instant;
use vestibule_oidc::keys::KeySchedule;
use vestibule_store as store;
use vestibule_store::keys::NewSigningKey;

use crate::door::{At, Done, Inside, UseCase};
use crate::effect;
use crate::error::AdminError;

/// A published signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// RFC 7638 thumbprint.
    pub kid: String,
    pub algorithm: SigningAlgorithm,
    /// In the JWKS since.
    pub published_at: Instant,
    /// Signs from.
    pub active_from: Instant,
    /// Whether it signs now.
    pub current: bool,
}

/// Publishes the next key of each algorithm in use; it signs after the overlap (KEY-04).
#[derive(Debug)]
pub struct Rotate;

impl UseCase for Rotate {
    const NAME: &'static str = "key.rotate";
    const ACTION: Action = Action::ManageKeys;
    type Effect = effect::Keys;
    type Output = Vec<Key>;

    fn object(&self) -> Object {
        Object::Deployment
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let rows = at.read(store::keys::all).await?;
        let mut next = Vec::new();
        for algorithm in SigningAlgorithm::ALL.iter().copied() {
            let of = rows.iter().filter(|r| r.alg == algorithm);
            let times: Vec<_> = of.map(|r| times(r, algorithm)).collect();
            let waiting = times.iter().any(|t| t.retired_at.is_none() && t.active_from > at.now());
            if !times.is_empty() && !waiting {
                next.push(make(&at, algorithm, KeySchedule::next_active_from(&times, at.now())).await?);
            }
        }
        let insert =
            move |c: &mut store::Conn| Ok(next.iter().try_for_each(|key| store::keys::insert(c, key))?);
        let rotated = at.change((), serde_json::json!({}), insert).await?;
        Ok(Done::after(rotated, published(&at).await?))
    }
}

/// The published signing keys.
#[derive(Debug)]
pub struct List;

impl UseCase for List {
    const NAME: &'static str = "key.list";
    const ACTION: Action = Action::ManageKeys;
    type Effect = effect::Nothing;
    type Output = Vec<Key>;

    fn object(&self) -> Object {
        Object::Deployment
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let keys = published(&at).await?;
        Ok(Done::read(keys))
    }
}

/// Makes a key, on a thread where that may take its time.
pub(crate) async fn make(
    at: &Inside<'_>,
    algorithm: SigningAlgorithm,
    active_from: Instant,
) -> Result<NewSigningKey, AdminError> {
    let (vault, random, now) = (at.vault().clone(), at.shared_random(), at.now());
    let made =
        tokio::task::spawn_blocking(move || new_key(&vault, random.as_ref(), algorithm, now, active_from));
    Ok(made.await??)
}

async fn published(at: &Inside<'_>) -> Result<Vec<Key>, AdminError> {
    let rows = at.read(store::keys::all).await?;
    let mut keys = Vec::with_capacity(rows.len());
    for algorithm in SigningAlgorithm::ALL.iter().copied() {
        let times: Vec<_> = rows.iter().filter(|r| r.alg == algorithm).map(|r| times(r, algorithm)).collect();
        let current = KeySchedule::current(&times, at.now()).map(|k| k.kid.clone());
        keys.extend(KeySchedule::published(&times, at.now()).into_iter().map(|k| Key {
            kid: k.kid.clone(),
            algorithm,
            published_at: k.published_at,
            active_from: k.active_from,
            current: Some(&k.kid) == current.as_ref(),
        }));
    }
    Ok(keys)
}
