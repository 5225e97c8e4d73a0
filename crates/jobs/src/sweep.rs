//! Sweeps what has ended, in small batches of the lane that people go before (OTP-16, DOS-05, PRV-02).

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use vestibule_app::{App, Error};
use vestibule_core::Realm;
use vestibule_core::clock::after;
use vestibule_core::numbers as n;
use vestibule_store::{self as store, Conn, QueryError};

/// Rows in one write.
const BATCH: usize = 200;
const SESSIONS_KEPT: TimeDelta = TimeDelta::days(30);
const OUTBOX_KEPT: TimeDelta = TimeDelta::days(7);
const SIGN_INS_KEPT: TimeDelta = TimeDelta::days(30);
const AUDITS_KEPT: TimeDelta = TimeDelta::days(365);
const BOUNCES_KEPT: TimeDelta = TimeDelta::days(365);

/// Runs until the process stops, every ten minutes.
pub async fn run(app: Arc<App>, mut stop: tokio::sync::watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_mins(10)) => {}
            _ = stop.changed() => return,
        }
        tokio::select! {
            // Between two batches is a good moment to stop: what is left waits for the next start.
            _ = stop.changed() => return,
            done = once(&app) => if let Err(error) = done {
                tracing::error!(%error, "sweep");
            },
        }
    }
}

/// One round: all that has ended, of each kind and tenant.
pub async fn once(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    let ended = |kept: TimeDelta| after(now, -kept);
    let (passcodes, sessions) = (ended(n::PASSCODE_RETENTION), ended(SESSIONS_KEPT));
    // A used code stays as long as what came of it, to notice a replay (OID-06).
    let tokens = ended(n::SESSION_LIFETIME);
    let (sign_ins, audits) = (ended(SIGN_INS_KEPT), ended(AUDITS_KEPT));
    let (outbox, bounces) = (ended(OUTBOX_KEPT), ended(BOUNCES_KEPT));
    for tenant in app.db.read(store::tenants::list).await?.into_iter().map(|t| t.id) {
        let realm = Realm::Tenant(tenant);
        all(app, move |c, batch| store::sweep::passcodes(c, realm, passcodes, batch)).await?;
        all(app, move |c, batch| store::sweep::interactions(c, realm, passcodes, batch)).await?;
        all(app, move |c, batch| store::sweep::sessions(c, realm, sessions, batch)).await?;
        all(app, move |c, batch| store::sweep::codes(c, tenant, tokens, batch)).await?;
        all(app, move |c, batch| store::sweep::tokens(c, tenant, tokens, batch)).await?;
        all(app, move |c, batch| store::sweep::sign_ins(c, tenant, sign_ins, batch)).await?;
        all(app, move |c, batch| store::sweep::audits(c, tenant, audits, batch)).await?;
    }
    all(app, move |c, batch| store::sweep::throttles(c, now, batch)).await?;
    all(app, move |c, batch| store::sweep::sources(c, now, batch)).await?;
    all(app, move |c, batch| store::sweep::outbox(c, outbox, batch)).await?;
    all(app, move |c, batch| store::sweep::bounces(c, bounces, batch)).await
}

/// Batch after batch, each a write of its own, until one is not full: more comes in between two rounds than fits in one.
async fn all<F>(app: &App, sweep: F) -> Result<(), Error>
where
    F: Fn(&mut Conn, i64) -> Result<usize, QueryError> + Clone + Send + 'static,
{
    let batch = i64::try_from(BATCH).unwrap_or(i64::MAX);
    loop {
        let sweep = sweep.clone();
        if app.db.write_bulk(move |c| sweep(c, batch)).await?? < BATCH {
            return Ok(());
        }
    }
}
