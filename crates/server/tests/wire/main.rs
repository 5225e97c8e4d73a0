//! What comes over the wire from whom nobody trusts: rubbish, other sites, false callers, smuggled requests.
//! Whole walks through a running server, each on `SQLite` and on PostgreSQL, and where it says so in Chromium.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code: what does not hold ends the test"
)]

mod bad_input;
mod callers;
mod cors;
mod smuggling;
