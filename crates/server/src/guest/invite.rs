//! The mailed invitation: `/{tenant}/invite/{token}` moves the token into a cookie, `/{tenant}/invite` is the page.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_app::Error;
use vestibule_core::error::ErrorCode;
use vestibule_signin::Reply;
use vestibule_signin::invitation::{self, InvitationPress};
use vestibule_signin::view::{Face, Invitation, InvitationDone, InvitationOther, InvitationProblem};
use vestibule_ui::guest::{DonePage, InviteOtherPage, InvitePage, InviteProblemPage};
use vestibule_ui::{AppLink, Link};

use crate::http::form::Form;
use crate::http::render::{self, Faces};
use crate::http::request::{Incoming, Shared, own_page};

/// Opens the link.
pub(crate) async fn open(state: Shared, req: HttpRequest) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let token = req.match_info().get("token").unwrap_or_default();
    let result = invitation::open(&state.app, &incoming.jar, &incoming.segment, token).await;
    render::reply(&state, &incoming, req.path(), result)
}

/// G17, G18.
pub(crate) async fn page(state: Shared, req: HttpRequest) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result = invitation::show(&state.app, &incoming.jar, &incoming.segment).await;
    render::reply(&state, &incoming, req.path(), result)
}

/// G17's buttons. The request can carry nothing that the row holds (INV-02).
pub(crate) async fn press(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result: Result<Reply, Error> = async {
        own_page(&state, &req)?;
        let form = Form::read(req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()), &body)?;
        if !form.only(&["csrf", "do"]) {
            return Err(ErrorCode::RequestBad.into());
        }
        let pressed = match form.text("do").as_str() {
            "switch" => InvitationPress::Switch,
            "keep" => InvitationPress::Keep,
            _ => InvitationPress::Send,
        };
        invitation::press(
            &state.app,
            &incoming.ctx,
            &incoming.jar,
            &incoming.segment,
            pressed,
            &form.text("csrf"),
        )
        .await
    }
    .await;
    render::reply(&state, &incoming, req.path(), result)
}

impl Face<Invitation> for Faces<'_> {
    fn face(&mut self, view: &Invitation) {
        self.wear(&InvitePage {
            email: view.address.clone(),
            inviter: view.inviter.as_ref().map(|inviter| inviter.name.clone()),
            inviter_email: view.inviter.as_ref().map(|inviter| inviter.email.clone()),
            message: view.message.clone(),
            app: self.app(),
            until: view.expires_at.filter(|_| !view.back),
            back: view.back,
        });
    }
}

impl Face<InvitationOther> for Faces<'_> {
    fn face(&mut self, view: &InvitationOther) {
        self.wear(&InviteOtherPage { masked: view.masked.clone(), got: view.signed_in.clone() });
    }
}

impl Face<InvitationDone> for Faces<'_> {
    fn face(&mut self, view: &InvitationDone) {
        let app =
            |(name, url): &(String, String)| Some(AppLink { name: name.clone(), link: Link::parse(url)? });
        self.wear(&DonePage { apps: view.applications.iter().filter_map(app).collect() });
    }
}

impl Face<InvitationProblem> for Faces<'_> {
    fn face(&mut self, view: &InvitationProblem) {
        self.wear(&InviteProblemPage { expired: view.expired_at, signin: None });
    }
}
