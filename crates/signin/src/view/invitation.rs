//! The link of an invitation: G17, G18.

use vestibule_core::clock::Instant;
use vestibule_core::letter::Inviter;

/// G17.
#[derive(Debug)]
pub struct Invitation {
    pub address: String,
    pub inviter: Option<Inviter>,
    /// Free text.
    pub message: Option<String>,
    /// Until when it must be accepted.
    pub expires_at: Option<Instant>,
    /// Accepted before: the link is a way back.
    pub back: bool,
}

/// G17 with somebody else signed in.
#[derive(Debug)]
pub struct InvitationOther {
    /// The invited address, masked.
    pub masked: String,
    pub signed_in: String,
}

/// G17 at its end, without a redirect URL.
#[derive(Debug)]
pub struct InvitationDone {
    /// Name of each application, and where it is opened.
    pub applications: Vec<(String, String)>,
}

/// G18.
#[derive(Debug)]
pub struct InvitationProblem {
    /// When it ended, where that is the reason.
    pub expired_at: Option<Instant>,
}
