//! Stored documents on their way in: every key must be one that this release knows, so that a misspelt one is told and not
//! ignored. On their way out they are read leniently (CON-06).

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why a document is refused.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Not JSON, or not of its type.
    #[error(transparent)]
    Malformed(#[from] serde_json::Error),
    /// Keys that nothing reads.
    #[error("unknown key {}", .0.join(", "))]
    UnknownKeys(Vec<String>),
    /// A list where an object belongs.
    #[error("a list stands where an object belongs")]
    Shape,
}

/// Reads a stored document; keys that its type does not know are ignored where the type says so.
pub fn read<T: DeserializeOwned + Serialize>(stored: &Value) -> Result<T, DocumentError> {
    let read = T::deserialize(stored)?;
    if has_shape_of(stored, &serde_json::to_value(&read)?) { Ok(read) } else { Err(DocumentError::Shape) }
}

/// serde fills a struct from a list too, an empty one with defaults: `[]` would be a document that says nothing.
fn has_shape_of(document: &Value, written: &Value) -> bool {
    match (document, written) {
        (Value::Array(_), Value::Object(_)) => false,
        (Value::Object(keys), Value::Object(of)) => {
            keys.iter().all(|(key, value)| of.get(key).is_none_or(|of| has_shape_of(value, of)))
        }
        (Value::Array(values), Value::Array(of)) => values.iter().zip(of).all(|(v, of)| has_shape_of(v, of)),
        _ => true,
    }
}

/// Reads a document that somebody wants to store.
pub fn strict<T: DeserializeOwned + Serialize>(text: &str) -> Result<T, DocumentError> {
    let document: Value = serde_json::from_str(text)?;
    let mut unknown = Vec::new();
    let read: T = serde_ignored::deserialize(&document, |path| unknown.push(path.to_string()))?;
    if !unknown.is_empty() {
        return Err(DocumentError::UnknownKeys(unknown));
    }
    if has_shape_of(&document, &serde_json::to_value(&read)?) { Ok(read) } else { Err(DocumentError::Shape) }
}

/// A document as it is stored: without what is as it would be if it said nothing. So a key that a release knows first is
/// written only by who sets it, and an older one is asked to keep none that nobody set.
pub fn sparse<T: Serialize + Default>(document: &T) -> Result<Value, serde_json::Error> {
    Ok(differing(serde_json::to_value(document)?, &serde_json::to_value(T::default())?))
}

fn differing(value: Value, default: &Value) -> Value {
    match value {
        Value::Object(keys) => {
            let changed = keys.into_iter().filter(|(key, value)| default.get(key) != Some(value));
            Value::Object(
                changed
                    .map(|(key, value)| {
                        let inner = differing(value, default.get(&key).unwrap_or(&Value::Null));
                        (key, inner)
                    })
                    .collect(),
            )
        }
        other => other,
    }
}

/// The keys of a stored document that this release does not know, sorted: writing it anew would lose them.
pub fn unknown_keys<T: DeserializeOwned>(stored: &Value) -> Vec<String> {
    let mut unknown = Vec::new();
    match serde_ignored::deserialize::<_, _, T>(stored, |path| unknown.push(path.to_string())) {
        Ok(_) => {
            unknown.sort();
            unknown
        }
        Err(error) => vec![error.to_string()],
    }
}

#[cfg(test)]
mod tests;
