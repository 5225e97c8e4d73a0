//! Error codes of OAuth and OpenID Connect, and the token endpoint's answer in Entra's envelope.
//!
//! Every description comes from one fixed list of ASCII lines ([`text`], WEB-11): nothing that a request said is ever
//! repeated in it. Redirects carry only code and description ([`crate::response`]); the envelope is for JSON.

pub mod text;

use std::fmt;

use serde_json::{Value, json};
use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::ids::TraceId;

use crate::pkce::PkceError;
use crate::scope::ScopeError;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// An `error` value. The registered set; what stands in none of these specifications is not sent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum OAuthErrorCode { $($(#[$doc])* $variant),+ }

        impl OAuthErrorCode {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

codes! {
    /// RFC 6749 sections 4.1.2.1, 5.2.
    InvalidRequest = "invalid_request",
    /// RFC 6749 section 5.2.
    InvalidClient = "invalid_client",
    /// RFC 6749 section 5.2.
    InvalidGrant = "invalid_grant",
    /// RFC 6749 sections 4.1.2.1, 5.2.
    UnauthorizedClient = "unauthorized_client",
    /// RFC 6749 section 5.2.
    UnsupportedGrantType = "unsupported_grant_type",
    /// RFC 6749 section 4.1.2.1.
    UnsupportedResponseType = "unsupported_response_type",
    /// RFC 6749 sections 4.1.2.1, 5.2.
    InvalidScope = "invalid_scope",
    /// RFC 6749 section 4.1.2.1.
    AccessDenied = "access_denied",
    /// RFC 6749 section 4.1.2.1.
    ServerError = "server_error",
    /// RFC 6749 section 4.1.2.1.
    TemporarilyUnavailable = "temporarily_unavailable",
    /// OpenID Connect Core section 3.1.2.6.
    InteractionRequired = "interaction_required",
    /// OpenID Connect Core section 3.1.2.6.
    LoginRequired = "login_required",
    /// OpenID Connect Core section 3.1.2.6.
    ConsentRequired = "consent_required",
    /// OpenID Connect Core section 3.1.2.6.
    RequestNotSupported = "request_not_supported",
    /// OpenID Connect Core section 3.1.2.6.
    RequestUriNotSupported = "request_uri_not_supported",
    /// OpenID Connect Core section 3.1.2.6.
    RegistrationNotSupported = "registration_not_supported",
    /// OpenID Connect Core Error Code `unmet_authentication_requirements` 1.0.
    UnmetAuthenticationRequirements = "unmet_authentication_requirements",
    /// RFC 6750 section 3.1.
    InvalidToken = "invalid_token",
}

impl fmt::Display for OAuthErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error of the token endpoint and its kin (revocation, userinfo).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {description}")]
pub struct TokenError {
    /// What clients branch on.
    pub code: OAuthErrorCode,
    /// One of the lines of [`text`].
    pub description: &'static str,
    /// Entra's number where there is one.
    pub aadsts: Option<u32>,
}

macro_rules! token_errors {
    ($($(#[$doc:meta])* $name:ident = $code:ident, $text:ident, $number:literal);+ $(;)?) => {
        impl TokenError {
            $($(#[$doc])* pub const $name: Self = Self {
                code: OAuthErrorCode::$code, description: text::$text, aadsts: Some($number),
            };)+

            /// All that have a name, for the reference pages and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

token_errors! {
    /// A parameter that must be there is not.
    MISSING_PARAMETER = InvalidRequest, MISSING_PARAMETER, 900_144;
    /// A parameter stands twice (WEB-14).
    REPEATED_PARAMETER = InvalidRequest, REPEATED_PARAMETER, 90_100;
    /// The body is no form.
    MALFORMED = InvalidRequest, MALFORMED_REQUEST, 90_023;
    /// More than one way of authenticating (CLA-03), or more than one `Authorization` header (CLA-06).
    SEVERAL_METHODS = InvalidRequest, SEVERAL_METHODS, 90_023;
    /// Unknown, disabled, wrong secret: the same answer for all three (CLA-02).
    INVALID_CLIENT = InvalidClient, CLIENT_AUTHENTICATION, 7_000_215;
    /// Nothing said who asks.
    NO_CLIENT = InvalidClient, CLIENT_MISSING, 7_000_218;
    /// `private_key_jwt`, which is not offered.
    ASSERTION = InvalidClient, ASSERTION_NOT_OFFERED, 700_027;
    /// A grant that does not exist here (OID-22, TOK-11).
    UNSUPPORTED_GRANT = UnsupportedGrantType, UNSUPPORTED_GRANT, 70_003;
    /// Wider than granted, too large, or no scope at all (OID-17, TOK-04).
    INVALID_SCOPE = InvalidScope, SCOPE_TOKEN, 70_011;
    /// The code is unknown, expired, of another client or at another tenant (OID-06, OID-07).
    INVALID_CODE = InvalidGrant, CODE_INVALID, 70_008;
    /// The code was used before (OID-06).
    CODE_REDEEMED = InvalidGrant, CODE_REDEEMED, 54_005;
    /// The redirect URI is not that of the authorization request (OID-07).
    REDIRECT_MISMATCH = InvalidGrant, REDIRECT_MISMATCH, 50_011;
    /// PKCE failed in whatever way (OID-05).
    PKCE = InvalidGrant, PKCE_MISMATCH, 501_481;
    /// The refresh token is unknown, expired, revoked, replayed or of another client (TOK-03, TOK-04).
    INVALID_REFRESH_TOKEN = InvalidGrant, REFRESH_INVALID, 700_082;
    /// The session behind the code has ended.
    SESSION_ENDED = InvalidGrant, SESSION_ENDED, 50_132;
    /// The session behind the refresh token has ended, or the token with it (N-14).
    REFRESH_ENDED = InvalidGrant, SESSION_ENDED, 70_043;
    /// What granted the sign-in no longer does, as the code is exchanged (OID-07).
    ACCESS_ENDED = InvalidGrant, ACCESS_ENDED, 53_003;
    /// What granted the sign-in no longer does, as the token is refreshed (TOK-04).
    REFRESH_ACCESS_ENDED = InvalidGrant, ACCESS_ENDED, 50_173;
    /// The access token is not good (RFC 6750).
    INVALID_TOKEN = InvalidToken, TOKEN_INVALID, 500_133;
    /// Something of ours failed.
    SERVER_ERROR = ServerError, SERVER_ERROR, 90_033;
    /// The database or a queue says "later".
    UNAVAILABLE = TemporarilyUnavailable, UNAVAILABLE, 90_033;
}

impl TokenError {
    /// The HTTP status: 401 for `invalid_client` (RFC 6749 section 5.2) and `invalid_token`, 403 for
    /// `insufficient_scope` (RFC 6750), 500 and 503 for ours, else 400.
    pub const fn status(&self) -> u16 {
        match self.code {
            OAuthErrorCode::InvalidClient | OAuthErrorCode::InvalidToken => 401,
            OAuthErrorCode::ServerError => 500,
            OAuthErrorCode::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }

    /// The JSON body in Entra's envelope (`entra-b2b.md` 6.4): `error`, `error_description` (one ASCII line without
    /// quotes or backslash, RFC 6749 section 5.2), `error_codes`, `timestamp`, `trace_id`, `correlation_id`.
    pub fn body(&self, trace_id: TraceId, correlation: Uuid, now: Instant) -> Value {
        let timestamp = now.format("%Y-%m-%d %H:%M:%SZ").to_string();
        let number = self.aadsts.map(|number| format!("AADSTS{number}: ")).unwrap_or_default();
        let line = format!("{number}{} Trace ID: {trace_id}; Timestamp: {timestamp}", self.description);
        json!({
            "error": self.code.as_str(),
            "error_description": ascii_line(&line),
            "error_codes": self.aadsts.as_slice(),
            "timestamp": timestamp,
            "trace_id": trace_id,
            "correlation_id": correlation,
        })
    }
}

impl From<PkceError> for TokenError {
    fn from(_: PkceError) -> Self {
        Self::PKCE
    }
}

impl From<ScopeError> for TokenError {
    fn from(_: ScopeError) -> Self {
        Self::INVALID_SCOPE
    }
}

/// What an `error_description` may hold: `%x20-21 / %x23-5B / %x5D-7E`; anything else becomes a space. The texts are
/// such already; this keeps a slip from becoming a header or a broken answer.
pub(crate) fn ascii_line(text: &str) -> String {
    text.chars().map(|c| if matches!(c, ' '..='~') && c != '"' && c != '\\' { c } else { ' ' }).collect()
}

#[cfg(test)]
mod tests;
