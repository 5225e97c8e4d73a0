//! G01 and G02: learning an address.

use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_core::interaction::PageKind;
use vestibule_signin::identify::{self, AccountForm, EmailForm};
use vestibule_signin::view::{AccountChoice, AddressProblem, EnterAddress, Face, PickAccount};
use vestibule_ui::guest::{self, AccountDetail, AccountRow, AccountsPage, AddressPage};

use super::{at, page_path, posted, show};
use crate::http::render::{self, Faces};
use crate::http::request::{Incoming, Shared};

/// G01.
pub(crate) async fn page(state: Shared, req: HttpRequest) -> HttpResponse {
    let change = req.query_string().split('&').any(|p| p == "change=1");
    show(state, req, PageKind::Address, change).await
}

/// G02.
pub(crate) async fn accounts(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, PageKind::Accounts, false).await
}

/// G01's button.
pub(crate) async fn identify(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result = async {
        let form = posted(&state, &req, &body)?;
        let suggestion = form.get("suggestion");
        let email = suggestion.clone().unwrap_or_else(|| form.text("email"));
        // "Next" beside a suggestion keeps what was typed.
        let keep = suggestion.is_some() || form.get("typed").is_some_and(|t| t == email);
        let input = EmailForm { email, prefilled: form.get("prefilled"), keep, csrf: form.text("csrf") };
        identify::identify(at(&state, &incoming)?, input).await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, ""), result)
}

/// G02's buttons.
pub(crate) async fn choose(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result = async {
        let form = posted(&state, &req, &body)?;
        let (account, forget) = if form.text("do") == "forget" {
            (None, form.get("account"))
        } else {
            (form.get("account"), None)
        };
        let input = AccountForm { account, forget, csrf: form.text("csrf") };
        identify::choose(at(&state, &incoming)?, input).await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, "/accounts"), result)
}

impl Face<EnterAddress> for Faces<'_> {
    fn face(&mut self, view: &EnterAddress) {
        let problem = view.problem.as_ref().map(|problem| match problem {
            AddressProblem::Empty => guest::AddressAlert::Empty,
            AddressProblem::Format => guest::AddressAlert::Format,
            AddressProblem::Domain(domain) => guest::AddressAlert::Domain(domain.clone()),
        });
        self.wear(&AddressPage {
            value: view.value.clone(),
            prefilled: view.prefilled,
            problem,
            suggestion: view.suggestion.clone(),
            code_off: !self.about.tenant.discovery.passcode,
        });
    }
}

impl Face<PickAccount> for Faces<'_> {
    fn face(&mut self, view: &PickAccount) {
        let row = |account: &AccountChoice| AccountRow {
            key: account.address.clone(),
            email: account.address.clone(),
            detail: if account.signed_in { AccountDetail::SignedIn } else { AccountDetail::Code },
        };
        let accounts = view.accounts.iter().map(row).collect();
        self.wear(&AccountsPage { accounts, removed: view.forgot.clone() });
    }
}
