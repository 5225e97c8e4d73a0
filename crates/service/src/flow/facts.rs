//! Gathers what `core::interaction::next` looks at. No decision is taken here.

use chrono::TimeDelta;
use vestibule_core::clock::Instant;
use vestibule_core::discovery::{self, Plan, Standing};
use vestibule_core::interaction::{
    self, Addressed, Demand, Ending, Facts, Finish, Person, SecondSteps, Step,
};
use vestibule_core::passcode;
use vestibule_core::policy::{self, Circumstances, Decision, Subject};
use vestibule_core::proof::{ACR_MAILBOX, ACR_MFA, ACR_SINGLE, Authentication, Ledger};
use vestibule_core::settings::Method;
use vestibule_core::{Address, ClientId};
use vestibule_store::live::{LiveSession, LiveUser};

use super::trip::Trip;
use crate::convert;
use crate::snapshot::{ApplicationSnapshot, TenantSnapshot};

/// What is known of the address beyond the trip itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known<'a> {
    /// The user of the address here.
    pub user: Option<&'a LiveUser>,
    /// Accounts that the browser remembers here.
    pub remembered: usize,
}

/// What the trip's ending and request ask for.
pub(crate) fn demand(trip: &Trip) -> Demand {
    let request = trip.sealed.request.as_ref();
    let essential = request.map(|r| r.claims.essential_acr.clone()).unwrap_or_default();
    let known = |acr: &&String| [ACR_MAILBOX, ACR_SINGLE, ACR_MFA].contains(&acr.as_str());
    let wished = request.map(|r| r.acr_values.iter().filter(known).cloned().collect()).unwrap_or_default();
    Demand {
        ending: trip.sealed.ending,
        began_at: trip.sealed.began(),
        login: request.is_some_and(|r| r.prompt.login),
        select_account: request.is_some_and(|r| r.prompt.select_account),
        max_age: request.and_then(|r| r.max_age).map(|s| TimeDelta::seconds(i64::from(s))),
        essential_acr: if essential.is_empty() { wished } else { essential },
    }
}

/// The plan for an address before a proof, for everybody alike (OTP-18): where guests of before a domain rule are exempt
/// from it (ADR-05), whether this is one is not asked yet.
pub(crate) fn plan_unproven(
    tenant: &TenantSnapshot,
    application: Option<&ApplicationSnapshot>,
    address: &Address,
) -> Plan {
    planned(tenant, application, address, tenant.lists.exempt_accepted, None)
}

/// The plan for an address and the user that it belongs to here.
pub(crate) fn plan(
    tenant: &TenantSnapshot,
    application: Option<&ApplicationSnapshot>,
    address: &Address,
    user: Option<&LiveUser>,
) -> Plan {
    let accepted = user.filter(|u| u.state != "pending");
    planned(tenant, application, address, accepted.is_some(), accepted.map(pinned_method))
}

fn planned(
    tenant: &TenantSnapshot,
    application: Option<&ApplicationSnapshot>,
    address: &Address,
    accepted: bool,
    pinned: Option<Method>,
) -> Plan {
    let facts = discovery::Facts {
        settings: &tenant.discovery,
        domain_admitted: tenant.owns(address.domain()) || tenant.admits(address, accepted),
        federated: None,
        organization: None,
        account: false,
        sign_up: application.is_some_and(|a| a.application.settings.sign_up),
        fallback_on_failure: false,
    };
    discovery::decide(pinned.map_or(Standing::Redeeming, |pinned| Standing::Redeemed { pinned }), &facts)
}

/// Whether the way that a session began by is still one for its user here (HRD-09, ADR-05): a code no longer is where
/// codes were switched off meanwhile, or the domain was blocked.
pub(crate) fn still_offered(
    tenant: &TenantSnapshot,
    application: Option<&ApplicationSnapshot>,
    user: &LiveUser,
    idp: &str,
) -> bool {
    let offered = |a: &Address| plan(tenant, application, a, Some(user)).offers_sign_in(Method::Passcode);
    idp != "mail" || Address::parse(&user.address).is_ok_and(|a| offered(&a))
}

/// The method that a user accepted with, by the kind of the linked identity.
fn pinned_method(user: &LiveUser) -> Method {
    match user.pinned_method.as_deref() {
        Some("federated") => Method::Federated,
        Some("organization") => Method::Organization,
        Some("account") => Method::Account,
        _ => Method::Passcode,
    }
}

/// Who somebody is here, by their row.
pub(crate) fn person(user: Option<&LiveUser>) -> Person {
    match user {
        None => Person::Stranger,
        Some(u) if u.deleted_at.is_some() => Person::Removed,
        Some(u) if !u.enabled => Person::Disabled,
        Some(u) if u.held_at.is_some() => Person::Suspended,
        Some(u) if u.state == "pending" => Person::Pending,
        Some(_) => Person::Accepted,
    }
}

