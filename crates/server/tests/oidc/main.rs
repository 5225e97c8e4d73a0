//! The protocol as applications meet it: requests, tokens, documents, sign-out.
//! Whole walks through a running server, each on `SQLite` and on PostgreSQL, and where it says so in Chromium.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code: what does not hold ends the test"
)]

mod clients;
mod documents;
mod logout;
mod protocol;
mod tokens;
