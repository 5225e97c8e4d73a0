//! A small pool of connections to the one mail server.
//!
//! lettre's own pool and time-outs are not used: its `timeout` bounds only the TCP connect (upstream issue 1027), so a
//! silent server would hold a send for ever, and it never sets `TCP_NODELAY`, which costs 40 ms a mail.

use std::fmt;
use std::future::{Future, ready};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;
use vestibule_core::clock::{Clock, Instant};

use super::circuit::Circuit;
use super::conversation::{Route, SendFailure, SmtpOutcome, deliver, reset};
use super::error::{SendError, SmtpStage, Transience};
use super::url::SmtpUrl;
use crate::message::Composed;

/// The longest that one exchange may take, from the connect to the server's word that it has the message.
pub const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a connection is kept without use.
const IDLE: TimeDelta = TimeDelta::seconds(20);

/// What a [`Mailer`] is made from.
#[derive(Debug)]
pub struct MailerSettings {
    pub url: SmtpUrl,
    /// A CA file in PEM; it is then the only authority that is believed, instead of the platform's.
    pub ca_pem: Option<Vec<u8>>,
    /// The name for EHLO: the deployment's host name.
    pub hello: String,
    /// Connections at most, at least one.
    pub connections: usize,
    /// Ages idle connections and the circuit breaker's pause.
    pub clock: Arc<dyn Clock>,
}

/// Counters since the start, for metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailerStats {
    /// Messages that the server has taken.
    pub sent: u64,
    /// Messages that were no longer wanted before DATA.
    pub dropped: u64,
    /// Sends that failed for good.
    pub permanent: u64,
    /// Sends that failed for now.
    pub transient: u64,
    /// Sends that failed by set-up.
    pub config: u64,
    /// Connections opened.
    pub connected: u64,
    /// Sends over a connection that was there already.
    pub reused: u64,
    /// How often the circuit breaker has opened.
    pub circuit_opened: u64,
    /// Whether it is open now.
    pub circuit_open: bool,
}

#[derive(Default)]
struct Counters {
    sent: AtomicU64,
    dropped: AtomicU64,
    permanent: AtomicU64,
    transient: AtomicU64,
    config: AtomicU64,
    connected: AtomicU64,
    reused: AtomicU64,
    circuit_opened: AtomicU64,
}

/// Sends mail. Shared by reference or `Arc`; any number of sends may run, each waits for one of the connections.
pub struct Mailer {
    route: Route,
    clock: Arc<dyn Clock>,
    slots: Semaphore,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
    circuit: Circuit,
    counters: Counters,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailer({})", self.route.url)
    }
}

impl Mailer {
    /// Sets TLS up and checks the settings; nothing is connected yet. The only error is [`SendError::Config`].
    pub fn new(settings: MailerSettings) -> Result<Self, SendError> {
        let clock = settings.clock.clone();
        let slots = Semaphore::new(settings.connections.max(1));
        let route = Route::new(settings)?;
        let (circuit, counters) = (Circuit::default(), Counters::default());
        Ok(Self { route, clock, slots, idle: Mutex::default(), circuit, counters })
    }

    /// The server, for logs.
    pub fn url(&self) -> &SmtpUrl {
        &self.route.url
    }

    /// Sends one message.
    pub async fn send(&self, mail: &Composed) -> Result<(), SendError> {
        self.send_if(mail, ready(true)).await.map(|_| ())
    }

    /// Sends one message unless `live` says right before DATA that it is no longer wanted (MAIL-06). `live` is not
    /// polled before that moment, and at most once to its end.
    pub async fn send_if<L>(&self, mail: &Composed, live: L) -> Result<SmtpOutcome, SendError>
    where
        L: Future<Output = bool> + Send,
    {
        let outcome = Box::pin(self.guarded(self.exchange(mail, live.with_current_subscriber()))).await;
        let counter = match &outcome {
            Ok(SmtpOutcome::Sent) => &self.counters.sent,
            Ok(SmtpOutcome::Dropped) => &self.counters.dropped,
            Err(SendError::Permanent { .. }) => &self.counters.permanent,
            Err(SendError::Transient { .. }) => &self.counters.transient,
            Err(SendError::Config { .. }) => &self.counters.config,
        };
        count(counter);
        outcome
    }

