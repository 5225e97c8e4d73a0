#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "dev")]
#[path = "flows/invitations.rs"]
mod invitations;
#[path = "flows/logs.rs"]
mod logs;
#[path = "flows/mailing.rs"]
mod mailing;
#[path = "flows/pages.rs"]
mod pages;
#[path = "flows/policies.rs"]
mod policies;
#[path = "flows/report.rs"]
mod report;
#[path = "flows/sessions.rs"]
mod sessions;
#[path = "flows/tenants.rs"]
mod tenants;
#[path = "flows/walk.rs"]
mod walk;
