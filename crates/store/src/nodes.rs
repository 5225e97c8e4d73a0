//! The processes that serve, by their heartbeat: which releases read what is written now (CON-06).

use diesel::QueryResult;
use uuid::Uuid;
use vestibule_core::release::Release;

use crate::conn::Conn;
use crate::row::row;
use crate::statement::{Piece, pieces, statements};
use crate::time::Now;

row! {
    /// A node.
    pub struct NodeRow {
        name: String,
        release: i32,
    }
}

/// Heard of within two minutes, four heartbeats, by the database's clock.
const LIVES: &[Piece] = pieces!["seen_at > :now" (sqlite " - 120000000" postgres " - INTERVAL '2 minutes'")];

statements! {
    /// A heartbeat.
    fn put(id: Uuid, name: &str, release: i32, now: Now) = [
        "INSERT INTO nodes (id, name, release, seen_at) VALUES (:id, :name, :release, :now)"
        " ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at"
    ];

    /// A node stops.
    pub fn leave(id: Uuid) = ["DELETE FROM nodes WHERE id = :id"];

    /// Nodes that went without a word.
    fn forget(now: Now) = ["DELETE FROM nodes WHERE NOT (" (part LIVES) ")"];

    fn older_one(than: i32, now: Now) -> Option<NodeRow> = [
        "SELECT " (NodeRow) " FROM nodes WHERE release < :than AND " (part LIVES) " ORDER BY release, name LIMIT 1"
    ];
}

/// A heartbeat; whoever went without a word is forgotten by it.
pub fn beat(c: &mut Conn, id: Uuid, name: &str, release: Release, now: Now) -> QueryResult<()> {
    forget(c, now)?;
    put(c, id, name, release.0, now)
}

/// A node that serves and is older than a release; one of the oldest, where there are several.
pub fn older(c: &mut Conn, than: Release, now: Now) -> QueryResult<Option<NodeRow>> {
    older_one(c, than.0, now)
}
