//! A mail server for tests: real SMTP over real sockets on port 0, with STARTTLS, implicit TLS and AUTH on request.
//!
//! It collects what it takes and can be set to refuse recipients, to greylist or to fall silent, so that the
//! tests of `outbound` and the flow tests meet the same server. A crate of its own, because `outbound` may not
//! depend on `testkit`, which stands above the server; `testkit` hands it on as `testkit::smtp`.
//!
//! ```
//! # async fn example() -> std::io::Result<()> {
//! let sink = vestibule_smtpsink::SmtpSink::start().await?;
//! let url = sink.url(); // smtp://127.0.0.1:{port}
//! // … make the product send something to gina …
//! let mail = sink.wait_for("gina@guest.test", 1).await.remove(0).parse();
//! let code = mail.code();
//! # Ok(()) }
//! ```

mod ca;
mod mail;
mod session;
mod state;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinHandle;

pub use ca::{TestCa, self_signed};
pub use mail::{Mail, Received};
use state::{Rule, Shared};

/// How a sink behaves on the wire. The default is plain SMTP without TLS and without AUTH.
#[derive(Debug, Default, Clone)]
pub struct SinkOptions {
    /// Certificate and key; STARTTLS is offered when this is set (unless [`SinkOptions::implicit_tls`]).
    pub tls: Option<Arc<ServerConfig>>,
    /// TLS from the first byte on, as on port 465.
    pub implicit_tls: bool,
    /// Behaves as if someone on the way had cut STARTTLS out: not offered, `502` when asked for.
    pub strip_starttls: bool,
    /// Sends this right behind the reply to STARTTLS in the same packet, as an attacker on the way would.
    pub inject_after_starttls: Option<String>,
    /// User and password that AUTH takes; mail is refused with 530 without it.
    pub credentials: Option<(String, String)>,
    /// Offers AUTH and takes mail without TLS too; otherwise AUTH is offered only inside TLS if there is TLS.
    pub auth_in_clear: bool,
}

/// The server. It ends when this is dropped.
#[derive(Debug)]
pub struct SmtpSink {
    address: Option<SocketAddr>,
    path: Option<PathBuf>,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl SmtpSink {
    /// Starts a plain server on `127.0.0.1`, port 0.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(SinkOptions::default()).await
    }

    /// Starts a server on `127.0.0.1`, port 0.
    pub async fn start_with(options: SinkOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(options));
        let inner = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).ok();
                tokio::spawn(session::run(stream, inner.clone()));
            }
        });
        Ok(Self { address: Some(address), path: None, shared, task })
    }

    /// Starts a plain server on a Unix socket, which must not exist yet.
    pub fn start_unix(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let listener = UnixListener::bind(&path)?;
        let shared = Arc::new(Shared::new(SinkOptions::default()));
        let inner = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(session::run(stream, inner.clone()));
            }
        });
        Ok(Self { address: None, path: Some(path), shared, task })
    }

    /// The port; 0 for a Unix socket.
    pub fn port(&self) -> u16 {
        self.address.map_or(0, |address| address.port())
    }

    /// The URL that the product is configured with: `smtp://127.0.0.1:{port}`, `smtps://localhost:{port}` or
    /// `smtp+unix://{path}`.
    pub fn url(&self) -> String {
        match (&self.path, self.shared.options.implicit_tls) {
            (Some(path), _) => format!("smtp+unix://{}", path.display()),
            (None, true) => format!("smtps://localhost:{}", self.port()),
            (None, false) => format!("smtp://127.0.0.1:{}", self.port()),
        }
    }

    /// Everything taken so far, in order.
    pub fn messages(&self) -> Vec<Received> {
        self.shared.messages()
    }

    /// Everything that was ever taken, also what [`Self::clear`] forgot.
    pub fn everything(&self) -> Vec<Received> {
        self.shared.everything()
    }

    /// What was taken for this recipient so far; letters in either case.
    pub fn messages_to(&self, to: &str) -> Vec<Received> {
        self.messages().into_iter().filter(|m| m.to.iter().any(|r| r.eq_ignore_ascii_case(to))).collect()
    }

    /// Waits until at least `n` messages have come for this recipient, however long that takes, and gives them all.
    pub async fn wait_for(&self, to: &str, n: usize) -> Vec<Received> {
        loop {
            let came = self.shared.came.notified();
            tokio::pin!(came);
            came.as_mut().enable();
            let found = self.messages_to(to);
            if found.len() >= n {
                return found;
            }
            came.await;
        }
    }

    /// Forgets the messages and the transcript; rules stay.
    pub fn clear(&self) {
        self.shared.clear();
    }

    /// Refuses this recipient for good: `550 5.1.1 <…>: no such user here`.
    pub fn refuse(&self, recipient: &str) {
        self.answer(recipient, &format!("550 5.1.1 <{recipient}>: no such user here"));
    }

    /// Answers RCPT for this recipient with this reply from now on; one that begins with `2` lets it through again.
    pub fn answer(&self, recipient: &str, reply: &str) {
        self.shared.rule(recipient, Rule::Always(reply.to_owned()));
    }

    /// Answers the next `times` RCPT for this recipient with `451 4.7.1`.
    pub fn greylist(&self, recipient: &str, times: u32) {
        self.shared.rule(recipient, Rule::Greylist(times));
    }

    /// Answers the end of DATA with this instead of taking the message; `None` takes messages again.
    pub fn answer_data(&self, reply: Option<&str>) {
        self.shared.data_reply(reply);
    }

    /// Answers the next MAIL with this; a `421` closes the connection too, as a server does that has enough of a client.
    pub fn answer_mail_once(&self, reply: &str) {
        self.shared.mail_reply(reply);
    }

    /// Closes all connections without a word; new ones are accepted.
    pub fn hang_up(&self) {
        self.shared.hang_up.notify_waiters();
    }

    /// Falls silent (`true`): connections are accepted and read, nothing is answered until `false`.
    pub fn stall(&self, on: bool) {
        self.shared.stalled.send_replace(on);
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.shared.connections()
    }

    /// The commands that were read, in order over all connections, DATA contents left out.
    pub fn commands(&self) -> Vec<String> {
        self.shared.commands()
    }

    /// Whether any client has tried AUTH.
    pub fn saw_auth(&self) -> bool {
        self.commands().iter().any(|c| c.get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case("AUTH")))
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.task.abort();
        if let Some(path) = &self.path {
            std::fs::remove_file(path).ok();
        }
    }
}

#[cfg(test)]
mod tests;
