//! Tenants and their domains.

use serde_json::json;
use vestibule_app::audit::AuditTarget;
use vestibule_app::vault::KeyPurpose;
use vestibule_core::access::{Action, Object, Role};
use vestibule_core::ids::{ACCOUNTS_REALM, TenantId, UserId, random_uuid};
use vestibule_core::lifecycle::TenantState;
use vestibule_core::{Address, Domain};
use vestibule_store as store;
use vestibule_store::directory::NewUser;
use vestibule_store::tenants::{NewDomain, NewTenant, TenantRow};
use zeroize::Zeroizing;

use crate::door::{At, Done, Inside, UseCase};
use crate::effect;
use crate::error::{AdminError, Conflict, Invalid, Thing};
use crate::name::display_name;
pub use crate::reference::TenantRef;

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// `tid`.
    pub id: TenantId,
    pub name: String,
    /// Its domains, the default one first.
    pub domains: Vec<String>,
    /// What applications are configured with.
    pub issuer: String,
    /// Whether it is on.
    pub state: TenantState,
}

/// Founds a tenant, and makes its first administrator where one is named.
#[derive(Debug)]
pub struct Create {
    pub name: String,
    /// First domain; the operator vouches for it.
    pub domain: Domain,
    /// Its id, if it is brought along.
    pub id: Option<TenantId>,
    /// Address of the first administrator.
    pub admin: Option<Address>,
}

impl UseCase for Create {
    const NAME: &'static str = "tenant.create";
    const ACTION: Action = Action::CreateTenant;
    type Effect = effect::NewTenant;
    type Output = Tenant;

    fn object(&self) -> Object {
        Object::Deployment
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let name = display_name(&self.name)?;
        let (now, domain) = (at.now(), self.domain);
        let id = self.id.unwrap_or_else(|| TenantId(random_uuid(at.random())));
        if id.0 == ACCOUNTS_REALM || id.0.is_nil() {
            return Err(Invalid::TenantId.into());
        }
        let mut key = Zeroizing::new([0_u8; 32]);
        at.random().fill(key.as_mut());
        let sealed = at.vault().seal(KeyPurpose::Pairwise, &[b"tenants", id.0.as_bytes()], key.as_ref())?;
        let new = NewTenant { id, name: name.clone(), pairwise_key: sealed, created_at: now };
        let first = NewDomain {
            tenant_id: id,
            domain: domain.to_string(),
            is_default: true,
            verified_at: Some(now),
            created_at: now,
        };
        let settings = json!({});
        let member = self.admin.map(|a| NewUser::member(id, UserId(random_uuid(at.random())), &a, now));
        let details = json!({ "domain": domain.as_str() });
        let made = at
            .change(id, details, move |c| {
                store::tenants::insert(c, &new, std::slice::from_ref(&first), &settings)?;
                if let Some(member) = &member {
                    store::directory::insert_user(c, member, Some(now))?;
                    store::directory::assign_role(c, id, member.id, Role::GlobalAdministrator, now)?;
                }
                Ok(())
            })
            .await
            .map_err(|e| e.or_exists(Conflict::TenantExists(domain.clone())))?;
        let (domains, issuer) = (vec![domain.to_string()], at.urls().issuer(id));
        Ok(Done::after(made, Tenant { id, name, domains, issuer, state: TenantState::Active }))
    }
}

/// Which tenant a GUID or verified domain names.
#[derive(Debug)]
pub struct Resolve(pub TenantRef);

impl UseCase for Resolve {
    const NAME: &'static str = "tenant.resolve";
    const ACTION: Action = Action::ReadTenants;
    type Effect = effect::Nothing;
    type Output = TenantId;

    fn object(&self) -> Object {
        Object::Deployment
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let named = self.0.clone();
        let found = at.read(move |c| match &named {
            TenantRef::Id(id) => store::tenants::find(c, *id),
            TenantRef::Domain(domain) => store::tenants::find_by_domain(c, domain.as_str()),
        });
        let tenant = found.await?.ok_or(AdminError::NotFound(Thing::Tenant(self.0)))?;
        Ok(Done::read(tenant.id))
    }
}

