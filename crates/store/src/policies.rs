//! Policies of a tenant: documents by kind, each change a version of its own, in force from a moment on.

use serde_json::Value;
use vestibule_core::clock::Instant;
use vestibule_core::ids::TenantId;
use vestibule_core::policies::PolicyKind;

use crate::row::row;
use crate::statement::{Piece, pieces, statements};
use crate::time::Now;

row! {
    /// A version of a policy.
    pub struct PolicyRow {
        /// The word of its kind: maybe one that a newer release wrote and this one does not know (CON-06).
        kind: String,
        version: i32,
        document: Value,
        /// In force from then on, until another version is.
        effective_from: Instant,
        /// The same as `effective_from` where it was to hold at once.
        created_at: Instant,
    }

    /// The number of a version.
    pub struct VersionRow {
        version: i32,
    }
}

impl PolicyRow {
    /// Whether it is in force at a moment. What was to hold at once holds from its transaction on, whatever a clock says.
    pub fn is_in_force(&self, at: Instant) -> bool {
        self.effective_from <= at || self.effective_from == self.created_at
    }
}

/// The same as a statement asks it of a version.
const IN_FORCE: &[Piece] = pieces!["(effective_from <= :at OR effective_from = created_at)"];

statements! {
    /// The policies in force at a moment, one of each kind, and those that will be later, in the order in which they come
    /// into force. Of two of a kind from the same moment on, the later version counts.
    pub fn in_force(tenant: TenantId, at: Instant) -> Vec<PolicyRow> = [
        "SELECT " (PolicyRow p) " FROM (SELECT " (PolicyRow) ", CASE WHEN " (part IN_FORCE) " THEN 1 ELSE 0 END AS holds,"
        " ROW_NUMBER() OVER (PARTITION BY kind, CASE WHEN " (part IN_FORCE) " THEN 1 ELSE 0 END"
        " ORDER BY effective_from DESC, version DESC) AS place"
        " FROM policies WHERE tenant_id = :tenant AND cancelled_at IS NULL) p"
        " WHERE p.holds = 0 OR p.place = 1 ORDER BY p.effective_from, p.version"
    ];

    /// The moment of the database, by which policies come into force.
    pub fn moment(now: Now) -> One<Instant> = ["SELECT :now"];

    /// Writes the next version of a policy, in force at once: not before one that was at once already, though a clock stood
    /// behind meanwhile. Two at the same time: one of them gets a unique violation.
    pub fn put(tenant: TenantId, kind: PolicyKind, document: &Value, now: Now) -> One<i32> = [
        "INSERT INTO policies (tenant_id, kind, version, document, effective_from, created_at)"
        " SELECT n.tenant_id, n.kind, n.version, n.document, n.at, n.at FROM (SELECT :tenant AS tenant_id, :kind AS kind,"
        " COALESCE(MAX(version), 0) + 1 AS version, :document AS document,"
        " CASE WHEN MAX(CASE WHEN effective_from = created_at THEN effective_from END) > :now"
        " THEN MAX(CASE WHEN effective_from = created_at THEN effective_from END) ELSE :now END AS at"
        " FROM policies WHERE tenant_id = :tenant AND kind = :kind) n RETURNING version"
    ];

    /// Writes the next version of a policy, in force from a moment that is still to come; none where it is not.
    pub fn schedule(
        tenant: TenantId,
        kind: PolicyKind,
        document: &Value,
        effective_from: Instant,
        now: Now,
    ) -> Option<VersionRow> = [
        "INSERT INTO policies (tenant_id, kind, version, document, effective_from, created_at)"
        " SELECT n.tenant_id, n.kind, n.version, n.document, n.effective_from, n.at FROM (SELECT :tenant AS tenant_id,"
        " :kind AS kind, COALESCE(MAX(version), 0) + 1 AS version, :document AS document,"
        " :effective_from AS effective_from, :now AS at FROM policies WHERE tenant_id = :tenant AND kind = :kind) n"
        " WHERE n.effective_from > n.at RETURNING version"
    ];

    /// Takes back what is not yet in force of a kind; how many versions.
    pub fn cancel(tenant: TenantId, kind: PolicyKind, now: Now) -> usize = [
        "UPDATE policies SET cancelled_at = :now WHERE tenant_id = :tenant AND kind = :kind AND effective_from > :now"
        " AND effective_from > created_at AND cancelled_at IS NULL"
    ];
}
