//! What people are shown: every page and mail, and the limits, rules and faults that lead there.
//! Whole walks through a running server, each on `SQLite` and on PostgreSQL, and where it says so in Chromium.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: what does not hold ends the test"
)]

mod mailing;
mod pages;
mod policies;
mod rare;
mod reached;
mod report;
mod steps;
mod throttles;
mod words_of;
