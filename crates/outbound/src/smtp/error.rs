//! What a failed send means: give up, try again, or call the operator.
//!
//! The server's words are kept for the log and the audit trail, but servers quote what they were given: addresses,
//! numbers and long words are taken out first (AUD-04, OTP-20).

use std::error::Error as _;
use std::io;

use super::wire::Injected;

/// Longest text kept of a server's reply, in characters.
const TEXT_MAX: usize = 200;
/// Words longer than this are taken out: they may be tokens, the shortest of which have 43 characters.
const WORD_MAX: usize = 40;
/// Runs of digits from this length on are taken out: they may be codes.
const DIGITS_MAX: usize = 5;

/// Why a mail has not gone out. No variant carries an address, a code or a part of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The server refuses this message for good; trying again is useless.
    #[error("refused for good with {code}: {text}")]
    Permanent {
        /// The reply code, 5xx; 0 if the message could not even be offered.
        code: u16,
        /// The server's words, cleaned.
        text: String,
        /// Whether it is the address that does not work: then further mail to it is pointless too (MAIL-09).
        recipient: bool,
    },
    /// Not now: try again later.
    #[error("not sent for now ({cause}): {text}")]
    Transient {
        /// What stood in the way.
        cause: Transience,
        /// The server's words, cleaned, or ours.
        text: String,
    },
    /// TLS, certificate, credentials or server are set up wrongly. No mail goes out until an operator acts; keep the
    /// message and try again as for [`SendError::Transient`], and raise the alarm.
    #[error("mail is set up wrongly: {text}")]
    Config {
        /// What is wrong.
        text: String,
    },
}

/// What stands in the way for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Transience {
    /// The server said so, 4xx: greylisting, full mailbox, overload.
    #[error("reply {0}")]
    Reply(u16),
    /// No connection could be made.
    #[error("unreachable")]
    Unreachable,
    /// The connection broke or the server spoke nonsense.
    #[error("connection broken")]
    Broken,
    /// No answer in time.
    #[error("timeout")]
    Timeout,
    /// All connections are in use.
    #[error("busy")]
    Busy,
    /// The server could not be reached again and again; nothing was tried (DOS-07).
    #[error("circuit open")]
    CircuitOpen,
}

/// Where in the conversation it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SmtpStage {
    /// Greeting, EHLO, STARTTLS.
    Connect,
    Auth,
    Mail,
    Rcpt,
    /// DATA and the end of the message.
    Data,
}

impl SendError {
    /// One word for metrics: `permanent`, `transient` or `config`.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Permanent { .. } => "permanent",
            Self::Transient { .. } => "transient",
            Self::Config { .. } => "config",
        }
    }

    pub(super) fn config(text: &str) -> Self {
        Self::Config { text: cleaned(text, "") }
    }

    pub(super) fn transient(cause: Transience, text: &str) -> Self {
        Self::Transient { cause, text: cleaned(text, "") }
    }

    /// Whether the server was not reached in a state to take mail: what the circuit breaker counts.
    pub(super) fn unreached(&self) -> bool {
        match self {
            Self::Config { .. } => true,
            Self::Transient { cause, .. } => {
                matches!(cause, Transience::Unreachable | Transience::Broken | Transience::Timeout)
            }
            Self::Permanent { .. } => false,
        }
    }

    /// A failure of the socket before lettre has it.
    pub(super) fn from_io(error: &io::Error) -> Self {
        match inner_text(error) {
            Some(text) => Self::config(&text),
            None => Self::transient(Transience::Unreachable, &error.kind().to_string()),
        }
    }

    /// A failure that lettre reports.
    pub(super) fn from_lettre(stage: SmtpStage, error: &lettre::transport::smtp::Error, local: &str) -> Self {
        let said = error.source().map(ToString::to_string).unwrap_or_default();
        if let Some(code) = error.status() {
            return Self::from_reply(stage, code.into(), &said, local);
        }
        if let Some(text) = in_chain(error) {
            return Self::config(&text);
        }
        if error.is_client() || error.is_tls() {
            return Self::config(&said); // no STARTTLS, no common AUTH mechanism
        }
        let cause = if stage == SmtpStage::Connect { Transience::Unreachable } else { Transience::Broken };
        Self::transient(cause, if error.is_response() { "unreadable reply" } else { "connection lost" })
    }

    fn from_reply(stage: SmtpStage, code: u16, said: &str, local: &str) -> Self {
        let text = cleaned(said, local);
        match code {
            530 | 534 | 535 | 538 => Self::Config { text: format!("{code} {text}") },
            500.. if matches!(stage, SmtpStage::Connect | SmtpStage::Auth) => {
                Self::Config { text: format!("{code} {text}") }
            }
            500.. => Self::Permanent { code, text, recipient: is_about_recipient(stage, code, said) },
            _ => Self::Transient { cause: Transience::Reply(code), text },
        }
    }
}

/// Whether a 5xx says that the address does not work, and not that we, our network or the message are disliked: the
/// enhanced code (RFC 3463) decides where there is one, else 550, 551 and 553 at RCPT do.
fn is_about_recipient(stage: SmtpStage, code: u16, said: &str) -> bool {
    let enhanced = said.split_whitespace().next().unwrap_or_default();
    let mut parts = enhanced.split('.').map(str::parse::<u16>);
    if let (Some(Ok(5)), Some(Ok(subject)), Some(Ok(detail)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    {
        // 5.1.7 and 5.1.8 are about the sender; 5.2.1 is a mailbox that is switched off.
        return stage != SmtpStage::Mail && matches!((subject, detail), (1, 0..=6 | 9..) | (2, 1));
    }
    stage == SmtpStage::Rcpt && matches!(code, 550 | 551 | 553)
}

/// What TLS or the STARTTLS guard says, if one of them is behind this error.
fn inner_text(error: &io::Error) -> Option<String> {
    let inner = error.get_ref()?;
    let tls = inner.downcast_ref::<rustls::Error>().map(|error| format!("TLS: {error}"));
    tls.or_else(|| inner.downcast_ref::<Injected>().map(ToString::to_string))
}

fn in_chain(error: &lettre::transport::smtp::Error) -> Option<String> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(text) = error.downcast_ref::<io::Error>().and_then(inner_text) {
            return Some(text);
        }
        source = error.source();
    }
    None
}

/// The text in one line, bounded, without addresses, the recipient's local part, long digit runs and long words.
pub(super) fn cleaned(text: &str, local: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<String> = spaced.split_whitespace().map(|word| word_cleaned(word, local)).collect();
    words.join(" ").chars().take(TEXT_MAX).collect()
}

fn word_cleaned(word: &str, local: &str) -> String {
    let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
    let is_local =
        !local.is_empty() && (bare.eq_ignore_ascii_case(local) || word.eq_ignore_ascii_case(local));
    if word.contains('@') || is_local || word.chars().count() > WORD_MAX {
        return "\u{2026}".to_owned();
    }
    let mut out = String::with_capacity(word.len());
    let mut digits = String::new();
    for c in word.chars().chain(std::iter::once('\0')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        out.push_str(if digits.len() < DIGITS_MAX { &digits } else { "#" });
        digits.clear();
        out.extend(Some(c).filter(|&c| c != '\0'));
    }
    out
}

#[cfg(test)]
mod tests;
