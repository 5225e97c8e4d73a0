//! The protocol: what applications ask, and the way out.

pub(crate) mod answer;
pub(crate) mod authorize;
pub(crate) mod documents;
pub(crate) mod logout;
pub(crate) mod revoke;
pub(crate) mod token;
pub(crate) mod userinfo;
