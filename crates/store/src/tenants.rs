//! Tenants with their domains and settings.

use diesel::QueryResult;
use serde_json::Value;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_core::lifecycle::TenantState;

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::statements;

row! {
    /// A tenant as stored.
    pub struct TenantRow {
        id: TenantId,
        name: String,
        state: TenantState,
        /// Raised with each change of what this tenant decides by but its applications (architecture rule 6).
        change_number: i64,
        /// Raised with each change of an application that is present here.
        applications_number: i64,
        /// What pairwise subjects are computed with, sealed.
        pairwise_key: Vec<u8>,
        created_at: Instant,
    }

    /// A domain of a tenant.
    pub struct DomainRow {
        tenant_id: TenantId,
        domain: String,
        is_default: bool,
        verified_at: Option<Instant>,
        created_at: Instant,
    }

    /// Settings with the version that a change must name.
    pub struct SettingsRow {
        settings: Value,
        version: i32,
    }
}

record! {
    /// A new tenant.
    pub struct NewTenant {
        id: TenantId,
        name: String,
        /// What pairwise subjects are computed with, sealed.
        pairwise_key: Vec<u8>,
        created_at: Instant,
    }

    /// A new domain of a tenant.
    pub struct NewDomain {
        tenant_id: TenantId,
        domain: String,
        is_default: bool,
        verified_at: Option<Instant>,
        created_at: Instant,
    }
}

statements! {
    fn insert_tenant(new: &NewTenant) = [
        "INSERT INTO tenants (" (NewTenant) ", state, change_number, applications_number)"
        " VALUES (" (values new) ", " (word TenantState::Active) ", 1, 1)"
    ];

    fn insert_settings(tenant: TenantId, settings: &Value, now: Instant) = [
        "INSERT INTO tenant_settings (tenant_id, settings, version, updated_at) VALUES (:tenant, :settings, 1, :now)"
    ];

    /// Adds a domain; a unique violation where any tenant has it (CON-08).
    pub fn add_domain(new: &NewDomain) = ["INSERT INTO tenant_domains (" (NewDomain) ") VALUES (" (values new) ")"];

    /// One tenant.
    pub fn find(tenant: TenantId) -> Option<TenantRow> = ["SELECT " (TenantRow) " FROM tenants WHERE id = :tenant"];

    /// The tenant that proved a domain to be its own.
    pub fn find_by_domain(domain: &str) -> Option<TenantRow> = [
        "SELECT " (TenantRow t) " FROM tenants t JOIN tenant_domains d ON d.tenant_id = t.id"
        " WHERE d.domain = :domain AND d.verified_at IS NOT NULL"
    ];

    /// All tenants, the oldest first: for the operator, not for a request.
    pub fn list() -> Vec<TenantRow> = ["SELECT " (TenantRow) " FROM tenants ORDER BY created_at, id"];

    /// Raises the change number, under the row's lock; the new one.
    pub fn raise_change(tenant: TenantId) -> One<i64> = [
        "UPDATE tenants SET change_number = change_number + 1 WHERE id = :tenant RETURNING change_number"
    ];

    /// Tells all nodes that an application changed, in every tenant where it is present.
    pub fn raise_applications(client_id: &ClientId) = [
        "UPDATE tenants SET applications_number = applications_number + 1"
        " WHERE id IN (SELECT tenant_id FROM service_principals WHERE client_id = :client_id)"
    ];

    /// Tells all nodes that an application changed in this one tenant.
    pub fn raise_presence(tenant: TenantId) = [
        "UPDATE tenants SET applications_number = applications_number + 1 WHERE id = :tenant"
    ];

    /// Switches a tenant on or off.
    pub fn set_state(tenant: TenantId, state: TenantState) -> bool = [
        "UPDATE tenants SET state = :state WHERE id = :tenant"
    ];

    fn settings_row(tenant: TenantId) -> Option<SettingsRow> = [
        "SELECT " (SettingsRow) " FROM tenant_settings WHERE tenant_id = :tenant"
    ];

    /// Replaces the settings where they still bear this version.
    pub fn put_settings(tenant: TenantId, settings: &Value, expected_version: i32, now: Instant) -> bool = [
        "UPDATE tenant_settings SET settings = :settings, version = version + 1, updated_at = :now"
        " WHERE tenant_id = :tenant AND version = :expected_version"
    ];

    /// The domains of all tenants, each tenant's default one first: for the operator, not for a request.
    pub fn all_domains() -> Vec<DomainRow> = [
        "SELECT " (DomainRow) " FROM tenant_domains ORDER BY tenant_id, is_default DESC, domain"
    ];

    /// The domains of a tenant, the default one first.
    pub fn domains(tenant: TenantId) -> Vec<DomainRow> = [
        "SELECT " (DomainRow) " FROM tenant_domains WHERE tenant_id = :tenant ORDER BY is_default DESC, domain"
    ];
}

/// Founds a tenant with its domains and first settings.
pub fn insert(c: &mut Conn, new: &NewTenant, domains: &[NewDomain], settings: &Value) -> QueryResult<()> {
    insert_tenant(c, new)?;
    insert_settings(c, new.id, settings, new.created_at)?;
    for domain in domains {
        add_domain(c, domain)?;
    }
    Ok(())
}

/// The settings with their version.
pub fn settings(c: &mut Conn, tenant: TenantId) -> QueryResult<Option<(Value, i32)>> {
    Ok(settings_row(c, tenant)?.map(|row| (row.settings, row.version)))
}
