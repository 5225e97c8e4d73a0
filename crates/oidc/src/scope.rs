//! Scopes: bounded, deduplicated, and only those that can be granted (OID-17).

use vestibule_core::numbers::{SCOPE_BYTES_MAX, SCOPES_MAX};

/// Makes a request an OpenID Connect one.
pub const OPENID: &str = "openid";
/// `name`, `preferred_username`.
pub const PROFILE: &str = "profile";
/// `email`, `email_verified`.
pub const EMAIL: &str = "email";
/// A refresh token that may outlive the browser session (N-14).
pub const OFFLINE_ACCESS: &str = "offline_access";

/// What can be granted to every application. Others are dropped from a request: the answer's `scope` says what was given
/// (RFC 6749 section 3.3).
pub const GRANTABLE: [&str; 4] = [OPENID, PROFILE, EMAIL, OFFLINE_ACCESS];

/// A scope parameter that is refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// More than 50 values or 1 KiB.
    #[error("the scope is too large")]
    TooLarge,
    /// Characters outside RFC 6749 section 3.3.
    #[error("the scope has characters that do not belong there")]
    Characters,
    /// More than was granted.
    #[error("the scope exceeds what was granted")]
    Wider,
}

/// Splits, bounds and deduplicates a `scope` parameter and keeps what is grantable, in the request's order.
pub fn parse(text: &str) -> Result<Vec<String>, ScopeError> {
    if text.len() > SCOPE_BYTES_MAX || text.split(' ').filter(|v| !v.is_empty()).count() > SCOPES_MAX {
        return Err(ScopeError::TooLarge);
    }
    if !text.bytes().all(|b| matches!(b, b' ' | 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
        return Err(ScopeError::Characters);
    }
    let mut scopes: Vec<String> = Vec::new();
    for value in text.split(' ').filter(|value| GRANTABLE.contains(value)) {
        if !scopes.iter().any(|seen| seen == value) {
            scopes.push(value.to_owned());
        }
    }
    Ok(scopes)
}

/// What a refresh gives: all that was granted, or the part asked for. It can only shrink (RFC 6749 section 6, TOK-04).
pub fn narrow(granted: &[String], asked: Option<&[String]>) -> Result<Vec<String>, ScopeError> {
    let Some(asked) = asked else { return Ok(granted.to_vec()) };
    if asked.is_empty() || !asked.iter().all(|scope| granted.contains(scope)) {
        return Err(ScopeError::Wider);
    }
    Ok(asked.to_vec())
}

#[cfg(test)]
mod tests;
