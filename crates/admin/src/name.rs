//! Display names of tenants, applications and guests.

use vestibule_core::invisible::is_invisible;
use vestibule_core::numbers::NAME_MAX;

/// Why a text is no display name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or too much.
    #[error("it must have 1 to 64 characters")]
    Length,
    /// Characters that cannot be seen.
    #[error("it must not have control or direction-changing characters")]
    Hidden,
}

/// A display name: trimmed, 1 to 64 characters, no control or direction-changing ones (MAIL-01, ADR-07).
pub(crate) fn display_name(text: &str) -> Result<String, NameError> {
    let name = text.trim();
    let hidden = |c: char| c.is_control() || is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}');
    match name.chars().count() {
        1..=NAME_MAX if !name.chars().any(hidden) => Ok(name.to_owned()),
        1..=NAME_MAX => Err(NameError::Hidden),
        _ => Err(NameError::Length),
    }
}
