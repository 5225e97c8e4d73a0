//! Where a person reads mail.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::smtp::{Mail, SmtpSink};

/// An answer that is awaited.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where mail arrives: the SMTP sink, or in a test of another sender something else.
pub trait Mailbox: Send + Sync + std::fmt::Debug {
    /// How many mails for `to` arrived so far.
    fn count(&self, to: &str) -> usize;

    /// The newest mail for `to`, waiting (some seconds at most) until there are more than `after`.
    fn newest<'a>(&'a self, to: &'a str, after: usize) -> Answer<'a, Option<Mail>>;
}

impl Mailbox for SmtpSink {
    fn count(&self, to: &str) -> usize {
        self.messages_to(to).len()
    }

    fn newest<'a>(&'a self, to: &'a str, after: usize) -> Answer<'a, Option<Mail>> {
        Box::pin(async move {
            let came = tokio::time::timeout(PATIENCE, self.wait_for(to, after + 1)).await;
            came.ok().and_then(|mails| mails.last().map(crate::smtp::Received::parse))
        })
    }
}

const PATIENCE: Duration = Duration::from_secs(10);
