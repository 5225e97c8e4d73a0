//! The flows: whole walks through a running server, each on `SQLite` and on PostgreSQL, and where it says so in Chromium.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: what does not hold ends the test"
)]

mod attacks;
mod bad_input;
mod callers;
mod clicks;
mod clients;
mod cors;
mod decoys;
mod documents;
mod evidence;
mod foundations;
mod invitations;
mod logout;
mod logs;
mod mailing;
mod midway;
mod oidc_kit;
mod pages;
mod passcode;
mod policies;
mod protocol;
mod rare;
mod reached;
mod releases;
mod report;
mod scale;
mod sessions;
mod smuggling;
mod snapshots;
mod steps;
mod tenants;
mod throttles;
mod tokens;
mod walk;
mod words;
mod words_of;
