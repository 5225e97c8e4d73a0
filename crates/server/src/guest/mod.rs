//! Pages that a guest comes to by a link: invitation, report, help.

pub(crate) mod help;
pub(crate) mod invite;
pub(crate) mod redeem;
pub(crate) mod report;
