//! The machinery of HTTP: the one reader of each input, security headers, rendering. It knows no use case.

pub(crate) mod audience;
pub(crate) mod body;
pub(crate) mod browser;
pub(crate) mod client_address;
pub(crate) mod cookies;
pub(crate) mod cors;
pub(crate) mod form;
pub(crate) mod headers;
pub(crate) mod peers;
pub(crate) mod problem;
pub(crate) mod render;
pub(crate) mod request;
pub(crate) mod tls;
pub(crate) mod trace;
