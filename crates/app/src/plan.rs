//! The plan of discovery for an address at a tenant, from the rows that it depends on: the same for a sign-in and for an
//! administrator's question. No decision is taken here.

use vestibule_core::Domain;
use vestibule_core::directory::Person;
use vestibule_core::discovery::{self, GuestStanding, Plan};
use vestibule_core::lifecycle::{RedemptionState, UserKind};
use vestibule_core::method::{Method, Way};
use vestibule_core::proof::Unreadable;
use vestibule_store::live::LiveUser;

use crate::snapshot::{ApplicationSnapshot, TenantSnapshot};

/// The plan for a domain before a proof, for everybody alike (OTP-18): where guests of before a domain rule are exempt
/// from it (ADR-05), whether this is one is not asked yet.
pub fn plan_unproven(
    tenant: &TenantSnapshot,
    application: Option<&ApplicationSnapshot>,
    domain: &Domain,
) -> Plan {
    planned(tenant, application, domain, tenant.lists.exempt_accepted, GuestStanding::Redeeming)
}

/// The plan for a domain and the user whose address is of it here.
pub fn plan(
    tenant: &TenantSnapshot,
    application: Option<&ApplicationSnapshot>,
    domain: &Domain,
    user: Option<&LiveUser>,
) -> Result<Plan, Unreadable> {
    let accepted = user.filter(|u| u.state != RedemptionState::Pending);
    let standing = match accepted {
        Some(user) => GuestStanding::Redeemed { pinned: pinned(user)? },
        None => GuestStanding::Redeeming,
    };
    Ok(planned(tenant, application, domain, accepted.is_some(), standing))
}

/// The way that somebody accepted by. A member has redeemed nothing and is known by the mailbox; a guest who accepted by
/// no way that is written down is not let in by any.
fn pinned(user: &LiveUser) -> Result<Way, Unreadable> {
    match (user.pinned()?, user.kind) {
        (Some(way), _) => Ok(way),
        (None, UserKind::Member) => Ok(Way::Passcode),
        (None, UserKind::Guest) => Err(Unreadable),
    }
}

fn planned(
    tenant: &TenantSnapshot,
    application: Option<&ApplicationSnapshot>,
    domain: &Domain,
    accepted: bool,
    standing: GuestStanding,
) -> Plan {
    let facts = discovery::DiscoveryFacts {
        settings: &tenant.discovery,
        domain_admitted: tenant.owns(domain) || tenant.admits(domain, accepted),
        candidates: &[],
        account: false,
        // Who signs up where codes are off makes an account: not before this release verifies one.
        sign_up: signs_up(application) && Method::Account.line().verified,
        fallback_on_failure: false,
    };
    discovery::decide(standing, &facts)
}

/// Whether strangers may sign up at this application.
pub fn signs_up(application: Option<&ApplicationSnapshot>) -> bool {
    application.is_some_and(|a| a.application.settings.sign_up)
}

/// Who somebody is here, by their row.
pub fn person(user: Option<&LiveUser>) -> Person {
    Person::of(user.map(LiveUser::facts).as_ref())
}

/// Whether the address of this user is sent a code that works.
pub fn sends_code(
    tenant: &TenantSnapshot,
    application: Option<&ApplicationSnapshot>,
    domain: &Domain,
    user: Option<&LiveUser>,
) -> Result<bool, Unreadable> {
    let plan = plan(tenant, application, domain, user)?;
    Ok(discovery::sends_code(&plan, person(user), signs_up(application)))
}
