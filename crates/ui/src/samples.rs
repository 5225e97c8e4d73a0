//! Every state of every page and mail, filled with believable values: for tests, screenshots and accessibility runs.

use crate::demo::MailboxPage;
use crate::guest::{
    AccountsPage, AddressPage, BlockedPage, CookiesPage, DonePage, EnterCodePage, ErrorPage, FormPostPage,
    InviteOtherPage, InvitePage, InviteProblemPage, LockedPage, ReportPage, ReviewCancelledPage, ReviewPage,
    SendCodePage, SignOutPage, SignedOutPage, StatusPage, TextPage, WaitPage,
};
use crate::kit::sample::frame;
use crate::mail::{self, Mail};
use crate::{Frame, Lang, Page, Ui, UiError};

/// Every state of every page in a language: its name (`G06-wrong`) and its HTML. States whose name ends with `noapp`
/// stand in a frame without application and without contact.
pub fn all_samples(ui: &Ui, lang: Lang) -> Result<Vec<(String, String)>, UiError> {
    samples_in(ui, &frame(lang))
}

/// The same in a frame of one's own.
pub(crate) fn samples_in(ui: &Ui, frame: &Frame) -> Result<Vec<(String, String)>, UiError> {
    let mut out = Vec::new();
    for page in PAGES {
        out.extend((page.render)(ui, frame)?);
    }
    Ok(out)
}

/// Every state that a page can be in, by the page's id: what `data-testid` and `data-state` of a `<main>` can say.
pub fn page_states() -> Vec<(&'static str, &'static str)> {
    PAGES.iter().flat_map(|page| page.states.iter().map(|state| (page.id, *state))).collect()
}

/// Names and HTML.
type Samples = Result<Vec<(String, String)>, UiError>;

/// A page, as the list of all of them knows it.
struct Listed {
    id: &'static str,
    states: &'static [&'static str],
    render: fn(&Ui, &Frame) -> Samples,
}

/// Every page.
const PAGES: &[Listed] = &[
    listed::<AddressPage>(),
    listed::<AccountsPage>(),
    listed::<SendCodePage>(),
    listed::<EnterCodePage>(),
    listed::<LockedPage>(),
    listed::<WaitPage>(),
    listed::<ReviewPage>(),
    listed::<ReviewCancelledPage>(),
    listed::<InvitePage>(),
    listed::<InviteOtherPage>(),
    listed::<DonePage>(),
    listed::<InviteProblemPage>(),
    listed::<ReportPage>(),
    listed::<SignOutPage>(),
    listed::<SignedOutPage>(),
    listed::<ErrorPage>(),
    listed::<FormPostPage>(),
    listed::<StatusPage>(),
    listed::<BlockedPage>(),
    listed::<CookiesPage>(),
    listed::<TextPage>(),
    listed::<MailboxPage>(),
];

const fn listed<P: Page>() -> Listed {
    Listed { id: P::ID, states: P::STATES, render: render::<P> }
}

fn render<P: Page>(ui: &Ui, frame: &Frame) -> Samples {
    let bare = Frame { app: None, contact: None, ..frame.clone() };
    let in_frame = |state: &str| if state.ends_with("noapp") { &bare } else { frame };
    let sample =
        |(state, page): (&str, P)| Ok((format!("{}-{state}", P::ID), page.render(ui, in_frame(state))?));
    P::samples().into_iter().map(sample).collect()
}

/// Every state of every mail in a language: its name (`E01-default`) and the mail.
pub fn all_mail_samples(ui: &Ui, lang: Lang) -> Result<Vec<(String, Mail)>, UiError> {
    mail::samples(ui, lang)
}
