//! The client's half of the conversation: open a connection to where mail may be said, then say one.

use std::pin::Pin;
use std::sync::Arc;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use super::error::{SendError, SmtpStage};
use super::url::{Endpoint, Security, SmtpUrl};
use super::wire::Wire;
use super::{MailerSettings, tls};
use crate::message::Composed;

/// What became of a message that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpOutcome {
    /// The server has taken it.
    Sent,
    /// It was no longer wanted right before DATA, and so not said (MAIL-06).
    Dropped,
}

/// How TLS is set up, once.
enum Protection {
    None,
    StartTls(TlsParameters),
    Implicit(Arc<rustls::ClientConfig>),
}

/// The way to the server: everything that a new connection needs.
pub(super) struct Route {
    pub(super) url: SmtpUrl,
    protection: Protection,
    hello: ClientId,
}

/// A failure and where it happened.
pub(super) struct SendFailure {
    pub(super) stage: SmtpStage,
    pub(super) error: SendError,
    /// The server has answered in form: the connection can be used again.
    pub(super) usable: bool,
}

impl Route {
    pub(super) fn new(settings: MailerSettings) -> Result<Self, SendError> {
        let MailerSettings { url, ca_pem, hello, .. } = settings;
        if hello.is_empty() || !hello.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b)) {
            return Err(SendError::config("the name for EHLO is no host name"));
        }
        let ca = ca_pem.as_deref();
        let protection = match (url.security(), url.endpoint()) {
            (Security::StartTls, Endpoint::Tcp { host, .. }) => {
                Protection::StartTls(tls::starttls(host, ca)?)
            }
            (Security::Implicit, Endpoint::Tcp { host, .. }) => {
                tls::server_name(host)?;
                Protection::Implicit(tls::implicit(ca)?)
            }
            (_, _) => Protection::None,
        };
        Ok(Self { url, protection, hello: ClientId::Domain(hello) })
    }

    /// A connection on which mail may be said: encrypted and authenticated as the URL asks, or none.
    pub(super) async fn open(&self) -> Result<AsyncSmtpConnection, SendError> {
        let socket = self.socket().await?;
        let lettre = |stage| move |error| SendError::from_lettre(stage, &error, "");
        let mut connection = AsyncSmtpConnection::connect_with_transport(socket, &self.hello)
            .await
            .map_err(lettre(SmtpStage::Connect))?;
        if let Protection::StartTls(parameters) = &self.protection {
            connection.starttls(parameters.clone(), &self.hello).await.map_err(lettre(SmtpStage::Connect))?;
            if !connection.is_encrypted() {
                return Err(SendError::config("STARTTLS did not encrypt"));
            }
        }
        if let Some(given) = self.url.credentials() {
            let credentials = Credentials::new(given.user.clone(), given.password.expose().to_owned());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, &credentials).await.map_err(lettre(SmtpStage::Auth))?;
        }
        Ok(connection)
    }

    async fn socket(&self) -> Result<Box<dyn AsyncTokioStream>, SendError> {
        let io = |error: std::io::Error| SendError::from_io(&error);
        let (host, port) = match self.url.endpoint() {
            Endpoint::Unix(path) => {
                return Ok(Box::new(Wire::new(UnixStream::connect(path).await.map_err(io)?)));
            }
            Endpoint::Tcp { host, port } => (host.as_str(), *port),
        };
        let tcp = TcpStream::connect((host, port)).await.map_err(io)?;
        tcp.set_nodelay(true).map_err(io)?; // lettre writes body and terminator separately and never sets this
        let Protection::Implicit(config) = &self.protection else { return Ok(Box::new(Wire::new(tcp))) };
        let name = tls::server_name(host)?;
        let tls = TlsConnector::from(config.clone()).connect(name, tcp).await.map_err(io)?;
        Ok(Box::new(Wire::new(tls)))
    }
}

/// Says one message; `live` is asked right before DATA, at most once (MAIL-06).
pub(super) async fn deliver<L>(
    connection: &mut AsyncSmtpConnection,
    mail: &Composed,
    live: Pin<&mut L>,
) -> Result<SmtpOutcome, SendFailure>
where
    L: Future<Output = bool>,
{
    let failed = |stage| {
        move |error: lettre::transport::smtp::Error| SendFailure {
            stage,
            usable: error.status().is_some_and(|code| u16::from(code) != 421),
            error: SendError::from_lettre(stage, &error, mail.recipient().user()),
        }
    };
    connection
        .command(Mail::new(Some(mail.sender().clone()), vec![]))
        .await
        .map_err(failed(SmtpStage::Mail))?;
    connection.command(Rcpt::new(mail.recipient().clone(), vec![])).await.map_err(failed(SmtpStage::Rcpt))?;
    if !live.await {
        connection.command(Rset).await.map_err(failed(SmtpStage::Data))?;
        return Ok(SmtpOutcome::Dropped);
    }
    connection.command(Data).await.map_err(failed(SmtpStage::Data))?;
    connection.message(mail.bytes()).await.map_err(failed(SmtpStage::Data))?;
    Ok(SmtpOutcome::Sent)
}

/// Brings a connection back to where the next message may begin; `false` if that fails.
pub(super) async fn reset(connection: &mut AsyncSmtpConnection) -> bool {
    connection.command(Rset).await.is_ok()
}
