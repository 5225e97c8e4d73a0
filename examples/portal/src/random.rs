//! Unguessable values: session ids, `state`, `nonce`, PKCE verifiers.

use data_encoding::BASE64URL_NOPAD;
use ring::rand::{SecureRandom, SystemRandom};

/// Length of [`token`] in characters.
pub(crate) const TOKEN_LENGTH: usize = 43;

/// The system gives no randomness; nothing secret can be made.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the system gives no randomness")]
pub(crate) struct NoRandomness;

/// 256 random bits as base64url.
pub(crate) fn token() -> Result<String, NoRandomness> {
    let mut bytes = [0_u8; 32];
    #[expect(
        clippy::disallowed_methods,
        reason = "an example application of its own: this is its one source"
    )]
    let random = SystemRandom::new();
    random.fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}
