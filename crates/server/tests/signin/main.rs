//! A guest's trip from the first page to the session: codes, clicks, tabs, invitations, and words that nobody knows.
//! Whole walks through a running server, each on `SQLite` and on PostgreSQL, and where it says so in Chromium.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "test code: what does not hold ends the test"
)]

mod attacks;
mod clicks;
mod decoys;
mod evidence;
mod invitations;
mod midway;
mod passcode;
mod sessions;
mod words;
