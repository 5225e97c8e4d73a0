//! The domain of Vestibule, pure: words, numbers and decisions.
//!
//! Nothing here reads a clock, draws randomness, opens a socket or a database. What is decided about a guest's
//! sign-in is decided in this crate, in four functions that are tables: [`entry::resolve`], [`discovery::decide`],
//! [`policy::evaluate`] and [`interaction::next`]. What was proven is a value ([`proof`]) that only its verifier can make.

pub mod access;
pub mod address;
pub mod client;
pub mod clock;
pub mod directory;
pub mod discovery;
pub mod documents;
pub mod entry;
pub mod error;
pub mod ids;
pub mod interaction;
pub mod invisible;
pub mod letter;
pub mod lifecycle;
pub mod log;
pub mod method;
pub mod numbers;
pub mod passcode;
pub mod policies;
pub mod policy;
pub mod proof;
pub mod query;
pub mod random;
pub mod release;
pub mod secret;
pub mod settings;
pub mod text_enum;
pub mod throttle;
pub mod typo;
pub mod urls;

pub use address::{Address, Domain};
pub use clock::Clock;
pub use ids::{ClientId, InteractionId, PasscodeId, Realm, SessionId, TenantId, UserId};
pub use random::Random;
