//! Every state of every page and mail, filled with believable values: for tests, screenshots and accessibility runs.

use chrono::{DateTime, Utc};

use crate::mail::{self, Mail};
use crate::page::{
    AccountsPage, AddressPage, BlockedPage, CookiesPage, DonePage, EnterCodePage, ErrorPage, FormPostPage,
    InviteOtherPage, InvitePage, InviteProblemPage, LockedPage, ReportPage, ReviewCancelledPage, ReviewPage,
    SendCodePage, SignOutPage, SignedOutPage, StatusPage, TextPage, WaitPage,
};
use crate::{AppLink, Frame, Lang, Link, Page, Ui, UiError};

/// The guest of the samples.
pub(crate) const GUEST: &str = "nicole@riverstone.example";

/// 3 March 2026, 13:02:20 UTC.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_542_940, 0).unwrap_or_default()
}

pub(crate) fn url(text: &str) -> Link {
    Link::parse(text).unwrap_or_else(Link::root)
}

pub(crate) fn path(text: &str) -> Link {
    Link::path(text).unwrap_or_else(Link::root)
}

pub(crate) fn app(name: &str, link: &str) -> AppLink {
    AppLink { name: name.to_owned(), link: url(link) }
}

/// The frame that the samples stand in.
pub fn frame(lang: Lang) -> Frame {
    Frame {
        app: Some("Project Portal".to_owned()),
        contact: Some("it@alder.example".to_owned()),
        csrf: Some("b1Zk3m9u".to_owned()),
        locator: Some("8Qn4vYkT".to_owned()),
        path: Some("/alder.example/signin".to_owned()),
        nonce: "c2FtcGxl".to_owned(),
        ..Frame::new(lang, now(), "Alder Works", "alder.example")
    }
}

/// Every state of every page in a language: its name (`G06-wrong`) and its HTML. States whose name ends with `noapp`
/// stand in a frame without application and without contact.
pub fn all_samples(ui: &Ui, lang: Lang) -> Result<Vec<(String, String)>, UiError> {
    samples_in(ui, &frame(lang))
}

/// The same in a frame of one's own.
pub(crate) fn samples_in(ui: &Ui, frame: &Frame) -> Result<Vec<(String, String)>, UiError> {
    let mut out = Vec::new();
    render::<AddressPage>(ui, frame, &mut out)?;
    render::<AccountsPage>(ui, frame, &mut out)?;
    render::<SendCodePage>(ui, frame, &mut out)?;
    render::<EnterCodePage>(ui, frame, &mut out)?;
    render::<LockedPage>(ui, frame, &mut out)?;
    render::<WaitPage>(ui, frame, &mut out)?;
    render::<ReviewPage>(ui, frame, &mut out)?;
    render::<ReviewCancelledPage>(ui, frame, &mut out)?;
    render::<InvitePage>(ui, frame, &mut out)?;
    render::<InviteOtherPage>(ui, frame, &mut out)?;
    render::<DonePage>(ui, frame, &mut out)?;
    render::<InviteProblemPage>(ui, frame, &mut out)?;
    render::<ReportPage>(ui, frame, &mut out)?;
    render::<SignOutPage>(ui, frame, &mut out)?;
    render::<SignedOutPage>(ui, frame, &mut out)?;
    render::<ErrorPage>(ui, frame, &mut out)?;
    render::<FormPostPage>(ui, frame, &mut out)?;
    render::<StatusPage>(ui, frame, &mut out)?;
    render::<BlockedPage>(ui, frame, &mut out)?;
    render::<CookiesPage>(ui, frame, &mut out)?;
    render::<TextPage>(ui, frame, &mut out)?;
    Ok(out)
}

fn render<P: Page>(ui: &Ui, frame: &Frame, out: &mut Vec<(String, String)>) -> Result<(), UiError> {
    let bare = Frame { app: None, contact: None, ..frame.clone() };
    for (state, page) in P::samples() {
        let frame = if state.ends_with("noapp") { &bare } else { frame };
        out.push((format!("{}-{state}", P::ID), page.render(ui, frame)?));
    }
    Ok(())
}

/// Every state of every mail in a language: its name (`E01-default`) and the mail.
pub fn all_mail_samples(ui: &Ui, lang: Lang) -> Result<Vec<(String, Mail)>, UiError> {
    mail::samples(ui, lang)
}
