//! Policies and settings of a tenant.

use serde::Serialize;
use serde_json::{Value, json};
use vestibule_app::audit::{self, Change, allow};
use vestibule_app::{App, Context};
use vestibule_core::access::{Action, Actor, Object};
use vestibule_core::ids::TenantId;
use vestibule_core::policies::{AccessRule, DomainLists, PolicyKind};
use vestibule_core::settings::TenantSettings;
use vestibule_store as store;

use super::{AdminError, invalid};

/// What holds for a tenant.
#[derive(Debug, Serialize)]
pub struct Policies {
    /// `on` or `off`.
    pub otp: &'static str,
    /// Allow and block lists.
    pub domains: DomainLists,
    /// Conditional access.
    pub access: Vec<AccessRule>,
    /// Settings.
    pub settings: TenantSettings,
}

/// Reads what holds.
pub async fn show(app: &App, ctx: &Context, actor: &Actor, tenant: TenantId) -> Result<Policies, AdminError> {
    let _allowed = allow(ctx, actor, Action::ReadPolicy, Object::Tenant(tenant))?;
    let snapshot = app.current(tenant).await?.tenant;
    Ok(Policies {
        otp: if snapshot.discovery.passcode { "on" } else { "off" },
        domains: snapshot.lists.clone(),
        access: snapshot.rules.clone(),
        settings: snapshot.settings.clone(),
    })
}

/// Sets one policy, given as `KEY=VALUE`: `otp=on|off`, `access=JSON`, `domains=JSON`, `settings=JSON`.
pub async fn set(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    assignment: &str,
) -> Result<Policies, AdminError> {
    let _allowed = allow(ctx, actor, Action::ManagePolicy, Object::Tenant(tenant))?;
    let (key, value) =
        assignment.split_once('=').ok_or_else(|| invalid("policy", "it must be KEY=VALUE, like otp=off"))?;
    let change = match key {
        "otp" => Written::Policy(PolicyKind::Otp, otp(value)?),
        "access" => Written::Policy(PolicyKind::Access, checked::<Vec<AccessRule>>("access", value)?),
        "domains" => Written::Policy(PolicyKind::Domains, domains(value)?),
        "settings" => Written::Settings(settings(value)?),
        other => {
            return Err(invalid(
                "policy",
                format!("{other} is none; known are otp, access, domains, settings"),
            ));
        }
    };
    let row = audit::row(
        app,
        ctx,
        actor,
        tenant,
        Change::on(Action::ManagePolicy.as_str(), "policy", key.to_owned()).with(change.document().clone()),
    );
    let now = ctx.now;
    app.db
        .write(move |c| {
            match &change {
                Written::Policy(kind, document) => {
                    store::policies::put(c, tenant, *kind, document, now, now)?;
                    store::tenants::raise_change(c, tenant)?;
                }
                Written::Settings(document) => {
                    let version = store::tenants::settings(c, tenant)?.map_or(0, |(_, version)| version);
                    if !store::tenants::put_settings(c, tenant, document, version, now)? {
                        return Err(store::QueryError::RollbackTransaction);
                    }
                }
            }
            store::logs::insert_audit(c, &row)
        })
        .await??;
    show(app, ctx, actor, tenant).await
}

enum Written {
    Policy(PolicyKind, Value),
    Settings(Value),
}

impl Written {
    const fn document(&self) -> &Value {
        match self {
            Self::Policy(_, document) | Self::Settings(document) => document,
        }
    }
}

fn otp(value: &str) -> Result<Value, AdminError> {
    match value {
        "on" => Ok(json!({ "enabled": true })),
        "off" => Ok(json!({ "enabled": false })),
        _ => Err(invalid("otp", "it must be on or off")),
    }
}

fn checked<T: serde::de::DeserializeOwned + Serialize>(
    what: &'static str,
    text: &str,
) -> Result<Value, AdminError> {
    let parsed: T = serde_json::from_str(text).map_err(|e| invalid(what, e))?;
    serde_json::to_value(parsed).map_err(|e| AdminError::Internal(e.to_string()))
}

fn domains(text: &str) -> Result<Value, AdminError> {
    let lists: DomainLists = serde_json::from_str(text).map_err(|e| invalid("domains", e))?;
    for rule in lists.allow.iter().chain(&lists.block) {
        super::domain_of("domains", &rule.domain)?;
    }
    checked::<DomainLists>("domains", text)
}

fn settings(text: &str) -> Result<Value, AdminError> {
    let parsed: TenantSettings = serde_json::from_str(text).map_err(|e| invalid("settings", e))?;
    parsed.check().map_err(|e| invalid("settings", e))?;
    for address in parsed.contact.iter().chain(&parsed.security_contact) {
        vestibule_core::Address::parse(address).map_err(|e| invalid("settings", e))?;
    }
    checked::<TenantSettings>("settings", text)
}
