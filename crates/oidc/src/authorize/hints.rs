//! Hints and preferences: bounded, reduced to what exists here, and harmless when they make no sense (OID-23).

use vestibule_core::numbers::ADDRESS_MAX;
use vestibule_core::proof::Wanted;

/// The languages that pages speak, as discovery says and `ui_locales` is reduced to.
pub const UI_LOCALES: [&str; 2] = ["en", "de"];

/// Bytes of `acr_values`.
const ACR_VALUES_MAX: usize = 1024;

/// What the values ask for; `None` when the parameter is too large. Unknown ones are voluntary and therefore no error
/// (OpenID Connect Core section 3.1.2.1).
pub(super) fn acr_values(text: Option<&str>) -> Option<Wanted> {
    let text = text.unwrap_or_default();
    (text.len() <= ACR_VALUES_MAX).then(|| Wanted::voluntary(text.split(' ')))
}

/// The asked languages that exist here, by primary subtag, in order, once. However many distinct texts come, the outcome
/// is one of few.
pub(crate) fn ui_locales(text: Option<&str>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for tag in text.unwrap_or_default().split(' ').take(20) {
        let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        if UI_LOCALES.contains(&primary.as_str()) && !out.contains(&primary) {
            out.push(primary);
        }
    }
    out
}

/// An address to prefill; parsed where it is used. `mailto:` and white space are that parser's business.
pub(super) fn login_hint(text: Option<&str>) -> Option<String> {
    bounded(text, ADDRESS_MAX)
}

/// A domain to go straight to; parsed where it is used.
pub(super) fn domain_hint(text: Option<&str>) -> Option<String> {
    bounded(text, 253)
}

fn bounded(text: Option<&str>, max: usize) -> Option<String> {
    text.filter(|t| t.len() <= max && !t.chars().any(char::is_control)).map(str::to_owned)
}

#[cfg(test)]
mod tests;
