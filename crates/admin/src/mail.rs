//! Outgoing mail.

use vestibule_core::access::{Action, Object};
use vestibule_core::clock::Instant;
use vestibule_core::ids::OutboxId;
use vestibule_core::lifecycle::MailState;
use vestibule_store as store;
use vestibule_store::outbox::OutboxRow;

use crate::door::{At, Done, UseCase};
use crate::effect;
use crate::error::AdminError;

/// A queued mail, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    pub id: OutboxId,
    /// `code`, `invitation`, `no_access`, `reported`.
    pub kind: String,
    /// The domain that it goes to.
    pub destination: String,
    /// How far it is.
    pub state: MailState,
    pub attempts: i32,
    /// Why it failed or waits.
    pub reason: Option<String>,
    /// When it was queued.
    pub created_at: Instant,
    /// When it was accepted.
    pub sent_at: Option<Instant>,
    /// When it is tried next.
    pub next_try_at: Option<Instant>,
}

/// The mail queue, the newest first.
#[derive(Debug)]
pub struct Queue {
    /// At most so many.
    pub limit: i64,
}

impl UseCase for Queue {
    const NAME: &'static str = "mail.queue";
    const ACTION: Action = Action::ReadMail;
    type Effect = effect::Nothing;
    type Output = Vec<Queued>;

    fn object(&self) -> Object {
        Object::Deployment
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let rows = at.read(move |c| store::outbox::list(c, self.limit)).await?;
        Ok(Done::read(rows.into_iter().map(Queued::from).collect()))
    }
}

impl From<OutboxRow> for Queued {
    fn from(row: OutboxRow) -> Self {
        Self {
            next_try_at: (row.state == MailState::Queued).then_some(row.next_at),
            id: row.id,
            kind: row.kind,
            destination: row.destination,
            state: row.state,
            attempts: row.attempts,
            reason: row.reason,
            created_at: row.created_at,
            sent_at: row.sent_at,
        }
    }
}
