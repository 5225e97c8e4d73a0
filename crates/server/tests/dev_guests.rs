#![allow(clippy::unwrap_used, missing_docs, reason = "dev")]
#[path = "flows/walk.rs"]
mod walk;
#[path = "flows/invitations.rs"]
mod invitations;
#[path = "flows/report.rs"]
mod report;
#[path = "flows/sessions.rs"]
mod sessions;
#[path = "flows/tenants.rs"]
mod tenants;
#[path = "flows/policies.rs"]
mod policies;
#[path = "flows/mailing.rs"]
mod mailing;
#[path = "flows/logs.rs"]
mod logs;
#[path = "flows/pages.rs"]
mod pages;
