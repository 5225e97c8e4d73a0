//! HTTP: routes, the one reader of each input (cookies, client address, form), security headers, and exactly three
//! renderers of errors: page, OAuth JSON, and the plain answers of the management listener. A handler extracts, calls one
//! use case, renders.

pub mod browser;
pub mod client_address;
pub mod config;
pub mod cookies;
pub mod form;
pub mod headers;
pub mod management;
pub mod metrics;
pub mod render;
pub mod request;
pub mod run;
pub mod state;

mod body;
mod cors;
mod oauth;
mod peers;
mod routes;
mod tls;
mod trace;

pub use config::{Patience, ServerConfig, StartError, Tls};
pub use run::{Running, start};
pub use state::State;
