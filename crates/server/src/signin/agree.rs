//! G15: agreeing.

use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_app::Error;
use vestibule_core::interaction::PageKind;
use vestibule_signin::Reply;
use vestibule_signin::agree::{self, ReviewForm};
use vestibule_signin::view::{Face, Review, ReviewCancelled};
use vestibule_ui::Link;
use vestibule_ui::guest::{ReviewCancelledPage, ReviewPage};

use super::{at, page_path, posted, show};
use crate::http::render::{self, Faces};
use crate::http::request::{Incoming, Shared};

/// G15.
pub(crate) async fn page(state: Shared, req: HttpRequest) -> HttpResponse {
    show(state, req, PageKind::Review, false).await
}

/// G15's buttons.
pub(crate) async fn press(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result: Result<Reply, Error> = async {
        let form = posted(&state, &req, &body)?;
        let terms = form.get("terms_version").filter(|_| form.text("terms") == "yes");
        let input = ReviewForm {
            accept: form.text("do") == "accept",
            terms: terms.and_then(|version| version.parse().ok()),
        };
        agree::review(at(&state, &incoming)?, input, &form.text("csrf")).await
    }
    .await;
    render::reply(&state, &incoming, &page_path(&incoming, "/review"), result)
}

impl Face<Review> for Faces<'_> {
    fn face(&mut self, view: &Review) {
        let (tenant, segment) = (&self.about.tenant, &self.about.segment);
        let settings = &tenant.settings;
        // Terms that the tenant has not put anywhere of its own stand on our page about them.
        let ours = || Link::path(&format!("/{segment}/signin/help/terms")).unwrap_or_else(Link::root);
        let own = || settings.terms_url.as_deref().and_then(Link::parse);
        self.wear(&ReviewPage {
            email: view.address.clone(),
            inviter: view.inviter.clone(),
            verified_domain: tenant.verified_domain().map(ToOwned::to_owned),
            privacy: settings.privacy_url.as_deref().and_then(Link::parse),
            terms: view.terms.map(|_| own().unwrap_or_else(ours)),
            terms_version: view.terms.unwrap_or_default(),
            terms_missing: view.terms_missing,
            host: view.destination.clone(),
        });
    }
}

impl Face<ReviewCancelled> for Faces<'_> {
    fn face(&mut self, _: &ReviewCancelled) {
        let back = self.back();
        self.wear(&ReviewCancelledPage { back });
    }
}
