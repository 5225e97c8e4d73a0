//! A client for HTTP/1.1 with keep-alive that does no more than the bench needs: no TLS, no chunks, no redirects.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::num::now;
use crate::trouble::{Res, Trouble, trouble};

/// An answer.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub status: u16,
    pub location: Option<String>,
    /// `Set-Cookie` lines.
    pub cookies: Vec<String>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The answer, if it has this status.
    pub(crate) fn expect(self, status: u16, what: &str) -> Res<Self> {
        if self.status == status {
            return Ok(self);
        }
        let body: String = self.text().chars().take(300).collect();
        trouble(format!("{what}: {} instead of {status}: {body}", self.status))
    }
}

/// A request.
#[derive(Debug, Default)]
pub(crate) struct Call<'a> {
    /// Path and query.
    pub target: &'a str,
    /// The form of a POST; GET without it.
    pub form: Option<&'a str>,
    /// `Cookie`.
    pub cookies: String,
    /// `Authorization`.
    pub authorization: Option<&'a str>,
    /// `X-Forwarded-For`.
    pub source: Option<&'a str>,
    /// The browser's own marks of a navigation.
    pub browser: bool,
}

/// One connection, made when it is needed.
#[derive(Debug)]
pub(crate) struct Http {
    address: SocketAddr,
    host: String,
    stream: Option<TcpStream>,
    used: Instant,
    buffer: Vec<u8>,
    head: String,
}

impl Http {
    /// To this address, under this name.
    pub(crate) fn new(address: SocketAddr, host: &str) -> Self {
        let (buffer, head) = (Vec::with_capacity(16 * 1024), String::with_capacity(4096));
        Self { address, host: host.to_owned(), stream: None, used: now(), buffer, head }
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&mut self, call: &Call<'_>) -> Res<Answer> {
        self.write_head(call);
        // The server ends a connection that rests; one that rested nearly as long is not worth the risk.
        if self.used.elapsed().as_secs() >= 4 {
            self.stream = None;
        }
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.connect().await?,
        };
        stream.write_all(self.head.as_bytes()).await?;
        self.buffer.clear();
        let end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return trouble("the server closed the connection");
            }
        };
        let (mut answer, length, closes) = read_head(self.buffer.get(..end).unwrap_or_default())?;
        while self.buffer.len() < end + length {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return trouble("the server closed the connection inside a body");
            }
        }
        answer.body.extend_from_slice(self.buffer.get(end..end + length).unwrap_or_default());
        self.used = now();
        self.stream = (!closes).then_some(stream);
        Ok(answer)
    }

    async fn connect(&self) -> Res<TcpStream> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn write_head(&mut self, call: &Call<'_>) {
        let (method, body) = call.form.map_or(("GET", ""), |form| ("POST", form));
        let head = &mut self.head;
        head.clear();
        write!(head, "{method} {} HTTP/1.1\r\nhost: {}\r\n", call.target, self.host).ok();
        let mut line = |name: &str, value: &str| write!(head, "{name}: {value}\r\n").ok();
        if call.browser {
            line("user-agent", AGENT);
            line("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
            line("accept-language", "en");
            line("sec-fetch-site", if call.form.is_some() { "same-origin" } else { "cross-site" });
        }
        if !call.cookies.is_empty() {
            line("cookie", &call.cookies);
        }
        if let Some(authorization) = call.authorization {
            line("authorization", authorization);
        }
        if let Some(source) = call.source {
            line("x-forwarded-for", source);
        }
        if call.form.is_some() {
            line("content-type", "application/x-www-form-urlencoded");
            line("content-length", &body.len().to_string());
        }
        head.push_str("\r\n");
        head.push_str(body);
    }
}

/// Status, headers that matter, length of the body, and whether the connection ends.
fn read_head(head: &[u8]) -> Res<(Answer, usize, bool)> {
    let text = std::str::from_utf8(head).map_err(|_| Trouble("a head that is no text".into()))?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let Some(status) = status else { return trouble("an answer without a status") };
    let mut answer = Answer { status, ..Answer::default() };
    let (mut length, mut closes) = (None, false);
    for line in lines {
        let Some((name, value)) = line.split_once(": ") else { continue };
        match name {
            "location" => answer.location = Some(value.to_owned()),
            "set-cookie" => answer.cookies.push(value.to_owned()),
            "content-length" => length = value.parse().ok(),
            "connection" => closes = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    match length.or_else(|| matches!(status, 204 | 304).then_some(0)) {
        Some(length) => Ok((answer, length, closes)),
        None => trouble("an answer without a length"),
    }
}

/// Where a text begins in another.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

#[cfg(test)]
mod tests {
    use super::read_head;

    #[test]
    fn reads_a_head() {
        let head = b"HTTP/1.1 303 See Other\r\ncontent-length: 7\r\nlocation: /a\r\nset-cookie: va=1; Path=/\r\n\r\n";
        let (answer, length, closes) = read_head(head).unwrap();
        assert_eq!((answer.status, length, closes), (303, 7, false));
        assert_eq!(answer.location.as_deref(), Some("/a"));
        assert_eq!(answer.cookies, ["va=1; Path=/"]);
        assert!(read_head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
