//! Deleting what has ended, in small batches: hygiene only, no decision waits for it (OTP-03).
//!
//! Each function takes one batch and tells how many rows went; a full batch says that there may be more. What has a
//! time-ordered id is found by it, so that rows of the hot path need no index of their end. Run as
//! [`crate::Db::write_bulk`].

use diesel::QueryResult;
use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{Realm, TenantId};
use vestibule_core::lifecycle::MailEvent;

use crate::conn::Conn;
use crate::statement::{Statement, binds, statements};

statements! {
    Passcodes = [
        "DELETE FROM passcodes WHERE realm_id = ? AND id IN (SELECT id FROM passcodes"
        " WHERE realm_id = ? AND id < ? AND expires_at < ? ORDER BY id LIMIT ?)"
    ];
    Interactions = [
        "DELETE FROM interactions WHERE realm_id = ? AND id IN (SELECT id FROM interactions"
        " WHERE realm_id = ? AND id < ? AND expires_at < ? ORDER BY id LIMIT ?)"
    ];
    Sessions = [
        "DELETE FROM sessions WHERE realm_id = ? AND id IN (SELECT id FROM sessions"
        " WHERE realm_id = ? AND expires_at < ? LIMIT ?)"
    ];
    Codes = [
        "DELETE FROM authorization_codes WHERE tenant_id = ? AND digest IN (SELECT digest FROM authorization_codes"
        " WHERE tenant_id = ? AND expires_at < ? LIMIT ?)"
    ];
    Access = [
        "DELETE FROM access_tokens WHERE tenant_id = ? AND digest IN (SELECT digest FROM access_tokens"
        " WHERE tenant_id = ? AND expires_at < ? LIMIT ?)"
    ];
    Families = [
        "DELETE FROM refresh_families WHERE tenant_id = ? AND id IN (SELECT id FROM refresh_families"
        " WHERE tenant_id = ? AND expires_at < ? LIMIT ?)"
    ];
    Throttles = [
        "DELETE FROM throttles WHERE key IN (SELECT key FROM throttles WHERE expires_at < ? LIMIT ?)"
    ];
    Sources = [
        "DELETE FROM throttle_sources WHERE (source_key, address_hash) IN"
        " (SELECT source_key, address_hash FROM throttle_sources WHERE expires_at < ? LIMIT ?)"
    ];
    Outbox = [
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox"
        " WHERE id < ? AND state NOT IN (" (from MailEvent::Claim) ") ORDER BY id LIMIT ?)"
    ];
    Bounces = [
        "DELETE FROM bounces WHERE address_hash IN (SELECT address_hash FROM bounces WHERE at < ? LIMIT ?)"
    ];
    SignIns = [
        "DELETE FROM sign_ins WHERE tenant_id = ? AND id IN (SELECT id FROM sign_ins"
        " WHERE tenant_id = ? AND id < ? ORDER BY id LIMIT ?)"
    ];
    Audits = [
        "DELETE FROM directory_audits WHERE tenant_id = ? AND id IN (SELECT id FROM directory_audits"
        " WHERE tenant_id = ? AND id < ? ORDER BY id LIMIT ?)"
    ];
}

/// Passcodes that ended before then (OTP-16).
pub fn passcodes(c: &mut Conn, realm: Realm, before: Instant, batch: i64) -> QueryResult<usize> {
    Passcodes::run(c, binds![realm, realm, floor(before), before, batch])
}

/// Interactions whose row ended before then, finished ones too.
pub fn interactions(c: &mut Conn, realm: Realm, before: Instant, batch: i64) -> QueryResult<usize> {
    Interactions::run(c, binds![realm, realm, floor(before), before, batch])
}

/// Sessions that expired before then.
pub fn sessions(c: &mut Conn, realm: Realm, before: Instant, batch: i64) -> QueryResult<usize> {
    Sessions::run(c, binds![realm, realm, before, batch])
}

/// Authorization codes that expired before then. Keep them as long as what came of them, to notice a replay.
pub fn codes(c: &mut Conn, tenant: TenantId, before: Instant, batch: i64) -> QueryResult<usize> {
    Codes::run(c, binds![tenant, tenant, before, batch])
}

/// Access tokens and refresh families that expired before then.
pub fn tokens(c: &mut Conn, tenant: TenantId, before: Instant, batch: i64) -> QueryResult<usize> {
    let access = Access::run(c, binds![tenant, tenant, before, batch])?;
    Ok(access + Families::run(c, binds![tenant, tenant, before, batch])?)
}

/// Counters that say nothing any more.
pub fn throttles(c: &mut Conn, before: Instant, batch: i64) -> QueryResult<usize> {
    Throttles::run(c, binds![before, batch])
}

/// Addresses of sources that count no more.
pub fn sources(c: &mut Conn, before: Instant, batch: i64) -> QueryResult<usize> {
    Sources::run(c, binds![before, batch])
}

/// Messages queued before then that were sent or given up. Notices must be kept for N-22.
pub fn outbox(c: &mut Conn, before: Instant, batch: i64) -> QueryResult<usize> {
    Outbox::run(c, binds![floor(before), batch])
}

/// Addresses whose mail came back before then.
pub fn bounces(c: &mut Conn, before: Instant, batch: i64) -> QueryResult<usize> {
    Bounces::run(c, binds![before, batch])
}

/// Sign-ins written down before then.
pub fn sign_ins(c: &mut Conn, tenant: TenantId, before: Instant, batch: i64) -> QueryResult<usize> {
    SignIns::run(c, binds![tenant, tenant, floor(before), batch])
}

/// Changes written down before then.
pub fn audits(c: &mut Conn, tenant: TenantId, before: Instant, batch: i64) -> QueryResult<usize> {
    Audits::run(c, binds![tenant, tenant, floor(before), batch])
}

/// The least time-ordered id of a moment.
fn floor(at: Instant) -> Uuid {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(millis << 80)
}
