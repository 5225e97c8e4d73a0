//! Tells the other nodes, and use cases that write documents, that this one serves, and which release it is (CON-06):
//! what an older node could not read is not written while one lives.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;
use vestibule_app::{App, Error};
use vestibule_core::ids::random_uuid;
use vestibule_core::release::Release;
use vestibule_store as store;

/// Between two heartbeats; a node counts as stopped after four that did not come.
const EVERY: Duration = Duration::from_secs(30);

/// Runs until the process stops, and says good-bye.
pub async fn run(app: Arc<App>, name: String, mut stop: watch::Receiver<bool>) {
    let id = random_uuid(app.random.as_ref());
    loop {
        if let Err(error) = beat(&app, id, &name).await {
            tracing::error!(%error, "heartbeat");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => break,
        }
    }
    if let Err(error) = leave(&app, id).await {
        tracing::warn!(%error, "the last heartbeat");
    }
}

async fn beat(app: &App, id: Uuid, name: &str) -> Result<(), Error> {
    let (name, now) = (name.to_owned(), app.now());
    Ok(app.db.write(move |c| store::nodes::beat(c, id, &name, Release::CURRENT, now)).await??)
}

async fn leave(app: &App, id: Uuid) -> Result<(), Error> {
    Ok(app.db.write(move |c| store::nodes::leave(c, id)).await??)
}
