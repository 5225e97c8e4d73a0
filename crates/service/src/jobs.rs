//! What the server does without being asked: sends the outbox, sweeps what has ended, rotates keys, numbers the logs.

mod letters;
pub mod numbering;
pub mod outbox;
pub mod rotation;
pub mod sweep;