/// How a live session began.
pub(crate) fn authentication_of(session: &LiveSession) -> Authentication {
    let row = &session.row;
    Authentication {
        at: row.auth_time,
        amr: convert::amr(&row.amr),
        acr: convert::acr(&row.acr),
        idp: row.idp.clone(),
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
    let subject = Subject {
        tenant: tenant.id,
        user: user.map(|u| u.id),
        authentication,
        second_step: None,
        agreed_terms: agreed.max(user.and_then(|u| u.agreed_terms).and_then(|v| u32::try_from(v).ok())),
    };
    policy::evaluate(&subject, client, &tenant.rules, &Circumstances { now })
}

/// The newest version of the terms that the rules ask for, if the guest ticked the box in this trip.
fn agreed_here(tenant: &TenantSnapshot, ledger: &Ledger) -> Option<u32> {
    use vestibule_core::settings::Control;
    let newest = tenant
        .rules
        .iter()
        .filter_map(|r| if let Control::Terms { version } = r.control { Some(version) } else { None })
        .max();
    newest.filter(|_| ledger.agreed_to_terms())
}

/// Where the trip stands.
pub(crate) fn next(trip: &Trip, known: Known<'_>, ledger: &Ledger, code: Option<passcode::Standing>) -> Step {
    let (tenant, application) = (trip.tenant(), trip.application.as_deref());
    let client = trip.sealed.client.as_ref();
    let address = trip.address();
    let proof = address.as_ref().and_then(|a| ledger.mailbox(a.key()));
    let user = known.user;
    let plan = address.as_ref().map(|a| match proof {
        Some(_) => plan(tenant, application, a, user),
        None => plan_unproven(tenant, application, a),
    });
    let decision =
        proof.as_ref().map(|p| decide(tenant, client, user, p, agreed_here(tenant, ledger), trip.now));
    let live = trip.live.session.as_ref();
    let live =
        live.filter(|s| trip.wants(s.user.id) && still_offered(tenant, application, &s.user, &s.row.idp));
    let session = live.map(|s| session(trip, s));
    let facts = Facts {
        now: trip.now,
        tenant_active: true,
        application_enabled: trip.sealed.client.is_none()
            || application.is_some_and(|a| a.application.enabled),
        early_block: policy::evaluate_before(client, &tenant.rules),
        remembered: known.remembered,
        address: address.map(|a| Addressed { key: a.key().to_owned() }),
        session,
        plan: plan.as_ref(),
        code,
        person: proof.is_some().then(|| person(user)),
        sign_up: application.is_some_and(|a| a.application.settings.sign_up),
        decision,
        second_steps: SecondSteps::default(),
        consent_missing: false,
    };
    interaction::next(&demand(trip), &facts, ledger)
}

/// The browser's live session, as `next` sees it.
fn session(trip: &Trip, session: &LiveSession) -> interaction::Session {
    let authentication = authentication_of(session);
    let client = trip.sealed.client.as_ref();
    let decision = decide(trip.tenant(), client, Some(&session.user), &authentication, None, trip.now);
    interaction::Session {
        address_key: session.user.address_key.clone(),
        decision,
        picked: trip.sealed.picked,
        authentication,
    }
}

/// Where the newest code of a trip stands.
pub(crate) fn code_standing(trip: &Trip) -> Option<passcode::Standing> {
    trip.code().map(|p| convert::stored(p).standing(trip.now))
}

/// The ledger of a trip.
pub(crate) fn ledger(trip: &Trip) -> Ledger {
    trip.row()
        .filter(|r| r.expires_at > trip.now)
        .map(|r| Ledger::from_json(r.ledger.clone()))
        .unwrap_or_default()
}

/// The step of a trip as it stands, with its ledger.
pub(crate) fn current(trip: &Trip, remembered: usize) -> (Step, Ledger) {
    let ledger = ledger(trip);
    let known = Known { user: trip.user(), remembered };
    (next(trip, known, &ledger, code_standing(trip)), ledger)
}

/// The page of a step, as the last part of its path.
pub(crate) const fn page_of(step: &Step) -> Option<&'static str> {
    match step {
        Step::Identify => Some(""),
        Step::Choose => Some("accounts"),
        Step::SendCode => Some("code/send"),
        Step::EnterCode => Some("code"),
        Step::Review { .. } | Step::Terms(_) | Step::Finish(Finish::Proof(_)) => Some("review"),
        Step::Upstream(_)
        | Step::Password
        | Step::CreateAccount
        | Step::Upgrade(_)
        | Step::Enrol
        | Step::SecondFactor
        | Step::AppConsent
        | Step::Refuse(_)
        | Step::Finish(Finish::Session) => None,
    }
}

/// Whether a trip ends with a code for an application.
pub(crate) const fn for_application(ending: Ending) -> bool {
    matches!(ending, Ending::Authorize)
}
