//! Requests to the token and revocation endpoints. There are two grants; everything else is refused by name (OID-22,
//! TOK-11). Client authentication is read apart ([`crate::client_auth`]).

use vestibule_core::secret::Secret;

use crate::error::TokenError;
use crate::params::Params;
use crate::scope;

/// Longest code or token that is looked at; ours have 43 characters.
const SECRET_MAX: usize = 512;

/// The grants that exist, as discovery says.
pub const GRANT_TYPES: [&str; 2] = ["authorization_code", "refresh_token"];

/// A token request that makes sense. Nothing of it is verified.
#[derive(Debug)]
pub enum TokenRequest {
    /// `grant_type=authorization_code` (RFC 6749 section 4.1.3).
    AuthorizationCode {
        /// `code`.
        code: Secret,
        /// `redirect_uri`, required because every authorization request has one (OID-01).
        redirect_uri: String,
        /// `code_verifier`, for [`crate::pkce::verify`].
        verifier: Option<Secret>,
    },
    /// `grant_type=refresh_token` (RFC 6749 section 6).
    RefreshToken {
        /// `refresh_token`.
        token: Secret,
        /// `scope` where sent, reduced to grantable ones; for [`crate::scope::narrow`].
        scope: Option<Vec<String>>,
    },
}

impl TokenRequest {
    /// Reads a form. Errors: `invalid_request` for repeated or missing parameters, `unsupported_grant_type`,
    /// `invalid_scope`, and `invalid_grant` for what cannot be a code or token of ours.
    pub fn parse(form: &Params) -> Result<Self, TokenError> {
        if form.repeated().is_some() {
            return Err(TokenError::REPEATED_PARAMETER);
        }
        match form.get("grant_type").ok_or(TokenError::MISSING_PARAMETER)? {
            "authorization_code" => Ok(Self::AuthorizationCode {
                code: secret(form, "code", TokenError::INVALID_CODE)?,
                redirect_uri: form.get("redirect_uri").ok_or(TokenError::MISSING_PARAMETER)?.to_owned(),
                verifier: form.get("code_verifier").map(|v| Secret::new(v.to_owned())),
            }),
            "refresh_token" => Ok(Self::RefreshToken {
                token: secret(form, "refresh_token", TokenError::INVALID_REFRESH_TOKEN)?,
                scope: form.get("scope").map(scope::parse).transpose()?,
            }),
            _ => Err(TokenError::UNSUPPORTED_GRANT),
        }
    }
}

/// A revocation request (RFC 7009 section 2.1). `token_type_hint` is only a hint: all kinds are looked for anyway.
#[derive(Debug)]
pub struct RevocationRequest {
    /// `token`; one that cannot be ours is unknown, which is a success (TOK-05).
    pub token: Secret,
}

impl RevocationRequest {
    /// Reads a form.
    pub fn parse(form: &Params) -> Result<Self, TokenError> {
        if form.repeated().is_some() {
            return Err(TokenError::REPEATED_PARAMETER);
        }
        let token = form.get("token").ok_or(TokenError::MISSING_PARAMETER)?;
        Ok(Self { token: Secret::new(token.to_owned()) })
    }
}

fn secret(form: &Params, name: &str, unusable: TokenError) -> Result<Secret, TokenError> {
    let value = form.get(name).ok_or(TokenError::MISSING_PARAMETER)?;
    if value.len() > SECRET_MAX { Err(unusable) } else { Ok(Secret::new(value.to_owned())) }
}

#[cfg(test)]
mod tests;
