//! "This was not me": G20.

use vestibule_core::clock::Instant;
use vestibule_core::letter::RequestFacts;

/// G20.
#[derive(Debug)]
pub struct Report {
    /// What the mail said of who asked.
    pub facts: RequestFacts,
    /// What became of the code.
    pub fate: Fate,
    pub said: Said,
    /// Codes to the address are paused until then.
    pub paused_until: Option<Instant>,
}

/// G20 where the link has ended.
#[derive(Debug)]
pub struct ReportEnded;

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Live,
    /// It ended unused.
    Expired,
    Used(Instant),
}

/// What the page says of a press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Nothing,
    /// The sign-in was stopped.
    Done,
    /// It was the person themselves.
    Mine,
    /// Codes start again.
    Resumed,
}
