//! The trail of changes: one `directory_audits` row per changing use case, in the transaction that changes, and one per
//! refusal, in its own (AUD-03).

use serde_json::{Value, json};
use uuid::Uuid;
use vestibule_core::Domain;
use vestibule_core::access::{self, Action, Actor, Allowed, Denied, Object};
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{ClientId, InteractionId, SessionId, TenantId, UserId, ordered_uuid};
use vestibule_core::log::DirectoryEvent;
use vestibule_core::policies::PolicyKind;
use vestibule_store::logs::NewAudit;

use crate::app::App;
use crate::context::Context;
use crate::error::Error;

/// What a change was made to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditTarget {
    Tenant(TenantId),
    /// A domain of a tenant.
    Domain(Domain),
    Policy(PolicyKind),
    /// The settings of a tenant.
    Settings,
    Application(ClientId),
    User(UserId),
    Session(SessionId),
    /// A trip of which nobody is known.
    Interaction(InteractionId),
    /// A family of refresh tokens.
    RefreshFamily(Uuid),
}

impl AuditTarget {
    /// The word for what it is.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Tenant(_) => "tenant",
            Self::Domain(_) => "domain",
            Self::Policy(_) | Self::Settings => "policy",
            Self::Application(_) => "application",
            Self::User(_) => "user",
            Self::Session(_) => "session",
            Self::Interaction(_) => "interaction",
            Self::RefreshFamily(_) => "refresh_family",
        }
    }

    /// Which one it is.
    pub fn id(&self) -> String {
        match self {
            Self::Tenant(id) => id.to_string(),
            Self::Domain(domain) => domain.to_string(),
            Self::Policy(kind) => kind.to_string(),
            Self::Settings => "settings".to_owned(),
            Self::Application(client) => client.to_string(),
            Self::User(id) => id.to_string(),
            Self::Session(id) => id.to_string(),
            Self::Interaction(id) => id.to_string(),
            Self::RefreshFamily(id) => id.to_string(),
        }
    }
}

/// What was changed, and on what.
#[derive(Debug, Clone)]
pub struct AuditedChange {
    action: &'static str,
    target: AuditTarget,
    details: Value,
}

impl AuditedChange {
    /// What a trip or its tokens did.
    pub fn of(event: DirectoryEvent, target: AuditTarget) -> Self {
        Self::by(event.as_str(), target)
    }

    /// What a use case of administration did: its name.
    pub fn by(use_case: &'static str, target: AuditTarget) -> Self {
        Self { action: use_case, target, details: json!({}) }
    }

    /// Adds what the row tells beyond its target; never a secret, code or address.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }
}

/// Makes the row of a change that its actor has leave for.
pub fn row(app: &App, ctx: &Context, allowed: &Allowed, tenant: TenantId, change: AuditedChange) -> NewAudit {
    written(app, ctx, allowed.actor(), tenant, change, "success")
}

/// Makes the row of a refusal: of the tenant that it was about.
pub fn refusal(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    use_case: &'static str,
    denied: &Denied,
) -> NewAudit {
    let change =
        AuditedChange::by(use_case, AuditTarget::Tenant(tenant)).with(json!({ "denied": denied.action }));
    written(app, ctx, actor, tenant, change, "failure")
}

fn written(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    change: AuditedChange,
    outcome: &str,
) -> NewAudit {
    NewAudit {
        tenant_id: tenant,
        id: ordered_uuid(ctx.now, app.random.as_ref()),
        at: ctx.now,
        actor_kind: actor.kind().to_string(),
        actor_id: actor.id(),
        action: change.action.to_owned(),
        target_kind: change.target.kind().to_owned(),
        target_id: change.target.id(),
        outcome: outcome.to_owned(),
        details: change.details,
        trace_id: ctx.trace,
        client_address: (!matches!(actor, Actor::Operator | Actor::System))
            .then(|| ctx.source.to_canonical().to_string()),
    }
}

/// Asks the one function for a browser in a trip: what it may do, it may do in its own tenant only.
pub fn allow_guest(
    ctx: &Context,
    tenant: TenantId,
    interaction: Option<InteractionId>,
    action: Action,
) -> Result<Allowed, Error> {
    let actor = Actor::Guest { tenant, interaction };
    allow(ctx, &actor, action, Object::Tenant(tenant)).map_err(|_| ErrorCode::InteractionUnknown.into())
}

/// Asks the one function, and logs a refusal (AUD-01).
pub fn allow(ctx: &Context, actor: &Actor, action: Action, object: Object) -> Result<Allowed, Denied> {
    access::authorize(actor, action, object).inspect_err(|denied| {
        tracing::warn!(trace = %ctx.trace, actor = %denied.actor, action = %denied.action, "denied");
    })
}
