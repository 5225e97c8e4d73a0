//! Policies of a tenant, each in force from a moment on, and its settings.

use serde_json::{Value, json};
use vestibule_app::audit::AuditTarget;
use vestibule_core::Address;
use vestibule_core::access::{Action, Object};
use vestibule_core::clock::Instant;
use vestibule_core::documents::{self, sparse, unknown_keys};
use vestibule_core::ids::TenantId;
use vestibule_core::policies::{self, AccessRule, Control, DomainLists, PolicyKind, Unread};
use vestibule_core::release::Release;
use vestibule_core::settings::TenantSettings;
use vestibule_store::policies::PolicyRow;
use vestibule_store::{self as store, Conn, Now};

use crate::door::{At, Done, Inside, UseCase};
use crate::effect;
use crate::error::{AdminError, Conflict, Invalid, Thing};

/// What is in force for a tenant, and what will be.
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
    /// Policies that are not in force yet, in the order in which they will be.
    pub scheduled: Vec<Scheduled>,
    /// What a newer release wrote and this one cannot read: it blocks whom it names.
    pub unread: Vec<Unread>,
}

/// A policy that comes into force by date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// Its kind, as it is stored.
    pub kind: String,
    /// From when on.
    pub effective_from: Instant,
    /// What it says.
    pub document: Value,
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
    /// Settings, which have no date.
    Settings(Box<TenantSettings>),
}

impl PolicyChange {
    /// The first release that reads it; an earlier one would block by it (CON-06).
    pub fn since(&self) -> Release {
        match self {
            Self::Passcode { .. } => PolicyKind::Otp.since(),
            Self::Domains(_) => PolicyKind::Domains.since(),
            Self::Access(rules) => {
                let controls = rules.iter().map(|rule| rule.control.since());
                controls.fold(PolicyKind::Access.since(), Release::max)
            }
            // Of settings every release reads what it knows.
            Self::Settings(_) => Release::FIRST,
        }
    }
}

/// Sets one policy.
#[derive(Debug)]
pub struct Set {
    /// Whose.
    pub tenant: TenantId,
    /// What.
    pub change: PolicyChange,
    /// From when on, if not at once.
    pub effective_from: Option<Instant>,
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
        let (tenant, moment, since) = (self.tenant, at.moment(), self.change.since());
        let (from, now) = (self.effective_from, at.now());
        let set = match checked(self.change)? {
            Checked::Settings(settings) => {
                if from.is_some() {
                    return Err(Invalid::DateOfSettings.into());
                }
                let document = sparse(&settings)?;
                let details = serde_json::to_value(without_addresses(settings))?;
                let put = move |c: &mut Conn| put_settings(c, tenant, &document, now);
                at.change(AuditTarget::Settings, details, put).await?
            }
            Checked::Policy(kind, document) => {
                let details = json!({ "document": document, "effectiveFrom": from });
                let put = move |c: &mut Conn| {
                    readable_everywhere(c, since, moment)?;
                    known(c, tenant, &document)?;
                    let Some(from) = from else {
                        return Ok(store::policies::put(c, tenant, kind, &document, moment).map(drop)?);
                    };
                    let now = store::policies::moment(c, moment)?;
                    if store::policies::in_force(c, tenant, now)?.len() >= SCHEDULED_MAX {
                        return Err(Conflict::TooManyScheduled.into());
                    }
                    let scheduled = store::policies::schedule(c, tenant, kind, &document, from, moment)?;
                    scheduled.map(drop).ok_or_else(|| Invalid::PastDate.into())
                };
                let put = at.change(AuditTarget::Policy(kind), details, put).await;
                put.map_err(|e| e.or_exists(Conflict::Overtaken))?
            }
        };
        Ok(Done::after(set, current(&at, tenant).await?))
    }
}

/// Takes back what is scheduled of a kind and not in force yet.
#[derive(Debug)]
pub struct Cancel {
    /// Whose.
    pub tenant: TenantId,
    /// Of which kind.
    pub kind: PolicyKind,
}

impl UseCase for Cancel {
    const NAME: &'static str = "policy.cancel";
    const ACTION: Action = Action::ManagePolicy;
    type Effect = effect::Tenant;
    type Output = Policies;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let Self { tenant, kind } = self;
        let now = at.moment();
        let cancel = move |c: &mut Conn| match store::policies::cancel(c, tenant, kind, now)? {
            0 => Err(AdminError::NotFound(Thing::Scheduled(kind))),
            _ => Ok(()),
        };
        let cancelled = at.change(AuditTarget::Policy(kind), json!({}), cancel).await?;
        Ok(Done::after(cancelled, current(&at, tenant).await?))
    }
}

