//! A URI taken apart as text, without normalisation: what was written is what is compared.

/// The name that counts as loopback only by setting (OID-02).
pub(super) const LOCALHOST: &str = "localhost";
const LOOPBACK_HOSTS: [&str; 3] = ["127.0.0.1", "[::1]", LOCALHOST];

/// Scheme, authority and the rest, as written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) scheme: &'a str,
    pub(super) authority: Option<&'a str>,
    pub(super) rest: &'a str,
}

/// A URI with scheme `http` and a literal loopback host.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loopback<'a> {
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
    pub(super) rest: &'a str,
}

impl<'a> Parts<'a> {
    /// Splits an absolute URI (RFC 3986 section 3). Schemes are lower case here: a registered URI is written plainly.
    pub(super) fn split(uri: &'a str) -> Option<Self> {
        let (scheme, after) = uri.split_once(':')?;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b);
        if !scheme.starts_with(|c: char| c.is_ascii_lowercase()) || !scheme.bytes().all(plain) {
            return None;
        }
        let Some(hierarchy) = after.strip_prefix("//") else {
            return Some(Self { scheme, authority: None, rest: after });
        };
        let end = hierarchy.find(['/', '?', '#']).unwrap_or(hierarchy.len());
        let (authority, rest) = hierarchy.split_at_checked(end)?;
        Some(Self { scheme, authority: Some(authority), rest })
    }

    /// Host and port as written; `None` for user information, an empty host or a bad port.
    pub(super) fn host_port(&self) -> Option<(&'a str, Option<u16>)> {
        let authority = self.authority.filter(|a| !a.is_empty() && !a.contains('@'))?;
        let colon = match authority.strip_prefix('[') {
            Some(_) => authority.find(']')?.checked_add(1)?,
            None => authority.find(':').unwrap_or(authority.len()),
        };
        let (host, port) = authority.split_at_checked(colon)?;
        if host.is_empty() {
            return None;
        }
        match port.strip_prefix(':') {
            None if port.is_empty() => Some((host, None)),
            None => None,
            Some(digits) => Some((host, Some(parse_port(digits)?))),
        }
    }

    /// The loopback form (RFC 8252 section 7.3): `http` and literally one of three hosts.
    pub(super) fn loopback(&self) -> Option<Loopback<'a>> {
        let (host, port) = self.host_port()?;
        let fits = self.scheme == "http" && LOOPBACK_HOSTS.contains(&host);
        fits.then_some(Loopback { host, port, rest: self.rest })
    }

    /// A private-use scheme (RFC 8252 section 7.1): a reversed domain name, so it has a dot; and something behind it.
    pub(super) fn is_private_use(&self) -> bool {
        self.scheme.split('.').count() > 1
            && self.scheme.split('.').all(|label| !label.is_empty())
            && (self.rest.starts_with('/') || self.authority.is_some_and(|a| !a.is_empty()))
            && self.authority.is_none_or(|a| !a.contains('@'))
    }

    /// Whether the host of this special-scheme URI stays what is written when a browser parses it: no `0x7f000001`, no
    /// upper case, no percent escapes, no empty labels.
    pub(super) fn has_plain_host(&self, uri: &str) -> bool {
        let Some((host, _)) = self.host_port() else { return false };
        url::Url::parse(uri).is_ok_and(|url| url.host_str() == Some(host) && !host.ends_with('.'))
    }

    /// Whether a browser would walk up or stay in the path: `.` and `..` as segments, also escaped.
    pub(super) fn has_dot_segments(&self) -> bool {
        let path = self.rest.split(['?', '#']).next().unwrap_or_default();
        path.split('/').any(|segment| {
            let plain = segment.to_ascii_lowercase().replace("%2e", ".");
            plain == "." || plain == ".."
        })
    }
}

/// Whether a text has only characters of RFC 3986 and whole percent escapes.
pub(super) fn is_uri_text(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    let escaped = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    text.bytes().all(allowed) && text.split('%').skip(1).all(escaped)
}

fn parse_port(digits: &str) -> Option<u16> {
    let plain = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}
