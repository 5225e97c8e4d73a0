//! The claims of a verified ID token, as rows that a person can read.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// One claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Its name in the token.
    pub(crate) name: String,
    /// Its value as text.
    pub(crate) value: String,
    pub(crate) meaning: &'static str,
}

/// What the pages call the person: name, else address, else subject.
pub(crate) fn who(claims: &Map<String, Value>) -> String {
    let text =
        |name: &str| claims.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let found = ["name", "preferred_username", "email", "sub"].into_iter().find_map(text);
    found.unwrap_or("guest").chars().take(128).collect()
}

/// The address, for `login_hint`.
pub(crate) fn address(claims: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| text.contains('@'));
    ["email", "preferred_username"].into_iter().find_map(text).map(str::to_owned)
}

/// All claims, those that say who somebody is first.
pub(crate) fn rows(claims: &Map<String, Value>) -> Vec<Claim> {
    let mut rows: Vec<(usize, Claim)> = claims
        .iter()
        .map(|(name, value)| {
            let place = KNOWN.iter().position(|(known, _)| known == name);
            let meaning = place.and_then(|place| KNOWN.get(place)).map_or("", |(_, meaning)| *meaning);
            let value = text(name, value);
            (place.unwrap_or(KNOWN.len()), Claim { name: name.clone(), value, meaning })
        })
        .collect();
    rows.sort_by(|(a, one), (b, two)| a.cmp(b).then_with(|| one.name.cmp(&two.name)));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn text(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(|one| text("", one)).collect::<Vec<_>>().join(", "),
        Value::Number(number) if TIMES.contains(&name) => {
            let time = number.as_i64().and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0));
            time.map_or_else(
                || number.to_string(),
                |time| format!("{number} ({})", time.format("%Y-%m-%d %H:%M:%S UTC")),
            )
        }
        other => other.to_string(),
    }
}

const TIMES: [&str; 4] = ["iat", "nbf", "exp", "auth_time"];

const KNOWN: [(&str, &str); 19] = [
    ("name", "Display name"),
    ("preferred_username", "Name to show; not an identifier"),
    ("email", "Mail address"),
    ("email_verified", "Whether the address was proven"),
    ("sub", "Who this is, for this application"),
    ("oid", "The person's object in the organization"),
    ("tid", "The organization that let them in"),
    ("acct", "0 for a member, 1 for a guest"),
    ("idp", "Who proved it"),
    ("amr", "How it was proven"),
    ("acr", "How strong the proof is"),
    ("auth_time", "When it was proven"),
    ("iss", "Who says so"),
    ("aud", "Who it is said to"),
    ("iat", "When it was said"),
    ("nbf", "Not valid before"),
    ("exp", "Not valid from then on; this session ends then too"),
    ("nonce", "Ties the token to this sign-in"),
    ("sid", "The session at the issuer"),
];

#[cfg(test)]
mod tests;
