//! Policies and settings of a tenant.

use serde_json::{Value, json};
use vestibule_app::audit::Target;
use vestibule_core::access::{Action, Object};
use vestibule_core::ids::TenantId;
use vestibule_core::policies::{AccessRule, DomainLists, PolicyKind};
use vestibule_core::settings::TenantSettings;
use vestibule_core::{Address, Domain};
use vestibule_store as store;

use crate::door::{At, Done, Inside, UseCase};
use crate::effect;
use crate::error::{AdminError, Conflict, Invalid};

/// What holds for a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies {
    /// Whether codes may be used.
    pub passcode: bool,
    /// Allow and block lists.
    pub domains: DomainLists,
    /// Conditional access.
    pub access: Vec<AccessRule>,
    /// Settings.
    pub settings: TenantSettings,
}

/// One policy, as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyChange {
    /// Whether codes may be used.
    Passcode {
        /// They may.
        on: bool,
    },
    /// Conditional access.
    Access(Vec<AccessRule>),
    /// Allow and block lists.
    Domains(DomainLists),
    /// Settings.
    Settings(Box<TenantSettings>),
}

/// Sets one policy.
#[derive(Debug)]
pub struct Set {
    /// Whose.
    pub tenant: TenantId,
    /// What.
    pub change: PolicyChange,
}

impl UseCase for Set {
    const NAME: &'static str = "policy.set";
    const ACTION: Action = Action::ManagePolicy;
    type Effect = effect::Tenant;
    type Output = Policies;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let (tenant, now) = (self.tenant, at.now());
        let (kind, document) = checked(self.change)?;
        let (target, details) = (kind.map_or(Target::Settings, Target::Policy), document.clone());
        let set = at
            .change(target, details, move |c| {
                let Some(kind) = kind else {
                    let version = store::tenants::settings(c, tenant)?.map_or(0, |(_, version)| version);
                    let put = store::tenants::put_settings(c, tenant, &document, version, now)?;
                    return if put { Ok(()) } else { Err(Conflict::Overtaken.into()) };
                };
                Ok(store::policies::put(c, tenant, kind, &document, now, now).map(drop)?)
            })
            .await?;
        Ok(Done::after(set, current(&at, tenant).await?))
    }
}

/// What holds.
#[derive(Debug)]
pub struct Show {
    /// For whom.
    pub tenant: TenantId,
}

impl UseCase for Show {
    const NAME: &'static str = "policy.show";
    const ACTION: Action = Action::ReadPolicy;
    type Effect = effect::Nothing;
    type Output = Policies;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let policies = current(&at, self.tenant).await?;
        Ok(Done::read(policies))
    }
}

async fn current(at: &Inside<'_>, tenant: TenantId) -> Result<Policies, AdminError> {
    let snapshot = at.live(tenant).await?.tenant;
    Ok(Policies {
        passcode: snapshot.discovery.passcode,
        domains: snapshot.lists.clone(),
        access: snapshot.rules.clone(),
        settings: snapshot.settings.clone(),
    })
}

/// The document that is stored, and of which kind; settings are of none.
fn checked(change: PolicyChange) -> Result<(Option<PolicyKind>, Value), AdminError> {
    Ok(match change {
        PolicyChange::Passcode { on } => (Some(PolicyKind::Otp), json!({ "enabled": on })),
        PolicyChange::Access(rules) => (Some(PolicyKind::Access), serde_json::to_value(rules)?),
        PolicyChange::Domains(lists) => {
            let listed = lists.allow.iter().chain(&lists.block);
            if let Some(bad) = listed.map(|rule| &rule.domain).find(|domain| Domain::parse(domain).is_err()) {
                return Err(Invalid::ListedDomain(bad.clone()).into());
            }
            (Some(PolicyKind::Domains), serde_json::to_value(lists)?)
        }
        PolicyChange::Settings(settings) => {
            settings.check().map_err(Invalid::Settings)?;
            for address in settings.contact.iter().chain(&settings.security_contact) {
                Address::parse(address).map_err(Invalid::Contact)?;
            }
            (None, serde_json::to_value(settings)?)
        }
    })
}
