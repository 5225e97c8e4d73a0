//! The mailed "This wasn't me": `/{tenant}/report/{token}` moves the token into a cookie, `/{tenant}/report` is the page.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use vestibule_app::Error;
use vestibule_core::error::ErrorCode;
use vestibule_signin::Reply;
use vestibule_signin::report::{self, ReportPress};
use vestibule_signin::view::{Face, Fate, Report, ReportEnded, Said};
use vestibule_ui::guest::{ReportPage, ReportState};

use crate::http::form::Form;
use crate::http::render::{self, Faces};
use crate::http::request::{Incoming, Shared, own_page};

/// Opens the link.
pub(crate) async fn open(state: Shared, req: HttpRequest) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let token = req.match_info().get("token").unwrap_or_default();
    let result = report::open(&state.app, &incoming.segment, token).await;
    render::reply(&state, &incoming, req.path(), result)
}

/// G20.
pub(crate) async fn page(state: Shared, req: HttpRequest) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result = report::show(&state.app, &incoming.jar, &incoming.segment).await;
    render::reply(&state, &incoming, req.path(), result)
}

/// G20's buttons.
pub(crate) async fn press(state: Shared, req: HttpRequest, body: web::Bytes) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result: Result<Reply, Error> = async {
        own_page(&state, &req)?;
        let form = Form::read(req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()), &body)?;
        let pressed = match form.text("do").as_str() {
            "mine" => ReportPress::Mine,
            "resume" => ReportPress::Resume,
            // Without a name it is the form's first button, as some programs send it.
            "cancel" | "" => ReportPress::Stop { pause: form.text("pause") == "yes" },
            _ => return Err(ErrorCode::RequestBad.into()),
        };
        report::press(
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

impl Face<Report> for Faces<'_> {
    fn face(&mut self, view: &Report) {
        let state = match (view.said, view.paused_until, view.fate) {
            (Said::Mine, _, _) => ReportState::Mine,
            (Said::Resumed, _, _) => ReportState::Resumed,
            (Said::Done | Said::Nothing, Some(until), _) => ReportState::Paused { until },
            (Said::Done, None, _) => ReportState::Done,
            (Said::Nothing, None, Fate::Live) => ReportState::Live,
            (Said::Nothing, None, Fate::Expired) => ReportState::Expired,
            (Said::Nothing, None, Fate::Used(at)) => ReportState::Used { at },
        };
        self.wear(&ReportPage { state, facts: Some(view.facts.clone()) });
    }
}

impl Face<ReportEnded> for Faces<'_> {
    fn face(&mut self, _: &ReportEnded) {
        self.wear(&ReportPage { state: ReportState::Ended, facts: None });
    }
}
