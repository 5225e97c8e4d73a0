//! Every route, hot ones first (the router tries one after the other); a test pins the list and its order.

use actix_web::http::{StatusCode, header};
use actix_web::middleware::Compress;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Route, guard, web};
use vestibule_core::error::ErrorCode;
use vestibule_oidc::error::TokenError;
use vestibule_signin::token::Refused;
use vestibule_ui::guest::Status;

use crate::demo;
use crate::guest::{help, invite, redeem, report};
use crate::http::audience::RouteAudience;
use crate::http::cors;
use crate::http::problem;
use crate::http::request::{Incoming, Shared};
use crate::oidc::{answer, authorize, documents, logout, revoke, token, userinfo};
use crate::signin::{address, agree, passcode};
use crate::state::State;

/// The public routes.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(form("/{tenant}/oauth2/v2.0/authorize", web::to(authorize::get), authorize::post))
        .service(program("/{tenant}/oauth2/v2.0/token", token::post))
        .service(form("/{tenant}/signin/code", web::to(passcode::page), passcode::verify))
        .service(form("/{tenant}/signin/code/send", web::to(passcode::send_page), passcode::send))
        .service(form("/{tenant}/signin", web::to(address::page), address::identify))
        .service(document("/{tenant}/v2.0/.well-known/openid-configuration", web::to(documents::discovery)))
        .service(document("/{tenant}/discovery/v2.0/keys", web::to(documents::jwks)))
        .service(
            RouteAudience::Programs
                .of_resource(resource("/{tenant}/oidc/userinfo", "GET, HEAD, POST, OPTIONS"))
                .route(web::to(userinfo::get).guard(reads()))
                .route(web::post().to(userinfo::post))
                .route(preflight()),
        )
        // Files alone: a page holds what must not be guessed from its length.
        .service(page("/static/{file}", web::to(documents::asset)).wrap(Compress::default()))
        .service(resource("/{tenant}/signin/code/resend", "POST").route(web::post().to(passcode::resend)))
        .service(form("/{tenant}/signin/review", web::to(agree::page), agree::press))
        .service(form("/{tenant}/signin/accounts", web::to(address::accounts), address::choose))
        .service(page("/{tenant}/signin/help", web::to(help::index)))
        .service(page("/{tenant}/signin/help/{page}", web::to(help::page)))
        .service(form("/{tenant}/oauth2/v2.0/logout", web::to(logout::get), logout::post))
        .service(program("/{tenant}/oauth2/v2.0/revoke", revoke::post))
        .service(page("/{tenant}/invite/{token}", web::to(invite::open)))
        .service(form("/{tenant}/invite", web::to(invite::page), invite::press))
        .service(page("/{tenant}/report/{token}", web::to(report::open)))
        .service(form("/{tenant}/report", web::to(report::page), report::press))
        .service(page("/redeem", web::to(redeem::get)))
        .service(document(
            "/.well-known/oauth-authorization-server/{tenant}/v2.0",
            web::to(documents::discovery),
        ))
        .service(page("/favicon.ico", web::to(documents::icon)))
        .service(page("/robots.txt", web::to(documents::robots)));
}

/// The demo's own page.
pub(crate) fn configure_mailbox(config: &mut web::ServiceConfig) {
    config
        .service(page("/demo/mailbox", web::to(demo::list)))
        .service(page("/demo/mailbox/{number}", web::to(demo::show)));
}

/// A resource that knows its methods; any other is answered by 405 with their list (ADM-18, RFC 9110 section 15.5.6).
fn resource(path: &str, methods: &'static str) -> Resource {
    let refuse = move |state: Shared, req: HttpRequest| async move {
        let mut response = unreadable(&state, &req, StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(methods));
        response
    };
    web::resource(path).default_service(web::to(refuse))
}

fn reads() -> impl guard::Guard {
    guard::Any(guard::Get()).or(guard::Head())
}

/// A resource with a page for GET and HEAD.
fn page(path: &str, get: Route) -> Resource {
    resource(path, "GET, HEAD").route(get.guard(reads()))
}

/// A page with a form that is posted to it.
fn form<F, Args>(path: &str, get: Route, post: F) -> Resource
where
    F: Handler<Args, Output = HttpResponse>,
    Args: FromRequest + 'static,
{
    resource(path, "GET, HEAD, POST").route(get.guard(reads())).route(web::post().to(post))
}

/// A document that any site's script may read.
fn document(path: &str, get: Route) -> Resource {
    let resource = RouteAudience::Everybody.of_resource(resource(path, "GET, HEAD, OPTIONS"));
    resource.route(get.guard(reads())).route(preflight())
}

/// An endpoint for programs.
fn program<F, Args>(path: &str, post: F) -> Resource
where
    F: Handler<Args, Output = HttpResponse>,
    Args: FromRequest + 'static,
{
    let resource = RouteAudience::Programs.of_resource(resource(path, "POST, OPTIONS"));
    resource.route(web::post().to(post)).route(preflight())
}

fn preflight() -> Route {
    web::method(actix_web::http::Method::OPTIONS).to(cors::preflight)
}

/// What was refused before it was read (N-20) or by its method: JSON for a program's endpoint, a page for everything else.
pub(crate) fn unreadable(state: &State, req: &HttpRequest, status: StatusCode) -> HttpResponse {
    let incoming = Incoming::read(state, req);
    let mut response = match (RouteAudience::of(req), status) {
        (RouteAudience::Programs | RouteAudience::Everybody, _) => {
            answer::refused(&incoming.ctx, Refused::OAuth(TokenError::MALFORMED), false)
        }
        (RouteAudience::People, StatusCode::METHOD_NOT_ALLOWED) => {
            problem::status(state, &incoming, Status::NotFound)
        }
        (RouteAudience::People, _) => problem::problem(state, &incoming, ErrorCode::RequestBad.into()),
    };
    *response.status_mut() = status;
    if status != StatusCode::METHOD_NOT_ALLOWED {
        // The rest of such a body would be taken for the next request.
        response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    }
    response
}
