//! G17: where the link of an invitation leads; G18: where it leads when it is not good.

use askama::Template;
use chrono::{DateTime, Utc};
use vestibule_core::numbers::INVITATION_LIFETIME;

use crate::kit::frame::{Shell, speak};
use crate::kit::names::clean_lines;
use crate::kit::sample::{GUEST, app, now, path};
use crate::{AppLink, FormTarget, Frame, Link, Page, Ui, UiError};

/// G17. Posts `do=send` to `/{segment}/invite`.
#[derive(Debug, Clone)]
pub struct InvitePage {
    /// Whom it is for.
    pub email: String,
    pub inviter: Option<String>,
    pub inviter_email: Option<String>,
    /// What the inviter wrote.
    pub message: Option<String>,
    /// The application that the invitation is for.
    pub app: Option<String>,
    /// Until when it can be accepted.
    pub until: Option<DateTime<Utc>>,
    /// Whether it was accepted before: the link is then a way back.
    pub back: bool,
}

#[derive(Template)]
#[template(path = "guest/invite.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a InvitePage,
    lines: String,
}

impl Page for InvitePage {
    const ID: &'static str = "G17";
    const STATES: &'static [&'static str] = &["default", "back"];
    const FORMS: FormTarget = FormTarget::Onward;

    fn state(&self) -> &'static str {
        if self.back { "back" } else { "default" }
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let speaker = speak(ui, frame);
        let title = match &self.inviter {
            _ if self.back => speaker.msg("invite-title-back"),
            Some(inviter) => speaker.msg("invite-title").name("inviter", inviter),
            None => speaker.msg("invite-title-noinviter"),
        };
        let lines = clean_lines(self.message.as_deref().unwrap_or_default()).join("\n");
        let s = Shell::new(ui, frame, self, title.name("org", &frame.brand));
        Ok(View { s, p: self, lines }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let text = "Hello Nicole,\nhere are the drawings for the river bank. Tell me if a sheet is missing.";
        let full = Self {
            email: GUEST.to_owned(),
            inviter: Some("Jonas Feld".to_owned()),
            inviter_email: Some("jonas.feld@alder.example".to_owned()),
            message: Some(text.to_owned()),
            app: Some("Project Portal".to_owned()),
            until: Some(now() + INVITATION_LIFETIME),
            back: false,
        };
        let bare = Self {
            inviter: None,
            inviter_email: None,
            message: None,
            app: None,
            until: None,
            ..full.clone()
        };
        vec![
            ("default", full.clone()),
            ("bare", bare),
            ("noinviter", Self { inviter: None, inviter_email: None, ..full.clone() }),
            ("back", Self { back: true, message: None, until: None, ..full }),
        ]
    }
}

/// G17 while another guest is signed in (INV-12). Posts `do` (`switch` or `keep`) to `/{segment}/invite`.
#[derive(Debug, Clone)]
pub struct InviteOtherPage {
    /// Whom the invitation is for, masked: `n***@r***.example`.
    pub masked: String,
    /// Who is signed in.
    pub got: String,
}

#[derive(Template)]
#[template(path = "guest/invite_other.html")]
struct OtherView<'a> {
    s: Shell<'a>,
    p: &'a InviteOtherPage,
}

impl Page for InviteOtherPage {
    const ID: &'static str = "G17";
    const STATES: &'static [&'static str] = &["other"];
    const FORMS: FormTarget = FormTarget::Onward;

    fn state(&self) -> &'static str {
        "other"
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("invite-other-title");
        Ok(OtherView { s: Shell::new(ui, frame, self, title), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        vec![(
            "other",
            Self { masked: "n***@r***.example".to_owned(), got: "omar@deltaworks.example".to_owned() },
        )]
    }
}

/// G17 at the end of an invitation that leads nowhere else: what the guest can open now.
#[derive(Debug, Clone, Default)]
pub struct DonePage {
    pub apps: Vec<AppLink>,
}

#[derive(Template)]
#[template(path = "guest/invite_done.html")]
struct DoneView<'a> {
    s: Shell<'a>,
    p: &'a DonePage,
}

impl Page for DonePage {
    const ID: &'static str = "G17";
    const STATES: &'static [&'static str] = &["done", "done-one", "done-none"];

    fn state(&self) -> &'static str {
        match self.apps.as_slice() {
            [] => "done-none",
            [_] => "done-one",
            _ => "done",
        }
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("done-title");
        Ok(DoneView { s: Shell::new(ui, frame, self, title), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let portal = app("Project Portal", "https://portal.alder.example/");
        let notes = app("Field Notes", "https://notes.alder.example/");
        vec![
            ("done", Self { apps: vec![portal.clone(), notes] }),
            ("done-one", Self { apps: vec![portal] }),
            ("done-none", Self::default()),
        ]
    }
}

/// G18. One answer for every link that is not good, but for one that only came too late (INV-14).
#[derive(Debug, Clone, Default)]
pub struct InviteProblemPage {
    /// When the invitation ended, if that is what is wrong with it.
    pub expired: Option<DateTime<Utc>>,
    /// Where somebody who has accepted before can sign in.
    pub signin: Option<Link>,
}

#[derive(Template)]
#[template(path = "guest/invite_problem.html")]
struct ProblemView<'a> {
    s: Shell<'a>,
    p: &'a InviteProblemPage,
}

impl Page for InviteProblemPage {
    const ID: &'static str = "G18";
    const STATES: &'static [&'static str] = &["neutral", "expired"];

    fn state(&self) -> &'static str {
        if self.expired.is_some() { "expired" } else { "neutral" }
    }

    fn status(&self) -> u16 {
        404
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let key = if self.expired.is_some() { "inviteprob-title-expired" } else { "inviteprob-title" };
        Ok(ProblemView { s: Shell::new(ui, frame, self, speak(ui, frame).msg(key)), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let signin = Some(path("/alder.example/signin"));
        vec![
            ("neutral", Self { expired: None, signin: signin.clone() }),
            ("expired", Self { expired: Some(now()), signin }),
            ("bare", Self::default()),
        ]
    }
}