    /// Connects, encrypts and authenticates, and leaves again: what `doctor` and the start ask. Not held back by the
    /// circuit breaker.
    pub async fn check(&self) -> Result<(), SendError> {
        let open = async {
            let mut connection = self.route.open().await?;
            connection.quit().await.ok();
            Ok(())
        };
        timeout(EXCHANGE_TIMEOUT, open.with_subscriber(Dispatch::none()))
            .await
            .unwrap_or_else(|_| Err(timed_out()))
    }

    /// The counters.
    pub fn stats(&self) -> MailerStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let c = &self.counters;
        MailerStats {
            sent: read(&c.sent),
            dropped: read(&c.dropped),
            permanent: read(&c.permanent),
            transient: read(&c.transient),
            config: read(&c.config),
            connected: read(&c.connected),
            reused: read(&c.reused),
            circuit_opened: read(&c.circuit_opened),
            circuit_open: self.circuit.is_open(self.clock.now()),
        }
    }

    /// Slot, circuit breaker and time-out around an exchange. lettre logs every line at DEBUG, codes and addresses
    /// included (OTP-20): it runs without a subscriber.
    async fn guarded<T>(&self, exchange: impl Future<Output = Result<T, SendError>>) -> Result<T, SendError> {
        let Ok(Ok(slot)) = timeout(EXCHANGE_TIMEOUT, self.slots.acquire()).await else {
            return Err(SendError::transient(Transience::Busy, "all connections are in use"));
        };
        if !self.circuit.admits(self.clock.now()) {
            return Err(SendError::transient(
                Transience::CircuitOpen,
                "the mail server was not reached lately",
            ));
        }
        let exchange = exchange.with_subscriber(Dispatch::none());
        let outcome = timeout(EXCHANGE_TIMEOUT, exchange).await.unwrap_or_else(|_| Err(timed_out()));
        drop(slot);
        match &outcome {
            Err(error) if error.unreached() => {
                if self.circuit.failed(self.clock.now()) {
                    count(&self.counters.circuit_opened);
                    tracing::warn!(server = %self.route.url, "mail server not reached; pausing");
                }
            }
            _ => self.circuit.reached(),
        }
        outcome
    }

    async fn exchange<L>(&self, mail: &Composed, live: L) -> Result<SmtpOutcome, SendError>
    where
        L: Future<Output = bool> + Send,
    {
        let mut live = pin!(live);
        if let Some(connection) = self.reuse().await {
            count(&self.counters.reused);
            match self.deliver_over(connection, mail, live.as_mut()).await {
                // It had stood open too long or has carried enough: a fresh one decides.
                Err(failure) if failure.stage == SmtpStage::Mail && !failure.usable => {}
                outcome => return outcome.map_err(|failure| failure.error),
            }
        }
        let connection = self.route.open().await?;
        count(&self.counters.connected);
        self.deliver_over(connection, mail, live).await.map_err(|failure| failure.error)
    }

    async fn deliver_over<L: Future<Output = bool> + Send>(
        &self,
        mut connection: AsyncSmtpConnection,
        mail: &Composed,
        live: std::pin::Pin<&mut L>,
    ) -> Result<SmtpOutcome, SendFailure> {
        let outcome = deliver(&mut connection, mail, live).await;
        let keep = match &outcome {
            Ok(_) => true,
            Err(failure) => failure.usable && reset(&mut connection).await,
        };
        if keep {
            let now = self.clock.now();
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((connection, now));
        }
        outcome
    }

    /// The connection used last, if it is young and still answers; older ones are closed.
    async fn reuse(&self) -> Option<AsyncSmtpConnection> {
        let now = self.clock.now();
        let found = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.retain(|(_, since)| now - *since < IDLE);
            idle.pop()
        };
        let (mut connection, _) = found?;
        connection.test_connected().await.then_some(connection)
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn timed_out() -> SendError {
    SendError::transient(Transience::Timeout, "the mail server did not answer in time")
}

#[cfg(test)]
mod tests;
