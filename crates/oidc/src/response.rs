//! The answer of the authorization endpoint: what it says, and how it travels.
//!
//! `iss` stands in every answer (OID-08, RFC 9207), `state` in every answer to a request that had one (OID-09), and
//! nothing unknown besides: Entra's extra members are for JSON only.

use std::fmt;

use vestibule_core::secret::Secret;

use crate::authorize::{RequestError, ResponseMode};
use crate::error::{OAuthErrorCode, ascii_line};
use crate::redirect::{SafeUrl, add_query, form_encode};

/// An answer that is ready to be delivered.
pub struct AuthorizationResponse {
    pub issuer: String,
    /// `state` as the request had it.
    pub state: Option<String>,
    /// What came of the request.
    pub outcome: AuthorizeOutcome,
}

/// What came of an authorization request.
pub enum AuthorizeOutcome {
    /// The person is signed in.
    Granted {
        /// `code`, for the types that have one.
        code: Option<Secret>,
        /// `id_token`, for the types that have one by the front channel.
        id_token: Option<Secret>,
    },
    Refused {
        /// `error`.
        code: OAuthErrorCode,
        /// `error_description`, from [`crate::error::text`].
        description: &'static str,
    },
}

impl AuthorizationResponse {
    /// A success.
    pub fn granted(
        issuer: &str,
        state: Option<&str>,
        code: Option<Secret>,
        id_token: Option<Secret>,
    ) -> Self {
        Self::new(issuer, state, AuthorizeOutcome::Granted { code, id_token })
    }

    /// An error; the description is one of [`crate::error::text`].
    pub fn refused(
        issuer: &str,
        state: Option<&str>,
        code: OAuthErrorCode,
        description: &'static str,
    ) -> Self {
        Self::new(issuer, state, AuthorizeOutcome::Refused { code, description })
    }

    /// The answer to a request that could not be parsed.
    pub fn faulty(issuer: &str, error: &RequestError) -> Self {
        Self::refused(issuer, error.state.as_deref(), error.code, error.description)
    }

    fn new(issuer: &str, state: Option<&str>, outcome: AuthorizeOutcome) -> Self {
        Self { issuer: issuer.to_owned(), state: state.map(str::to_owned), outcome }
    }

    /// The parameters in their order.
    pub fn params(&self) -> Vec<(&'static str, &str)> {
        let mut params = Vec::with_capacity(4);
        match &self.outcome {
            AuthorizeOutcome::Granted { code, id_token } => {
                params.extend(code.as_ref().map(|code| ("code", code.expose())));
                params.extend(id_token.as_ref().map(|token| ("id_token", token.expose())));
            }
            AuthorizeOutcome::Refused { code, description } => {
                params.push(("error", code.as_str()));
                params.push(("error_description", description));
            }
        }
        params.extend(self.state.as_deref().map(|state| ("state", state)));
        params.push(("iss", &self.issuer));
        params
    }

    /// Puts the answer on its way; see [`deliver`].
    pub fn deliver(&self, mode: ResponseMode, redirect_uri: &SafeUrl) -> Delivery {
        deliver(mode, redirect_uri, &self.params())
    }
}

impl fmt::Debug for AuthorizationResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthorizationResponse({:?})", self.outcome)
    }
}

impl fmt::Debug for AuthorizeOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Granted { .. } => f.write_str("Granted"),
            Self::Refused { code, .. } => write!(f, "Refused({code})"),
        }
    }
}

/// How an answer leaves. Holds codes and tokens, so `Debug` shows no values (OID-24).
#[derive(PartialEq, Eq)]
pub enum Delivery {
    /// A redirect (303) to this URL.
    Redirect(String),
    /// A page with a form that posts itself.
    FormPost {
        action: SafeUrl,
        /// Hidden fields; the page escapes them.
        fields: Vec<(String, String)>,
    },
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirect(_) => f.write_str("Redirect(***)"),
            Self::FormPost { action, .. } => write!(f, "FormPost({action:?}, ***)"),
        }
    }
}

/// Delivers parameters in the query (kept byte for byte, RFC 6749 section 3.1.2), in the fragment (OAuth 2.0 Multiple
/// Response Types section 5) or by form post (Form Post Response Mode section 2).
pub fn deliver(mode: ResponseMode, redirect_uri: &SafeUrl, params: &[(&str, &str)]) -> Delivery {
    match mode {
        ResponseMode::Query => Delivery::Redirect(add_query(redirect_uri.as_str(), params)),
        ResponseMode::Fragment => {
            Delivery::Redirect(format!("{}#{}", redirect_uri.as_str(), form_encode(params)))
        }
        ResponseMode::FormPost => Delivery::FormPost {
            action: redirect_uri.clone(),
            fields: params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        },
    }
}

/// The `WWW-Authenticate` value of userinfo's refusals (RFC 6750 section 3).
pub fn bearer_challenge(error: &crate::TokenError) -> String {
    format!("Bearer error=\"{}\", error_description=\"{}\"", error.code, ascii_line(error.description))
}

#[cfg(test)]
mod tests;
