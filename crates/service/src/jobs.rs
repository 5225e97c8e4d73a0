//! What the server does without being asked: sends the outbox, sweeps what has ended, rotates keys.

mod letters;
pub mod outbox;
pub mod rotation;
pub mod sweep;
