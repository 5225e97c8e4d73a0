//! Why something could not be put into words.

/// Why something could not be put into words. All of these are faults of ours, found by the render-everything test.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UiError {
    /// A file of messages does not parse, or defines a message twice.
    #[error("the messages of {lang} do not load: {reason}")]
    Catalogue {
        lang: &'static str,
        /// What the parser says.
        reason: String,
    },
    /// No language has this message.
    #[error("there is no message {0}")]
    NoMessage(&'static str),
    /// A message wants a variable that was not given.
    #[error("message {key} does not format: {reason}")]
    Format {
        key: &'static str,
        /// What Fluent says.
        reason: String,
    },
    /// A link of a letter is none, or is of a scheme that may stand in no mail.
    #[error("a link of a letter is none")]
    NoLink,
    #[error("a template does not render")]
    Template(#[from] askama::Error),
}
