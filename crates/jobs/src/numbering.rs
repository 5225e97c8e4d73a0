//! Numbers the rows of the logs in the order in which they were committed. A row's own id is of the moment when its
//! request came, so one committed later may sort before one that was read already: a reader who follows a log by ids
//! misses it. Here and not at the insert, where a counter would make all sign-ins of a tenant wait for each other.

use std::sync::Arc;
use std::time::Duration;

use vestibule_app::{App, Error};
use vestibule_store::logs::{self, Log};

/// Rows in one write.
const BATCH: i64 = 500;

/// Runs until the process stops, every second. Where nothing is new, a look costs no write.
pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stop.changed() => return,
        }
        if let Err(error) = once(&app).await {
            tracing::error!(%error, "numbering of the logs");
        }
    }
}

/// Numbers what is there.
pub async fn once(app: &App) -> Result<(), Error> {
    if !app.db.read(logs::unnumbered).await? {
        return Ok(());
    }
    for log in Log::ALL.iter().copied() {
        while app.db.write_bulk(move |c| logs::number(c, log, BATCH)).await??
            >= usize::try_from(BATCH).unwrap_or(usize::MAX)
        {}
    }
    Ok(())
}
