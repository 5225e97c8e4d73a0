//! What went over the wire, kept so that tests can compare it byte by byte.

use http::{HeaderMap, Method, StatusCode};
use url::Url;

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub method: Method,
    /// Where it went.
    pub url: Url,
    /// The headers that were sent.
    pub sent: HeaderMap,
    /// The body that was sent, empty for a GET.
    pub sent_body: String,
    /// The status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The body of the answer.
    pub body: Vec<u8>,
}

impl Exchange {
    /// The answer's header as text, empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// All `Set-Cookie` headers.
    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Where a redirect leads.
    pub fn location(&self) -> Option<Url> {
        let text = self.header("location");
        if text.is_empty() { None } else { self.url.join(text).ok() }
    }
}
