//! Deleting what has ended: hygiene only, no decision waits for it (OTP-03).
//!
//! Rows of a realm are found by an id of theirs that is ordered by time and stands second in a key, so that no row of a
//! sign-in needs an index of its end. One statement looks at each table ([`ended`]), realm after realm by one look-up
//! each; nothing is written where nothing has ended. What it found is deleted by [`delete`], if it still has ended then.

use diesel::QueryResult;
use uuid::Uuid;
use vestibule_core::clock::Instant;
use vestibule_core::lifecycle::MailEvent;

use crate::conn::Conn;
use crate::row::row;
use crate::statement::{Piece, pieces, statements};

/// A table of realms or tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// By the passcode's id (OTP-16).
    Passcodes,
    /// By the interaction's id; finished ones too.
    Interactions,
    /// By the session's id.
    Sessions,
    /// By the id of the code's interaction. Keep codes as long as what came of them, to notice a replay.
    Codes,
    /// By the id of the token's session.
    AccessTokens,
    /// By the id of the family's session.
    Families,
    /// By the row's id.
    SignIns,
    /// By the row's id.
    Audits,
}

/// A table without realms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedTable {
    /// Counters that say nothing any more.
    Throttles,
    /// Addresses of sources that count no more.
    Sources,
    /// Messages that were queued before and are sent or given up. Notices must be kept for N-22.
    Outbox,
    /// Addresses whose mail came back before.
    Bounces,
}

/// What is old enough to go.
#[derive(Debug, Clone, Copy)]
pub struct Age {
    /// The id by which a row is found is from before then.
    pub born_before: Instant,
    /// The row ended before then. Rows of logs do not end: they go by their ids.
    pub ended_before: Instant,
}

row! {
    /// A row that has ended.
    pub struct EndedRow {
        /// Its realm or tenant.
        realm: Uuid,
        /// The id by which it is found.
        id: Uuid,
    }
}

/// The realms that a table has rows of, from one on: one look-up each, however many rows.
macro_rules! realms {
    ($table:literal, $realm:literal, $id:literal) => {
        concat!(
            "WITH RECURSIVE realms (realm) AS (SELECT f.realm FROM (SELECT t.",
            $realm,
            " AS realm FROM ",
            $table,
            " t WHERE t.",
            $realm,
            " >= :from ORDER BY t.",
            $realm,
            " LIMIT 1) f UNION ALL SELECT (SELECT t.",
            $realm,
            " FROM ",
            $table,
            " t WHERE t.",
            $realm,
            " > r.realm ORDER BY t.",
            $realm,
            " LIMIT 1) FROM realms r WHERE r.realm IS NOT NULL) SELECT r.realm, x.",
            $id,
            " FROM realms r"
        )
    };
}

/// For each realm its rows of the table that follows. SQLite takes joins in the order of CROSS JOIN.
const EACH: &[Piece] = pieces![(sqlite " CROSS JOIN " postgres " CROSS JOIN LATERAL (SELECT * FROM ")];

