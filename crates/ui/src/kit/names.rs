//! What happens to a name or free text of a stranger before anybody reads it (ADR-07, MAIL-01, MAIL-02).

use vestibule_core::invisible::is_invisible;
use vestibule_core::numbers::NAME_MAX;

/// Longest subject, in characters (MAIL-01).
const SUBJECT_MAX: usize = 120;
/// Longest free text, in characters (MAIL-02).
const FREE_TEXT_MAX: usize = 500;

/// A name on one line: no control, bidi or zero-width characters (ADR-07), white space collapsed.
pub fn clean(text: &str) -> String {
    let visible: String =
        text.chars().filter(|c| !is_invisible(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Free text as its lines, each [`clean`]; at most 500 characters, and no more than one empty line in a row.
pub fn clean_lines(text: &str) -> Vec<String> {
    let capped: String = text.chars().take(FREE_TEXT_MAX).collect();
    let mut lines: Vec<String> = capped.lines().map(clean).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.into_iter().skip_while(String::is_empty).collect()
}

/// A text in which mail programs find nothing to turn into a link: `://` is broken up and a dot or an at sign between
/// letters is replaced by its look-alike (MAIL-02).
pub fn neutralise(text: &str) -> String {
    let text = text.replace("://", ": //");
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let joins = before.is_alphanumeric() && rest.peek().is_some_and(|next| next.is_alphanumeric());
        out.push(match c {
            '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' if joins => '\u{2024}',
            '@' | '\u{ff20}' if joins => '\u{fe6b}',
            _ => c,
        });
        before = c;
    }
    out
}

/// Digits of a run of four or more set apart in threes, so that nothing but the code looks like a code (OTP-21, ux 3.2).
pub(crate) fn split_digits(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = 0_usize;
    for c in text.chars() {
        run = if c.is_numeric() { run + 1 } else { 0 };
        if run > 1 && run % 3 == 1 {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// Whether a text has four digits in a row (OTP-21).
pub(crate) fn has_digit_run(text: &str) -> bool {
    let mut run = 0_usize;
    text.chars().any(|c| {
        run = if c.is_numeric() { run + 1 } else { 0 };
        run >= 4
    })
}

/// A name for a subject or a heading of a mail, no longer than a stored one may be (MAIL-01).
pub(crate) fn cap_name(text: &str) -> String {
    cap(&clean(text), NAME_MAX)
}

/// A whole subject, on one line and within its limit (MAIL-01).
pub(crate) fn cap_subject(text: &str) -> String {
    cap(&clean(text), SUBJECT_MAX)
}

fn cap(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(most.saturating_sub(1)).collect();
    out.push('…');
    out
}

#[cfg(test)]
mod tests;
