//! A tenant as the rules see it, at a moment: its policies may come into force by date.

use std::sync::Arc;

use serde_json::Value;
use vestibule_core::Domain;
use vestibule_core::clock::Instant;
use vestibule_core::ids::TenantId;
use vestibule_core::policies::{AccessRule, Control, DomainLists, Policies};
use vestibule_core::settings::{Discovery, TenantSettings};
use vestibule_core::{discovery, documents};
use vestibule_store::policies::PolicyRow;
use vestibule_store::{self as store, Conn, Db};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::vault::{KeyPurpose, Vault};

/// A tenant at a moment.
#[derive(Debug, Clone)]
pub struct TenantSnapshot {
    pub id: TenantId,
    pub name: String,
    /// Verified domains, the default one first.
    pub domains: Vec<String>,
    pub settings: TenantSettings,
    /// Discovery settings with the policy's switch for codes applied.
    pub discovery: Discovery,
    /// Allow and block lists.
    pub lists: DomainLists,
    pub rules: Vec<AccessRule>,
    /// Makes pairwise subjects.
    pub pairwise_key: Zeroizing<Vec<u8>>,
}

impl TenantSnapshot {
    /// Whether a domain is admitted at sign-in (ADR-05).
    pub fn admits(&self, domain: &Domain, accepted_before: bool) -> bool {
        discovery::admits(&self.lists, domain, accepted_before)
    }

    /// The domain that pages show as checked.
    pub fn verified_domain(&self) -> Option<&str> {
        self.domains.first().map(String::as_str)
    }

    /// Whether the domain of an address is one of the tenant's own.
    pub fn owns(&self, domain: &Domain) -> bool {
        self.domains.iter().any(|d| d == domain.as_str())
    }

    /// The same tenant under other policies.
    fn under(&self, policies: Policies) -> Self {
        let mut tenant = self.clone();
        tenant.discovery.passcode = policies.passcode.unwrap_or(tenant.discovery.passcode);
        tenant.lists = policies.domains;
        tenant.rules.extend(policies.access);
        tenant
    }
}

/// A tenant from now on: how it is, and how it will be from each moment at which a policy comes into force.
#[derive(Debug)]
pub(super) struct Timeline {
    now: Arc<TenantSnapshot>,
    later: Vec<(Instant, Arc<TenantSnapshot>)>,
}

impl Timeline {
    /// The tenant at a moment.
    pub(super) fn at(&self, moment: Instant) -> Arc<TenantSnapshot> {
        let past = self.later.iter().take_while(|(from, _)| *from <= moment);
        Arc::clone(past.last().map_or(&self.now, |(_, tenant)| tenant))
    }

    /// From the versions in force at a moment and later ones, in the order in which they come into force.
    fn new(base: &TenantSnapshot, rows: &[PolicyRow], at: Instant) -> Self {
        let mut later: Vec<(Instant, Arc<TenantSnapshot>)> = Vec::new();
        for from in rows.iter().filter(|row| !row.is_in_force(at)).map(|row| row.effective_from) {
            if later.last().is_none_or(|(known, _)| *known < from) {
                later.push((from, Arc::new(base.under(in_force(base.id, rows, from)))));
            }
        }
        Self { now: Arc::new(base.under(in_force(base.id, rows, at))), later }
    }
}

/// What the policies in force at a moment say: of each kind the last that came into force. What cannot be read of them is
/// logged here, when it is loaded.
fn in_force(tenant: TenantId, rows: &[PolicyRow], at: Instant) -> Policies {
    let mut current: Vec<(&str, &Value)> = Vec::new();
    for row in rows.iter().filter(|row| row.is_in_force(at)) {
        current.retain(|(kind, _)| *kind != row.kind);
        current.push((&row.kind, &row.document));
    }
    let (policies, unread) = Policies::read(current);
    for part in unread {
        let (kind, problem) = (part.kind, part.problem);
        tracing::error!(%tenant, kind, problem, "a policy cannot be read by this release and keeps out whom it names");
    }
    policies
}

struct Parts {
    name: String,
    pairwise_key: Vec<u8>,
    domains: Vec<String>,
    settings: Value,
    policies: Vec<PolicyRow>,
}

pub(super) async fn load(
    db: &Db,
    vault: &Vault,
    id: TenantId,
    at: Instant,
) -> Result<Option<Timeline>, Error> {
    let Some(parts) = db.read(move |c| read(c, id, at)).await? else { return Ok(None) };
    let pairwise_key =
        vault.unseal(KeyPurpose::Pairwise, &[b"tenants", id.0.as_bytes()], &parts.pairwise_key)?;
    let (settings, rules) = settings(id, &parts.settings);
    let base = TenantSnapshot {
        id,
        name: parts.name,
        domains: parts.domains,
        discovery: settings.discovery.clone(),
        settings,
        lists: DomainLists::default(),
        rules,
        pairwise_key,
    };
    Ok(Some(Timeline::new(&base, &parts.policies, at)))
}

/// Settings as stored, unknown keys ignored (CON-06). Where a value cannot be read, nobody comes in: what it should have
/// kept out is not known.
fn settings(tenant: TenantId, stored: &Value) -> (TenantSettings, Vec<AccessRule>) {
    match documents::read(stored) {
        Ok(settings) => (settings, Vec::new()),
        Err(_) => {
            tracing::error!(%tenant, "settings cannot be read by this release, and keep everybody out");
            let nobody =
                AccessRule { name: String::new(), applications: Vec::new(), control: Control::Unknown };
            (TenantSettings::default(), vec![nobody])
        }
    }
}

fn read(c: &mut Conn, id: TenantId, at: Instant) -> store::QueryResult<Option<Parts>> {
    let Some(row) = store::tenants::find(c, id)? else { return Ok(None) };
    let mut domains = store::tenants::domains(c, id)?;
    domains.retain(|d| d.verified_at.is_some());
    domains.sort_by(|a, b| b.is_default.cmp(&a.is_default).then_with(|| a.domain.cmp(&b.domain)));
    let settings = store::tenants::settings(c, id)?.map_or_else(|| serde_json::json!({}), |(value, _)| value);
    let policies = store::policies::in_force(c, id, at)?;
    let domains = domains.into_iter().map(|d| d.domain).collect();
    Ok(Some(Parts { name: row.name, pairwise_key: row.pairwise_key, domains, settings, policies }))
}

#[cfg(test)]
mod tests;
