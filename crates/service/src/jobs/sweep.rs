//! Sweeps what has ended, in small batches of the lane that people go before (OTP-16, DOS-05, PRV-02).

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use vestibule_core::Realm;
use vestibule_core::clock::after;
use vestibule_core::numbers as n;
use vestibule_store as store;

use crate::app::App;
use crate::error::Error;

const BATCH: i64 = 200;
const SESSIONS_KEPT: TimeDelta = TimeDelta::days(30);
const OUTBOX_KEPT: TimeDelta = TimeDelta::days(7);

/// Runs until the process stops, every ten minutes.
pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_mins(10)) => {}
            _ = stop.changed() => return,
        }
        if let Err(error) = once(&app).await {
            tracing::error!(%error, "sweep");
        }
    }
}

/// One round: a batch of each kind and tenant.
pub async fn once(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    let tenants = app.db.read(store::tenants::list).await?;
    let ended = move |kept: TimeDelta| after(now, -kept);
    for tenant in tenants.into_iter().map(|t| t.id) {
        let realm = Realm::Tenant(tenant);
        app.db
            .write_bulk(move |c| {
                store::sweep::passcodes(c, realm, ended(n::PASSCODE_RETENTION), BATCH)?;
                store::sweep::interactions(c, realm, ended(n::PASSCODE_RETENTION), BATCH)?;
                store::sweep::sessions(c, realm, ended(SESSIONS_KEPT), BATCH)?;
                // A used code stays as long as what came of it, to notice a replay (OID-06).
                store::sweep::codes(c, tenant, ended(n::SESSION_LIFETIME), BATCH)?;
                store::sweep::tokens(c, tenant, ended(n::SESSION_LIFETIME), BATCH)
            })
            .await??;
    }
    app.db
        .write_bulk(move |c| {
            store::sweep::throttles(c, now, BATCH)?;
            store::sweep::sources(c, now, BATCH)?;
            store::sweep::outbox(c, ended(OUTBOX_KEPT), BATCH)?;
            store::sweep::bounces(c, ended(TimeDelta::days(365)), BATCH)
        })
        .await??;
    Ok(())
}
