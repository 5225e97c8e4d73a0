//! What must leave the deployment: queued with the transaction that needs it, claimed under a lease, sent or given up.

use chrono::TimeDelta;
use diesel::QueryResult;
use diesel::deserialize;
use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{OutboxId, PasscodeId};
use vestibule_core::lifecycle::{Channel, MailEvent, MailState};
use vestibule_core::passcode::PasscodeState;
use vestibule_core::secret::Digest;

use crate::conn::Conn;
use crate::row::{Cells, ColumnNames, FromRow, record, row};
use crate::statement::{Piece, pieces, statements};
use crate::time::Now;

row! {
    /// A queued message as stored.
    pub struct OutboxRow {
        id: OutboxId,
        /// Whose share of sending it counts in: a tenant or the accounts realm (TEN-04).
        tenant_id: Uuid,
        kind: String,
        /// Lower goes first.
        priority: i32,
        /// Two of the same are one (CON-07).
        dedupe: Digest,
        channel: Channel,
        /// Which server it goes to: what is backed off together.
        destination: String,
        template: String,
        locale: String,
        /// Recipient and values, sealed; erased once it is sent or given up.
        sealed: Option<Vec<u8>>,
        state: MailState,
        attempts: i32,
        next_at: Instant,
        lease_until: Option<Instant>,
        realm_id: Option<Uuid>,
        passcode_id: Option<PasscodeId>,
        reason: Option<String>,
        created_at: Instant,
        sent_at: Option<Instant>,
    }
}

record! {
    /// A message to be sent.
    pub struct NewOutbox {
        id: OutboxId,
        /// Whose share of sending it counts in: a tenant or the accounts realm (TEN-04).
        tenant_id: Uuid,
        kind: String,
        /// Lower goes first.
        priority: i32,
        /// Two of the same are one (CON-07).
        dedupe: Digest,
        channel: Channel,
        /// Which server it goes to: what is backed off together.
        destination: String,
        template: String,
        locale: String,
        /// Recipient and values, sealed.
        sealed: Vec<u8>,
        next_at: Instant,
        realm_id: Option<Uuid>,
        passcode_id: Option<PasscodeId>,
        created_at: Instant,
    }
}

/// A message that this process may send until the lease ends.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub row: OutboxRow,
    /// Whether what it carries is still good: its passcode lives, or it carries none (MAIL-06).
    pub live: bool,
}

impl ColumnNames for Claimed {
    const NAMES: &'static [&'static str] = &[];
}
impl FromRow for Claimed {
    fn read<C: Cells>(cells: &mut C) -> deserialize::Result<Self> {
        Ok(Self { row: OutboxRow::read(cells)?, live: cells.cell()? })
    }
}

/// The tenants that have something to send, one look-up each however much they have.
const DUE: &[Piece] = pieces![
    "WITH RECURSIVE due (tenant_id) AS (SELECT f.tenant_id FROM (SELECT o.tenant_id FROM outbox o"
    " WHERE o.state IN (" (from MailEvent::Claim) ") ORDER BY o.tenant_id LIMIT 1) f UNION ALL"
    " SELECT (SELECT o.tenant_id FROM outbox o WHERE o.state IN (" (from MailEvent::Claim) ")"
    " AND o.tenant_id > d.tenant_id ORDER BY o.tenant_id LIMIT 1) FROM due d WHERE d.tenant_id IS NOT NULL), "
];
/// Mails of one tenant that may be claimed, the most urgent first. Only what this release can send: a newer one may have
/// queued something for another channel.
const SHARE: &[Piece] = pieces![
    " FROM outbox x WHERE x.tenant_id = d.tenant_id AND x.state IN (" (from MailEvent::Claim) ")"
    " AND x.channel = " (word Channel::Mail) " AND x.next_at <= :now"
    " AND (x.lease_until IS NULL OR x.lease_until <= :now) ORDER BY x.priority, x.id LIMIT :share"
];
/// Whether the passcode `p` may still be used.
const GOOD: &[Piece] = pieces!["p.state = " (word PasscodeState::Live) " AND p.expires_at > :now"];

