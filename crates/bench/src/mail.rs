//! A mail server that knows one thing: which guest waits for which code.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::http::find;
use crate::trouble::{Res, trouble};

/// Who waits, by address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mailbox {
    waiting: Arc<Mutex<HashMap<String, oneshot::Sender<String>>>>,
}

impl Mailbox {
    /// Listens; the task ends with the runtime.
    pub(crate) fn serve(&self, listener: TcpListener) {
        let mailbox = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).ok();
                let mailbox = mailbox.clone();
                tokio::spawn(async move { mailbox.talk(stream).await });
            }
        });
    }

    /// Expects a code; to be called before it is asked for.
    pub(crate) fn expect(&self, address: &str) -> oneshot::Receiver<String> {
        let (sender, receiver) = oneshot::channel();
        self.waiting().insert(address.to_owned(), sender);
        receiver
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<String>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn came(&self, to: &str, raw: &[u8]) {
        let waits = self.waiting().remove(to);
        if let (Some(waits), Some(code)) = (waits, code(raw)) {
            waits.send(code).ok();
        }
    }

    /// One connection; replies to what came in one packet leave in one packet.
    async fn talk(&self, mut stream: TcpStream) -> Option<()> {
        stream.write_all(b"220 bench ESMTP\r\n").await.ok()?;
        let (mut input, mut output) = (Vec::with_capacity(16 * 1024), Vec::new());
        let mut to = String::new();
        let mut data = false;
        loop {
            let mut done = 0;
            while let Some(rest) = input.get(done..) {
                if data {
                    let Some(end) = find(rest, b"\r\n.\r\n") else { break };
                    self.came(&to, rest.get(..end).unwrap_or_default());
                    output.extend_from_slice(b"250 2.0.0 queued\r\n");
                    (data, done) = (false, done + end + 5);
                    continue;
                }
                let Some(end) = find(rest, b"\r\n") else { break };
                let line = String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned();
                done += end + 2;
                let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
                output.extend_from_slice(match verb.as_str() {
                    "EHLO" => b"250-bench\r\n250-PIPELINING\r\n250 8BITMIME\r\n".as_slice(),
                    "DATA" => {
                        data = true;
                        b"354 go ahead\r\n"
                    }
                    "RCPT" => {
                        to = inside(&line).to_owned();
                        b"250 2.1.5 ok\r\n"
                    }
                    "QUIT" => b"221 2.0.0 bye\r\n",
                    _ => b"250 2.0.0 ok\r\n",
                });
            }
            input.drain(..done);
            stream.write_all(&output).await.ok()?;
            output.clear();
            if stream.read_buf(&mut input).await.ok()? == 0 {
                return None;
            }
        }
    }
}

/// A listener for mail, on a free port where none is named.
pub(crate) async fn listen(address: Option<SocketAddr>) -> Res<TcpListener> {
    let wanted = address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
    match TcpListener::bind(wanted).await {
        Ok(listener) => Ok(listener),
        Err(error) => trouble(format!("{wanted}: {error}")),
    }
}

/// The address between angle brackets.
fn inside(line: &str) -> &str {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(inside, _)| inside)
}

/// The first line of eight digits and nothing else.
fn code(raw: &[u8]) -> Option<String> {
    let digits = |line: &&[u8]| line.len() == 8 && line.iter().all(u8::is_ascii_digit);
    let line = raw.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(digits)?;
    String::from_utf8(line.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::{code, inside};

    #[test]
    fn codes_are_found() {
        assert_eq!(code(b"Subject: x 123\r\n\r\nEnter\r\n40287367\r\nbye").as_deref(), Some("40287367"));
        assert_eq!(code(b"1234567\r\n123456789"), None);
        assert_eq!(inside("RCPT TO:<g@x.test> NOTIFY=NEVER"), "g@x.test");
    }
}
