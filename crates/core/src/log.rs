//! What the sign-in log tells of a trip: its outcome and the steps that led to it.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::method::Method;
use crate::text_enum::text_enum;

text_enum! {
    /// How a trip, or a try in it, ended.
    Outcome {
        Success = "success",
        /// Not.
        Failure = "failure",
        /// Given up by the person.
        Interrupted = "interrupted",
    }
}

text_enum! {
    /// What was done.
    StepKind {
        /// A code was asked for.
        SendCode = "send_code",
        /// A code was tried.
        EnterCode = "enter_code",
        /// Proven by another way than a code.
        Prove = "prove",
        /// *Accept* or *Cancel* on the review page.
        Review = "review",
        /// Answered, by a proof or a live session.
        Finish = "finish",
        /// Turned away.
        Refuse = "refuse",
    }
}

text_enum! {
    /// What a trip or its tokens change in a directory; the word stands in audit rows, beside the names of the use cases
    /// of administration.
    DirectoryEvent {
        /// A guest accepted.
        Redeemed = "invitation.redeem",
        /// A session ended: signed out, or another one took its place.
        SessionEnded = "session.end",
        /// A family of refresh tokens was revoked.
        FamilyRevoked = "refresh_family.revoke",
        CodeReported = "otp.reported",
    }
}

/// One step of a trip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepTaken {
    pub step: StepKind,
    /// By which method, where it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// What came of it: an outcome, or the finer reason.
    pub result: String,
    pub at: Instant,
}