statements! {
    fn insert_new(new: &NewOutbox) -> bool = [
        "INSERT INTO outbox (" (NewOutbox) ", state, attempts)"
        " VALUES (" (values new) ", " (word MailState::Queued) ", 0)"
        " ON CONFLICT (dedupe) DO NOTHING"
    ];

    // a notice of which the last one is old enough (N-22) takes that one's place
    fn insert_or_renew(new: &NewOutbox, until: Instant) -> bool = [
        "INSERT INTO outbox (" (NewOutbox) ", state, attempts)"
        " VALUES (" (values new) ", " (word MailState::Queued) ", 0)"
        " ON CONFLICT (dedupe) DO UPDATE SET id = excluded.id, tenant_id = excluded.tenant_id, kind = excluded.kind,"
        " priority = excluded.priority, channel = excluded.channel, destination = excluded.destination,"
        " template = excluded.template, locale = excluded.locale, sealed = excluded.sealed,"
        " state = " (word MailState::Queued) ", attempts = 0,"
        " next_at = excluded.next_at, lease_until = NULL, realm_id = excluded.realm_id,"
        " passcode_id = excluded.passcode_id, reason = NULL, created_at = excluded.created_at, sent_at = NULL"
        " WHERE outbox.created_at <= :until"
    ];

    fn take(share: i64, limit: i64, until: Now, now: Now) -> Vec<Claimed> = [
        (part DUE)
        (sqlite
            "picked (id) AS (SELECT m.id FROM due d JOIN outbox m ON m.id IN (SELECT x.id"
         postgres
            "picked (id) AS MATERIALIZED (SELECT m.id FROM due d CROSS JOIN LATERAL (SELECT x.id, x.priority")
        (part SHARE)
        (sqlite ")" postgres " FOR UPDATE SKIP LOCKED) m")
        " ORDER BY m.priority, m.id LIMIT :limit)"
        " UPDATE outbox SET state = " (to MailEvent::Claim) ", attempts = attempts + 1, lease_until = :until"
        " WHERE id IN (SELECT id FROM picked) RETURNING " (OutboxRow)
        ", (passcode_id IS NULL OR EXISTS (SELECT 1 FROM passcodes p WHERE p.realm_id = outbox.realm_id"
        " AND p.id = outbox.passcode_id AND " (part GOOD) "))"
    ];

    fn live(id: OutboxId, now: Now) -> Option<bool> = [
        "SELECT (o.passcode_id IS NULL OR EXISTS (SELECT 1 FROM passcodes p WHERE p.realm_id = o.realm_id"
        " AND p.id = o.passcode_id AND " (part GOOD) ")) FROM outbox o WHERE o.id = :id"
    ];

    /// Notes that a message was handed over, and erases what it said.
    pub fn sent(id: OutboxId, now: Instant) -> bool = [
        "UPDATE outbox SET state = " (to MailEvent::Deliver) ", sealed = NULL, lease_until = NULL, reason = NULL,"
        " sent_at = :now WHERE id = :id AND state IN (" (from MailEvent::Deliver) ")"
    ];

    /// Puts a message back after a passing failure.
    pub fn retry(id: OutboxId, next_at: Instant, reason: &str) -> bool = [
        "UPDATE outbox SET state = " (to MailEvent::Retry) ", lease_until = NULL, next_at = :next_at, reason = :reason"
        " WHERE id = :id AND state IN (" (from MailEvent::Retry) ")"
    ];

    /// Gives a message up after a lasting failure, and erases what it said.
    pub fn fail(id: OutboxId, reason: &str) -> bool = [
        "UPDATE outbox SET state = " (to MailEvent::Fail) ", sealed = NULL, lease_until = NULL, reason = :reason"
        " WHERE id = :id AND state IN (" (from MailEvent::Fail) ")"
    ];

    /// Leaves a message unsent because it is stale or unwanted, and erases what it said.
    pub fn discard(id: OutboxId, reason: &str) -> bool = [
        "UPDATE outbox SET state = " (to MailEvent::Drop) ", sealed = NULL, lease_until = NULL, reason = :reason"
        " WHERE id = :id AND state IN (" (from MailEvent::Drop) ")"
    ];

    /// The newest messages, in whatever state: for the operator.
    pub fn list(limit: i64) -> Vec<OutboxRow> = ["SELECT " (OutboxRow) " FROM outbox ORDER BY id DESC LIMIT :limit"];

    /// How many messages wait that this release can send.
    pub fn waiting() -> One<i64> = [
        "SELECT COUNT(*) FROM outbox WHERE state IN (" (from MailEvent::Claim) ") AND channel = " (word Channel::Mail)
    ];
}

/// Queues a message; `false` where the same is there already (CON-07). A notice may take the place of the same one queued
/// up to `renew` (N-22).
pub fn insert(c: &mut Conn, new: &NewOutbox, renew: Option<Instant>) -> QueryResult<bool> {
    match renew {
        None => insert_new(c, new),
        Some(until) => insert_or_renew(c, new, until),
    }
}

/// How much is claimed at once.
#[derive(Debug, Clone, Copy)]
pub struct ClaimLimits {
    /// Messages in all.
    pub limit: i64,
    /// Messages of one tenant (TEN-04).
    pub share: i64,
    /// How long they are this process's; then any other may claim them.
    pub lease: TimeDelta,
}

/// Takes messages that are due, by priority and then in order; no other process gets them before the lease ends.
pub fn claim(c: &mut Conn, claim: ClaimLimits, now: Now) -> QueryResult<Vec<Claimed>> {
    let until = now.plus(claim.lease);
    let mut rows = take(c, claim.share, claim.limit, until, now)?;
    rows.sort_by_key(|claimed| (claimed.row.priority, claimed.row.id));
    Ok(rows)
}

/// Whether what a message carries is still good, asked right before it is sent (MAIL-06).
pub fn is_live(c: &mut Conn, id: OutboxId, now: Now) -> QueryResult<bool> {
    Ok(live(c, id, now)?.unwrap_or(false))
}
