//! The `claims` parameter (OpenID Connect Core section 5.5), reduced to what can be delivered here.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use vestibule_core::proof::Wanted;

use crate::error;
use crate::scope::{EMAIL, PROFILE};
use crate::strict_json;

/// Bytes of the `claims` parameter (OID-23).
pub const CLAIMS_MAX: usize = 4096;
/// Values of an essential `acr`, and bytes of one.
const ACR_COUNT_MAX: usize = 8;
const ACR_BYTES_MAX: usize = 128;
/// Bytes of a subject (OpenID Connect Core section 2).
const SUBJECT_MAX: usize = 255;

/// A claim about the person that can be asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StandardClaim {
    /// `name`.
    #[serde(rename = "n")]
    Name,
    /// `preferred_username`.
    #[serde(rename = "p")]
    PreferredUsername,
    /// `email`.
    #[serde(rename = "e")]
    Email,
    /// `email_verified`.
    #[serde(rename = "v")]
    EmailVerified,
}

impl StandardClaim {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Name, Self::PreferredUsername, Self::Email, Self::EmailVerified];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::PreferredUsername => "preferred_username",
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
        }
    }

    /// The scope that it belongs to: consent to the claim is consent to that.
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Name | Self::PreferredUsername => PROFILE,
            Self::Email | Self::EmailVerified => EMAIL,
        }
    }
}

/// What a `claims` parameter asks for. Members and claims that do not exist here are ignored (they are voluntary).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestedClaims {
    /// An essential `acr` of the ID token: one that is not met is `unmet_authentication_requirements` (section 5.5.1.1).
    #[serde(rename = "a", skip_serializing_if = "super::is_default")]
    pub acr: Wanted,
    /// Claims wanted in the ID token.
    #[serde(rename = "i", skip_serializing_if = "Vec::is_empty")]
    pub id_token: Vec<StandardClaim>,
    /// Claims wanted from userinfo.
    #[serde(rename = "u", skip_serializing_if = "Vec::is_empty")]
    pub userinfo: Vec<StandardClaim>,
    /// The one `sub` that an answer may be about (sections 3.1.2.2 and 5.5.1).
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

impl RequestedClaims {
    /// Reads the parameter; the error is a line of [`crate::error::text`].
    pub(super) fn parse(json: &str) -> Result<Self, &'static str> {
        if json.len() > CLAIMS_MAX {
            return Err(error::text::CLAIMS_TOO_LONG);
        }
        Self::read(json).map_err(|Malformed| error::text::CLAIMS_MALFORMED)
    }

    fn read(json: &str) -> Result<Self, Malformed> {
        let root = strict_json::object(json.as_bytes()).map_err(|_| Malformed)?;
        let empty = Map::new();
        let id_token = object(root.get("id_token"))?.unwrap_or(&empty);
        let userinfo = object(root.get("userinfo"))?.unwrap_or(&empty);
        Ok(Self {
            acr: essential_acr(id_token)?,
            id_token: standard(id_token)?,
            userinfo: standard(userinfo)?,
            subject: subject(id_token)?,
        })
    }
}

/// Not the JSON of section 5.5.
struct Malformed;

/// A member: an object, or left out.
fn object(value: Option<&Value>) -> Result<Option<&Map<String, Value>>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(_) => Err(Malformed),
    }
}

fn standard(claims: &Map<String, Value>) -> Result<Vec<StandardClaim>, Malformed> {
    let mut asked = Vec::new();
    for claim in StandardClaim::ALL {
        let request = claims.get(claim.as_str());
        object(request)?;
        asked.extend(request.map(|_| claim));
    }
    Ok(asked)
}

fn essential_acr(id_token: &Map<String, Value>) -> Result<Wanted, Malformed> {
    let Some(request) = object(id_token.get("acr"))? else { return Ok(Wanted::Any) };
    match request.get("essential") {
        None | Some(Value::Bool(false)) => return Ok(Wanted::Any),
        Some(Value::Bool(true)) => {}
        Some(_) => return Err(Malformed),
    }
    let values = match (request.get("value"), request.get("values")) {
        (None, None) => Vec::new(),
        (Some(value), None) => vec![value],
        (None, Some(Value::Array(values))) => values.iter().collect(),
        _ => return Err(Malformed),
    };
    if values.len() > ACR_COUNT_MAX {
        return Err(Malformed);
    }
    let values: Vec<&str> =
        values.into_iter().map(|value| text(value, ACR_BYTES_MAX)).collect::<Result<_, _>>()?;
    Ok(Wanted::essential(values))
}

fn subject(id_token: &Map<String, Value>) -> Result<Option<String>, Malformed> {
    let value = object(id_token.get("sub"))?.and_then(|request| request.get("value"));
    value.map(|value| text(value, SUBJECT_MAX).map(str::to_owned)).transpose()
}

fn text(value: &Value, max: usize) -> Result<&str, Malformed> {
    value.as_str().filter(|text| text.len() <= max).ok_or(Malformed)
}

#[cfg(test)]
mod tests;