statements! {
    fn ended_passcodes(from: Uuid, floor: Uuid, before: Instant, most: i64) -> Vec<EndedRow> = [
        (text realms "passcodes" "realm_id" "id") (part EACH)
        "passcodes x WHERE x.realm_id = r.realm AND x.id < :floor AND x.expires_at < :before"
        (sqlite "" postgres " ORDER BY x.id LIMIT 1000) x") " LIMIT :most"
    ];

    fn ended_interactions(from: Uuid, floor: Uuid, before: Instant, most: i64) -> Vec<EndedRow> = [
        (text realms "interactions" "realm_id" "id") (part EACH)
        "interactions x WHERE x.realm_id = r.realm AND x.id < :floor AND x.expires_at < :before"
        (sqlite "" postgres " ORDER BY x.id LIMIT 1000) x") " LIMIT :most"
    ];

    fn ended_sessions(from: Uuid, floor: Uuid, before: Instant, most: i64) -> Vec<EndedRow> = [
        (text realms "sessions" "realm_id" "id") (part EACH)
        "sessions x WHERE x.realm_id = r.realm AND x.id < :floor AND x.expires_at < :before"
        (sqlite "" postgres " ORDER BY x.id LIMIT 1000) x") " LIMIT :most"
    ];

    fn ended_codes(from: Uuid, floor: Uuid, before: Instant, most: i64) -> Vec<EndedRow> = [
        (text realms "authorization_codes" "tenant_id" "interaction_id") (part EACH)
        "authorization_codes x" (by authorization_codes_interaction)
        " WHERE x.tenant_id = r.realm AND x.interaction_id < :floor AND x.expires_at < :before"
        (sqlite "" postgres " ORDER BY x.interaction_id LIMIT 1000) x") " LIMIT :most"
    ];

    fn ended_access_tokens(from: Uuid, floor: Uuid, before: Instant, most: i64) -> Vec<EndedRow> = [
        (text realms "access_tokens" "tenant_id" "session_id") (part EACH)
        "access_tokens x" (by access_tokens_session)
        " WHERE x.tenant_id = r.realm AND x.session_id < :floor AND x.expires_at < :before"
        (sqlite "" postgres " ORDER BY x.session_id LIMIT 1000) x") " LIMIT :most"
    ];

    fn ended_families(from: Uuid, floor: Uuid, before: Instant, most: i64) -> Vec<EndedRow> = [
        (text realms "refresh_families" "tenant_id" "session_id") (part EACH)
        "refresh_families x" (by refresh_families_session)
        " WHERE x.tenant_id = r.realm AND x.session_id < :floor AND x.expires_at < :before"
        (sqlite "" postgres " ORDER BY x.session_id LIMIT 1000) x") " LIMIT :most"
    ];

    fn old_sign_ins(from: Uuid, floor: Uuid, most: i64) -> Vec<EndedRow> = [
        (text realms "sign_ins" "tenant_id" "id") (part EACH)
        "sign_ins x WHERE x.tenant_id = r.realm AND x.id < :floor"
        (sqlite "" postgres " ORDER BY x.id LIMIT 1000) x") " LIMIT :most"
    ];

    fn old_audits(from: Uuid, floor: Uuid, most: i64) -> Vec<EndedRow> = [
        (text realms "directory_audits" "tenant_id" "id") (part EACH)
        "directory_audits x WHERE x.tenant_id = r.realm AND x.id < :floor"
        (sqlite "" postgres " ORDER BY x.id LIMIT 1000) x") " LIMIT :most"
    ];

    fn delete_passcodes(realm: Uuid, upto: Uuid, before: Instant) -> usize = [
        "DELETE FROM passcodes WHERE realm_id = :realm AND id <= :upto AND expires_at < :before"
    ];

    fn delete_interactions(realm: Uuid, upto: Uuid, before: Instant) -> usize = [
        "DELETE FROM interactions WHERE realm_id = :realm AND id <= :upto AND expires_at < :before"
    ];

    fn delete_sessions(realm: Uuid, upto: Uuid, before: Instant) -> usize = [
        "DELETE FROM sessions WHERE realm_id = :realm AND id <= :upto AND expires_at < :before"
    ];

    fn delete_codes(realm: Uuid, upto: Uuid, before: Instant) -> usize = [
        "DELETE FROM authorization_codes" (by authorization_codes_interaction)
        " WHERE tenant_id = :realm AND interaction_id <= :upto AND expires_at < :before"
    ];

    fn delete_access_tokens(realm: Uuid, upto: Uuid, before: Instant) -> usize = [
        "DELETE FROM access_tokens" (by access_tokens_session)
        " WHERE tenant_id = :realm AND session_id <= :upto AND expires_at < :before"
    ];

    fn delete_families(realm: Uuid, upto: Uuid, before: Instant) -> usize = [
        "DELETE FROM refresh_families" (by refresh_families_session)
        " WHERE tenant_id = :realm AND session_id <= :upto AND expires_at < :before"
    ];

    fn delete_sign_ins(realm: Uuid, upto: Uuid) -> usize = [
        "DELETE FROM sign_ins WHERE tenant_id = :realm AND id <= :upto"
    ];

    fn delete_audits(realm: Uuid, upto: Uuid) -> usize = [
        "DELETE FROM directory_audits WHERE tenant_id = :realm AND id <= :upto"
    ];

    fn ended_throttle(before: Instant) -> Option<i32> = [
        "SELECT 1 FROM throttles WHERE expires_at < :before LIMIT 1"
    ];

    fn ended_source(before: Instant) -> Option<i32> = [
        "SELECT 1 FROM throttle_sources WHERE expires_at < :before LIMIT 1"
    ];

    fn ended_mail(floor: Uuid) -> Option<i32> = [
        "SELECT 1 FROM outbox WHERE id < :floor AND state NOT IN (" (from MailEvent::Claim) ") LIMIT 1"
    ];

    fn old_bounce(before: Instant) -> Option<i32> = ["SELECT 1 FROM bounces WHERE at < :before LIMIT 1"];

    fn delete_throttles(before: Instant, batch: i64) -> usize = [
        "DELETE FROM throttles WHERE key IN (SELECT key FROM throttles WHERE expires_at < :before LIMIT :batch)"
    ];

    fn delete_sources(before: Instant, batch: i64) -> usize = [
        "DELETE FROM throttle_sources WHERE (source_key, address_hash) IN"
        " (SELECT source_key, address_hash FROM throttle_sources WHERE expires_at < :before LIMIT :batch)"
    ];

    fn delete_mail(floor: Uuid, batch: i64) -> usize = [
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox"
        " WHERE id < :floor AND state NOT IN (" (from MailEvent::Claim) ") ORDER BY id LIMIT :batch)"
    ];

    fn delete_bounces(before: Instant, batch: i64) -> usize = [
        "DELETE FROM bounces WHERE address_hash IN"
        " (SELECT address_hash FROM bounces WHERE at < :before LIMIT :batch)"
    ];
}

