//! What leaves the deployment: mail over SMTP. Knows bytes and destinations, no meaning.
//!
//! [`message::compose`] builds a message from what `ui` rendered and refuses what could be read as something else by
//! the mail library (ADR-04) or reach a header as a control character (MAIL-01). [`transport::Transport`] sends it:
//! over [`smtp::Mailer`], which speaks TLS or does not speak (MAIL-03), or into [`transport::MemoryOutbox`], which
//! exists for the demo's mailbox page alone. Every failure is a [`smtp::SendError`] that says whether to try again.

pub mod message;
pub mod smtp;
pub mod transport;

#[cfg(test)]
mod testing;

pub use message::{ComposeError, Composed, Outgoing, compose};
pub use smtp::{Mailer, MailerSettings, SendError, SmtpOutcome, SmtpUrl};
pub use transport::{MemoryOutbox, StoredMail, Transport};
