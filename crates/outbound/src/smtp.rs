//! Mail over SMTP: where to ([`SmtpUrl`]), how safely ([`Security`]), and what became of it ([`SendError`]).

mod circuit;
mod conversation;
mod error;
mod mailer;
mod tls;
mod url;
mod wire;

pub use conversation::SmtpOutcome;
pub use error::{SendError, Transience};
pub use mailer::{EXCHANGE_TIMEOUT, Mailer, MailerSettings, MailerStats};
pub use url::{Credentials, Endpoint, Security, SmtpUrl, SmtpUrlError};
