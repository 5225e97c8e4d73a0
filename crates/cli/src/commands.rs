//! The commands: each parses, calls one use case, tells.

pub(crate) mod administer;
pub(crate) mod demo;
pub(crate) mod serve;
