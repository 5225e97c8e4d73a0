//! The processes that serve, by their heartbeat: which releases read what is written now (CON-06).

use chrono::TimeDelta;
use diesel::QueryResult;
use uuid::Uuid;
use vestibule_core::clock::{Instant, after};
use vestibule_core::release::Release;

use crate::conn::Conn;
use crate::row::row;
use crate::statement::statements;
use crate::time::Now;

/// A node that was not heard of for so long serves no more.
const SILENT: TimeDelta = TimeDelta::minutes(2);

row! {
    /// A node.
    pub struct NodeRow {
        name: String,
        release: i32,
    }
}

statements! {
    fn put(id: Uuid, name: &str, release: i32, until: Instant) = [
        "INSERT INTO nodes (id, name, release, expires_at) VALUES (:id, :name, :release, :until)"
        " ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at"
    ];

    /// A node stops; those that went without a word are forgotten with it.
    pub fn leave(id: Uuid, now: Now) = ["DELETE FROM nodes WHERE id = :id OR expires_at <= :now"];

    fn older_one(than: i32, now: Now) -> Option<NodeRow> = [
        "SELECT " (NodeRow) " FROM nodes WHERE release < :than AND expires_at > :now ORDER BY release, name LIMIT 1"
    ];
}

/// A heartbeat.
pub fn beat(c: &mut Conn, id: Uuid, name: &str, release: Release, now: Now) -> QueryResult<()> {
    put(c, id, name, release.0, after(now.instant, SILENT))
}

/// A node that serves and is older than a release; one of the oldest, where there are several.
pub fn older(c: &mut Conn, than: Release, now: Now) -> QueryResult<Option<NodeRow>> {
    older_one(c, than.0, now)
}
