//! The two logs of a tenant: sign-ins and changes of the directory. Rows are written once; the tables refuse an UPDATE.

use diesel::QueryResult;
use serde_json::Value;
use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, InteractionId, SessionId, TenantId, TraceId, UserId};

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::{Statement, binds, statements};

/// Declares a row that is inserted and read alike.
macro_rules! log_row {
    ($(#[$meta:meta])* pub struct $name:ident as $new:ident { $($body:tt)+ }) => {
        row! { $(#[$meta])* pub struct $name { $($body)+ } }
        record! { $(#[$meta])* pub struct $new { $($body)+ } }
    };
}

log_row! {
    /// One sign-in, by its outcome.
    pub struct SignInRow as NewSignIn {
        tenant_id: TenantId,
        /// Time-ordered.
        id: Uuid,
        at: Instant,
        trace_id: TraceId,
        interaction_id: Option<InteractionId>,
        user_id: Option<UserId>,
        client_id: Option<ClientId>,
        address_masked: String,
        outcome: String,
        error: Option<String>,
        method: Option<String>,
        steps: Value,
        /// The verdicts of discovery.
        trail: Value,
        client_address: String,
        browser: Option<String>,
        session_id: Option<SessionId>,
    }
}

log_row! {
    /// One change, or a refused one.
    pub struct AuditRow as NewAudit {
        tenant_id: TenantId,
        /// Time-ordered.
        id: Uuid,
        at: Instant,
        actor_kind: String,
        actor_id: Option<String>,
        action: String,
        target_kind: String,
        target_id: String,
        outcome: String,
        details: Value,
        trace_id: TraceId,
        client_address: Option<String>,
    }
}

statements! {
    InsertSignIn = ["INSERT INTO sign_ins (" (NewSignIn) ") VALUES (" (values NewSignIn) ")"];
    InsertAudit = ["INSERT INTO directory_audits (" (NewAudit) ") VALUES (" (values NewAudit) ")"];
    SignIns = [
        "SELECT " (SignInRow) " FROM sign_ins WHERE tenant_id = ? AND id < ? ORDER BY id DESC LIMIT ?"
    ];
    SignInsAfter = [
        "SELECT " (SignInRow) " FROM sign_ins WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?"
    ];
    Audits = [
        "SELECT " (AuditRow) " FROM directory_audits WHERE tenant_id = ? AND id < ? ORDER BY id DESC LIMIT ?"
    ];
    AuditsAfter = [
        "SELECT " (AuditRow) " FROM directory_audits WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?"
    ];
}

/// Where a page of a log begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The newest first.
    Newest,
    /// The newest before this one first.
    Before(Uuid),
    /// The oldest after this one first: to follow a log.
    After(Uuid),
}

/// Writes a sign-in down.
pub fn insert_sign_in(c: &mut Conn, new: &NewSignIn) -> QueryResult<()> {
    InsertSignIn::run(c, &new.binds()).map(drop)
}

/// Writes a change down.
pub fn insert_audit(c: &mut Conn, new: &NewAudit) -> QueryResult<()> {
    InsertAudit::run(c, &new.binds()).map(drop)
}

/// A page of sign-ins.
pub fn sign_ins(c: &mut Conn, tenant: TenantId, page: Page, limit: i64) -> QueryResult<Vec<SignInRow>> {
    match page {
        Page::Newest => SignIns::all(c, binds![tenant, Uuid::max(), limit]),
        Page::Before(id) => SignIns::all(c, binds![tenant, id, limit]),
        Page::After(id) => SignInsAfter::all(c, binds![tenant, id, limit]),
    }
}

/// A page of changes.
pub fn audits(c: &mut Conn, tenant: TenantId, page: Page, limit: i64) -> QueryResult<Vec<AuditRow>> {
    match page {
        Page::Newest => Audits::all(c, binds![tenant, Uuid::max(), limit]),
        Page::Before(id) => Audits::all(c, binds![tenant, id, limit]),
        Page::After(id) => AuditsAfter::all(c, binds![tenant, id, limit]),
    }
}
