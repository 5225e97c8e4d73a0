//! The mail server's URL, parsed once into what it means (MAIL-03).

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use vestibule_core::secret::Secret;

/// Why a mail server's URL is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmtpUrlError {
    /// No `smtp://`, `smtps://` or `smtp+unix://` URL.
    #[error("it must be smtp://host, smtps://host or smtp+unix:///path")]
    Form,
    /// A host that is neither a name nor an IP address, or port 0.
    #[error("the host or port is not usable")]
    Host,
    /// A path, fragment or unknown parameter.
    #[error("only ?tls=required and ?tls=none may follow the host")]
    Extra,
    /// `tls=none` outside loopback.
    #[error("plaintext is for localhost, Unix sockets and loopback mode only")]
    Plaintext,
    /// `tls=none` with `smtps://`, or `tls=required` with a Unix socket.
    #[error("tls= contradicts the scheme")]
    Contradiction,
    /// User without password, or the other way round, or with a Unix socket, or not UTF-8.
    #[error("user and password go together, percent-encoded, and not with a Unix socket")]
    Credentials,
    /// A password that would cross a network in the clear.
    #[error("a password is only sent inside TLS or to this machine")]
    PasswordInClear,
}

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A host (name or IP address, no brackets) and port.
    Tcp {
        /// Lower-case name or IP address.
        host: String,
        port: u16,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

/// How the bytes are protected. There is no "if available": a choice that someone on the way could make for us is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte on.
    Implicit,
    /// Plain until STARTTLS, which must be offered and succeed before anything else is said.
    StartTls,
    /// Never TLS: this machine, or loopback mode on request.
    Plain,
}

/// User and password for AUTH.
pub struct Credentials {
    pub user: String,
    pub password: Secret,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(***)")
    }
}

/// The mail server: endpoint, protection, credentials. `Debug` masks the latter.
#[derive(Debug)]
pub struct SmtpUrl {
    endpoint: Endpoint,
    security: Security,
    credentials: Option<Credentials>,
}

impl SmtpUrl {
    /// Parses `smtp://user:pass@host:587?tls=required|none`, `smtps://host:465` or `smtp+unix:///path`.
    ///
    /// `smtp://` means STARTTLS, except to a loopback host, where plaintext is the default and `?tls=required` asks for
    /// STARTTLS. `?tls=none` to another host is taken only in loopback mode (SEC-02), and never with a password.
    /// Default ports: 587, 465 with `smtps://`, 25 in plaintext.
    ///
    /// ```
    /// use vestibule_outbound::smtp::{Security, SmtpUrl};
    /// assert_eq!(SmtpUrl::parse("smtp://mail.example", false).unwrap().security(), Security::StartTls);
    /// assert_eq!(SmtpUrl::parse("smtp://localhost:1025", false).unwrap().security(), Security::Plain);
    /// assert!(SmtpUrl::parse("smtp://mail.example?tls=none", false).is_err());
    /// ```
    pub fn parse(text: &str, loopback_mode: bool) -> Result<Self, SmtpUrlError> {
        let url = url::Url::parse(text).map_err(|error| match error {
            url::ParseError::InvalidPort => SmtpUrlError::Host,
            _ => SmtpUrlError::Form,
        })?;
        if url.fragment().is_some() {
            return Err(SmtpUrlError::Extra);
        }
        let wish = match url.query() {
            None => None,
            Some("tls=required") => Some(true),
            Some("tls=none") => Some(false),
            Some(_) => return Err(SmtpUrlError::Extra),
        };
        let credentials = credentials(&url)?;
        match url.scheme() {
            "smtp+unix" if credentials.is_some() => Err(SmtpUrlError::Credentials),
            "smtp+unix" => unix(&url, wish),
            "smtps" => {
                if wish == Some(false) {
                    return Err(SmtpUrlError::Contradiction);
                }
                let endpoint = tcp(&url, 465)?;
                Ok(Self { endpoint, security: Security::Implicit, credentials })
            }
            "smtp" => submission(&url, wish, credentials, loopback_mode),
            _ => Err(SmtpUrlError::Form),
        }
    }