/// What is in force, and what will be.
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
    let moment = at.moment();
    let read = move |c: &mut Conn| {
        let now = store::policies::moment(c, moment)?;
        Ok((now, store::tenants::settings(c, tenant)?, store::policies::in_force(c, tenant, now)?))
    };
    let (now, stored, rows) = at.read(read).await?;
    let settings = stored.map(|(stored, _)| documents::read::<TenantSettings>(&stored)).transpose();
    let (in_force, later): (Vec<PolicyRow>, _) = rows.into_iter().partition(|row| row.is_in_force(now));
    let (read, mut unread) =
        policies::Policies::read(in_force.iter().map(|row| (row.kind.as_str(), &row.document)));
    let access = read.access.into_iter().filter(|rule| rule.control != Control::Unknown).collect();
    let scheduled = later.into_iter().map(|PolicyRow { kind, effective_from, document, .. }| Scheduled {
        kind,
        effective_from,
        document,
    });
    if settings.is_err() {
        unread.push(Unread { kind: "settings".to_owned(), problem: "they cannot be read" });
    }
    let settings = settings.ok().flatten().unwrap_or_default();
    Ok(Policies {
        passcode: read.passcode.unwrap_or(settings.discovery.passcode),
        domains: read.domains,
        access,
        settings,
        scheduled: scheduled.collect(),
        unread,
    })
}

enum Checked {
    Policy(PolicyKind, Value),
    Settings(TenantSettings),
}

/// What is to be stored, once its values are what they must be.
fn checked(change: PolicyChange) -> Result<Checked, AdminError> {
    Ok(match change {
        PolicyChange::Passcode { on } => Checked::Policy(PolicyKind::Otp, json!({ "enabled": on })),
        PolicyChange::Access(rules) => {
            rules.iter().try_for_each(|rule| rule.control.check()).map_err(Invalid::Policy)?;
            Checked::Policy(PolicyKind::Access, serde_json::to_value(rules)?)
        }
        PolicyChange::Domains(lists) => {
            lists.check().map_err(Invalid::Policy)?;
            Checked::Policy(PolicyKind::Domains, serde_json::to_value(lists)?)
        }
        PolicyChange::Settings(settings) => {
            settings.check().map_err(Invalid::Settings)?;
            Checked::Settings(*settings)
        }
    })
}

/// Refuses what is too large to be read with each change of the tenant, and rules about applications that are not there:
/// a name that is misspelt would keep nobody out.
fn known(c: &mut Conn, tenant: TenantId, document: &Value) -> Result<(), AdminError> {
    if document.to_string().len() > DOCUMENT_MAX {
        return Err(Invalid::DocumentTooLarge.into());
    }
    let named = document.as_array().into_iter().flatten().filter_map(|rule| rule.get("applications"));
    let mut named = named.filter_map(Value::as_array).flatten().filter_map(Value::as_str).peekable();
    if named.peek().is_none() {
        return Ok(());
    }
    let present = store::applications::present(c, tenant)?;
    match named.find(|client| !present.iter().any(|known| known.client_id.0 == **client)) {
        Some(client) => Err(Invalid::RuleApplication(client.to_owned()).into()),
        None => Ok(()),
    }
}

/// Bytes of a policy.
const DOCUMENT_MAX: usize = 256 * 1024;
/// Policies of a tenant that are in force or scheduled.
const SCHEDULED_MAX: usize = 50;

/// Settings as the trail has them: it names no address (PRV-03).
fn without_addresses(mut settings: TenantSettings) -> TenantSettings {
    for address in settings.contact.iter_mut().chain(&mut settings.security_contact) {
        *address = Address::parse(address).map_or_else(|_| String::new(), |address| address.masked());
    }
    settings
}

/// Replaces the settings. Keys that only a newer release knows would be lost.
fn put_settings(c: &mut Conn, tenant: TenantId, document: &Value, now: Instant) -> Result<(), AdminError> {
    let stored = store::tenants::settings(c, tenant)?;
    if let Some((stored, _)) = &stored {
        let newer = unknown_keys::<TenantSettings>(stored);
        if !newer.is_empty() {
            return Err(Conflict::NewerSettings(newer.join(", ")).into());
        }
    }
    let version = stored.map_or(0, |(_, version)| version);
    if store::tenants::put_settings(c, tenant, document, version, now)? {
        Ok(())
    } else {
        Err(Conflict::Overtaken.into())
    }
}

/// Refuses what a node that serves now would block by, since it cannot read it (CON-06).
fn readable_everywhere(c: &mut Conn, since: Release, now: Now) -> Result<(), AdminError> {
    match store::nodes::older(c, since, now)? {
        Some(node) => Err(Conflict::OlderNode { node: node.name, release: node.release, since }.into()),
        None => Ok(()),
    }
}
