//! Policies of a tenant: documents by kind, each change a version of its own.

use diesel::QueryResult;
use serde_json::Value;
use vestibule_core::clock::Instant;
use vestibule_core::ids::TenantId;
use vestibule_core::settings::PolicyKind;

use crate::conn::Conn;
use crate::row::{One, row};
use crate::statement::{Statement, binds, statements};

row! {
    /// The version of a policy that holds.
    pub struct PolicyRow {
        kind: PolicyKind,
        version: i32,
        document: Value,
        created_at: Instant,
    }
}

statements! {
    Current = [
        "SELECT " (PolicyRow p) " FROM policies p WHERE p.tenant_id = ? AND p.version ="
        " (SELECT MAX(q.version) FROM policies q WHERE q.tenant_id = p.tenant_id AND q.kind = p.kind)"
        " ORDER BY p.kind"
    ];
    Put = [
        "INSERT INTO policies (tenant_id, kind, version, document, created_at)"
        " SELECT ?, ?, COALESCE(MAX(version), 0) + 1, ?, ? FROM policies WHERE tenant_id = ? AND kind = ?"
        " RETURNING version"
    ];
}

/// The policies that hold, one of each kind.
pub fn current(c: &mut Conn, tenant: TenantId) -> QueryResult<Vec<PolicyRow>> {
    Current::all(c, binds![tenant])
}

/// Writes the next version of a policy; its number. Two at once: one of them gets a unique violation.
pub fn put(
    c: &mut Conn,
    tenant: TenantId,
    kind: PolicyKind,
    document: &Value,
    now: Instant,
) -> QueryResult<i32> {
    Put::one::<One<i32>>(c, binds![tenant, kind, document, now, tenant, kind]).map(|row| row.0)
}
