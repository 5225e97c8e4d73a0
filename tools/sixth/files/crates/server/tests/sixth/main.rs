//! A sixth method in chain, ledger, repeat, review, finish, log and tokens; and beside a node that does not know it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: what does not hold ends the test"
)]

#[path = "../flows/walk.rs"]
#[expect(dead_code, reason = "shared with the flows, which use all of it")]
mod walk;

mod older;
mod releases;
mod toy;
