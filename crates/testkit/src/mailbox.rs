//! Where a person reads mail.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::smtp::{Mail, Received, SmtpSink};

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
        once(&self.messages_to(to)).len()
    }

    fn newest<'a>(&'a self, to: &'a str, after: usize) -> Answer<'a, Option<Mail>> {
        let coming = async move {
            let mut wanted = after + 1;
            loop {
                let came = self.wait_for(to, wanted).await;
                wanted = came.len() + 1;
                let mails = once(&came);
                if mails.len() > after {
                    return mails.last().map(|mail| mail.parse());
                }
            }
        };
        Box::pin(async move { tokio::time::timeout(PATIENCE, coming).await.ok().flatten() })
    }
}

/// What a mail program lists: a message that came twice stands there once. A sender whose lease ran out sends again, and
/// a test that moves the clock while a mail is under way makes that happen.
fn once(came: &[Received]) -> Vec<&Received> {
    let mut seen = std::collections::HashSet::new();
    let id = |mail: &Received| mail.parse().header("message-id").unwrap_or_default().to_owned();
    came.iter().filter(|mail| seen.insert(id(mail))).collect()
}

const PATIENCE: Duration = Duration::from_secs(10);
