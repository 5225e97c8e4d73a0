//! E02: an invitation.

use vestibule_core::letter::{Content, InvitationLetter, Inviter, Letter};
use vestibule_core::numbers::INVITATION_LIFETIME;

use super::body::{Body, BodyBlock, Mail, Posting, link, name, quote, speak};
use crate::kit::sample::now;
use crate::kit::text::{Message, Speaker};
use crate::{Ui, UiError};

/// What the mail says of who invited, in each of its places.
struct Words<'a> {
    subject: Message<'a>,
    caution: Message<'a>,
    heading: Message<'a>,
    message: Message<'a>,
    reason: Message<'a>,
}

/// The mail.
pub(super) fn render(
    ui: &Ui,
    letter: &Letter,
    invitation: &InvitationLetter,
    posting: &Posting<'_>,
) -> Result<Mail, UiError> {
    let t = speak(ui, posting);
    let org = name(&letter.from.org);
    let app = invitation.app.as_deref().map(name);
    let inviter =
        invitation.inviter.as_ref().map(|inviter| Inviter { name: name(&inviter.name), ..inviter.clone() });
    let words = words(t, &org, app.as_deref(), inviter.as_ref());
    let mut blocks = vec![BodyBlock::Caution(words.caution), BodyBlock::Heading(words.heading)];
    let (preheader, place) = match &app {
        Some(app) => {
            blocks.push(BodyBlock::Text(t.msg("mail-invite-app").strong("app", app)));
            (t.msg("mail-invite-preheader").name("app", app), t.msg("mail-invite-where").name("app", app))
        }
        None => (t.msg("mail-invite-preheader-noapp").name("org", &org), t.msg("mail-invite-where-noapp")),
    };
    blocks.push(BodyBlock::Small(place.ltr("host", posting.host)));
    let quoted = quote(invitation.message.as_deref().unwrap_or_default());
    if !quoted.is_empty() {
        blocks.extend([BodyBlock::Small(words.message), BodyBlock::Quote(quoted)]);
    }
    let valid = match invitation.until {
        Some(until) => t.msg("mail-invite-valid").date("date", until),
        None => t.msg("mail-invite-valid-open"),
    };
    blocks.extend([
        BodyBlock::Button {
            label: t.msg("mail-invite-button"),
            copy: t.msg("mail-invite-plain"),
            link: link(&invitation.link)?,
        },
        BodyBlock::Rule,
        BodyBlock::Text(t.msg("mail-invite-how")),
        BodyBlock::Text(valid.strong_ltr("email", &letter.to)),
    ]);
    let tail = t.msg("mail-trace").ltr("trace", posting.trace);
    let body = Body { preheader, blocks, reason: words.reason, tail };
    body.render(t, &letter.from, posting, &words.subject)
}

/// Every state of the mail.
pub(super) fn samples() -> Vec<(&'static str, Content)> {
    let text = "Hello Nicole,\nhere are the drawings for the river bank. Tell me if a sheet is missing. \
                The plan is at http://drawings.example/list?a=b, or ask me.";
    let full = InvitationLetter {
        inviter: Some(Inviter {
            name: "Jonas Feld".to_owned(),
            email: "jonas.feld@alder.example".to_owned(),
        }),
        app: Some("Project Portal".to_owned()),
        message: Some(text.to_owned()),
        link: "https://id.example/alder.example/invite/9c1f27Qm4vYkT0b3".to_owned(),
        until: Some(now() + INVITATION_LIFETIME),
    };
    let org = InvitationLetter { inviter: None, ..full.clone() };
    let bare = InvitationLetter { app: None, message: None, until: None, ..org.clone() };
    [("default", full), ("org", org), ("bare", bare)]
        .map(|(state, one)| (state, Content::Invitation(one)))
        .into()
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
    Words {
        subject: t.msg("mail-invite-subject").name("inviter", name).name("org", org),
        caution: t.msg("mail-invite-caution").name("inviter", name),
        heading: t
            .msg("mail-invite-h1")
            .ltr("inviteremail", &inviter.email)
            .name("inviter", name)
            .name("org", org),
        message: t.msg("mail-invite-message").name("inviter", name),
        reason: t.msg("mail-invite-footer").name("inviter", name),
    }
}
