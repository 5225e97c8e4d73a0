//! A sixth method in chain, ledger, repeat, review, finish, log and tokens; and beside a node that does not know it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test code: what does not hold ends the test"
)]

mod older;
mod releases;
mod toy;
