//! What a node does by itself, beside requests: sending mail, numbering the logs, rotating keys, sweeping what has ended.
//! Any node may run each of them; they claim their work.

pub mod heartbeat;
pub mod numbering;
pub mod outbox;
pub mod rotation;
pub mod sweep;
pub mod transport;
