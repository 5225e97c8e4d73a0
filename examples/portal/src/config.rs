//! What the portal starts with, checked.

use std::fmt;
use std::net::{IpAddr, TcpListener};

use url::Url;

use crate::Clock;
use crate::portal::Portal;
use crate::provider::{Registration, RelyingParty};

/// What the portal is made from.
pub struct Config {
    /// The socket to serve on, bound already.
    pub listen: TcpListener,
    /// Its origin as browsers see it: `https://portal.example`, or `http://` on a loopback host.
    pub public_url: String,
    /// The issuer, exactly as its discovery document says it.
    pub issuer: String,
    /// `client_id` as registered.
    pub client_id: String,
    pub client_secret: String,
    /// What the portal calls itself.
    pub name: String,
    /// A CA file in PEM for the issuer's certificate; then the only authority believed.
    pub ca_pem: Option<Vec<u8>>,
    /// Asks for the response by `form_post` instead of in the query.
    pub form_post: bool,
    pub clock: Clock,
}

/// Why the configuration cannot work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The public URL is no origin, or `http` outside loopback.
    #[error("the public URL must be an https:// origin without a path (http:// on localhost only)")]
    PublicUrl,
    /// The issuer is no URL, or `http` outside loopback.
    #[error("the issuer must be an https:// URL (http:// on localhost only)")]
    Issuer,
    /// An empty `client_id`, secret or name.
    #[error("client id, client secret and name must not be empty")]
    Empty,
    /// The CA file has no usable certificate, or TLS cannot be set up.
    #[error("TLS cannot be set up with this CA file")]
    Tls,
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made")]
    Http,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Config({} at {}, issuer {})", self.name, self.public_url, self.issuer)
    }
}

impl Config {
    pub(crate) fn build(self) -> Result<(TcpListener, Portal), ConfigError> {
        let url = Url::parse(&self.public_url).ok().filter(is_safe).ok_or(ConfigError::PublicUrl)?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(ConfigError::PublicUrl);
        }
        let issuer = Url::parse(&self.issuer).ok().filter(is_safe).ok_or(ConfigError::Issuer)?;
        if self.client_id.is_empty() || self.client_secret.is_empty() || self.name.trim().is_empty() {
            return Err(ConfigError::Empty);
        }
        let origin = url.origin().ascii_serialization();
        let (name, said) = (self.name, self.issuer.clone());
        let rp = RelyingParty::new(Registration {
            issuer: self.issuer,
            client_id: self.client_id,
            client_secret: self.client_secret,
            public_url: origin.clone(),
            ca_pem: self.ca_pem,
            form_post: self.form_post,
            clock: self.clock.clone(),
        })?;
        Ok((self.listen, Portal::new(name, origin, (said, &issuer), rp, self.clock)))
    }
}

/// `https`, or `http` on this machine; without credentials.
pub(crate) fn is_safe(url: &Url) -> bool {
    let local = url.host_str().is_some_and(|host| {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    });
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && local);
    scheme && url.host_str().is_some() && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests;