    /// Where it listens.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// How the bytes are protected.
    pub fn security(&self) -> Security {
        self.security
    }

    /// User and password, if any.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }
}

impl fmt::Display for SmtpUrl {
    /// For logs and `doctor`: without credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.security == Security::Implicit { "smtps" } else { "smtp" };
        match &self.endpoint {
            Endpoint::Tcp { host, port } if host.contains(':') => write!(f, "{scheme}://[{host}]:{port}"),
            Endpoint::Tcp { host, port } => write!(f, "{scheme}://{host}:{port}"),
            Endpoint::Unix(path) => write!(f, "smtp+unix://{}", path.display()),
        }
    }
}

fn submission(
    url: &url::Url,
    wish: Option<bool>,
    credentials: Option<Credentials>,
    loopback_mode: bool,
) -> Result<SmtpUrl, SmtpUrlError> {
    let here = is_loopback(&host(url)?);
    let plain = match wish {
        Some(tls) => !tls,
        None => here,
    };
    if plain && !here && !loopback_mode {
        return Err(SmtpUrlError::Plaintext);
    }
    if plain && !here && credentials.is_some() {
        return Err(SmtpUrlError::PasswordInClear);
    }
    let security = if plain { Security::Plain } else { Security::StartTls };
    Ok(SmtpUrl { endpoint: tcp(url, if plain { 25 } else { 587 })?, security, credentials })
}

fn unix(url: &url::Url, wish: Option<bool>) -> Result<SmtpUrl, SmtpUrlError> {
    if url.host_str().is_some_and(|host| !host.is_empty()) || url.path().len() < 2 {
        return Err(SmtpUrlError::Form);
    }
    if wish == Some(true) {
        return Err(SmtpUrlError::Contradiction);
    }
    let path = percent_decode_str(url.path()).decode_utf8().map_err(|_| SmtpUrlError::Form)?;
    if path.contains('\0') {
        return Err(SmtpUrlError::Form);
    }
    let endpoint = Endpoint::Unix(PathBuf::from(path.into_owned()));
    Ok(SmtpUrl { endpoint, security: Security::Plain, credentials: None })
}

fn tcp(url: &url::Url, default_port: u16) -> Result<Endpoint, SmtpUrlError> {
    if !matches!(url.path(), "" | "/") {
        return Err(SmtpUrlError::Extra);
    }
    let port = url.port().unwrap_or(default_port);
    if port == 0 {
        return Err(SmtpUrlError::Host);
    }
    Ok(Endpoint::Tcp { host: host(url)?, port })
}

/// The host in lower case without brackets. `url` does not look into hosts of schemes that it does not know.
fn host(url: &url::Url) -> Result<String, SmtpUrlError> {
    let host = url.host_str().ok_or(SmtpUrlError::Host)?.to_ascii_lowercase();
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&host);
    if bare.parse::<IpAddr>().is_ok() {
        return Ok(bare.to_owned());
    }
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if host.len() <= 253 && host.split('.').all(label) { Ok(host) } else { Err(SmtpUrlError::Host) }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

fn credentials(url: &url::Url) -> Result<Option<Credentials>, SmtpUrlError> {
    let text = |text: &str| {
        let text = percent_decode_str(text).decode_utf8().map_err(|_| SmtpUrlError::Credentials)?;
        if text.is_empty() || text.contains(['\0', '\r', '\n']) {
            return Err(SmtpUrlError::Credentials);
        }
        Ok(text.into_owned())
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(password)) => {
            Ok(Some(Credentials { user: text(user)?, password: Secret::new(text(password)?) }))
        }
        _ => Err(SmtpUrlError::Credentials),
    }
}

#[cfg(test)]
mod tests;
