//! The authorization request, read in two stages (OID-04).
//!
//! [`identify`] finds out who asks and where the answer would go; until both are checked against the directory, errors
//! stay on a page of ours ([`LocalError`]). Then [`AuthorizeRequest::parse`] checks everything else, and its errors go to
//! the application ([`RequestError`]). What comes out cannot be wrong, and is small: it travels sealed in a cookie.

mod claims_parameter;
mod hints;
mod parse;

use serde::{Deserialize, Serialize};
use vestibule_core::client::{Application, RedirectUri};
use vestibule_core::proof::Wanted;

use crate::error::OAuthErrorCode;
use crate::params::{Params, ParamsError};

pub use claims_parameter::{CLAIMS_MAX, RequestedClaims, StandardClaim};
pub use hints::UI_LOCALES;
pub(crate) use hints::ui_locales;

/// Bytes of a `nonce`; a longer one is refused, never cut.
pub const NONCE_MAX: usize = 512;

/// Ten years, the longest `max_age` (OID-12), in seconds.
pub const MAX_AGE_MAX: u32 = 10 * 366 * 86_400;

/// Who asks and where the answer shall go; nothing of it is checked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identified<'a> {
    /// `client_id` as sent.
    pub client_id: &'a str,
    /// `redirect_uri` as sent, for [`crate::redirect::find`].
    pub redirect_uri: &'a str,
}

/// A fault before client and redirect URI are known to be good: shown on a page of ours, never by redirect (OID-04,
/// RFC 6749 section 4.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LocalError {
    /// The query or form could not be read.
    #[error("the request is malformed: {0}")]
    Params(#[from] ParamsError),
    /// No `client_id`.
    #[error("client_id is missing")]
    ClientMissing,
    /// No application of that id here, or one that is switched off (CLA-05).
    #[error("the application is unknown or switched off")]
    ClientUnknown,
    /// No `redirect_uri` (OID-01: always required).
    #[error("redirect_uri is missing")]
    RedirectMissing,
    /// Not one of the registered ones (OID-01, OID-02).
    #[error("redirect_uri is not registered for the application")]
    RedirectUnregistered,
    /// `client_id` or `redirect_uri` stands twice (WEB-14).
    #[error("client_id or redirect_uri is given more than once")]
    Repeated,
}

/// First stage: the two parameters that everything else depends on.
pub fn identify(params: &Params) -> Result<Identified<'_>, LocalError> {
    if params.is_repeated("client_id") || params.is_repeated("redirect_uri") {
        return Err(LocalError::Repeated);
    }
    Ok(Identified {
        client_id: params.get("client_id").ok_or(LocalError::ClientMissing)?,
        redirect_uri: params.get("redirect_uri").ok_or(LocalError::RedirectMissing)?,
    })
}

/// A fault that goes to the application by redirect or form post.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {description}")]
pub struct RequestError {
    /// `error`.
    pub code: OAuthErrorCode,
    /// `error_description`, from [`crate::error::text`].
    pub description: &'static str,
    /// Where to deliver it: what the request asked for if that made sense, else its type's default.
    pub mode: ResponseMode,
    /// `state` to echo (OID-09), unless it is the fault itself.
    pub state: Option<String>,
}

/// What an application may ask for. Types with `token` do not exist (OID-10, OID-22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResponseType {
    /// `code`.
    #[serde(rename = "c")]
    Code,
    /// `code id_token`, where the application's setting allows it.
    #[serde(rename = "ci")]
    CodeIdToken,
    /// `id_token`, likewise.
    #[serde(rename = "i")]
    IdToken,
}

impl ResponseType {
    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::CodeIdToken => "code id_token",
            Self::IdToken => "id_token",
        }
    }

    /// Reads a `response_type`; its values have no order (OAuth 2.0 Multiple Response Types section 5).
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "code" => Some(Self::Code),
            "code id_token" | "id_token code" => Some(Self::CodeIdToken),
            "id_token" => Some(Self::IdToken),
            _ => None,
        }
    }

    /// Whether an authorization code is part of the answer.
    pub const fn gives_code(self) -> bool {
        !matches!(self, Self::IdToken)
    }

    /// Whether an ID token comes by the front channel.
    pub const fn gives_id_token(self) -> bool {
        !matches!(self, Self::Code)
    }
}

