//! What the logs say of a trip: one row per outcome, its steps inside, with the trail of discovery (AUD-01).

use serde_json::json;
use vestibule_app::{App, Context, plan};
use vestibule_core::Address;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{SessionId, ordered_uuid};
use vestibule_core::log::{Outcome, StepKind, StepTaken};
use vestibule_core::method::Method;
use vestibule_store::logs::NewSignIn;

use crate::trip::Trip;

/// By what somebody came in, or tried to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A live session (single sign-on).
    Session,
    Method(Method),
}

impl By {
    const fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Method(method) => method.as_str(),
        }
    }

    const fn method(self) -> Option<Method> {
        match self {
            Self::Session => None,
            Self::Method(method) => Some(method),
        }
    }
}

/// An outcome.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignInEntry<'a> {
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
    session: Option<SessionId>,
    entry: SignInEntry<'_>,
) -> NewSignIn {
    let address = trip.address();
    let plan = address.map(|a| plan::plan_unproven(trip.tenant(), trip.application.as_deref(), a.domain()));
    let row = NewSignIn {
        tenant_id: trip.tenant().id,
        id: ordered_uuid(ctx.now, app.random.as_ref()),
        at: ctx.now,
        trace_id: ctx.trace,
        interaction_id: Some(trip.sealed.id),
        user_id: trip.row().and_then(|r| r.user_id),
        client_id: trip.sealed.ending.client().cloned(),
        address_masked: address.map(Address::masked).unwrap_or_default(),
        outcome: String::new(),
        error: None,
        method: None,
        steps: json!([]),
        trail: plan.map_or_else(|| json!([]), |p| json!(p.trail)),
        client_address: ctx.source.to_canonical().to_string(),
        browser: Some(ctx.browser.clone()),
        session_id: session,
    };
    after(row, trip.ledger.steps(), entry, trip.at())
}

/// The row with the outcome and the steps that led to it, where they are known only once the trip has gone on.
pub(crate) fn after(row: NewSignIn, steps: &[StepTaken], entry: SignInEntry<'_>, at: Instant) -> NewSignIn {
    let method = entry.by.and_then(By::method);
    let result = entry.error.unwrap_or(entry.outcome.as_str()).to_owned();
    let last = StepTaken { step: entry.step, method, result, at };
    NewSignIn {
        outcome: entry.outcome.as_str().to_owned(),
        error: entry.error.map(ToOwned::to_owned),
        method: entry.by.map(|by| by.word().to_owned()),
        steps: json!(steps.iter().chain([&last]).collect::<Vec<_>>()),
        ..row
    }
}
