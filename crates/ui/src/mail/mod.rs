//! The mails: subject, text and HTML of each from one list of blocks, so that both parts say the same.
//!
//! Envelope and headers are made elsewhere, from the same values. No mail has a remote image, a script or a link that
//! acts: what is linked opens a page (architecture rule 5).

mod body;
mod code;
mod invite;
mod notice;

pub use body::{Mail, Posting};

use vestibule_core::letter::{Content, Letter, Sender};

use crate::kit::sample::{GUEST, now};
use crate::{Lang, Ui, UiError};

/// Puts a letter into words. A link that may stand in no mail is an error (WEB-07): the letter is not sent without it.
pub fn render(ui: &Ui, letter: &Letter, posting: &Posting<'_>) -> Result<Mail, UiError> {
    match &letter.content {
        Content::Code(code) => code::render(ui, &letter.from, code, posting),
        Content::Invitation(invitation) => invite::render(ui, letter, invitation, posting),
        Content::NoAccess(notice) => notice::no_access(ui, &letter.from, notice, posting),
        Content::Reported(report) => notice::reported(ui, &letter.from, report, posting),
    }
}

/// Every state of every mail, as letters.
pub(crate) fn letters() -> Vec<(String, Letter)> {
    let sender = Sender {
        org: "Alder Works".to_owned(),
        help: "https://id.example/alder.example/signin/help".to_owned(),
        privacy: Some("https://alder.example/privacy".to_owned()),
    };
    let all = [
        ("E01", code::samples()),
        ("E02", invite::samples()),
        ("E13", notice::no_access_samples()),
        ("E14", notice::reported_samples()),
    ];
    let named = all.into_iter().flat_map(|(id, samples)| samples.into_iter().map(move |s| (id, s)));
    let letter = |(id, (state, content)): (&str, (&str, Content))| {
        let mut from = sender.clone();
        if state == "digits" {
            "Studio 19842026".clone_into(&mut from.org);
        }
        from.privacy = from.privacy.filter(|_| state != "noapp");
        (format!("{id}-{state}"), Letter { to: GUEST.to_owned(), from, content })
    };
    named.map(letter).collect()
}

/// How the samples are sent.
pub(crate) fn posting(lang: Lang) -> Posting<'static> {
    Posting { lang, host: "id.example", now: now(), trace: "01JNE8P4ZK7Y5B3W" }
}

/// Every state of every mail.
pub(crate) fn samples(ui: &Ui, lang: Lang) -> Result<Vec<(String, Mail)>, UiError> {
    let posting = posting(lang);
    letters().into_iter().map(|(name, letter)| Ok((name, render(ui, &letter, &posting)?))).collect()
}

#[cfg(test)]
mod tests;
