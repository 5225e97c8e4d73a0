//! `vestibule mail`.

use clap::Subcommand;
use serde::Serialize;
use vestibule_admin::mail::{Queue, Queued};
use vestibule_core::clock::Instant;
use vestibule_core::ids::OutboxId;
use vestibule_core::lifecycle::MailState;

use crate::failure::Failure;
use crate::terminal::Terminal;

const COLUMNS: [&str; 6] = ["kind", "destination", "state", "attempts", "createdDateTime", "reason"];

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// What waits, was sent or failed
    Queue {
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
}

impl Command {
    pub(super) async fn run(self, terminal: Terminal<'_>) -> Result<(), Failure> {
        let Self::Queue { limit } = self;
        let queue = terminal.desk.perform(Queue { limit }).await?;
        let queue: Vec<Shown> = queue.into_iter().map(Shown::from).collect();
        terminal.out.list(&queue, &COLUMNS)
    }
}

/// A queued mail, as commands show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: OutboxId,
    kind: String,
    destination: String,
    state: MailState,
    attempts: i32,
    reason: Option<String>,
    created_date_time: Instant,
    sent_date_time: Option<Instant>,
    next_try_date_time: Option<Instant>,
}

impl From<Queued> for Shown {
    fn from(mail: Queued) -> Self {
        Self {
            id: mail.id,
            kind: mail.kind,
            destination: mail.destination,
            state: mail.state,
            attempts: mail.attempts,
            reason: mail.reason,
            created_date_time: mail.created_at,
            sent_date_time: mail.sent_at,
            next_try_date_time: mail.next_try_at,
        }
    }
}
