//! G02: which of the accounts that this browser remembers.

use askama::Template;

use crate::kit::frame::{Shell, speak};
use crate::kit::sample::GUEST;
use crate::{FormTarget, Frame, Page, Ui, UiError};

/// G02. Each row posts `account` and `do` (`pick` or `forget`) to `/{segment}/signin/accounts`.
#[derive(Debug, Clone, Default)]
pub struct AccountsPage {
    /// What is remembered, newest first.
    pub accounts: Vec<AccountRow>,
    /// The address that was just removed.
    pub removed: Option<String>,
}

/// One remembered account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// What the form says as `account`: the address, or a key of the server's.
    pub key: String,
    /// The address that people read.
    pub email: String,
    /// The second line.
    pub detail: AccountDetail,
}

/// What is known of a remembered account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountDetail {
    /// It has a live session in this browser.
    SignedIn,
    /// It signs in with a mailed code.
    Code,
}

#[derive(Template)]
#[template(path = "guest/accounts.html")]
struct View<'a> {
    s: Shell<'a>,
    p: &'a AccountsPage,
}

impl Page for AccountsPage {
    const ID: &'static str = "G02";
    const STATES: &'static [&'static str] = &["default", "removed"];
    const FORMS: FormTarget = FormTarget::Onward;

    fn state(&self) -> &'static str {
        if self.removed.is_some() { "removed" } else { "default" }
    }

    fn render(&self, ui: &Ui, frame: &Frame) -> Result<String, UiError> {
        let title = speak(ui, frame).msg("accounts-title");
        Ok(View { s: Shell::new(ui, frame, self, title), p: self }.render()?)
    }

    fn samples() -> Vec<(&'static str, Self)> {
        let row = |email: &str, detail| AccountRow { key: email.to_owned(), email: email.to_owned(), detail };
        let accounts = vec![
            row(GUEST, AccountDetail::SignedIn),
            row("n.araujo.de.figueiredo@sustainable-riverbanks.example", AccountDetail::Code),
        ];
        vec![
            ("default", Self { accounts: accounts.clone(), removed: None }),
            ("removed", Self { accounts, removed: Some("nicole@old-mill.example".to_owned()) }),
        ]
    }
}
