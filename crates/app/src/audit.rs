//! The trail of changes: one `directory_audits` row per changing use case, in the transaction that changes (AUD-03).

use serde_json::{Value, json};
use vestibule_core::TenantId;
use vestibule_core::access::{self, Action, Actor, Allowed, Object};
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{InteractionId, ordered_uuid};
use vestibule_store::logs::NewAudit;

use crate::app::App;
use crate::context::Context;
use crate::error::Error;

/// What was changed, and on what.
#[derive(Debug, Clone)]
pub struct Change {
    action: &'static str,
    target_kind: &'static str,
    target: String,
    details: Value,
    outcome: &'static str,
}

impl Change {
    /// A change of something.
    pub fn on(action: &'static str, target_kind: &'static str, target: String) -> Self {
        Self { action, target_kind, target, details: json!({}), outcome: "success" }
    }

    /// Adds what the row tells beyond its target; never a secret, code or address.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }

    /// Marks a refusal.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.outcome = "failure";
        self
    }
}

/// Makes the row.
pub fn row(app: &App, ctx: &Context, actor: &Actor, tenant: TenantId, change: Change) -> NewAudit {
    NewAudit {
        tenant_id: tenant,
        id: ordered_uuid(ctx.now, app.random.as_ref()),
        at: ctx.now,
        actor_kind: actor.kind().to_string(),
        actor_id: actor.id(),
        action: change.action.to_owned(),
        target_kind: change.target_kind.to_owned(),
        target_id: change.target,
        outcome: change.outcome.to_owned(),
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
pub fn allow(
    ctx: &Context,
    actor: &Actor,
    action: Action,
    object: Object,
) -> Result<Allowed, access::Denied> {
    access::authorize(actor, action, object).inspect_err(|denied| {
        tracing::warn!(trace = %ctx.trace, actor = %denied.actor, action = %denied.action, "denied");
    })
}
