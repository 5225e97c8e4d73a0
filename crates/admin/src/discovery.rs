//! `hrd explain`: the plan and trail for an address, the same that pages and log show.

use serde::Serialize;
use uuid::Uuid;
use vestibule_app::audit::allow;
use vestibule_app::{App, Context, Error, plan};
use vestibule_core::Address;
use vestibule_core::access::{Action, Actor, Object};
use vestibule_core::directory::Person;
use vestibule_core::discovery::{self, TrailEntry, Use};
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_core::lifecycle::UserKind;
use vestibule_core::method::Method;
use vestibule_store as store;

use super::{AdminError, invalid};

/// Discovery for an address, explained.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    /// The address.
    pub address: String,
    /// The user of this tenant: `none`, `pending`, `accepted`, `blocked` or `member`.
    pub standing: &'static str,
    /// The ways, the first of them first.
    pub offers: Vec<Offered>,
    /// Why there are none.
    pub refusal: Option<discovery::Refusal>,
    /// What becomes of somebody who types it, in words.
    pub outcome: &'static str,
    /// Each step of the chain.
    pub trail: Vec<Explanation>,
}

/// One way.
#[derive(Debug, Serialize)]
pub struct Offered {
    /// The method.
    pub method: Method,
    /// The provider or organisation, where it is by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Uuid>,
    /// What for.
    pub purpose: Use,
}

/// One step with its reason in words.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The step.
    #[serde(flatten)]
    pub entry: TrailEntry,
    /// The reason in words.
    pub explanation: &'static str,
}

/// Explains.
pub async fn explain(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    address: &str,
    client: Option<&str>,
) -> Result<Explained, AdminError> {
    let _allowed = allow(ctx, actor, Action::ExplainDiscovery, Object::Tenant(tenant))?;
    let address = Address::parse(address).map_err(|e| invalid("address", e))?;
    let live = app.current(tenant).await?;
    let snapshot = &live.tenant;
    let application = match client {
        Some(client) => {
            let found = app.application(&live, &ClientId(client.to_owned())).await?;
            let unknown = || AdminError::NotFound { kind: "application", name: client.to_owned() };
            Some(found.ok_or_else(unknown)?)
        }
        None => None,
    };
    let key = address.key().to_owned();
    let user = app.db.read(move |c| store::live::user_by_address(c, tenant, &key)).await?;
    let (domain, application) = (address.domain(), application.as_deref());
    let planned = plan::plan(snapshot, application, domain, user.as_ref()).map_err(Error::from)?;
    let person = plan::person(user.as_ref());
    let standing = match (person, user.as_ref().map(|u| u.kind)) {
        (Person::Stranger | Person::Removed, _) => "none",
        (_, Some(UserKind::Member)) => "member",
        (Person::Disabled, _) => "blocked",
        // A reported invitation suspends a guest who is still pending.
        (Person::Pending | Person::Suspended, _) => "pending",
        (Person::Accepted, _) => "accepted",
    };
    let trail = planned
        .trail
        .iter()
        .map(|entry| Explanation { entry: *entry, explanation: entry.reason.explain() })
        .collect();
    let sign_up = plan::signs_up(application);
    let gets_code = discovery::sends_code(&planned, person, sign_up);
    Ok(Explained {
        address: address.as_str().to_owned(),
        standing,
        outcome: outcome(person, planned.refusal.is_some(), gets_code),
        offers: planned.offers.iter().map(offered).collect(),
        refusal: planned.refusal,
        trail,
    })
}

fn offered(offer: &discovery::Offer) -> Offered {
    Offered { method: offer.way.method(), provider: offer.way.of(), purpose: offer.purpose }
}

/// Pages look the same for everybody (OTP-17): only here it is told who gets no code, and why.
const fn outcome(person: Person, refused: bool, gets_code: bool) -> &'static str {
    match (refused, gets_code, person) {
        (true, _, _) => "is turned away before anything is sent",
        (_, true, _) => "gets a code by mail",
        (_, _, Person::Stranger | Person::Removed) => {
            "gets no code: nobody invited this address (one mail a day says so); invite it: vestibule invite"
        }
        (_, _, Person::Disabled) => {
            "gets no code: the guest is blocked; vestibule guest unblock lets them in again"
        }
        (_, _, Person::Suspended) => {
            "gets no code: the invitation was reported (This was not me); ask the guest, then invite again"
        }
        (_, _, Person::Pending | Person::Accepted) => {
            "gets no code: the policies of the tenant do not admit this address; vestibule policy show"
        }
    }
}
