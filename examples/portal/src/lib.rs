//! Project Portal: a small document-sharing application, and the example of a relying party of Vestibule.
//!
//! It belongs to nobody: it uses a standard library (`openidconnect`) and knows of Vestibule only the issuer, its
//! `client_id` and its secret. What a real application should copy from it:
//!
//! * the code flow with PKCE, `state` and `nonce`, kept on the server and bound to the browser by a cookie;
//! * `iss` of the response (RFC 9207) checked before anything else in it is believed;
//! * the ID token verified against the issuer's published keys, which are fetched again when a key is unknown;
//! * every document is a deep link of its own: who is not signed in comes back to that very document afterwards;
//! * its own session ends with the ID token (24 h at most), and the next click asks the issuer again;
//! * sign-out ends the session here and at the issuer.
//!
//! `vestibule demo` starts it in its own process by [`start`]; `src/main.rs` runs it alone.

mod claims;
mod clock;
mod config;
mod cookies;
mod documents;
mod fetch;
mod pages;
mod portal;
mod provider;
mod random;
mod routes;
mod sessions;
#[cfg(test)]
mod testing;

use std::io;
use std::sync::Arc;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::Compress;
use actix_web::{App, HttpServer, web};

pub use clock::Clock;
pub use config::{Config, ConfigError};
pub use documents::{Document, all as documents};

/// Where the issuer sends browsers back to, below the public URL: the redirect URI to register.
pub const CALLBACK_PATH: &str = "/signin/callback";
/// Where the issuer sends browsers after sign-out, below the public URL: the post-logout redirect URI to register.
pub const SIGNED_OUT_PATH: &str = "/signed-out";

/// Why the portal does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration cannot work.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The listener cannot be used.
    #[error("the listener cannot be used")]
    Listen(#[from] io::Error),
}

/// Starts the portal on the listener that it was given.
///
/// The server runs while the second value is polled: spawn it. Signals are left alone; stop it by the handle. The
/// issuer need not be up yet: it is asked at the first sign-in.
pub fn start(config: Config) -> Result<(ServerHandle, Server), StartError> {
    let (listener, portal) = config.build()?;
    let portal = web::Data::from(Arc::new(portal));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(portal.clone())
            .wrap(Compress::default())
            .wrap(pages::headers(&portal))
            .configure(routes::mount)
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(1)
    .listen(listener)?
    .run();
    Ok((server.handle(), server))
}
