//! E02: an invitation.

use chrono::{DateTime, Utc};
use vestibule_core::numbers::INVITATION_LIFETIME;

use super::code::sender;
use super::letter::{Block, Letter, name, quote, speak};
use super::{Mail, Sender};
use crate::samples::{GUEST, now, url};
use crate::text::{Message, Speaker};
use crate::{Lang, Link, Ui, UiError};

/// E02.
#[derive(Clone)]
pub struct InviteMail {
    /// Whose mail it is.
    pub from: Sender,
    /// Who invited; without, the organization speaks.
    pub inviter: Option<Inviter>,
    /// The application that it is for.
    pub app: Option<String>,
    /// What the inviter wrote.
    pub message: Option<String>,
    /// Whom it is for.
    pub email: String,
    /// The redeem URL.
    pub link: Link,
    /// Until when it can be accepted.
    pub until: Option<DateTime<Utc>>,
    /// When it is rendered.
    pub now: DateTime<Utc>,
    /// What the log line is found by.
    pub trace: String,
}

/// Who invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inviter {
    /// The name.
    pub name: String,
    /// The address, if it may be told.
    pub email: Option<String>,
}

impl std::fmt::Debug for InviteMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InviteMail").field("trace", &self.trace).finish_non_exhaustive() // the link is a secret
    }
}

/// What the mail says of who invited, in each of its places.
struct Words<'a> {
    subject: Message<'a>,
    caution: Message<'a>,
    heading: Message<'a>,
    message: Message<'a>,
    reason: Message<'a>,
}

impl InviteMail {
    /// The mail in a language.
    pub fn render(&self, ui: &Ui, lang: Lang) -> Result<Mail, UiError> {
        let t = speak(ui, lang, self.now);
        let org = name(&self.from.org);
        let app = self.app.as_deref().map(name);
        let inviter =
            self.inviter.as_ref().map(|inviter| Inviter { name: name(&inviter.name), ..inviter.clone() });
        let words = words(t, &org, app.as_deref(), inviter.as_ref());
        let mut blocks = vec![Block::Caution(words.caution), Block::Heading(words.heading)];
        let (preheader, place) = match &app {
            Some(app) => {
                blocks.push(Block::Text(t.msg("mail-invite-app").strong("app", app)));
                (t.msg("mail-invite-preheader").name("app", app), t.msg("mail-invite-where").name("app", app))
            }
            None => {
                (t.msg("mail-invite-preheader-noapp").name("org", &org), t.msg("mail-invite-where-noapp"))
            }
        };
        blocks.push(Block::Small(place.ltr("host", &self.from.host)));
        let quoted = quote(self.message.as_deref().unwrap_or_default());
        if !quoted.is_empty() {
            blocks.extend([Block::Small(words.message), Block::Quote(quoted)]);
        }
        let valid = match self.until {
            Some(until) => t.msg("mail-invite-valid").date("date", until),
            None => t.msg("mail-invite-valid-open"),
        };
        blocks.extend([
            Block::Button {
                label: t.msg("mail-invite-button"),
                copy: t.msg("mail-invite-plain"),
                link: &self.link,
            },
            Block::Rule,
            Block::Text(t.msg("mail-invite-how")),
            Block::Text(valid.strong_ltr("email", &self.email)),
        ]);
        let tail = t.msg("mail-trace").ltr("trace", &self.trace);
        let letter = Letter { preheader, blocks, reason: words.reason, tail };
        letter.render(t, &self.from, &words.subject)
    }

    /// Every state of the mail.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let text = "Hello Nicole,\nhere are the drawings for the river bank. Tell me if a sheet is missing. \
                    The plan is at http://drawings.example/list?a=b, or ask me.";
        let full = Self {
            from: sender(),
            inviter: Some(Inviter {
                name: "Jonas Feld".to_owned(),
                email: Some("jonas.feld@alder.example".to_owned()),
            }),
            app: Some("Project Portal".to_owned()),
            message: Some(text.to_owned()),
            email: GUEST.to_owned(),
            link: url("https://id.example/alder.example/invite/9c1f27Qm4vYkT0b3"),
            until: Some(now() + INVITATION_LIFETIME),
            now: now(),
            trace: "01JNE8P4ZK7Y5B3W".to_owned(),
        };
        let org = Self { inviter: None, message: None, ..full.clone() };
        let bare = Self { app: None, until: None, ..org.clone() };
        let nameless = Inviter { name: "Jonas Feld".to_owned(), email: None };
        vec![
            ("default", full.clone()),
            ("nomail", Self { inviter: Some(nameless), ..full }),
            ("org", org),
            ("bare", bare),
        ]
    }
}

fn words<'a>(t: Speaker<'a>, org: &'a str, app: Option<&'a str>, inviter: Option<&'a Inviter>) -> Words<'a> {
    let Some(inviter) = inviter else {
        return Words {
            subject: match app {
                Some(app) => t.msg("mail-invite-subject-app").name("org", org).name("app", app),
                None => t.msg("mail-invite-subject-org").name("org", org),
            },
            caution: t.msg("mail-invite-caution-org").name("org", org),
            heading: t.msg("mail-invite-h1-org").name("org", org),
            message: t.msg("mail-invite-message-org").name("org", org),
            reason: t.msg("mail-invite-footer-org").name("org", org),
        };
    };
    let name = inviter.name.as_str();
    let heading = match &inviter.email {
        Some(email) => t.msg("mail-invite-h1").ltr("inviteremail", email),
        None => t.msg("mail-invite-h1-name"),
    };
    Words {
        subject: t.msg("mail-invite-subject").name("inviter", name).name("org", org),
        caution: t.msg("mail-invite-caution").name("inviter", name),
        heading: heading.name("inviter", name).name("org", org),
        message: t.msg("mail-invite-message").name("inviter", name),
        reason: t.msg("mail-invite-footer").name("inviter", name),
    }
}
