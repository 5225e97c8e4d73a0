//! Where a command stands.

use vestibule_admin::Desk;

use crate::output::Output;

/// Where a command administers, and how it speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal<'a> {
    pub desk: Desk<'a>,
    pub out: Output,
}
