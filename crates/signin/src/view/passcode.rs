//! The mailed code: G05 to G08.

use vestibule_core::clock::Instant;
use vestibule_core::passcode::ShapeError;
use vestibule_core::throttle;

/// G05.
#[derive(Debug)]
pub struct SendCode {
    pub address: String,
    /// Why no code is sent now.
    pub wait: Option<throttle::Wait>,
    /// Our mail to the address came back.
    pub bounced: bool,
}

/// G06.
#[derive(Debug)]
pub struct EnterCode {
    pub address: String,
    /// The four letters.
    pub mark: String,
    /// When the code ends.
    pub expires_at: Instant,
    /// The number of the code.
    pub ordinal: i32,
    /// From when a new one can be asked for.
    pub resend_at: Instant,
    /// What happened last.
    pub state: CodeState,
    /// Our mail to the address came back.
    pub bounced: bool,
    /// Strangers may sign up at the application.
    pub sign_up: bool,
    /// The page sends a complete code by itself.
    pub auto_submit: bool,
}

/// What happened last on G06.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeState {
    Open,
    /// A wrong shape.
    Shape(ShapeError),
    /// Wrong; tries left.
    Wrong {
        /// Tries left on this code.
        left: i32,
    },
    /// The time is over.
    Expired,
    /// *Send a new code* was pressed too early.
    Early(Instant),
    /// Enough codes for now.
    Enough(Instant),
}

/// G07.
#[derive(Debug)]
pub struct CodeLocked {
    pub address: String,
    pub lock: Lock,
    /// The number of the code that a new one replaces.
    pub ordinal: i32,
    /// From when a new one can be asked for.
    pub resend_at: Instant,
}

/// What wrong tries ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Five wrong tries on this code.
    Burned,
    /// Too many for the address.
    Paused(Instant),
    /// A hundred in a row.
    Suspended(Instant),
}

/// G08, for a source.
#[derive(Debug)]
pub struct SourceWait {
    pub until: Instant,
}
