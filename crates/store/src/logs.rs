//! The two logs of a tenant: sign-ins and changes of the directory.
//!
//! Rows are written once, and numbered once. Their ids are made before their transaction commits, so a reader who
//! follows a log by id would miss what commits late; [`number`] therefore numbers what is committed, in that order
//! (AUD-01). Numbers grow over the whole deployment: a tenant's have gaps, and are a place to go on from, nothing to
//! show. Words stay text here, so that the log of a newer release can be read.

use diesel::QueryResult;
use serde_json::Value;
use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, InteractionId, SessionId, TenantId, TraceId, UserId};

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::statements;

/// Declares a row that is inserted and read alike, but for its number.
macro_rules! log_row {
    ($(#[$meta:meta])* pub struct $name:ident as $new:ident { $($body:tt)+ }) => {
        row! {
            $(#[$meta])* pub struct $name {
                $($body)+
                /// Its place in the order of commit, once it has one.
                seq: Option<i64>,
            }
        }
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

/// Numbers the oldest rows without a number, by id among themselves, from the head on.
macro_rules! number {
    ($log:literal) => {
        concat!(
            "UPDATE ",
            $log,
            " SET seq = n.number FROM (SELECT w.tenant_id, w.id, h.seq + ROW_NUMBER() OVER \
             (ORDER BY w.id, w.tenant_id) AS number FROM (SELECT tenant_id, id FROM ",
            $log,
            " WHERE seq IS NULL ORDER BY id LIMIT :batch) w CROSS JOIN log_heads h WHERE h.log = :log) n WHERE ",
            $log,
            ".tenant_id = n.tenant_id AND ",
            $log,
            ".id = n.id RETURNING seq"
        )
    };
}

statements! {
    /// Writes a sign-in down.
    pub fn insert_sign_in(new: &NewSignIn) = ["INSERT INTO sign_ins (" (NewSignIn) ") VALUES (" (values new) ")"];

    /// Writes a change down.
    pub fn insert_audit(new: &NewAudit) = ["INSERT INTO directory_audits (" (NewAudit) ") VALUES (" (values new) ")"];

    fn sign_ins_before(tenant: TenantId, id: Uuid, limit: i64) -> Vec<SignInRow> = [
        "SELECT " (SignInRow) " FROM sign_ins WHERE tenant_id = :tenant AND id < :id ORDER BY id DESC LIMIT :limit"
    ];

    fn sign_ins_numbered(tenant: TenantId, beyond: i64, limit: i64) -> Vec<SignInRow> = [
        "SELECT " (SignInRow) " FROM sign_ins" (by sign_ins_seq) " WHERE tenant_id = :tenant AND seq > :beyond"
        " ORDER BY seq LIMIT :limit"
    ];

    // changes nothing: the numbering transaction holds the log's head until it commits, so numbers are given in order
    // of commit
    fn lock_head(log: &str) = ["UPDATE log_heads SET seq = seq WHERE log = :log"];

    fn raise_head(log: &str, seq: i64) = ["UPDATE log_heads SET seq = :seq WHERE log = :log"];

    fn number_sign_ins(log: &str, batch: i64) -> Vec<i64> = [(text number "sign_ins")];

    fn number_audits(log: &str, batch: i64) -> Vec<i64> = [(text number "directory_audits")];

    /// Whether either log has rows without a number.
    pub fn unnumbered() -> One<bool> = [
        "SELECT (EXISTS (SELECT 1 FROM sign_ins" (by sign_ins_unnumbered) " WHERE seq IS NULL)"
        " OR EXISTS (SELECT 1 FROM directory_audits" (by directory_audits_unnumbered) " WHERE seq IS NULL))"
    ];

    fn head_of_sign_ins(tenant: TenantId) -> Option<i64> = [
        "SELECT seq FROM sign_ins" (by sign_ins_seq) " WHERE tenant_id = :tenant AND seq > 0 ORDER BY seq DESC LIMIT 1"
    ];

    fn head_of_audits(tenant: TenantId) -> Option<i64> = [
        "SELECT seq FROM directory_audits" (by directory_audits_seq)
        " WHERE tenant_id = :tenant AND seq > 0 ORDER BY seq DESC LIMIT 1"
    ];
}

/// One of the two logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    SignIns,
    /// Changes of the directory.
    Audits,
}

impl Log {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::SignIns, Self::Audits];

    /// Its table, which is its name in `log_heads`.
    const fn table(self) -> &'static str {
        match self {
            Self::SignIns => "sign_ins",
            Self::Audits => "directory_audits",
        }
    }
}

/// Where a page of a log begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogPage {
    /// The newest first.
    Newest,
    /// The newest before this one first.
    Before(Uuid),
    /// Those with a number beyond this one, in the order of their numbers: to follow a log.
    Numbered(i64),
}

/// A page of sign-ins.
pub fn sign_ins(c: &mut Conn, tenant: TenantId, page: LogPage, limit: i64) -> QueryResult<Vec<SignInRow>> {
    match page {
        LogPage::Newest => sign_ins_before(c, tenant, Uuid::max(), limit),
        LogPage::Before(id) => sign_ins_before(c, tenant, id, limit),
        LogPage::Numbered(beyond) => sign_ins_numbered(c, tenant, beyond, limit),
    }
}

/// Numbers up to `batch` rows of a log, in the caller's transaction; how many. What is committed later gets a later
/// number, whatever its id. Look whether there is something to do (`unnumbered`) before.
pub fn number(c: &mut Conn, log: Log, batch: i64) -> QueryResult<usize> {
    // a statement of its own: the next one then sees what was numbered by the transaction that held the head before
    lock_head(c, log.table())?;
    let given = match log {
        Log::SignIns => number_sign_ins(c, log.table(), batch)?,
        Log::Audits => number_audits(c, log.table(), batch)?,
    };
    // the highest, not their count: a row may have been swept meanwhile
    if let Some(&head) = given.iter().max() {
        raise_head(c, log.table(), head)?;
    }
    Ok(given.len())
}

/// The highest number of a tenant in a log: where following it begins. Rows without a number yet come after it.
pub fn head_of_tenant(c: &mut Conn, log: Log, tenant: TenantId) -> QueryResult<Option<i64>> {
    match log {
        Log::SignIns => head_of_sign_ins(c, tenant),
        Log::Audits => head_of_audits(c, tenant),
    }
}
