//! What goes wrong in a benchmark: a sentence for the person who runs it.

use std::fmt;

/// A sentence.
#[derive(Debug, Clone)]
pub(crate) struct Trouble(pub(crate) String);

/// What most things here give.
pub(crate) type Res<T> = Result<T, Trouble>;

/// Makes trouble.
pub(crate) fn trouble<T>(what: impl Into<String>) -> Res<T> {
    Err(Trouble(what.into()))
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Self(format!("JSON: {error}"))
    }
}
