//! Gathers what `core::interaction::next` looks at. No decision is taken here.

use chrono::TimeDelta;
use vestibule_app::live::SignedIn;
use vestibule_app::plan;
use vestibule_app::snapshot::{ApplicationSnapshot, TenantSnapshot};
use vestibule_core::clock::Instant;
use vestibule_core::interaction::{self, Addressed, Demand, SecondSteps, Step, TripFacts};
use vestibule_core::method::Way;
use vestibule_core::passcode;
use vestibule_core::policy::{self, Circumstances, Decision, PolicyGrant, PolicySubject};
use vestibule_core::proof::{Authentication, Ledger, Unreadable, Wanted};
use vestibule_core::{ClientId, Domain};
use vestibule_oidc::authorize::AuthorizeRequest;
use vestibule_store::live::LiveUser;

use crate::convert;
use crate::trip::Trip;

/// What the trip's ending and request ask for.
fn demand(trip: &Trip) -> Demand {
    let request = trip.sealed.ending.request();
    Demand {
        ending: trip.sealed.ending.kind(),
        began_at: trip.sealed.began(),
        login: request.is_some_and(|r| r.prompt.login),
        select_account: request.is_some_and(|r| r.prompt.select_account),
        max_age: request.and_then(|r| r.max_age).map(|s| TimeDelta::seconds(i64::from(s))),
        level: request.map_or(Wanted::Any, AuthorizeRequest::level),
    }
}

/// Whether the way that a session began by is still one for its user here (HRD-09, ADR-05): a code no longer is where
/// codes were switched off meanwhile, or the domain was blocked.
fn still_offered(
    tenant: &TenantSnapshot,
    application: Option<&ApplicationSnapshot>,
    user: &LiveUser,
    way: Way,
) -> Result<bool, Unreadable> {
    let Ok(domain) = Domain::parse(&user.domain) else { return Ok(false) };
    Ok(plan::plan(tenant, application, &domain, Some(user))?.offers_sign_in(way))
}

/// The policy's grant for somebody with a session, if all that gave it still holds: the application is on, they are let
/// in, and by the way that they came; asked anew wherever tokens are made from it (architecture rule 1).
pub(crate) fn granted(
    tenant: &TenantSnapshot,
    client: Option<&ClientId>,
    application: Option<&ApplicationSnapshot>,
    user: &LiveUser,
    authentication: &Authentication,
    now: Instant,
) -> Result<Option<PolicyGrant>, Unreadable> {
    let on = client.is_none() || application.is_some_and(|a| a.application.enabled);
    if !on || !user.usable() || !still_offered(tenant, application, user, authentication.way)? {
        return Ok(None);
    }
    match decide(tenant, client, Some(user), authentication, None, now) {
        Decision::Grant(grant) => Ok(grant.covers(tenant.id, user.id, client).then_some(grant)),
        Decision::Block(_) | Decision::Need(_) => Ok(None),
    }
}

/// What policy says of somebody at an application.
pub(crate) fn decide(
    tenant: &TenantSnapshot,
    client: Option<&ClientId>,
    user: Option<&LiveUser>,
    authentication: &Authentication,
    agreed: Option<u32>,
    now: Instant,
) -> Decision {
    let subject = PolicySubject {
        tenant: tenant.id,
        user: user.map(|u| u.id),
        authentication,
        agreed_terms: agreed.max(user.and_then(|u| u.agreed_terms).and_then(|v| u32::try_from(v).ok())),
    };
    policy::evaluate(&subject, client, &tenant.rules, &Circumstances { now })
}

/// Where the trip stands with this user and ledger.
pub(crate) fn next(
    trip: &Trip,
    user: Option<&LiveUser>,
    remembered: usize,
    ledger: &Ledger,
    code: Option<passcode::CodeStanding>,
) -> Result<Step, Unreadable> {
    let (tenant, application) = (trip.tenant(), trip.application.as_deref());
    let client = trip.sealed.ending.client();
    let address = trip.address();
    let proof = address.and_then(|a| ledger.authentication(a.key()));
    let plan = match (address, &proof) {
        (Some(a), Some(_)) => Some(plan::plan(tenant, application, a.domain(), user)?),
        (Some(a), None) => Some(plan::plan_unproven(tenant, application, a.domain())),
        (None, _) => None,
    };
    let decision = proof.as_ref().map(|p| decide(tenant, client, user, p, ledger.agreed_terms(), trip.at()));
    let facts = TripFacts {
        now: trip.at(),
        tenant_active: true,
        application_enabled: client.is_none() || application.is_some_and(|a| a.application.enabled),
        early_block: policy::evaluate_before(client, &tenant.rules),
        remembered,
        address: address.map(|a| Addressed { key: a.key().to_owned() }),
        session: session(trip)?,
        plan: plan.as_ref(),
        code,
        person: proof.is_some().then(|| plan::person(user)),
        sign_up: plan::signs_up(application),
        decision,
        second_steps: SecondSteps::default(),
        consent_missing: false,
    };
    Ok(interaction::next(&demand(trip), &facts, ledger))
}

/// The browser's live session, as `next` sees it; nothing where the application wants somebody else, or the way that it
/// began by is none any more.
fn session(trip: &Trip) -> Result<Option<interaction::Session>, Unreadable> {
    let Some(SignedIn { user, authentication, .. }) = &trip.live.session else { return Ok(None) };
    let offered = still_offered(trip.tenant(), trip.application.as_deref(), user, authentication.way)?;
    if !offered || !trip.wants(user.id) {
        return Ok(None);
    }
    let client = trip.sealed.ending.client();
    Ok(Some(interaction::Session {
        address_key: user.address_key.clone(),
        decision: decide(trip.tenant(), client, Some(user), authentication, None, trip.at()),
        picked: trip.sealed.picked,
        authentication: authentication.clone(),
    }))
}

/// Where the newest code of a trip stands.
pub(crate) fn code_standing(trip: &Trip) -> Option<passcode::CodeStanding> {
    trip.code().map(|p| convert::stored(p).standing(trip.at()))
}

/// The step of a trip as it stands.
pub(crate) fn current(trip: &Trip, remembered: usize) -> Result<Step, Unreadable> {
    next(trip, trip.user(), remembered, &trip.ledger, code_standing(trip))
}

#[cfg(test)]
mod tests;
