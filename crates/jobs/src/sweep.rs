//! Sweeps what has ended, in small batches of the lane that people go before (OTP-16, DOS-05, PRV-02).
//!
//! A round reads first, once a table for all realms, and writes only what it found: however many tenants there are, a
//! round in which nothing has ended writes nothing.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use vestibule_app::{App, Error};
use vestibule_core::clock::{Instant, after};
use vestibule_core::numbers as n;
use vestibule_store::sweep::{self, Age, EndedRow, SharedTable, Table};

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

/// One round: all that has ended, of each table and every realm.
pub async fn once(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    for (table, age) in ages(now) {
        of_realms(app, table, age).await?;
    }
    let shared = [
        (SharedTable::Throttles, now),
        (SharedTable::Sources, now),
        (SharedTable::Outbox, after(now, -OUTBOX_KEPT)),
        (SharedTable::Bounces, after(now, -BOUNCES_KEPT)),
    ];
    for (table, before) in shared {
        of_all(app, table, before).await?;
    }
    Ok(())
}

/// What goes when.
fn ages(now: Instant) -> [(Table, Age); 8] {
    // An id may be so much older than its row's end; what is younger need not be looked at.
    let ended = |retention: TimeDelta, lives: TimeDelta| {
        let ended_before = after(now, -retention);
        Age { born_before: after(ended_before, -lives), ended_before }
    };
    let (at_once, session) = (TimeDelta::zero(), n::SESSION_LIFETIME);
    // A used code stays as long as what came of it, to notice a replay (OID-06).
    let tokens_kept = n::SESSION_LIFETIME;
    [
        (Table::Passcodes, ended(n::PASSCODE_RETENTION, at_once)),
        (Table::Interactions, ended(n::PASSCODE_RETENTION, at_once)),
        (Table::Sessions, ended(SESSIONS_KEPT, session)),
        (Table::Codes, ended(tokens_kept, at_once)),
        (Table::AccessTokens, ended(tokens_kept, session)),
        (Table::Families, ended(tokens_kept, session)),
        (Table::SignIns, ended(SIGN_INS_KEPT, at_once)),
        (Table::Audits, ended(AUDITS_KEPT, at_once)),
    ]
}

/// What has ended in a table of realms, batch after batch, each a write of its own.
async fn of_realms(app: &App, table: Table, age: Age) -> Result<(), Error> {
    let mut last: Option<EndedRow> = None;
    loop {
        let from = last.take();
        let rows = app.db.read(move |c| sweep::ended(c, table, age, from.as_ref())).await?;
        for batch in rows.chunks(BATCH) {
            let batch = batch.to_vec();
            app.db.write_bulk(move |c| sweep::delete(c, table, age, &batch)).await??;
        }
        if i64::try_from(rows.len()).is_ok_and(|found| found < sweep::MOST) {
            return Ok(());
        }
        last = rows.into_iter().next_back();
    }
}

/// What has ended in a table without realms, batch after batch until one is not full: more comes in between two rounds
/// than fits in one.
async fn of_all(app: &App, table: SharedTable, before: Instant) -> Result<(), Error> {
    if !app.db.read(move |c| sweep::any_ended(c, table, before)).await? {
        return Ok(());
    }
    let batch = i64::try_from(BATCH).unwrap_or(i64::MAX);
    loop {
        let deleted = app.db.write_bulk(move |c| sweep::delete_ended(c, table, before, batch)).await??;
        if deleted < BATCH {
            return Ok(());
        }
    }
}
