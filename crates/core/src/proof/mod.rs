//! Proofs: values that only their verifier can make (security rule 2, HRD-02), the evidence that they leave, the ledger
//! in which it rests between two requests of one interaction, and the one function that says what it is worth.

mod amr;
mod authentication;
mod evidence;
mod ledger;
mod level;
mod mailbox;

pub use self::amr::{Amr, AmrSet};
pub use self::authentication::{Authentication, Idp, StoredAuthentication, Unreadable};
pub use self::evidence::{Evidence, Factor, IdentityKey, Proof, Proven, SecondStep};
pub use self::ledger::Ledger;
pub use self::level::{Level, Wanted};
pub use self::mailbox::MailboxProof;

#[cfg(test)]
mod tests;