/// One tenant.
#[derive(Debug)]
pub struct Show {
    pub tenant: TenantId,
}

impl UseCase for Show {
    const NAME: &'static str = "tenant.show";
    const ACTION: Action = Action::ReadTenants;
    type Effect = effect::Nothing;
    type Output = Tenant;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let shown = shown(&at, self.tenant).await?;
        Ok(Done::read(shown))
    }
}

/// All tenants.
#[derive(Debug)]
pub struct List;

impl UseCase for List {
    const NAME: &'static str = "tenant.list";
    const ACTION: Action = Action::ReadTenants;
    type Effect = effect::Nothing;
    type Output = Vec<Tenant>;

    fn object(&self) -> Object {
        Object::Deployment
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let read = at.read(|c| Ok((store::tenants::list(c)?, store::tenants::all_domains(c)?)));
        let (rows, domains) = read.await?;
        let tenant = |row: TenantRow| {
            let own = domains.iter().filter(|d| d.tenant_id == row.id).map(|d| d.domain.clone()).collect();
            whole(&at, row, own)
        };
        let tenants = rows.into_iter().map(tenant).collect();
        Ok(Done::read(tenants))
    }
}

/// Switches a tenant on.
#[derive(Debug)]
pub struct Enable {
    pub tenant: TenantId,
}

impl UseCase for Enable {
    const NAME: &'static str = "tenant.enable";
    const ACTION: Action = Action::ManageTenants;
    type Effect = effect::Tenant;
    type Output = Tenant;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        switch(at, self.tenant, TenantState::Active).await
    }
}

/// Switches a tenant off: nobody is let in any more.
#[derive(Debug)]
pub struct Disable {
    pub tenant: TenantId,
}

impl UseCase for Disable {
    const NAME: &'static str = "tenant.disable";
    const ACTION: Action = Action::ManageTenants;
    type Effect = effect::Tenant;
    type Output = Tenant;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        switch(at, self.tenant, TenantState::Disabled).await
    }
}

/// Adds a domain that the operator vouches for.
#[derive(Debug)]
pub struct AddDomain {
    pub tenant: TenantId,
    pub domain: Domain,
}

impl UseCase for AddDomain {
    const NAME: &'static str = "tenant.domain.add";
    const ACTION: Action = Action::ManageDomains;
    type Effect = effect::Tenant;
    type Output = Tenant;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let new = NewDomain {
            tenant_id: self.tenant,
            domain: self.domain.to_string(),
            is_default: false,
            verified_at: Some(at.now()),
            created_at: at.now(),
        };
        let target = AuditTarget::Domain(self.domain.clone());
        let added = at.change(target, json!({}), move |c| Ok(store::tenants::add_domain(c, &new)?));
        let added = added.await.map_err(|e| e.or_exists(Conflict::DomainTaken(self.domain)))?;
        Ok(Done::after(added, shown(&at, self.tenant).await?))
    }
}

async fn switch<U>(at: At<'_, U>, tenant: TenantId, state: TenantState) -> Result<Done<U>, AdminError>
where
    U: UseCase<Effect = effect::Tenant, Output = Tenant>,
{
    let details = json!({ "state": state });
    let switched = at
        .change(AuditTarget::Tenant(tenant), details, move |c| {
            Ok(store::tenants::set_state(c, tenant, state)?)
        })
        .await?;
    Ok(Done::after(switched, shown(&at, tenant).await?))
}

async fn shown(at: &Inside<'_>, tenant: TenantId) -> Result<Tenant, AdminError> {
    let read = at.read(move |c| Ok((store::tenants::find(c, tenant)?, store::tenants::domains(c, tenant)?)));
    let (row, domains) = read.await?;
    let row = row.ok_or(AdminError::NotFound(Thing::Tenant(TenantRef::Id(tenant))))?;
    Ok(whole(at, row, domains.into_iter().map(|d| d.domain).collect()))
}

fn whole(at: &Inside<'_>, row: TenantRow, domains: Vec<String>) -> Tenant {
    Tenant { id: row.id, name: row.name, domains, issuer: at.urls().issuer(row.id), state: row.state }
}
