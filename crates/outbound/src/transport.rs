//! Where a built mail goes: to the mail server, or into memory for the demo's mailbox page.

use std::collections::VecDeque;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex, PoisonError};

use vestibule_core::Address;
use vestibule_core::clock::{Clock, Instant};

use crate::message::Composed;
use crate::smtp::{Mailer, SendError, SmtpOutcome};

/// Mails that a [`MemoryOutbox`] keeps.
pub const KEPT: usize = 200;

/// The way out.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one per process")]
pub enum Transport {
    /// Over SMTP.
    Smtp(Mailer),
    /// Into memory: `demo` in loopback mode only (SEC-02, SEC-04).
    Memory(MemoryOutbox),
}

impl Transport {
    /// Sends one mail.
    pub async fn send(&self, mail: &Composed) -> Result<(), SendError> {
        self.send_if(mail, ready(true)).await.map(|_| ())
    }

    /// Sends one mail unless `live` says at the last moment that it is no longer wanted (MAIL-06).
    pub async fn send_if<L>(&self, mail: &Composed, live: L) -> Result<SmtpOutcome, SendError>
    where
        L: Future<Output = bool> + Send,
    {
        match self {
            Self::Smtp(mailer) => mailer.send_if(mail, live).await,
            Self::Memory(outbox) => {
                if !live.await {
                    return Ok(SmtpOutcome::Dropped);
                }
                outbox.put(mail);
                Ok(SmtpOutcome::Sent)
            }
        }
    }
}

/// A mail as the demo's mailbox page shows it.
#[derive(Debug, Clone)]
pub struct StoredMail {
    /// Counts up from 1.
    pub number: u64,
    /// When it was sent.
    pub at: Instant,
    pub to: Address,
    pub subject: String,
    pub text: String,
    /// The HTML part.
    pub html: String,
}

#[derive(Debug, Default)]
struct Ring {
    last: u64,
    mails: VecDeque<StoredMail>,
}

/// The last 200 mails, in memory. Clones share them.
#[derive(Debug, Clone)]
pub struct MemoryOutbox {
    ring: Arc<Mutex<Ring>>,
    clock: Arc<dyn Clock>,
}

impl MemoryOutbox {
    /// An empty one.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { ring: Arc::default(), clock }
    }

    /// What is kept, newest first.
    pub fn list(&self) -> Vec<StoredMail> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).mails.iter().cloned().collect()
    }

    fn put(&self, mail: &Composed) {
        let at = self.clock.now();
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last += 1;
        let number = ring.last;
        ring.mails.push_front(StoredMail {
            number,
            at,
            to: mail.to().clone(),
            subject: mail.subject().to_owned(),
            text: mail.text().to_owned(),
            html: mail.html().to_owned(),
        });
        ring.mails.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests;
