//! The toy's page as a value.

/// The toy's page.
#[derive(Debug)]
pub struct Toy {
    /// What was wrong with the last try.
    pub wrong: Option<Wrong>,
}

/// What was wrong with the last try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    Word,
    Paused,
}
