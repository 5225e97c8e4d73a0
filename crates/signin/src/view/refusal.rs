//! What goes no further: G27.

use vestibule_core::error::ErrorCode;
use vestibule_core::policies::BlockReason;

/// G27: a rule of the tenant, or a second step that cannot be had.
#[derive(Debug)]
pub struct Blocked {
    /// For the person's message to support.
    pub code: ErrorCode,
    /// Which sentence.
    pub reason: BlockReason,
}

/// G27, no method.
#[derive(Debug)]
pub struct NoWay {
    pub address: String,
}
