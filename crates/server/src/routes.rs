//! Every route, hot ones first (the router tries one after the other); a test pins the list and its order.

mod authorize;
mod documents;
mod help;
mod invite;
mod logout;
mod mailbox;
mod redeem;
mod report;
mod revoke;
mod signin;
mod token;
mod userinfo;

use actix_web::{HttpRequest, HttpResponse, Resource, guard, web};
use vestibule_ui::page::Status;

use crate::render;
use crate::request::{Incoming, Shared};

/// The public routes.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            page("/{tenant}/oauth2/v2.0/authorize", web::to(authorize::get))
                .route(web::post().to(authorize::post)),
        )
        .service(
            resource("/{tenant}/oauth2/v2.0/token").route(web::post().to(token::post)).route(preflight()),
        )
        .service(page("/{tenant}/signin/code", web::to(signin::code)).route(web::post().to(signin::verify)))
        .service(
            page("/{tenant}/signin/code/send", web::to(signin::send_page))
                .route(web::post().to(signin::send)),
        )
        .service(page("/{tenant}/signin", web::to(signin::email)).route(web::post().to(signin::identify)))
        .service(
            page("/{tenant}/v2.0/.well-known/openid-configuration", web::to(documents::discovery))
                .route(preflight()),
        )
        .service(page("/{tenant}/discovery/v2.0/keys", web::to(documents::jwks)).route(preflight()))
        .service(
            page("/{tenant}/oidc/userinfo", web::to(userinfo::get))
                .route(web::post().to(userinfo::post))
                .route(preflight()),
        )
        .service(page("/static/{file}", web::to(documents::asset)))
        .service(resource("/{tenant}/signin/code/resend").route(web::post().to(signin::resend)))
        .service(
            page("/{tenant}/signin/review", web::to(signin::review_page))
                .route(web::post().to(signin::review)),
        )
        .service(
            page("/{tenant}/signin/accounts", web::to(signin::accounts))
                .route(web::post().to(signin::choose)),
        )
        .service(page("/{tenant}/signin/help", web::to(help::index)))
        .service(page("/{tenant}/signin/help/{page}", web::to(help::page)))
        .service(
            page("/{tenant}/oauth2/v2.0/logout", web::to(logout::get)).route(web::post().to(logout::post)),
        )
        .service(
            resource("/{tenant}/oauth2/v2.0/revoke").route(web::post().to(revoke::post)).route(preflight()),
        )
        .service(page("/{tenant}/invite/{token}", web::to(invite::open)))
        .service(page("/{tenant}/invite", web::to(invite::page)).route(web::post().to(invite::press)))
        .service(page("/{tenant}/report/{token}", web::to(report::open)))
        .service(page("/{tenant}/report", web::to(report::page)).route(web::post().to(report::press)))
        .service(page("/redeem", web::to(redeem::get)))
        .service(page("/.well-known/oauth-authorization-server/{tenant}/v2.0", web::to(documents::discovery)))
        .service(page("/favicon.ico", web::to(documents::icon)))
        .service(page("/robots.txt", web::to(documents::robots)));
}

/// The demo's own page.
pub(crate) fn configure_mailbox(config: &mut web::ServiceConfig) {
    config
        .service(page("/demo/mailbox", web::to(mailbox::list)))
        .service(page("/demo/mailbox/{number}", web::to(mailbox::show)));
}

/// A resource that knows its methods; any other is 405 (ADM-18).
fn resource(path: &str) -> Resource {
    web::resource(path).default_service(web::to(method_not_allowed))
}

/// A resource with a page for GET and HEAD.
fn page(path: &str, get: actix_web::Route) -> Resource {
    let reads = guard::Any(guard::Get()).or(guard::Head());
    resource(path).route(get.guard(reads))
}

fn preflight() -> actix_web::Route {
    web::method(actix_web::http::Method::OPTIONS).to(crate::cors::preflight)
}

async fn method_not_allowed() -> HttpResponse {
    HttpResponse::MethodNotAllowed().finish()
}

/// G26.
pub(crate) async fn not_found(state: Shared, req: HttpRequest) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    render::status(&state, &incoming, actix_web::http::StatusCode::NOT_FOUND, Status::NotFound)
}
