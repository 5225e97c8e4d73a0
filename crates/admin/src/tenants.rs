//! Tenants and their domains.

use serde::Serialize;
use serde_json::json;
use vestibule_app::audit::{self, Change, allow};
use vestibule_app::vault::Purpose;
use vestibule_app::{App, Context};
use vestibule_core::Address;
use vestibule_core::access::{Action, Actor, Object, Role};
use vestibule_core::ids::{TenantId, UserId, random_uuid};
use vestibule_core::lifecycle::TenantState;
use vestibule_core::settings::TenantSettings;
use vestibule_store::directory::NewUser;
use vestibule_store::tenants::{NewDomain, NewTenant};
use vestibule_store::{self as store, is_unique_violation};

use super::{AdminError, display_name, domain_of, invalid};

/// A tenant, as it is told.
#[derive(Debug, Clone, Serialize)]
pub struct Tenant {
    /// `tid`.
    pub id: TenantId,
    /// Its display name.
    pub name: String,
    /// Its domains, the default one first.
    pub domains: Vec<String>,
    /// What applications are configured with.
    pub issuer: String,
    /// `active` or `disabled`.
    pub state: TenantState,
}

/// What a new tenant is made of.
#[derive(Debug)]
pub struct NewTenantInput {
    /// Display name.
    pub name: String,
    /// First domain; the operator vouches for it.
    pub domain: String,
    /// Its id, if it is brought along.
    pub id: Option<TenantId>,
    /// Address of the first administrator.
    pub admin: Option<String>,
}

/// Makes a tenant, and its first administrator where one is named.
pub async fn create(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    input: NewTenantInput,
) -> Result<Tenant, AdminError> {
    let _allowed = allow(ctx, actor, Action::CreateTenant, Object::Deployment)?;
    let name = display_name("name", &input.name)?;
    let domain = domain_of("domain", &input.domain)?;
    let admin = input.admin.as_deref().map(Address::parse).transpose().map_err(|e| invalid("admin", e))?;
    let id = input.id.unwrap_or_else(|| TenantId(random_uuid(app.random.as_ref())));
    if id.0 == vestibule_core::ids::ACCOUNTS_REALM || id.0.is_nil() {
        return Err(invalid("id", "this GUID cannot name a tenant"));
    }
    let mut key = zeroize::Zeroizing::new([0_u8; 32]);
    app.random.fill(key.as_mut());
    let sealed = app.vault.seal(Purpose::Pairwise, &[b"tenants", id.0.as_bytes()], key.as_ref())?;
    let new = NewTenant { id, name: name.clone(), pairwise_key: sealed, created_at: ctx.now };
    let first = NewDomain {
        tenant_id: id,
        domain: domain.as_str().to_owned(),
        is_default: true,
        verified_at: Some(ctx.now),
        created_at: ctx.now,
    };
    let settings =
        serde_json::to_value(TenantSettings::default()).map_err(|e| AdminError::Internal(e.to_string()))?;
    let member = admin.map(|a| NewUser::member(id, UserId(random_uuid(app.random.as_ref())), &a, ctx.now));
    let change = Change::on(Action::CreateTenant.as_str(), "tenant", id.to_string())
        .with(json!({ "domain": domain.as_str() }));
    let row = audit::row(app, ctx, actor, id, change);
    let written = app
        .db
        .write(move |c| {
            store::tenants::insert(c, &new, std::slice::from_ref(&first), &settings)?;
            if let Some(member) = &member {
                store::directory::insert_user(c, member, Some(member.created_at))?;
                store::directory::assign_role(
                    c,
                    id,
                    member.id,
                    Role::GlobalAdministrator,
                    member.created_at,
                )?;
            }
            store::logs::insert_audit(c, &row)
        })
        .await?;
    written.map_err(|e| {
        if is_unique_violation(&e) {
            AdminError::Conflict(format!("a tenant with this id or the domain {domain} exists already"))
        } else {
            e.into()
        }
    })?;
    Ok(Tenant {
        id,
        name,
        domains: vec![domain.to_string()],
        issuer: app.urls.issuer(id),
        state: TenantState::Active,
    })
}

/// Adds a domain that the operator vouches for.
pub async fn add_domain(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    domain: &str,
) -> Result<Tenant, AdminError> {
    let _allowed = allow(ctx, actor, Action::ManageDomains, Object::Tenant(tenant))?;
    let domain = domain_of("domain", domain)?;
    let new = NewDomain {
        tenant_id: tenant,
        domain: domain.as_str().to_owned(),
        is_default: false,
        verified_at: Some(ctx.now),
        created_at: ctx.now,
    };
    let change = Change::on(Action::ManageDomains.as_str(), "domain", domain.as_str().to_owned());
    let row = audit::row(app, ctx, actor, tenant, change);
    let written = app
        .db
        .write(move |c| {
            store::tenants::add_domain(c, &new)?;
            store::tenants::raise_change(c, tenant)?;
            store::logs::insert_audit(c, &row)
        })
        .await?;
    written.map_err(|e| {
        if is_unique_violation(&e) {
            AdminError::Conflict(format!("the domain {domain} belongs to a tenant already"))
        } else {
            e.into()
        }
    })?;
    show(app, tenant).await
}

/// One tenant.
pub async fn show(app: &App, tenant: TenantId) -> Result<Tenant, AdminError> {
    let (row, domains) = app
        .db
        .read(move |c| Ok((store::tenants::find(c, tenant)?, store::tenants::domains(c, tenant)?)))
        .await?;
    let row = row.ok_or_else(|| AdminError::NotFound { kind: "tenant", name: tenant.to_string() })?;
    let domains = domains.into_iter().map(|d| d.domain).collect();
    Ok(Tenant { id: row.id, name: row.name, domains, issuer: app.urls.issuer(row.id), state: row.state })
}

/// All tenants.
pub async fn list(app: &App, ctx: &Context, actor: &Actor) -> Result<Vec<Tenant>, AdminError> {
    let _allowed = allow(ctx, actor, Action::CreateTenant, Object::Deployment)?;
    let (rows, domains) =
        app.db.read(|c| Ok((store::tenants::list(c)?, store::tenants::all_domains(c)?))).await?;
    let told = |row: store::tenants::TenantRow| Tenant {
        domains: domains.iter().filter(|d| d.tenant_id == row.id).map(|d| d.domain.clone()).collect(),
        issuer: app.urls.issuer(row.id),
        id: row.id,
        name: row.name,
        state: row.state,
    };
    Ok(rows.into_iter().map(told).collect())
}

/// Switches a tenant on or off.
pub async fn set_state(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    active: bool,
) -> Result<Tenant, AdminError> {
    let _allowed = allow(ctx, actor, Action::CreateTenant, Object::Deployment)?;
    let state = if active { TenantState::Active } else { TenantState::Disabled };
    let row = audit::row(
        app,
        ctx,
        actor,
        tenant,
        Change::on("tenant.state", "tenant", tenant.to_string()).with(json!({ "state": state })),
    );
    app.db
        .write(move |c| {
            store::tenants::set_state(c, tenant, state)?;
            store::logs::insert_audit(c, &row)
        })
        .await??;
    show(app, tenant).await
}
