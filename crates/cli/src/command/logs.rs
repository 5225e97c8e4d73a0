//! `vestibule logs`.

use std::collections::HashSet;
use std::time::Duration;

use clap::Subcommand;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;
use vestibule_admin::log::{Head, SignIn, SignIns};
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, TraceId, UserId};

use crate::failure::Failure;
use crate::input;
use crate::terminal::Terminal;

const COLUMNS: [&str; 7] =
    ["createdDateTime", "address", "outcome", "error", "method", "ipAddress", "traceId"];

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Sign-ins, the newest first
    Signin {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// Go on with new ones as they come
        #[arg(long)]
        follow: bool,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
}

impl Command {
    pub(super) async fn run(self, terminal: Terminal<'_>) -> Result<(), Failure> {
        let Terminal { desk, out } = terminal;
        let Self::Signin { tenant, follow, limit } = self;
        let tenant = input::tenant(&desk, &tenant).await?;
        // The number first: what is committed between the two is read twice here and printed once.
        let mut last = desk.perform(Head { tenant }).await?;
        let mut rows = desk.perform(SignIns { tenant, after: None, limit }).await?;
        if !follow {
            let rows: Vec<Shown> = rows.into_iter().map(Shown::from).collect();
            return out.list(&rows, &COLUMNS);
        }
        rows.reverse();
        let printed: HashSet<_> = rows.iter().map(|row| row.id).collect();
        for row in rows {
            out.stream(&Shown::from(row), &COLUMNS)?;
        }
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let rows = desk.perform(SignIns { tenant, after: Some(last), limit }).await?;
            last = rows.iter().filter_map(|row| row.number).max().unwrap_or(last);
            for row in rows.into_iter().filter(|row| !printed.contains(&row.id)) {
                out.stream(&Shown::from(row), &COLUMNS)?;
            }
        }
    }
}

/// A row of the sign-in log, as commands show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: Uuid,
    created_date_time: Instant,
    trace_id: TraceId,
    user_id: Option<UserId>,
    address: String,
    app_id: Option<ClientId>,
    outcome: String,
    error: Option<String>,
    method: Option<String>,
    steps: Value,
    trail: Value,
    ip_address: String,
    browser: Option<String>,
}

impl From<SignIn> for Shown {
    fn from(row: SignIn) -> Self {
        Self {
            id: row.id,
            created_date_time: row.at,
            trace_id: row.trace_id,
            user_id: row.user_id,
            address: row.address,
            app_id: row.client_id,
            outcome: row.outcome,
            error: row.error,
            method: row.method,
            steps: row.steps,
            trail: row.trail,
            ip_address: row.client_address,
            browser: row.browser,
        }
    }
}
