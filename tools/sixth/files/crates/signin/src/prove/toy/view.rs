//! The toy's page as a value.

use crate::view::View;

/// What was wrong with the last try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    Word,
    Paused,
}

pub(crate) fn page(wrong: Option<Wrong>) -> View {
    View::Toy(wrong)
}
