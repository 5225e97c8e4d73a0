//! One connection: the server's half of SMTP, as far as a client in good order needs it.

use std::io;
use std::sync::Arc;

use data_encoding::BASE64;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio_rustls::TlsAcceptor;

use crate::mail::Received;
use crate::state::Shared;

/// Longest line read, DATA included.
const LINE_MAX: usize = 1024 * 1024;

/// Serves one connection to its end; what goes wrong on the wire is the client's to notice.
pub(crate) async fn run<S>(stream: S, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    shared.connected();
    tokio::select! {
        () = shared.hang_up.notified() => {}
        () = talk(stream, &shared) => {}
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(stream: S, shared: &Shared) {
    let ended = match (&shared.options.tls, shared.options.implicit_tls) {
        (Some(tls), true) => {
            let acceptor = TlsAcceptor::from(tls.clone());
            match acceptor.accept(stream).await {
                Ok(stream) => Session::new(stream, shared, true).serve(true).await.map(|_| ()),
                Err(error) => Err(error),
            }
        }
        _ => in_clear(stream, shared).await,
    };
    ended.ok();
}

async fn in_clear<S: AsyncRead + AsyncWrite + Unpin>(stream: S, shared: &Shared) -> io::Result<()> {
    let Some(stream) = Session::new(stream, shared, false).serve(true).await? else { return Ok(()) };
    let Some(tls) = &shared.options.tls else { return Ok(()) };
    let stream = TlsAcceptor::from(tls.clone()).accept(stream).await?;
    Session::new(stream, shared, true).serve(false).await.map(|_| ())
}

struct Session<'a, S> {
    stream: BufReader<S>,
    shared: &'a Shared,
    encrypted: bool,
    authenticated: bool,
    from: Option<String>,
    to: Vec<String>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Session<'a, S> {
    fn new(stream: S, shared: &'a Shared, encrypted: bool) -> Self {
        let stream = BufReader::new(stream);
        Self { stream, shared, encrypted, authenticated: false, from: None, to: Vec::new() }
    }

    /// Talks until the client leaves (`None`) or wants TLS (the bare stream).
    async fn serve(mut self, greet: bool) -> io::Result<Option<S>> {
        if greet {
            self.reply("220 sink.test ESMTP").await?;
        }
        while let Some(line) = self.line().await? {
            self.shared.command(&line);
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "STARTTLS" if self.offers_starttls() => {
                    let injected = self.shared.options.inject_after_starttls.as_deref().unwrap_or_default();
                    self.write(&format!("220 2.0.0 ready\r\n{injected}")).await?;
                    return Ok(Some(self.stream.into_inner()));
                }
                "QUIT" => {
                    self.reply("221 2.0.0 bye").await?;
                    return Ok(None);
                }
                "EHLO" | "HELO" => self.hello().await?,
                "AUTH" => self.auth(&line).await?,
                "MAIL" => self.mail(&line).await?,
                "RCPT" => self.rcpt(&line).await?,
                "DATA" => self.data().await?,
                "RSET" | "NOOP" => {
                    if verb == "RSET" {
                        self.from = None;
                        self.to.clear();
                    }
                    self.reply("250 2.0.0 ok").await?;
                }
                _ => self.reply("502 5.5.1 not here").await?,
            }
        }
        Ok(None)
    }

    fn offers_starttls(&self) -> bool {
        let options = &self.shared.options;
        options.tls.is_some() && !self.encrypted && !options.strip_starttls
    }

    fn offers_auth(&self) -> bool {
        let options = &self.shared.options;
        options.credentials.is_some() && (self.encrypted || options.auth_in_clear || options.tls.is_none())
    }

    async fn hello(&mut self) -> io::Result<()> {
        let mut lines = vec!["sink.test", "PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"];
        if self.offers_starttls() {
            lines.push("STARTTLS");
        }
        if self.offers_auth() {
            lines.push("AUTH PLAIN LOGIN");
        }
        let mut reply = lines.join("\r\n250-");
        if let Some(last) = reply.rfind("250-") {
            reply.replace_range(last..last + 4, "250 ");
        }
        self.write(&format!("250-{reply}\r\n")).await
    }

    async fn auth(&mut self, line: &str) -> io::Result<()> {
        if !self.offers_auth() {
            return self.reply("503 5.5.1 no AUTH here").await;
        }
        let mut words = line.split_whitespace().skip(1);
        let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
        let initial = words.next().map(str::to_owned);
        let given = match mechanism.as_str() {
            "PLAIN" => {
                let response = match initial {
                    Some(response) => response,
                    None => self.challenge("").await?,
                };
                let text = decoded(&response);
                let mut parts = text.split('\0').skip(1).map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            "LOGIN" => {
                let user = match initial {
                    Some(user) => user,
                    None => self.challenge("Username:").await?,
                };
                let password = self.challenge("Password:").await?;
                (decoded(&user), decoded(&password))
            }
            _ => return self.reply("504 5.5.4 unknown mechanism").await,
        };
        if self.shared.options.credentials.as_ref() == Some(&given) {
            self.authenticated = true;
            return self.reply("235 2.7.0 welcome").await;
        }
        self.reply("535 5.7.8 wrong user or password").await
    }

    async fn challenge(&mut self, text: &str) -> io::Result<String> {
        self.reply(&format!("334 {}", BASE64.encode(text.as_bytes()))).await?;
        Ok(self.line().await?.unwrap_or_default())
    }

    async fn mail(&mut self, line: &str) -> io::Result<()> {
        if self.shared.options.credentials.is_some() && !self.authenticated {
            return self.reply("530 5.7.0 authentication required").await;
        }
        if let Some(reply) = self.shared.take_mail_reply() {
            self.reply(&reply).await?;
            return if reply.starts_with("421") {
                Err(io::ErrorKind::ConnectionAborted.into())
            } else {
                Ok(())
            };
        }
        self.from = Some(path(line));
        self.to.clear();
        self.reply("250 2.1.0 ok").await
    }

    async fn rcpt(&mut self, line: &str) -> io::Result<()> {
        if self.from.is_none() {
            return self.reply("503 5.5.1 MAIL first").await;
        }
        let recipient = path(line);
        let reply = self.shared.rcpt(&recipient);
        if reply.starts_with('2') {
            self.to.push(recipient);
        }
        self.reply(&reply).await
    }

    async fn data(&mut self) -> io::Result<()> {
        let Some(from) = self.from.clone().filter(|_| !self.to.is_empty()) else {
            return self.reply("503 5.5.1 RCPT first").await;
        };
        self.reply("354 go ahead").await?;
        let mut raw = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 || raw.len() > LINE_MAX {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match line.as_slice() {
                b".\r\n" => break,
                [b'.', rest @ ..] => raw.extend_from_slice(rest),
                all => raw.extend_from_slice(all),
            }
        }
        let to = std::mem::take(&mut self.to);
        self.from = None;
        let reply = self.shared.take(Received { from, to, raw });
        self.reply(&reply).await
    }

    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line).await? == 0 || line.len() > LINE_MAX {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned()))
    }

    async fn reply(&mut self, line: &str) -> io::Result<()> {
        self.write(&format!("{line}\r\n")).await
    }

    async fn write(&mut self, text: &str) -> io::Result<()> {
        self.shared.awake().await;
        self.stream.write_all(text.as_bytes()).await?;
        self.stream.flush().await
    }
}

/// What stands between the angle brackets of MAIL and RCPT.
fn path(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path);
    inside.unwrap_or_default().to_owned()
}

fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&BASE64.decode(text.as_bytes()).unwrap_or_default()).into_owned()
}
