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
use crate::statement::statements;

statements! {
    fn passcodes_below(realm: Realm, floor: Uuid, before: Instant, batch: i64) -> usize = [
        "DELETE FROM passcodes WHERE realm_id = :realm AND id IN (SELECT id FROM passcodes"
        " WHERE realm_id = :realm AND id < :floor AND expires_at < :before ORDER BY id LIMIT :batch)"
    ];

    fn interactions_below(realm: Realm, floor: Uuid, before: Instant, batch: i64) -> usize = [
        "DELETE FROM interactions WHERE realm_id = :realm AND id IN (SELECT id FROM interactions"
        " WHERE realm_id = :realm AND id < :floor AND expires_at < :before ORDER BY id LIMIT :batch)"
    ];

    /// Sessions that expired before then.
    pub fn sessions(realm: Realm, before: Instant, batch: i64) -> usize = [
        "DELETE FROM sessions WHERE realm_id = :realm AND id IN (SELECT id FROM sessions"
        " WHERE realm_id = :realm AND expires_at < :before LIMIT :batch)"
    ];

    /// Authorization codes that expired before then. Keep them as long as what came of them, to notice a replay.
    pub fn codes(tenant: TenantId, before: Instant, batch: i64) -> usize = [
        "DELETE FROM authorization_codes WHERE tenant_id = :tenant AND digest IN (SELECT digest"
        " FROM authorization_codes"
        " WHERE tenant_id = :tenant AND expires_at < :before LIMIT :batch)"
    ];

    fn access_tokens(tenant: TenantId, before: Instant, batch: i64) -> usize = [
        "DELETE FROM access_tokens WHERE tenant_id = :tenant AND digest IN (SELECT digest FROM access_tokens"
        " WHERE tenant_id = :tenant AND expires_at < :before LIMIT :batch)"
    ];

    fn families(tenant: TenantId, before: Instant, batch: i64) -> usize = [
        "DELETE FROM refresh_families WHERE tenant_id = :tenant AND id IN (SELECT id FROM refresh_families"
        " WHERE tenant_id = :tenant AND expires_at < :before LIMIT :batch)"
    ];

    /// Counters that say nothing any more.
    pub fn throttles(before: Instant, batch: i64) -> usize = [
        "DELETE FROM throttles WHERE key IN (SELECT key FROM throttles WHERE expires_at < :before LIMIT :batch)"
    ];

    /// Addresses of sources that count no more.
    pub fn sources(before: Instant, batch: i64) -> usize = [
        "DELETE FROM throttle_sources WHERE (source_key, address_hash) IN"
        " (SELECT source_key, address_hash FROM throttle_sources WHERE expires_at < :before LIMIT :batch)"
    ];

    fn outbox_below(floor: Uuid, batch: i64) -> usize = [
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox"
        " WHERE id < :floor AND state NOT IN (" (from MailEvent::Claim) ") ORDER BY id LIMIT :batch)"
    ];

    /// Addresses whose mail came back before then.
    pub fn bounces(before: Instant, batch: i64) -> usize = [
        "DELETE FROM bounces WHERE address_hash IN (SELECT address_hash FROM bounces WHERE at < :before LIMIT :batch)"
    ];

    fn sign_ins_below(tenant: TenantId, floor: Uuid, batch: i64) -> usize = [
        "DELETE FROM sign_ins WHERE tenant_id = :tenant AND id IN (SELECT id FROM sign_ins"
        " WHERE tenant_id = :tenant AND id < :floor ORDER BY id LIMIT :batch)"
    ];

    fn audits_below(tenant: TenantId, floor: Uuid, batch: i64) -> usize = [
        "DELETE FROM directory_audits WHERE tenant_id = :tenant AND id IN (SELECT id FROM directory_audits"
        " WHERE tenant_id = :tenant AND id < :floor ORDER BY id LIMIT :batch)"
    ];
}

/// Passcodes that ended before then (OTP-16).
pub fn passcodes(c: &mut Conn, realm: Realm, before: Instant, batch: i64) -> QueryResult<usize> {
    passcodes_below(c, realm, floor(before), before, batch)
}

/// Interactions whose row ended before then, finished ones too.
pub fn interactions(c: &mut Conn, realm: Realm, before: Instant, batch: i64) -> QueryResult<usize> {
    interactions_below(c, realm, floor(before), before, batch)
}

/// Access tokens and refresh families that expired before then.
pub fn tokens(c: &mut Conn, tenant: TenantId, before: Instant, batch: i64) -> QueryResult<usize> {
    let access = access_tokens(c, tenant, before, batch)?;
    Ok(access + families(c, tenant, before, batch)?)
}

/// Messages queued before then that were sent or given up. Notices must be kept for N-22.
pub fn outbox(c: &mut Conn, before: Instant, batch: i64) -> QueryResult<usize> {
    outbox_below(c, floor(before), batch)
}

/// Sign-ins written down before then.
pub fn sign_ins(c: &mut Conn, tenant: TenantId, before: Instant, batch: i64) -> QueryResult<usize> {
    sign_ins_below(c, tenant, floor(before), batch)
}

/// Changes written down before then.
pub fn audits(c: &mut Conn, tenant: TenantId, before: Instant, batch: i64) -> QueryResult<usize> {
    audits_below(c, tenant, floor(before), batch)
}

/// The least time-ordered id of a moment.
fn floor(at: Instant) -> Uuid {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(millis << 80)
}
