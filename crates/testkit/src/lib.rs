//! What the tests of Vestibule are written with: people at browsers, a clock that is moved by hand, a mail server, a
//! relying party, and flows that run over both databases.
//!
//! A flow is a sentence about a person ([`person`]), written once with [`flows!`](crate::flows!) and played over HTTP on
//! `SQLite` and on PostgreSQL, and where it says so in Chromium with and without script. What flows of several areas say in
//! the same words stands in [`walk`], [`trip`] and, for applications, [`protocol`].

#![expect(
    clippy::expect_used,
    reason = "test code: a broken set-up ends the test, with the reason in its text"
)]

pub mod axe;
pub mod browser;
pub mod clock;
pub mod flows;
pub mod mailbox;
pub mod office;
pub mod page;
pub mod person;
pub mod protocol;
pub mod random;
pub mod rp;
pub mod server;
pub mod trip;
pub mod walk;
pub mod witness;
pub mod world;

pub use vestibule_smtpsink as smtp;

pub use browser::{Browser, ChromiumOptions, HttpOptions};
pub use clock::FakeClock;
pub use page::PageView;
pub use person::Person;
pub use random::SeededRandom;
pub use server::Setup;
pub use world::{Database, World};

/// Installs ring for TLS and for the checking of tokens in this process, as `main` does; again is harmless.
pub fn install_crypto() {
    drop(rustls::crypto::ring::default_provider().install_default());
    vestibule_oidc::verify::install();
}
