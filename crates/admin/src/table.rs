//! The table of all use cases. What does not stand here cannot be called: [`UseCase`] wants it.

use vestibule_core::access::Action;

use crate::door::{InTable, UseCase};
use crate::effect::{Changes, Effect};
use crate::{application, deployment, discovery, guest, invitation, key, log, mail, policy, tenant};

/// Hands the table to a macro.
macro_rules! table {
    ($use:ident) => {
        $use! {
            tenant::{Create, Resolve, Show, List, Enable, Disable, AddDomain}
            application::{Create, Update, Enable, Disable, Show, List}
            policy::{Set, Cancel, Show}
            guest::{Block, Unblock, Show, List}
            invitation::{Create}
            discovery::{Explain}
            log::{SignIns, Head}
            mail::{Queue}
            key::{Rotate, List}
            deployment::{SetBaseUrl}
        }
    };
}
#[cfg(test)]
pub(crate) use table;

/// A use case, as a row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UseCaseRow {
    /// The word in audit rows.
    pub name: &'static str,
    /// What its actor must have leave for.
    pub action: Action,
    pub changes: Changes,
}

impl UseCaseRow {
    pub(crate) const fn of<U: UseCase>() -> Self {
        Self { name: U::NAME, action: U::ACTION, changes: <U::Effect as Effect>::CHANGES }
    }
}

macro_rules! list {
    ($($noun:ident::{$($verb:ident),+})+) => {
        $($(impl InTable for $noun::$verb {})+)+

        /// All use cases.
        pub const ALL: &[UseCaseRow] = &[$($(UseCaseRow::of::<$noun::$verb>()),+),+];
    };
}
table!(list);
