//! What the connections of one sink share: options, rules, and what came in.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::SinkOptions;
use crate::mail::Received;

/// What is answered to RCPT for one recipient.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    /// This reply, always.
    Always(String),
    /// A temporary refusal, so many times.
    Greylist(u32),
}

#[derive(Debug, Default)]
struct Log {
    messages: Vec<Received>,
    /// What was forgotten of them.
    forgotten: Vec<Received>,
    commands: Vec<String>,
    connections: usize,
    rules: HashMap<String, Rule>,
    data_reply: Option<String>,
    mail_reply: Option<String>,
}

/// Shared by all connections of a sink.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: SinkOptions,
    pub(crate) came: Notify,
    pub(crate) hang_up: Notify,
    pub(crate) stalled: watch::Sender<bool>,
    log: Mutex<Log>,
}

impl Shared {
    pub(crate) fn new(options: SinkOptions) -> Self {
        let (came, hang_up) = (Notify::new(), Notify::new());
        Self { options, came, hang_up, stalled: watch::Sender::new(false), log: Mutex::default() }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn messages(&self) -> Vec<Received> {
        self.log().messages.clone()
    }

    pub(crate) fn everything(&self) -> Vec<Received> {
        let log = self.log();
        log.forgotten.iter().chain(&log.messages).cloned().collect()
    }

    pub(crate) fn commands(&self) -> Vec<String> {
        self.log().commands.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.log().connections
    }

    pub(crate) fn clear(&self) {
        let mut log = self.log();
        let messages = std::mem::take(&mut log.messages);
        log.forgotten.extend(messages);
        log.commands.clear();
    }

    pub(crate) fn rule(&self, recipient: &str, rule: Rule) {
        self.log().rules.insert(recipient.to_ascii_lowercase(), rule);
    }

    pub(crate) fn data_reply(&self, reply: Option<&str>) {
        self.log().data_reply = reply.map(str::to_owned);
    }

    pub(crate) fn mail_reply(&self, reply: &str) {
        self.log().mail_reply = Some(reply.to_owned());
    }

    /// The reply to MAIL, if one was set; used up by this.
    pub(crate) fn take_mail_reply(&self) -> Option<String> {
        self.log().mail_reply.take()
    }

    pub(crate) fn connected(&self) {
        self.log().connections += 1;
    }

    pub(crate) fn command(&self, line: &str) {
        self.log().commands.push(line.to_owned());
    }

    /// The reply to RCPT; a greylisting is used up by this.
    pub(crate) fn rcpt(&self, recipient: &str) -> String {
        match self.log().rules.get_mut(&recipient.to_ascii_lowercase()) {
            Some(Rule::Always(reply)) => reply.clone(),
            Some(Rule::Greylist(left)) if *left > 0 => {
                *left -= 1;
                "451 4.7.1 greylisted, try again later".to_owned()
            }
            _ => "250 2.1.5 ok".to_owned(),
        }
    }

    /// Takes a message, or not; the reply to the end of DATA.
    pub(crate) fn take(&self, message: Received) -> String {
        let mut log = self.log();
        if let Some(reply) = &log.data_reply {
            return reply.clone();
        }
        log.messages.push(message);
        drop(log);
        self.came.notify_waiters();
        "250 2.0.0 queued".to_owned()
    }

    /// Waits until the sink may answer.
    pub(crate) async fn awake(&self) {
        let mut stalled = self.stalled.subscribe();
        stalled.wait_for(|stalled| !stalled).await.ok();
    }
}
