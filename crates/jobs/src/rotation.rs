//! Signing keys by schedule (KEY-04): the next one is published a day before it signs, an old one goes when nothing that
//! it signed can be alive. Every node may run this; a second one finds the work done.

use std::sync::Arc;
use std::time::Duration;

use vestibule_app::keys::{new_key, times};
use vestibule_app::{App, Error};
use vestibule_core::client::SigningAlgorithm;
use vestibule_oidc::keys::{KeyAction, KeySchedule};
use vestibule_store as store;

/// Runs until the process stops, every ten minutes.
pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    loop {
        if let Err(error) = once(&app).await {
            tracing::error!(%error, "key rotation");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_mins(10)) => {}
            _ = stop.changed() => return,
        }
    }
}

/// Does what is due now.
pub async fn once(app: &App) -> Result<(), Error> {
    let rows = app.db.read(store::keys::all).await?;
    let now = app.clock.now();
    for algorithm in SigningAlgorithm::ALL.iter().copied() {
        let times: Vec<_> = rows.iter().filter(|r| r.alg == algorithm).map(|r| times(r, algorithm)).collect();
        if times.is_empty() {
            continue;
        }
        match KeySchedule::next_action(&times, now) {
            KeyAction::Nothing => {}
            KeyAction::PublishNext => {
                let active_from = KeySchedule::next_active_from(&times, now);
                let (vault, random) = (app.vault.clone(), Arc::clone(&app.random));
                let key = tokio::task::spawn_blocking(move || {
                    new_key(&vault, random.as_ref(), algorithm, now, active_from)
                })
                .await;
                let key = key.map_err(Error::internal)?.map_err(Error::internal)?;
                app.db
                    .write(move |c| {
                        // Another node may have published meanwhile; then there is nothing left to do.
                        let waiting =
                            store::keys::all(c)?.iter().any(|r| r.alg == algorithm && r.active_from > now);
                        if !waiting {
                            store::keys::insert(c, &key)?;
                            store::deployment::raise_keys(c)?;
                        }
                        Ok::<_, store::QueryError>(())
                    })
                    .await??;
                tracing::info!(alg = %algorithm, "next signing key published");
            }
            KeyAction::Retire(kid) => {
                app.db
                    .write(move |c| {
                        store::keys::retire(c, &kid, now)?;
                        store::deployment::raise_keys(c).map(|_| ())
                    })
                    .await??;
                tracing::info!(alg = %algorithm, "old signing key retired");
            }
        }
    }
    Ok(())
}
