//! The application's side of the redirect: a real socket on loopback that real browsers can be sent to.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

/// What a browser brought to the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// `GET` for `response_mode=query`, `POST` for `form_post`.
    pub method: String,
    /// The parameters, in order.
    pub params: Vec<(String, String)>,
}

/// A listener for callbacks; every path below it answers with a page whose `data-testid` is `app`.
#[derive(Debug)]
pub struct Callbacks {
    origin: String,
    came: Mutex<mpsc::UnboundedReceiver<Callback>>,
    task: JoinHandle<()>,
}

impl Callback {
    /// The value of a parameter that came once.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.params.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let value = values.next();
        if values.next().is_some() { None } else { value }
    }
}

impl Callbacks {
    /// Listens on `127.0.0.1`, port 0.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a loopback port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (sender, came) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, sender.clone()));
            }
        });
        Self { origin: format!("http://{address}"), came: Mutex::new(came), task }
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What is registered: `{origin}/cb`.
    pub fn redirect_uri(&self) -> String {
        format!("{}/cb", self.origin)
    }

    /// The next callback, waiting for it some seconds.
    pub async fn next(&self) -> Option<Callback> {
        let mut came = self.came.lock().await;
        tokio::time::timeout(std::time::Duration::from_secs(10), came.recv()).await.ok().flatten()
    }

    /// Whether a callback came that nobody has taken yet; for tests that expect none.
    pub async fn came(&self) -> Option<Callback> {
        self.came.lock().await.try_recv().ok()
    }
}

impl Drop for Callbacks {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, sender: mpsc::UnboundedSender<Callback>) {
    let Some((head, body)) = read(&mut stream).await else { return };
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let found = path == "/cb";
    if found {
        let encoded = if method == "POST" { body.as_str() } else { query };
        let params = url::form_urlencoded::parse(encoded.as_bytes()).into_owned().collect();
        drop(sender.send(Callback { method: method.to_owned(), params }));
    }
    let status = if found || path == "/" { "200 OK" } else { "404 Not Found" };
    let reply = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n{PAGE}",
        PAGE.len()
    );
    drop(stream.write_all(reply.as_bytes()).await);
    drop(stream.shutdown().await);
}

/// The request up to the end of its body; a request that is cut off gives nothing.
async fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 4096];
    loop {
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(chunk.get(..count)?);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= content_length(head)
        {
            return Some((head.to_owned(), body.to_owned()));
        }
    }
}

fn content_length(head: &str) -> usize {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let field = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    field.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or_default()
}

const PAGE: &str = "<!doctype html><html lang=\"en\"><head><title>Application</title></head>\
    <body><main data-testid=\"app\"><h1>You are in the application</h1></main></body></html>";
