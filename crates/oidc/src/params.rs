//! Query strings and form bodies as one strict type: decoded once, bounded, and with a memory for what was said twice.
//!
//! One source makes one `Params`: a query is never merged with a body (WEB-14). Values may be secrets (`client_secret`,
//! `code`), so they are wiped on drop and `Debug` shows names only.

use std::fmt;

use vestibule_core::secret::Secret;

/// The most pairs that one query or form may have.
pub const PAIRS_MAX: usize = 100;

/// Why a query string or form is no set of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// A broken percent escape, or bytes that are no UTF-8.
    #[error("the parameters are not valid percent-encoded UTF-8")]
    Encoding,
    /// More than [`PAIRS_MAX`] pairs.
    #[error("there are too many parameters")]
    TooMany,
}

/// The parameters of one request from one source, in their order.
#[derive(Default)]
pub struct Params {
    pairs: Vec<(String, Secret)>,
}

impl Params {
    /// Reads `application/x-www-form-urlencoded` text (RFC 6749 appendix B, WHATWG form encoding) strictly: `+` is a
    /// space, escapes are decoded once, everything must be UTF-8.
    pub fn parse(text: &str) -> Result<Self, ParamsError> {
        let mut pairs = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == PAIRS_MAX {
                return Err(ParamsError::TooMany);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = Secret::new(decode(value).ok_or(ParamsError::Encoding)?);
            pairs.push((decode(name).ok_or(ParamsError::Encoding)?, value));
        }
        Ok(Self { pairs })
    }

    /// Like [`Self::parse`], for the bytes of a body.
    pub fn parse_bytes(body: &[u8]) -> Result<Self, ParamsError> {
        Self::parse(std::str::from_utf8(body).map_err(|_| ParamsError::Encoding)?)
    }

    /// The value of a parameter. One without a value counts as left out (RFC 6749 section 3.1). Of a repeated one this
    /// is the first; [`Self::repeated`] has to be asked before anything is trusted.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| *n == name).map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    /// The first protocol parameter that was given twice (RFC 6749 section 3.1, WEB-14), be it with the same value.
    /// Parameters that the protocol does not know may repeat as they like: they are ignored.
    pub fn repeated(&self) -> Option<&str> {
        self.iter().map(|(name, _)| name).find(|name| KNOWN.contains(name) && self.is_repeated(name))
    }

    /// Whether `name` was given more than once.
    pub fn is_repeated(&self, name: &str) -> bool {
        self.iter().filter(|(n, _)| *n == name).nth(1).is_some()
    }

    /// All pairs in their order, values as they came (empty ones too).
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.expose()))
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

/// Decodes one name or value of a form, once; `None` for a broken escape or for what is no UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// What the protocol knows at its endpoints: authorization, token, revocation, logout.
const KNOWN: &[&str] = &[
    "acr_values",
    "claims",
    "claims_locales",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "display",
    "domain_hint",
    "grant_type",
    "id_token_hint",
    "login_hint",
    "logout_hint",
    "max_age",
    "nonce",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "refresh_token",
    "registration",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "token",
    "token_type_hint",
    "ui_locales",
];

#[cfg(test)]
mod tests;
