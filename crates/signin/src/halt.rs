//! Why a transaction of a trip gives up; all of it is rolled back.

use vestibule_core::ids::UserId;
use vestibule_core::interaction::{PageKind, Refusal};
use vestibule_core::proof::Unreadable;
use vestibule_store::QueryError;

use crate::ending::Unwritten;
use crate::view::View;

/// Why.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Refused at the last moment by live state.
    Refused(Refusal),
    /// The application named another person.
    OtherPerson,
    /// What was decided by is no longer so: the trip must be looked at anew.
    Again,
    /// The same, and the address belongs to this user by now.
    Belongs(UserId),
    /// The same: another browser makes the same guest in this very moment.
    Raced,
    /// This page tells why.
    Show(Box<dyn View>),
    /// Another press did the same before: on to this page.
    Done(PageKind),
    /// A proof that was not earned here, or says more than its way can: a fault of ours, never the person's.
    Unearned,
    /// A row that cannot be read.
    Unreadable(Unreadable),
    Query(QueryError),
}

impl From<QueryError> for Halt {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

impl From<Unreadable> for Halt {
    fn from(error: Unreadable) -> Self {
        Self::Unreadable(error)
    }
}

impl From<Unwritten> for Halt {
    fn from(why: Unwritten) -> Self {
        match why {
            Unwritten::Refused(refusal) => Self::Refused(refusal),
            Unwritten::Query(error) => Self::Query(error),
        }
    }
}
