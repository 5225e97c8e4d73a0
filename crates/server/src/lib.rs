//! HTTP, a folder per surface: sign-in, what guests come to by a link, the protocol, the management listener. A handler
//! extracts, calls one use case, renders; the face of a view stands beside its route. There are exactly three renderers of
//! errors: page, OAuth JSON, and the plain answers of the management listener.

pub mod config;
pub mod run;

mod demo;
mod guest;
mod http;
mod oidc;
mod ops;
mod routes;
mod signin;
mod state;

pub use config::{Patience, ServerConfig, StartError, Tls};
pub use run::{Running, start};
