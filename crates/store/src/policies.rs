//! Policies of a tenant: documents by kind, each change a version of its own, in force from a moment on.

use serde_json::Value;
use vestibule_core::clock::Instant;
use vestibule_core::ids::TenantId;
use vestibule_core::policies::PolicyKind;

use crate::row::row;
use crate::statement::statements;

row! {
    /// A version of a policy.
    pub struct PolicyRow {
        /// The word of its kind: maybe one that a newer release wrote and this one does not know (CON-06).
        kind: String,
        version: i32,
        document: Value,
        /// In force from then on, until another version is.
        effective_from: Instant,
        created_at: Instant,
    }
}

statements! {
    /// The policies in force at a moment, one of each kind, and those that will be later, in the order in which they come
    /// into force. Of two of a kind from the same moment on, the later version counts.
    pub fn in_force(tenant: TenantId, at: Instant) -> Vec<PolicyRow> = [
        "SELECT " (PolicyRow p) " FROM policies p WHERE p.tenant_id = :tenant AND p.cancelled_at IS NULL"
        " AND (p.effective_from > :at OR p.version = (SELECT q.version FROM policies q"
        " WHERE q.tenant_id = p.tenant_id AND q.kind = p.kind AND q.cancelled_at IS NULL AND q.effective_from <= :at"
        " ORDER BY q.effective_from DESC, q.version DESC LIMIT 1))"
        " ORDER BY p.effective_from, p.version"
    ];

    /// Writes the next version of a policy; its number. Two at once: one of them gets a unique violation.
    pub fn put(tenant: TenantId, kind: PolicyKind, document: &Value, effective_from: Instant, now: Instant) -> One<i32> = [
        "INSERT INTO policies (tenant_id, kind, version, document, effective_from, created_at)"
        " SELECT :tenant, :kind, COALESCE(MAX(version), 0) + 1, :document, :effective_from, :now FROM policies"
        " WHERE tenant_id = :tenant AND kind = :kind"
        " RETURNING version"
    ];

    /// Takes back what is not yet in force of a kind; how many versions.
    pub fn cancel(tenant: TenantId, kind: PolicyKind, now: Instant) -> usize = [
        "UPDATE policies SET cancelled_at = :now WHERE tenant_id = :tenant AND kind = :kind AND effective_from > :now"
        " AND cancelled_at IS NULL"
    ];
}
