//! What the logs say of a trip: one row per outcome, its steps inside, with the trail of discovery (AUD-01).

use serde_json::json;
use vestibule_core::clock::Instant;
use vestibule_core::discovery::Plan;
use vestibule_core::ids::{ClientId, SessionId, TenantId, UserId, ordered_uuid};
use vestibule_core::log::{Outcome, StepKind, StepTaken};
use vestibule_core::method::Method;
use vestibule_core::{Address, InteractionId};
use vestibule_store::logs::NewSignIn;

use super::gather;
use super::trip::Trip;
use crate::app::App;
use crate::context::Context;

/// By what somebody came in, or tried to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A live session (single sign-on).
    Session,
    /// A proof.
    Method(Method),
}

impl By {
    const fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Method(method) => method.as_str(),
        }
    }
}

/// An outcome.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub outcome: Outcome,
    /// The finer reason: an error code, or what a try was.
    pub error: Option<&'a str>,
    pub by: Option<By>,
    /// What was done last.
    pub step: StepKind,
}

/// Makes the row of an outcome of a trip, with the steps that led to it.
pub(crate) fn row(
    app: &App,
    ctx: &Context,
    trip: &Trip,
    steps: &[StepTaken],
    session: Option<SessionId>,
    entry: Entry<'_>,
) -> NewSignIn {
    let address = trip.address();
    let plan = address.map(|a| gather::plan_unproven(trip.tenant(), trip.application.as_deref(), a.domain()));
    let about = About {
        tenant: trip.tenant().id,
        interaction: Some(trip.sealed.id),
        client: trip.sealed.ending.client().cloned(),
        address,
        plan: plan.as_ref(),
        user: trip.row().and_then(|r| r.user_id),
        session,
        at: trip.at(),
    };
    sign_in(app, ctx, &about, steps, entry)
}

/// Whom and what a row is about.
#[derive(Debug, Clone)]
struct About<'a> {
    tenant: TenantId,
    interaction: Option<InteractionId>,
    client: Option<ClientId>,
    address: Option<&'a Address>,
    plan: Option<&'a Plan>,
    user: Option<UserId>,
    session: Option<SessionId>,
    at: Instant,
}

fn sign_in(app: &App, ctx: &Context, about: &About<'_>, steps: &[StepTaken], entry: Entry<'_>) -> NewSignIn {
    let method = match entry.by {
        Some(By::Method(method)) => Some(method),
        Some(By::Session) | None => None,
    };
    let result = entry.error.unwrap_or(entry.outcome.as_str()).to_owned();
    let last = StepTaken { step: entry.step, method, result, at: about.at };
    let steps: Vec<&StepTaken> = steps.iter().chain([&last]).collect();
    NewSignIn {
        tenant_id: about.tenant,
        id: ordered_uuid(ctx.now, app.random.as_ref()),
        at: ctx.now,
        trace_id: ctx.trace,
        interaction_id: about.interaction,
        user_id: about.user,
        client_id: about.client.clone(),
        address_masked: about.address.map(Address::masked).unwrap_or_default(),
        outcome: entry.outcome.as_str().to_owned(),
        error: entry.error.map(ToOwned::to_owned),
        method: entry.by.map(|by| by.word().to_owned()),
        steps: json!(steps),
        trail: about.plan.map_or_else(|| json!([]), |p| json!(p.trail)),
        client_address: ctx.source.to_canonical().to_string(),
        browser: Some(ctx.browser.clone()),
        session_id: about.session,
    }
}
