//! The protocol of Vestibule, pure: OAuth 2.0 and OpenID Connect requests parsed into types that cannot be wrong, and
//! the answers built from such types.
//!
//! Nothing here reads a clock, opens a socket or a database; time and randomness are passed in. The one exception is
//! stated where it stands: ring takes the nonces and blinding of its signatures from the system itself ([`keys`]).
//! What is decided about people is decided in `vestibule-core`; what is stored, in `vestibule-store`.

pub mod authorize;
pub mod claims;
pub mod client_auth;
pub mod discovery;
pub mod error;
pub mod keys;
pub mod logout;
pub mod params;
pub mod pkce;
pub mod redirect;
pub mod response;
pub mod scope;
mod strict_json;
#[cfg(test)]
mod testing;
pub mod token;
pub mod verify;

pub use authorize::{AuthorizeRequest, Identified, LocalError, RequestError, ResponseMode, ResponseType};
pub use error::{OAuthErrorCode, TokenError};
pub use params::{Params, ParamsError};
pub use redirect::SafeUrl;
pub use response::{AuthorizationResponse, Delivery};
