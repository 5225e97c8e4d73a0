//! PKCE with S256 (RFC 7636, OID-05). `plain` does not exist here.

use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq as _;

/// Why a verifier does not belong to a code. All of them are `invalid_grant` to the client (RFC 7636 section 4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PkceError {
    /// A challenge was stored, but no verifier came.
    #[error("the code_verifier is missing")]
    Missing,
    /// A verifier came, but no challenge was stored: somebody took it out of the request on its way (RFC 9700 4.8.2).
    #[error("there was no code_challenge for this code_verifier")]
    Unexpected,
    /// Not 43 to 128 unreserved characters.
    #[error("the code_verifier is malformed")]
    Form,
    /// The digests differ.
    #[error("the code_verifier is wrong")]
    Wrong,
}

/// Whether a text has the form of an S256 challenge: 43 characters of base64url, without stray bits at the end.
pub fn is_challenge(text: &str) -> bool {
    data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).is_ok_and(|digest| digest.len() == 32)
}

/// Compares what the token request brought with what the authorization request left. Neither is fine only together:
/// whether a request may do without a challenge was decided when it was parsed.
pub fn verify(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), PkceError> {
    let (challenge, verifier) = match (challenge, verifier) {
        (None, None) => return Ok(()),
        (Some(_), None) => return Err(PkceError::Missing),
        (None, Some(_)) => return Err(PkceError::Unexpected),
        (Some(challenge), Some(verifier)) => (challenge, verifier),
    };
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return Err(PkceError::Form);
    }
    let computed = data_encoding::BASE64URL_NOPAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref());
    if bool::from(computed.as_bytes().ct_eq(challenge.as_bytes())) { Ok(()) } else { Err(PkceError::Wrong) }
}

#[cfg(test)]
mod tests;
