//! A URL that may stand in `Location`, `href` and `form action` (WEB-07).

use std::fmt;

use super::parts::{Parts, is_uri_text};

/// A text that is no [`SafeUrl`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it must be an https:// URL, a loopback http:// URL or one of a private-use scheme with a dot")]
pub struct SafeUrlError;

/// An absolute URL of one of three kinds: `https`, `http` on a loopback literal (or `localhost`), or a private-use
/// scheme with a dot. `javascript:`, `data:`, `vbscript:`, `blob:` and their spellings cannot be represented.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SafeUrl {
    text: String,
}

impl SafeUrl {
    /// Takes a text as it stands; nothing is trimmed or normalised.
    ///
    /// ```
    /// use vestibule_oidc::SafeUrl;
    /// assert!(SafeUrl::parse("https://app.example/cb?x=1").is_ok());
    /// assert!(SafeUrl::parse("JaVa\tScript:alert(1)").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, SafeUrlError> {
        let parts = Parts::split(text).filter(|_| is_uri_text(text)).ok_or(SafeUrlError)?;
        let safe = match parts.scheme {
            "https" => parts.has_plain_host(text),
            "http" => parts.loopback().is_some(),
            _ => parts.is_private_use(),
        };
        if safe { Ok(Self { text: text.to_owned() }) } else { Err(SafeUrlError) }
    }

    /// The text, byte for byte as parsed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What a `form-action` must name beyond `'self' https:` (WEB-04): `http://127.0.0.1:49152` for loopback, `http:`
    /// for `[::1]` (CSP has no IPv6 hosts), `com.example.app:` for a private-use scheme; `None` for https.
    pub fn origin(&self) -> Option<String> {
        let parts = Parts::split(&self.text)?;
        if parts.scheme == "https" {
            return None;
        }
        match parts.loopback() {
            Some(loopback) if loopback.host.starts_with('[') => Some("http:".to_owned()),
            Some(loopback) => {
                let port = loopback.port.map(|port| format!(":{port}")).unwrap_or_default();
                Some(format!("http://{}{port}", loopback.host))
            }
            None => Some(format!("{}:", parts.scheme)),
        }
    }

    /// What a page calls the destination: host and port, or the private-use scheme.
    pub fn host_display(&self) -> &str {
        let parts = Parts::split(&self.text);
        match parts {
            Some(Parts { scheme: "https" | "http", authority: Some(authority), .. }) => authority,
            Some(other) => other.scheme,
            None => "",
        }
    }
}

impl fmt::Display for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SafeUrl({})", self.text)
    }
}
