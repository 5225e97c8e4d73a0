//! What operators rely on: changes that hold at once, tenants beside each other, logs, caches, the epoch.
//! Whole walks through a running server, each on `SQLite` and on PostgreSQL, and where it says so in Chromium.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code: what does not hold ends the test"
)]

mod foundations;
mod logs;
mod releases;
mod scale;
mod snapshots;
mod tenants;