/// Rows of a table that have ended, by realm and id; up to [`MOST`]. Where there are so many, look again from the realm of
/// the last one on, once they are deleted.
pub fn ended(c: &mut Conn, table: Table, age: Age, last: Option<&EndedRow>) -> QueryResult<Vec<EndedRow>> {
    let from = last.map_or(Uuid::nil(), |last| last.realm);
    let (floor, before) = (floor(age.born_before), age.ended_before);
    let mut rows = match table {
        Table::Passcodes => ended_passcodes(c, from, floor, before, MOST)?,
        Table::Interactions => ended_interactions(c, from, floor, before, MOST)?,
        Table::Sessions => ended_sessions(c, from, floor, before, MOST)?,
        Table::Codes => ended_codes(c, from, floor, before, MOST)?,
        Table::AccessTokens => ended_access_tokens(c, from, floor, before, MOST)?,
        Table::Families => ended_families(c, from, floor, before, MOST)?,
        Table::SignIns => old_sign_ins(c, from, floor, MOST)?,
        Table::Audits => old_audits(c, from, floor, MOST)?,
    };
    rows.sort_by_key(|row| (row.realm, row.id));
    Ok(rows)
}

/// Deletes a part of what [`ended`] found, in its order, but for what has not ended any more; how many rows went. Run as
/// [`crate::Db::write_bulk`].
pub fn delete(c: &mut Conn, table: Table, age: Age, rows: &[EndedRow]) -> QueryResult<usize> {
    let before = age.ended_before;
    let mut gone = 0;
    for of_realm in rows.chunk_by(|one, other| one.realm == other.realm) {
        let Some(&EndedRow { realm, id: upto }) = of_realm.last() else { continue };
        gone += match table {
            Table::Passcodes => delete_passcodes(c, realm, upto, before)?,
            Table::Interactions => delete_interactions(c, realm, upto, before)?,
            Table::Sessions => delete_sessions(c, realm, upto, before)?,
            Table::Codes => delete_codes(c, realm, upto, before)?,
            Table::AccessTokens => delete_access_tokens(c, realm, upto, before)?,
            Table::Families => delete_families(c, realm, upto, before)?,
            Table::SignIns => delete_sign_ins(c, realm, upto)?,
            Table::Audits => delete_audits(c, realm, upto)?,
        };
    }
    Ok(gone)
}

/// Whether a table without realms has rows that are done with since before then.
pub fn any_ended(c: &mut Conn, table: SharedTable, before: Instant) -> QueryResult<bool> {
    let row = match table {
        SharedTable::Throttles => ended_throttle(c, before)?,
        SharedTable::Sources => ended_source(c, before)?,
        SharedTable::Outbox => ended_mail(c, floor(before))?,
        SharedTable::Bounces => old_bounce(c, before)?,
    };
    Ok(row.is_some())
}

/// Deletes a batch of them; how many. A full batch says that there may be more. Run as [`crate::Db::write_bulk`].
pub fn delete_ended(c: &mut Conn, table: SharedTable, before: Instant, batch: i64) -> QueryResult<usize> {
    match table {
        SharedTable::Throttles => delete_throttles(c, before, batch),
        SharedTable::Sources => delete_sources(c, before, batch),
        SharedTable::Outbox => delete_mail(c, floor(before), batch),
        SharedTable::Bounces => delete_bounces(c, before, batch),
    }
}

/// The least time-ordered id of a moment.
fn floor(at: Instant) -> Uuid {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(millis << 80)
}

/// Rows in one answer of [`ended`].
pub const MOST: i64 = 1000;
