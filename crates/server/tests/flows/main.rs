//! The flows: whole walks through a running server, each on `SQLite` and on PostgreSQL, and where it says so in Chromium.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: what does not hold ends the test"
)]

mod bad_input;
mod callers;
mod clients;
mod cors;
mod documents;
mod logout;
mod oidc_kit;
mod protocol;
mod snapshots;
mod tokens;
