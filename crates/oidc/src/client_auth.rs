//! How a client authenticates at the token endpoint and its kin: one method per request (CLA-03), HTTP Basic read as
//! RFC 6749 section 2.3.1 says (CLA-06). Whether the secret is right is decided where secrets are stored.

use vestibule_core::ClientId;
use vestibule_core::client::Application;
use vestibule_core::secret::Secret;

use crate::error::TokenError;
use crate::params::{Params, decode};

/// Bytes of a `client_id`; ours are GUIDs, brought-along ones are short too.
const CLIENT_ID_MAX: usize = 255;

/// An authentication method by its registered name (OpenID Connect Core section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientAuthMethod {
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
    /// `none`: a public client that only names itself.
    None,
}

impl ClientAuthMethod {
    /// All of them, in discovery's order.
    pub const ALL: [Self; 3] = [Self::Basic, Self::Post, Self::None];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::None => "none",
        }
    }
}

/// What a request presented. Nothing of it is verified.
#[derive(Debug)]
pub struct Presented {
    /// Who it says it is.
    pub client_id: ClientId,
    /// Its secret; `None` exactly for [`ClientAuthMethod::None`].
    pub secret: Option<Secret>,
    pub method: ClientAuthMethod,
}

impl Presented {
    /// Reads all `Authorization` header values and the form. The query takes no part (WEB-14).
    ///
    /// Errors: `invalid_request` for more than one header, method or repeated parameter, `invalid_client` for the rest.
    pub fn from(authorization: &[&str], form: &Params) -> Result<Self, TokenError> {
        if form.repeated().is_some() {
            return Err(TokenError::REPEATED_PARAMETER);
        }
        let header = match authorization {
            [] => None,
            [one] => Some(*one),
            _ => return Err(TokenError::SEVERAL_METHODS),
        };
        let assertion = form.get("client_assertion").or(form.get("client_assertion_type")).is_some();
        let posted = form.get("client_secret");
        if usize::from(header.is_some()) + usize::from(assertion) + usize::from(posted.is_some()) > 1 {
            return Err(TokenError::SEVERAL_METHODS);
        }
        if assertion {
            return Err(TokenError::ASSERTION);
        }
        let named = form.get("client_id");
        let presented = match (header, posted) {
            (Some(header), _) => basic(header).ok_or(TokenError::INVALID_CLIENT)?,
            (None, secret) => Self {
                client_id: ClientId(named.ok_or(TokenError::NO_CLIENT)?.to_owned()),
                secret: secret.map(|s| Secret::new(s.to_owned())),
                method: if secret.is_some() { ClientAuthMethod::Post } else { ClientAuthMethod::None },
            },
        };
        // A `client_id` beside Basic is fine as long as it says the same.
        let consistent = named.is_none_or(|named| named == presented.client_id.0);
        if consistent && presented.is_well_formed() { Ok(presented) } else { Err(TokenError::INVALID_CLIENT) }
    }

    /// Whether the method is one that the application is registered with: a secret registers Basic and post together,
    /// having none registers `none` (CLA-03). Public clients that send a secret and confidential ones that send none fail.
    pub fn check_method(&self, app: &Application) -> Result<(), TokenError> {
        if app.public == (self.method == ClientAuthMethod::None) {
            Ok(())
        } else {
            Err(TokenError::INVALID_CLIENT)
        }
    }

    fn is_well_formed(&self) -> bool {
        let plain = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
        plain(&self.client_id.0)
            && self.client_id.0.len() <= CLIENT_ID_MAX
            && self.secret.as_ref().is_none_or(|secret| plain(secret.expose()))
    }
}

/// `Basic base64(form-encoded id ":" form-encoded secret)`. The scheme's name has no case (RFC 9110 section 11.1).
fn basic(header: &str) -> Option<Presented> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = data_encoding::BASE64.decode(credentials.trim_matches(' ').as_bytes()).ok()?;
    let text = Secret::new(String::from_utf8(bytes).ok()?);
    let (id, secret) = text.expose().split_once(':')?;
    Some(Presented {
        client_id: ClientId(decode(id)?),
        secret: Some(Secret::new(decode(secret)?)),
        method: ClientAuthMethod::Basic,
    })
}

#[cfg(test)]
mod tests;
