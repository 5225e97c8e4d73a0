//! A mail as values: what is sealed in the outbox is what `ui` puts into words when it is sent (architecture rule 9).
//!
//! Addresses of links are whole, as `Urls` made them (MAIL-05); they are checked where they become links.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Instant;

/// One mail to be.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The address that it goes to.
    pub to: String,
    /// Whose mail it is.
    pub from: Sender,
    pub content: Content,
}

impl Letter {
    /// Its kind in the outbox and in logs.
    pub const fn kind(&self) -> &'static str {
        match self.content {
            Content::Code(_) => "code",
            Content::Invitation(_) => "invitation",
            Content::NoAccess(_) => "no_access",
            Content::Reported(_) => "reported",
        }
    }

    /// Its turn in the outbox: codes go before everything else.
    pub const fn priority(&self) -> i32 {
        match self.content {
            Content::Code(_) => 0,
            Content::NoAccess(_) | Content::Reported(_) => 5,
            Content::Invitation(_) => 10,
        }
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({})", self.kind()) // digits and links are in it
    }
}

/// Whose mail it is: the foot of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub org: String,
    pub help: String,
    /// The organisation's privacy statement.
    pub privacy: Option<String>,
}

/// What a mail says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// E01.
    Code(CodeLetter),
    /// E02.
    Invitation(InvitationLetter),
    /// E13.
    NoAccess(NoAccess),
    /// E14 after a report.
    Reported(Reported),
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(***)")
    }
}

/// Who asked for a code, as far as mails and pages tell it (OTP-22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFacts {
    pub email: String,
    pub app: Option<String>,
    /// The browser's family and system: "Firefox on Windows".
    pub browser: String,
    /// The network: `203.0.113.x`.
    pub network: String,
    pub at: Instant,
}

/// E01: the code (OTP-21, OTP-22).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeLetter {
    /// The eight digits.
    pub code: String,
    /// The four letters that page and mail share.
    pub mark: String,
    /// Until when it works.
    pub until: Instant,
    /// Who asked for it.
    pub facts: RequestFacts,
    /// *This was not me*.
    pub report: String,
}

impl fmt::Debug for CodeLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeLetter(***)")
    }
}

/// E02: an invitation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationLetter {
    /// Who invited; without, the organisation speaks.
    pub inviter: Option<Inviter>,
    /// The application that it is for.
    pub app: Option<String>,
    /// What the inviter wrote.
    pub message: Option<String>,
    /// The redeem URL.
    pub link: String,
    /// Until when it can be accepted.
    pub until: Option<Instant>,
}

impl fmt::Debug for InvitationLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationLetter(***)")
    }
}

/// Who invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inviter {
    pub name: String,
    pub email: String,
}

/// E13: somebody without access asked for a code (OTP-29). It never says whether a record exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoAccess {
    /// The application that was asked for.
    pub app: Option<String>,
    /// Whom one may ask.
    pub contact: Option<String>,
}

/// E14: to the security contact and the guest's sponsors (OTP-23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// What the code's mail said.
    pub facts: RequestFacts,
    /// When it was reported.
    pub at: Instant,
    /// Whether the code had been used, so that a session was ended.
    pub session_ended: bool,
    /// Whether the invitation that it came from was suspended.
    pub invitation_suspended: bool,
    /// Until when codes to the guest are paused, where that was asked for.
    pub paused_until: Option<Instant>,
}

#[cfg(test)]
mod tests;
