//! Discovery explained: the plan and trail for an address, the same that pages and log show.

use vestibule_app::{Error, plan};
use vestibule_core::Address;
use vestibule_core::access::{Action, Object};
use vestibule_core::directory::Person;
use vestibule_core::discovery::{self, Plan};
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_core::lifecycle::UserKind;
use vestibule_store as store;

use crate::door::{At, Done, UseCase};
use crate::effect;
use crate::error::{AdminError, Thing};

/// Explains which ways an address is offered, and what becomes of it.
#[derive(Debug)]
pub struct Explain {
    pub tenant: TenantId,
    pub address: Address,
    /// The application that is asked for, if one is.
    pub client: Option<ClientId>,
}

/// Discovery for an address, explained.
#[derive(Debug, Clone)]
pub struct Explained {
    pub address: Address,
    /// Who it is here.
    pub person: Person,
    /// What the user of it is, where there is one.
    pub kind: Option<UserKind>,
    /// The ways, and the trail that led to them.
    pub plan: Plan,
    /// What becomes of a person who types it. Pages look the same for everybody (OTP-17): only this answer says it.
    pub outcome: ExplainedOutcome,
}

/// What becomes of a person who types an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExplainedOutcome {
    /// Turned away before anything is sent.
    TurnedAway,
    /// Gets a code that works.
    GetsCode,
    /// Nobody invited them.
    NotInvited,
    Blocked,
    /// The invitation was reported.
    Reported,
    /// The policies do not admit them.
    NotAdmitted,
}

impl UseCase for Explain {
    const NAME: &'static str = "discovery.explain";
    const ACTION: Action = Action::ExplainDiscovery;
    type Effect = effect::Nothing;
    type Output = Explained;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let Self { tenant, address, client } = self;
        let live = at.live(tenant).await?;
        let application = match client {
            Some(client) => {
                let found = at.application(&live, &client).await?;
                Some(found.ok_or(AdminError::NotFound(Thing::Application(client)))?)
            }
            None => None,
        };
        let key = address.key().to_owned();
        let user = at.read(move |c| store::live::user_by_address(c, tenant, &key)).await?;
        let application = application.as_deref();
        let plan =
            plan::plan(&live.tenant, application, address.domain(), user.as_ref()).map_err(Error::from)?;
        let person = plan::person(user.as_ref());
        let gets_code = discovery::sends_code(&plan, person, plan::signs_up(application));
        let outcome = outcome(person, plan.refusal.is_some(), gets_code);
        Ok(Done::read(Explained { address, person, kind: user.map(|u| u.kind), plan, outcome }))
    }
}

const fn outcome(person: Person, refused: bool, gets_code: bool) -> ExplainedOutcome {
    match (refused, gets_code, person) {
        (true, _, _) => ExplainedOutcome::TurnedAway,
        (_, true, _) => ExplainedOutcome::GetsCode,
        (_, _, Person::Stranger | Person::Removed) => ExplainedOutcome::NotInvited,
        (_, _, Person::Disabled) => ExplainedOutcome::Blocked,
        (_, _, Person::Suspended) => ExplainedOutcome::Reported,
        (_, _, Person::Pending | Person::Accepted) => ExplainedOutcome::NotAdmitted,
    }
}
