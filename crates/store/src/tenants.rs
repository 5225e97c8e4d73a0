//! Tenants with their domains and settings.

use diesel::QueryResult;
use serde_json::Value;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_core::lifecycle::TenantState;

use crate::conn::Conn;
use crate::row::{One, record, row};
use crate::statement::{Statement, binds, statements};

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
    Insert = [
        "INSERT INTO tenants (" (NewTenant) ", state, change_number, applications_number)"
        " VALUES (" (values NewTenant) ", " (word TenantState::Active) ", 1, 1)"
    ];
    InsertSettings = ["INSERT INTO tenant_settings (tenant_id, settings, version, updated_at) VALUES (?, ?, 1, ?)"];
    InsertDomain = ["INSERT INTO tenant_domains (" (NewDomain) ") VALUES (" (values NewDomain) ")"];
    Find = ["SELECT " (TenantRow) " FROM tenants WHERE id = ?"];
    FindByDomain = [
        "SELECT " (TenantRow t) " FROM tenants t JOIN tenant_domains d ON d.tenant_id = t.id"
        " WHERE d.domain = ? AND d.verified_at IS NOT NULL"
    ];
    List = ["SELECT " (TenantRow) " FROM tenants ORDER BY created_at, id"];
    RaiseChange = ["UPDATE tenants SET change_number = change_number + 1 WHERE id = ? RETURNING change_number"];
    RaiseApplications = [
        "UPDATE tenants SET applications_number = applications_number + 1"
        " WHERE id IN (SELECT tenant_id FROM service_principals WHERE client_id = ?)"
    ];
    SetState = ["UPDATE tenants SET state = ?, change_number = change_number + 1 WHERE id = ?"];
    SetName = ["UPDATE tenants SET name = ?, change_number = change_number + 1 WHERE id = ?"];
    Settings = ["SELECT " (SettingsRow) " FROM tenant_settings WHERE tenant_id = ?"];
    PutSettings = [
        "UPDATE tenant_settings SET settings = ?, version = version + 1, updated_at = ?"
        " WHERE tenant_id = ? AND version = ?"
    ];
    AllDomains = ["SELECT " (DomainRow) " FROM tenant_domains ORDER BY tenant_id, is_default DESC, domain"];
    Domains = [
        "SELECT " (DomainRow) " FROM tenant_domains WHERE tenant_id = ? ORDER BY is_default DESC, domain"
    ];
}

/// Founds a tenant with its domains and first settings.
pub fn insert(c: &mut Conn, new: &NewTenant, domains: &[NewDomain], settings: &Value) -> QueryResult<()> {
    Insert::run(c, &new.binds())?;
    InsertSettings::run(c, binds![new.id, settings, new.created_at])?;
    for domain in domains {
        add_domain(c, domain)?;
    }
    Ok(())
}

/// One tenant.
pub fn find(c: &mut Conn, tenant: TenantId) -> QueryResult<Option<TenantRow>> {
    Find::optional(c, binds![tenant])
}

/// The tenant that proved a domain to be its own.
pub fn find_by_domain(c: &mut Conn, domain: &str) -> QueryResult<Option<TenantRow>> {
    FindByDomain::optional(c, binds![domain])
}

/// All tenants, the oldest first: for the operator, not for a request.
pub fn list(c: &mut Conn) -> QueryResult<Vec<TenantRow>> {
    List::all(c, binds![])
}

/// Raises the change number, under the row's lock; the new one.
pub fn raise_change(c: &mut Conn, tenant: TenantId) -> QueryResult<i64> {
    RaiseChange::one::<One<i64>>(c, binds![tenant]).map(|row| row.0)
}

/// Tells all nodes that an application changed, in every tenant where it is present.
pub fn raise_applications(c: &mut Conn, client_id: &ClientId) -> QueryResult<()> {
    RaiseApplications::run(c, binds![client_id]).map(drop)
}

/// Switches a tenant on or off, and raises its change number.
pub fn set_state(c: &mut Conn, tenant: TenantId, state: TenantState) -> QueryResult<bool> {
    SetState::hit(c, binds![state, tenant])
}

/// Renames a tenant, and raises its change number.
pub fn set_name(c: &mut Conn, tenant: TenantId, name: &str) -> QueryResult<bool> {
    SetName::hit(c, binds![name, tenant])
}

/// The settings with their version.
pub fn settings(c: &mut Conn, tenant: TenantId) -> QueryResult<Option<(Value, i32)>> {
    Ok(Settings::optional::<SettingsRow>(c, binds![tenant])?.map(|row| (row.settings, row.version)))
}

/// Replaces the settings where they still bear this version; raises the change number.
pub fn put_settings(
    c: &mut Conn,
    tenant: TenantId,
    settings: &Value,
    expected_version: i32,
    now: Instant,
) -> QueryResult<bool> {
    if !PutSettings::hit(c, binds![settings, now, tenant, expected_version])? {
        return Ok(false);
    }
    raise_change(c, tenant).map(|_| true)
}

/// Adds a domain; a unique violation where any tenant has it (CON-08).
pub fn add_domain(c: &mut Conn, new: &NewDomain) -> QueryResult<()> {
    InsertDomain::run(c, &new.binds()).map(drop)
}

/// The domains of all tenants, each tenant's default one first: for the operator, not for a request.
pub fn all_domains(c: &mut Conn) -> QueryResult<Vec<DomainRow>> {
    AllDomains::all(c, &[])
}

/// The domains of a tenant, the default one first.
pub fn domains(c: &mut Conn, tenant: TenantId) -> QueryResult<Vec<DomainRow>> {
    Domains::all(c, binds![tenant])
}
