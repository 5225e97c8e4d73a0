//! The pages of a sign-in, a file each: its routes, its buttons, and the faces of its views.

pub(crate) mod address;
pub(crate) mod agree;
pub(crate) mod passcode;

mod refusal;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse};
use vestibule_app::Error;
use vestibule_core::interaction::PageKind;
use vestibule_signin::{TripRequest, page};

use crate::http::form::Form;
use crate::http::render;
use crate::http::request::{Incoming, Shared, own_page};
use crate::state::State;

/// The trip that a request names.
fn at<'a>(state: &'a State, incoming: &'a Incoming) -> Result<TripRequest<'a>, Error> {
    let id = incoming.interaction()?;
    Ok(TripRequest {
        app: &state.app,
        ctx: &incoming.ctx,
        jar: &incoming.jar,
        segment: &incoming.segment,
        id,
    })
}

/// The page of a trip that is asked for, or the way to where the trip stands.
async fn show(state: Shared, req: HttpRequest, asked: PageKind, change: bool) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let result = async { page::show(at(&state, &incoming)?, asked, change).await }.await;
    render::reply(&state, &incoming, req.path(), result)
}

/// Who may post, and the form.
fn posted(state: &Shared, req: &HttpRequest, body: &[u8]) -> Result<Form, Error> {
    own_page(state, req)?;
    Form::read(req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()), body)
}

/// The page that a button stands on, so that the language menu of a re-rendered page leads there.
fn page_path(incoming: &Incoming, page: &str) -> String {
    format!("/{}/signin{page}", incoming.segment)
}
