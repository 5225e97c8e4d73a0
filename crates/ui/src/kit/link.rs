//! A link that is safe to put into a page or mail (WEB-07): `javascript:` and its kin cannot be represented.

use std::fmt;

use url::{Host, Url};

/// An absolute URL with scheme `https`, `http` on loopback, or a private-use scheme (`com.example.app:`); or a path of
/// ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// Checks an absolute URL. `None` for any other scheme, and for white space or control characters anywhere.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let fine = match url.scheme() {
            "https" => url.has_host(),
            "http" => match url.host() {
                Some(Host::Domain(name)) => name == "localhost",
                Some(Host::Ipv4(ip)) => ip.is_loopback(),
                Some(Host::Ipv6(ip)) => ip.is_loopback(),
                None => false,
            },
            // RFC 8252 7.1: a private-use scheme is a reversed domain name, so it has a dot; no built-in scheme has.
            scheme => scheme.contains('.'),
        };
        fine.then(|| Self(text.to_owned()))
    }

    /// A path of this deployment, with its query: begins with one slash.
    pub fn path(text: &str) -> Option<Self> {
        let local = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
        let plain = !text.chars().any(|c| c.is_control() || c.is_whitespace());
        (local && plain).then(|| Self(text.to_owned()))
    }

    /// The root of the deployment.
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// The link as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
