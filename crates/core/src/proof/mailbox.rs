//! The proof of a mailbox, by a mailed code.

use super::{Amr, AmrSet, Evidence, IdentityKey, Level, Proof, Proven};
use crate::clock::Instant;
use crate::ids::{InteractionId, Realm};
use crate::method::Way;

/// Somebody controls a mailbox. Made by [`crate::passcode::Match::proven`] alone; there is no other constructor:
///
/// ```compile_fail,E0451
/// use vestibule_core::proof::MailboxProof;
/// fn forge(mine: MailboxProof, address_key: String) -> MailboxProof {
///     MailboxProof { address_key, ..mine }
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct MailboxProof {
    realm: Realm,
    interaction: InteractionId,
    address_key: String,
    at: Instant,
}

impl MailboxProof {
    pub(crate) fn earned(realm: Realm, interaction: InteractionId, address_key: &str, at: Instant) -> Self {
        Self { realm, interaction, address_key: address_key.to_owned(), at }
    }

    /// When the mailbox was proven: the `auth_time` of what comes of it.
    pub fn at(&self) -> Instant {
        self.at
    }
}

impl Proof for MailboxProof {
    fn place(&self) -> (Realm, InteractionId) {
        (self.realm, self.interaction)
    }

    fn proven(&self) -> Proven {
        let identity = IdentityKey::plain(Way::Passcode, &self.address_key);
        let amr = AmrSet::of(&[Amr::Otp]);
        Proven::First(Evidence::of(identity, Some(&self.address_key), self.at, Some(Level::Mailbox), amr))
    }
}
