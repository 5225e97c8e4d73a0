//! The mails: subject, text and HTML of each from one list of blocks, so that both parts say the same.
//!
//! Envelope and headers are made elsewhere, from the same values. No mail has a remote image, a script or a link that
//! acts: what is linked opens a page (architecture rule 5).

mod code;
mod invite;
mod letter;
mod notice;

pub use code::CodeMail;
pub use invite::{InviteMail, Inviter};
pub use notice::{NoAccessMail, ReportedMail};

use std::fmt;

use crate::{Lang, Link, Ui, UiError};

/// A mail as people see it.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The subject: one line, at most 120 characters, never a code (OTP-21).
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive() // the parts hold a code or link
    }
}

/// Whose mail it is: the foot of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The tenant's display name.
    pub org: String,
    /// The host where people sign in.
    pub host: String,
    /// The help page.
    pub help: Link,
    /// The tenant's privacy statement.
    pub privacy: Option<Link>,
}

/// Every state of every mail.
pub(crate) fn samples(ui: &Ui, lang: Lang) -> Result<Vec<(String, Mail)>, UiError> {
    let mut out = Vec::new();
    for (state, mail) in CodeMail::samples() {
        out.push((format!("E01-{state}"), mail.render(ui, lang)?));
    }
    for (state, mail) in InviteMail::samples() {
        out.push((format!("E02-{state}"), mail.render(ui, lang)?));
    }
    for (state, mail) in NoAccessMail::samples() {
        out.push((format!("E13-{state}"), mail.render(ui, lang)?));
    }
    for (state, mail) in ReportedMail::samples() {
        out.push((format!("E14-{state}"), mail.render(ui, lang)?));
    }
    Ok(out)
}

#[cfg(test)]
mod tests;
