//! What the logs say of a trip: one row per outcome, its steps inside, with the trail of discovery (AUD-01).

use serde_json::json;
use vestibule_core::discovery::Plan;
use vestibule_core::ids::{ClientId, SessionId, TenantId, UserId, ordered_uuid};
use vestibule_core::{Address, InteractionId};
use vestibule_store::logs::NewSignIn;

use super::facts;
use super::trip::Trip;
use crate::app::App;
use crate::context::Context;

/// An outcome, in the words of the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// `success`, `failure` or `interrupted`.
    pub outcome: &'a str,
    /// The finer reason: an error code, or what a try was.
    pub error: Option<&'a str>,
    /// The way.
    pub method: Option<&'a str>,
    /// What was done.
    pub step: &'a str,
}

/// Makes the row of an outcome of a trip.
pub(crate) fn row(
    app: &App,
    ctx: &Context,
    trip: &Trip,
    user: Option<UserId>,
    session: Option<SessionId>,
    entry: Entry<'_>,
) -> NewSignIn {
    let address = trip.address();
    let plan = address.as_ref().map(|a| facts::plan_unproven(trip.tenant(), trip.application.as_deref(), a));
    sign_in(
        app,
        ctx,
        Of {
            tenant: trip.tenant().id,
            interaction: Some(trip.sealed.id),
            client: trip.sealed.client.clone(),
            address: address.as_ref(),
            plan: plan.as_ref(),
            user,
            session,
        },
        entry,
    )
}

/// Whom and what a row is about.
#[derive(Debug, Clone)]
pub(crate) struct Of<'a> {
    pub tenant: TenantId,
    pub interaction: Option<InteractionId>,
    pub client: Option<ClientId>,
    pub address: Option<&'a Address>,
    pub plan: Option<&'a Plan>,
    pub user: Option<UserId>,
    pub session: Option<SessionId>,
}

/// Makes a row.
pub(crate) fn sign_in(app: &App, ctx: &Context, of: Of<'_>, entry: Entry<'_>) -> NewSignIn {
    NewSignIn {
        tenant_id: of.tenant,
        id: ordered_uuid(ctx.now, app.random.as_ref()),
        at: ctx.now,
        trace_id: ctx.trace,
        interaction_id: of.interaction,
        user_id: of.user,
        client_id: of.client,
        address_masked: of.address.map(Address::masked).unwrap_or_default(),
        outcome: entry.outcome.to_owned(),
        error: entry.error.map(ToOwned::to_owned),
        method: entry.method.map(ToOwned::to_owned),
        steps: json!([{ "step": entry.step, "at": ctx.now.to_rfc3339(), "result": entry.error.unwrap_or(entry.outcome) }]),
        trail: of.plan.map_or_else(|| json!([]), |p| json!(p.trail)),
        client_address: ctx.source.to_canonical().to_string(),
        browser: Some(ctx.browser.clone()),
        session_id: of.session,
    }
}