/// How the answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResponseMode {
    /// In the query; only for `code`, and its default.
    #[serde(rename = "q")]
    Query,
    /// By a form that posts itself (OAuth 2.0 Form Post Response Mode).
    #[serde(rename = "p")]
    FormPost,
    /// In the fragment; only with an ID token, and then the default.
    #[serde(rename = "f")]
    Fragment,
}

impl ResponseMode {
    /// The value on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
            Self::Fragment => "fragment",
        }
    }
}

/// `prompt` (OpenID Connect Core section 3.1.2.1; `create` of Initiating User Registration 1.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Prompt {
    /// `none`: no page at all; alone (OID-11).
    #[serde(rename = "n", skip_serializing_if = "is_false")]
    pub none: bool,
    /// `login`: a new proof.
    #[serde(rename = "l", skip_serializing_if = "is_false")]
    pub login: bool,
    /// `select_account`.
    #[serde(rename = "s", skip_serializing_if = "is_false")]
    pub select_account: bool,
    /// `consent`.
    #[serde(rename = "c", skip_serializing_if = "is_false")]
    pub consent: bool,
    /// `create`.
    #[serde(rename = "r", skip_serializing_if = "is_false")]
    pub create: bool,
}

/// `display`: accepted, and at most a hint for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Display {
    /// `page`.
    #[serde(rename = "p")]
    Page,
    /// `popup`.
    #[serde(rename = "u")]
    Popup,
    /// `touch`.
    #[serde(rename = "t")]
    Touch,
    /// `wap`.
    #[serde(rename = "w")]
    Wap,
}

/// A checked authorization request. Short keys, and nothing written that has its default: it is sealed into a cookie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// `position` of the registered redirect URI.
    #[serde(rename = "r")]
    pub redirect_position: i32,
    /// The redirect URI as presented, only where its port differs from the registered one (OID-02).
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// What is asked for.
    #[serde(rename = "t")]
    pub response_type: ResponseType,
    /// How the answer travels.
    #[serde(rename = "m")]
    pub response_mode: ResponseMode,
    /// Grantable scopes in the request's order; `openid` is among them.
    #[serde(rename = "s")]
    pub scopes: Vec<String>,
    /// `state`, to be echoed unchanged (OID-09).
    #[serde(rename = "st", default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `nonce`, for the ID token.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// `code_challenge`, always S256 (OID-05).
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// `prompt`.
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    pub prompt: Prompt,
    /// `max_age` in seconds.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
    /// Voluntary `acr_values`.
    #[serde(rename = "v", default, skip_serializing_if = "is_default")]
    pub acr_values: Wanted,
    /// `login_hint`; dropped when it is longer than any address.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// `domain_hint`; dropped when it is longer than any domain.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub domain_hint: Option<String>,
    /// `ui_locales` reduced to the languages that exist here ([`UI_LOCALES`]), in order of preference.
    #[serde(rename = "l", default, skip_serializing_if = "Vec::is_empty")]
    pub ui_locales: Vec<String>,
    /// `id_token_hint` as sent; looked at when the request arrives and not stored.
    #[serde(skip)]
    pub id_token_hint: Option<String>,
    /// `display`.
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    pub display: Option<Display>,
    /// What is left of the `claims` parameter.
    #[serde(rename = "q", default, skip_serializing_if = "is_default")]
    pub claims: RequestedClaims,
}

impl AuthorizeRequest {
    /// Second stage: everything else, in a fixed order (OID-05, OID-09 to OID-12, OID-15, OID-17, OID-23).
    ///
    /// `redirect` is what [`crate::redirect::find`] gave for `presented`. Unknown parameters are ignored.
    pub fn parse(
        params: &Params,
        app: &Application,
        redirect: &RedirectUri,
        presented: &str,
    ) -> Result<Self, RequestError> {
        let reply = parse::ErrorReply::of(params);
        parse::request(params, app, redirect, presented).map_err(|refusal| reply.error(refusal))
    }

    /// The redirect URI that the answer goes to, byte for byte as presented; `None` if it was taken away from the
    /// application meanwhile.
    pub fn redirect<'a>(&'a self, app: &'a Application) -> Option<&'a str> {
        let registered = app.redirect_uris.iter().find(|r| r.position == self.redirect_position)?;
        let text = self.redirect_uri.as_deref().unwrap_or(&registered.uri);
        crate::redirect::find(app, text).filter(|found| found.uri == registered.uri).map(|_| text)
    }

    /// What the sign-in must be worth: `acr_values` and an essential `acr` must both be met.
    pub fn level(&self) -> Wanted {
        self.acr_values.and(self.claims.acr)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests;
