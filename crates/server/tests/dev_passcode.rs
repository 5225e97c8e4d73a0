//! Development binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    reason = "tests"
)]
#[path = "flows/clicks.rs"]
mod clicks;
#[path = "flows/decoys.rs"]
mod decoys;
#[path = "flows/passcode.rs"]
mod passcode;
#[path = "flows/steps.rs"]
mod steps;
#[path = "flows/throttles.rs"]
mod throttles;
#[path = "flows/walk.rs"]
mod walk;
