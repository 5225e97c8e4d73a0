//! The processes that serve, by their heartbeat: which releases read what is written now (CON-06).

use chrono::TimeDelta;
use diesel::QueryResult;
use uuid::Uuid;
use vestibule_core::clock::after;
use vestibule_core::release::Release;

use crate::conn::Conn;
use crate::row::row;
use crate::statement::{Statement, binds, statements};
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
    Beat = [
        "INSERT INTO nodes (id, name, release, expires_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at"
    ];
    Leave = ["DELETE FROM nodes WHERE id = ? OR expires_at <= {now}"];
    Older = ["SELECT " (NodeRow) " FROM nodes WHERE release < ? AND expires_at > {now} ORDER BY release, name LIMIT 1"];
}

/// A heartbeat.
pub fn beat(c: &mut Conn, id: Uuid, name: &str, release: Release, now: Now) -> QueryResult<()> {
    Beat::run(c, binds![id, name, release.0, after(now.instant, SILENT)]).map(drop)
}

/// A node stops; those that went without a word are forgotten with it.
pub fn leave(c: &mut Conn, id: Uuid, now: Now) -> QueryResult<()> {
    Leave::run(c, binds![id, now]).map(drop)
}

/// A node that serves and is older than a release; one of the oldest, where there are several.
pub fn older(c: &mut Conn, than: Release, now: Now) -> QueryResult<Option<NodeRow>> {
    Older::optional(c, binds![than.0, now])
}
