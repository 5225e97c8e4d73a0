//! Every URL of the deployment, from one type (architecture rule 11): nothing else glues paths together, and no
//! request header ever takes part (MAIL-05).

use std::fmt;
use std::net::IpAddr;

use crate::ids::{InteractionId, TenantId};

/// Why a base URL is refused (SEC-02).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// No absolute `http` or `https` URL.
    #[error("it must be an absolute https:// URL")]
    Form,
    /// `http` outside loopback.
    #[error("http:// is for localhost, 127.0.0.1 and [::1] only; use https://")]
    Plain,
    /// With a path, query, fragment or credentials.
    #[error("it must be an origin alone: scheme, host and port, no path")]
    Extra,
}

/// The public address of the deployment, checked, and every URL below it.
#[derive(Clone, PartialEq, Eq)]
pub struct Urls {
    base: String,
    authority: String,
    host: String,
    loopback: bool,
}

impl fmt::Debug for Urls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Urls({})", self.base)
    }
}

impl Urls {
    /// Checks a base URL: `https`, or `http` on a loopback host (SEC-02); an origin without path.
    pub fn parse(base: &str) -> Result<Self, BaseUrlError> {
        let url = url::Url::parse(base).map_err(|_| BaseUrlError::Form)?;
        let host = url.host_str().ok_or(BaseUrlError::Form)?.to_owned();
        let loopback = match url.scheme() {
            "https" => false,
            "http" if matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]") => true,
            "http" => return Err(BaseUrlError::Plain),
            _ => return Err(BaseUrlError::Form),
        };
        let origin_only = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !origin_only || !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Extra);
        }
        let authority = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        Ok(Self { base: format!("{}://{authority}", url.scheme()), authority, host, loopback })
    }

    /// The origin, without a trailing slash: `https://id.example`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Host and port as the `Host` header must say (WEB-12).
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host alone: the only place where a code may be typed (OTP-22).
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether this is loopback mode (SEC-02): plaintext, unprefixed cookies, demo mailbox.
    pub fn loopback(&self) -> bool {
        self.loopback
    }

    /// The port that people are sent to in loopback mode, where nothing stands before the server as a rule.
    pub fn loopback_port(&self) -> Option<u16> {
        let port = self.authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        self.loopback.then(|| port.unwrap_or(80))
    }

    /// The issuer of a tenant, always in GUID form (OID-20).
    pub fn issuer(&self, tenant: TenantId) -> String {
        format!("{}/{tenant}/v2.0", self.base)
    }

    /// `authorization_endpoint`.
    pub fn authorize(&self, tenant: &str) -> String {
        format!("{}/{tenant}/oauth2/v2.0/authorize", self.base)
    }

    /// `token_endpoint`.
    pub fn token(&self, tenant: &str) -> String {
        format!("{}/{tenant}/oauth2/v2.0/token", self.base)
    }

    /// `revocation_endpoint`.
    pub fn revoke(&self, tenant: &str) -> String {
        format!("{}/{tenant}/oauth2/v2.0/revoke", self.base)
    }

    /// `end_session_endpoint`.
    pub fn logout(&self, tenant: &str) -> String {
        format!("{}/{tenant}/oauth2/v2.0/logout", self.base)
    }

    /// `userinfo_endpoint`.
    pub fn userinfo(&self, tenant: &str) -> String {
        format!("{}/{tenant}/oidc/userinfo", self.base)
    }

    /// `jwks_uri`.
    pub fn jwks(&self, tenant: &str) -> String {
        format!("{}/{tenant}/discovery/v2.0/keys", self.base)
    }

    /// A page of an interaction, as a path: `page` is empty for the address page, else `code`, `code/send`, `review` …
    pub fn signin_path(&self, tenant: &str, page: &str, interaction: Option<InteractionId>) -> String {
        let slash = if page.is_empty() { "" } else { "/" };
        let locator = interaction.map(|id| format!("?i={}", locator(id))).unwrap_or_default();
        format!("/{tenant}/signin{slash}{page}{locator}")
    }

    /// The page of an invitation, as a path, after its token went into a cookie (LNK-03).
    pub fn invite_path(&self, tenant: &str) -> String {
        format!("/{tenant}/invite")
    }

    /// The redeem URL that is mailed and returned once (`inviteRedeemUrl`).
    pub fn redeem(&self, tenant: TenantId, token: &str) -> String {
        format!("{}/{tenant}/invite/{token}", self.base)
    }

    /// The "This wasn't me" link of a code mail.
    pub fn report(&self, tenant: &str, token: &str) -> String {
        format!("{}/{tenant}/report/{token}", self.base)
    }

    /// A help page.
    pub fn help(&self, tenant: &str) -> String {
        format!("{}/{tenant}/signin/help", self.base)
    }
}

/// The short form of an interaction's id in URLs and cookie names: base64url of its 16 bytes, 22 characters.
pub fn locator(id: InteractionId) -> String {
    data_encoding::BASE64URL_NOPAD.encode(id.0.as_bytes())
}

/// Reads a [`locator`] back.
pub fn parse_locator(text: &str) -> Option<InteractionId> {
    let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    uuid::Uuid::from_slice(&bytes).ok().map(InteractionId)
}

/// The network a page or mail may name: IPv4 /24 as `203.0.113.x`, IPv6 /48 as `2001:db8:1::` (OTP-22).
pub fn network_prefix(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.x")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::")
        }
    }
}
