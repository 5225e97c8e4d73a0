//! Statements for tests alone, which no use case runs yet: a raised epoch, changes of a tenant, an application and a
//! guest, the sessions of a user and the audit log as they are read.

use uuid::Uuid;
use vestibule_core::ids::{InvitationId, Realm, TenantId, UserId};
use vestibule_core::lifecycle::InvitationEvent;

use crate::QueryResult;
use crate::conn::Conn;
use crate::directory::name_key;
use crate::logs::{AuditRow, LogPage};
use crate::signin::SessionRow;
use crate::statement::statements;
use crate::time::Now;

statements! {
    /// The live sessions of a user, the newest first.
    pub fn sessions_of_user(realm: Realm, user: UserId, now: Now) -> Vec<SessionRow> = [
        "SELECT " (SessionRow) " FROM sessions" (by sessions_user) " WHERE realm_id = :realm"
        " AND user_id = :user AND ended_at IS NULL"
        " AND expires_at > :now ORDER BY created_at DESC, id"
    ];

    /// Raises the epoch after a restore (CON-04); the new one. Every request reads it.
    pub fn raise_epoch() -> One<i64> = ["UPDATE deployment SET epoch = epoch + 1 WHERE id = 1 RETURNING epoch"];

    /// Renames a tenant, and raises its change number.
    pub fn set_name(tenant: TenantId, name: &str) -> bool = [
        "UPDATE tenants SET name = :name, change_number = change_number + 1 WHERE id = :tenant"
    ];

    /// Takes a secret back; `false` where there is no such secret.
    pub fn remove_credential(tenant: TenantId, application: Uuid, id: Uuid) -> bool = [
        "DELETE FROM application_credentials WHERE tenant_id = :tenant AND application_id = :application AND id = :id"
    ];

    /// Withdraws an invitation that is not accepted; `false` otherwise.
    pub fn withdraw(tenant: TenantId, id: InvitationId) -> bool = [
        "UPDATE invitations SET state = " (to InvitationEvent::Withdraw)
        " WHERE tenant_id = :tenant AND id = :id AND state IN (" (from InvitationEvent::Withdraw) ")"
    ];

    fn rename(tenant: TenantId, id: UserId, name: Option<&str>, name_key: &str) -> bool = [
        "UPDATE users SET display_name = :name, name_key = :name_key, version = version + 1"
        " WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL"
    ];

    fn audits_before(tenant: TenantId, id: Uuid, limit: i64) -> Vec<AuditRow> = [
        "SELECT " (AuditRow) " FROM directory_audits WHERE tenant_id = :tenant AND id < :id ORDER BY id DESC"
        " LIMIT :limit"
    ];

    fn audits_numbered(tenant: TenantId, beyond: i64, limit: i64) -> Vec<AuditRow> = [
        "SELECT " (AuditRow) " FROM directory_audits" (by directory_audits_seq)
        " WHERE tenant_id = :tenant AND seq > :beyond ORDER BY seq LIMIT :limit"
    ];
}

/// Changes a user's display name; `false` where there is no such user.
pub fn set_display_name(c: &mut Conn, tenant: TenantId, id: UserId, name: Option<&str>) -> QueryResult<bool> {
    rename(c, tenant, id, name, &name_key(name))
}

/// A page of changes.
pub fn audits(c: &mut Conn, tenant: TenantId, page: LogPage, limit: i64) -> QueryResult<Vec<AuditRow>> {
    match page {
        LogPage::Newest => audits_before(c, tenant, Uuid::max(), limit),
        LogPage::Before(id) => audits_before(c, tenant, id, limit),
        LogPage::Numbered(beyond) => audits_numbered(c, tenant, beyond, limit),
    }
}
