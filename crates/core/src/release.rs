//! Releases, as nodes of one deployment tell each other what they can read.

use std::fmt;

/// A release by its number, which grows by one whenever documents are written that the release before cannot read: a new
/// kind of policy, a new control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(pub i32);

impl Release {
    /// The first.
    pub const FIRST: Self = Self(1);
    /// This one.
    pub const CURRENT: Self = Self(1);
    /// Of what no release writes.
    pub const NEVER: Self = Self(i32::MAX);
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
