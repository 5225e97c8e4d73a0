//! The one place where tokens of ours are verified (KEY-08, TOK-01, TOK-07, TIM-03).
//!
//! `jsonwebtoken` compares times with the system's clock and cannot be given another, checks `aud` and `iss` only when
//! present, and lets JSON say a name twice. So the text is read strictly first, the library verifies signature and
//! presence, and times, issuer, audience and type are compared here with what was passed in.

mod provider;

use chrono::TimeDelta;
use jsonwebtoken::Validation;
use jsonwebtoken::errors::ErrorKind;
use serde_json::{Map, Value};
use vestibule_core::clock::Instant;
use vestibule_core::numbers::FOREIGN_JWT_LEEWAY;

use crate::keys::{PublicKey, library_algorithm};
use crate::strict_json;

pub use provider::{PROVIDER, install};

/// Longest token that is looked at, in bytes.
pub const TOKEN_MAX: usize = 8 * 1024;

/// What a token must be to be good for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expect<'a> {
    /// `typ`, exactly: `JWT`, `at+jwt` or `logout+jwt` (TOK-01).
    pub typ: &'a str,
    /// `iss`, exactly.
    pub issuer: &'a str,
    /// `aud`, exactly and alone; `None` where any client of ours will do (a sign-out without `client_id`).
    pub audience: Option<&'a str>,
    /// Whether `exp` may lie in the past: for hints only (OID-13).
    pub allow_expired: bool,
}

/// Why a token is not good. The variants are for logs and tests; no answer says which it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Not three parts of strict base64url with JSON objects inside, without duplicate names.
    #[error("the token is malformed")]
    Malformed,
    /// Another `typ`.
    #[error("the token is of another type")]
    Type,
    /// No published key has this `kid`, or its algorithm is another.
    #[error("the token names no key of ours")]
    Key,
    /// The signature does not match.
    #[error("the signature is wrong")]
    Signature,
    /// Another `iss`, or none.
    #[error("the issuer is another")]
    Issuer,
    /// Another `aud`, several, or none.
    #[error("the audience is another")]
    Audience,
    /// `sub` is missing, empty or no text.
    #[error("the subject is missing")]
    Subject,
    /// `exp`, `iat` or `nbf` is missing, no integer, or outside 2000 to 2100.
    #[error("a time is missing or makes no sense")]
    Time,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `iat` or `nbf` lies in the future.
    #[error("the token is not valid yet")]
    Premature,
}

/// Verifies a token of ours and gives its claims.
///
/// `keys` are the published ones; the algorithm comes from the key, never from the token (RFC 8725 section 3.1). `exp` is
/// compared without leeway, `iat` and `nbf` with that of N-17, because another node's clock may run ahead.
pub fn verify_own(
    token: &str,
    keys: &[PublicKey],
    expect: Expect<'_>,
    now: Instant,
) -> Result<Map<String, Value>, VerifyError> {
    let (header, claims) = read(token)?;
    let key = header_key(&header, keys, expect.typ)?;
    signature(token, key)?;
    if text(&claims, "iss") != Some(expect.issuer) {
        return Err(VerifyError::Issuer);
    }
    let audience = text(&claims, "aud").ok_or(VerifyError::Audience)?;
    if expect.audience.is_some_and(|expected| expected != audience) {
        return Err(VerifyError::Audience);
    }
    if text(&claims, "sub").is_none_or(str::is_empty) {
        return Err(VerifyError::Subject);
    }
    times(&claims, expect.allow_expired, now)?;
    Ok(claims)
}

type Members = Map<String, Value>;

/// The strict reading: no padding, no stray bits, no white space, no duplicate names (TOK-07).
fn read(token: &str) -> Result<(Members, Members), VerifyError> {
    let mut parts = token.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(VerifyError::Malformed);
    };
    if token.len() > TOKEN_MAX || decode(signature)?.is_empty() {
        return Err(VerifyError::Malformed);
    }
    let object = |part| strict_json::object(&decode(part)?).map_err(|_| VerifyError::Malformed);
    Ok((object(header)?, object(claims)?))
}

fn decode(part: &str) -> Result<Vec<u8>, VerifyError> {
    data_encoding::BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| VerifyError::Malformed)
}

/// Our header has three members. Whatever else one has (`crit`, `jku`, `jwk`, `x5u` …) is not ours and is not followed.
fn header_key<'a>(
    header: &Map<String, Value>,
    keys: &'a [PublicKey],
    typ: &str,
) -> Result<&'a PublicKey, VerifyError> {
    if !header.keys().all(|name| ["alg", "kid", "typ"].contains(&name.as_str())) {
        return Err(VerifyError::Malformed);
    }
    if text(header, "typ") != Some(typ) {
        return Err(VerifyError::Type);
    }
    let kid = text(header, "kid").ok_or(VerifyError::Key)?;
    let key = keys.iter().find(|key| key.kid() == kid).ok_or(VerifyError::Key)?;
    if text(header, "alg") == Some(key.algorithm().as_str()) { Ok(key) } else { Err(VerifyError::Key) }
}

/// The only use of the library's decoding (KEY-08): one algorithm, required claims, its own clock switched off. Issuer and
/// audience are compared by the caller, more strictly than here (the library takes lists for both).
#[expect(clippy::disallowed_methods, reason = "this is the one helper")]
fn signature(token: &str, key: &PublicKey) -> Result<(), VerifyError> {
    install();
    let mut validation = Validation::new(library_algorithm(key.algorithm()));
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let decoding_key = key.decoding_key().ok_or(VerifyError::Key)?;
    match jsonwebtoken::decode::<serde::de::IgnoredAny>(token, &decoding_key, &validation) {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.kind() {
            ErrorKind::MissingRequiredClaim(name) => match name.as_str() {
                "iss" => VerifyError::Issuer,
                "aud" => VerifyError::Audience,
                "sub" => VerifyError::Subject,
                _ => VerifyError::Time,
            },
            ErrorKind::Json(_) => VerifyError::Malformed,
            _ => VerifyError::Signature,
        }),
    }
}

fn times(claims: &Map<String, Value>, allow_expired: bool, now: Instant) -> Result<(), VerifyError> {
    let expires = moment(claims.get("exp"))?;
    let issued = moment(claims.get("iat"))?;
    let not_before = claims.get("nbf").map_or(Ok(issued), |value| moment(Some(value)))?;
    let latest = now.checked_add_signed(FOREIGN_JWT_LEEWAY).ok_or(VerifyError::Time)?;
    if issued.max(not_before) > latest {
        return Err(VerifyError::Premature);
    }
    if !allow_expired && expires <= now {
        return Err(VerifyError::Expired);
    }
    // A token that never ends is none of ours, even where the end is not asked for.
    if expires.signed_duration_since(issued) > TimeDelta::days(1) {
        return Err(VerifyError::Time);
    }
    Ok(())
}

/// TIM-03: whole seconds between 2000 and 2100; no strings, no fractions, no exponents.
fn moment(value: Option<&Value>) -> Result<Instant, VerifyError> {
    let seconds = value.and_then(Value::as_i64).filter(|s| (YEAR_2000..YEAR_2100).contains(s));
    seconds.and_then(|s| Instant::from_timestamp(s, 0)).ok_or(VerifyError::Time)
}

fn text<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    map.get(name).and_then(Value::as_str)
}

const YEAR_2000: i64 = 946_684_800;
const YEAR_2100: i64 = 4_102_444_800;

#[cfg(test)]
mod tests;
