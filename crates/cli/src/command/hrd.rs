//! `vestibule hrd`.

use clap::Subcommand;
use serde::Serialize;
use uuid::Uuid;
use vestibule_admin::discovery::{Explain, Explained, ExplainedOutcome};
use vestibule_core::directory::Person;
use vestibule_core::discovery::{NoPlan, TrailEntry, Use};
use vestibule_core::ids::ClientId;
use vestibule_core::lifecycle::UserKind;
use vestibule_core::method::Method;

use crate::failure::{Failure, Input};
use crate::input;
use crate::output::line;
use crate::terminal::Terminal;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Explain which ways an address is offered, and why
    #[command(
        after_help = "Examples:\n  vestibule hrd explain nicole@partner.example --tenant alder.example\n  vestibule hrd explain nicole@partner.example --tenant alder.example --app CLIENT_ID --json"
    )]
    Explain {
        /// Address
        address: String,
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// Client id of the application
        #[arg(long, value_name = "CLIENT_ID")]
        app: Option<String>,
    },
}

impl Command {
    pub(super) async fn run(self, terminal: Terminal<'_>) -> Result<(), Failure> {
        let Terminal { desk, out } = terminal;
        let Self::Explain { address, tenant, app } = self;
        let tenant = input::tenant(&desk, &tenant).await?;
        let address = input::address(Input::Address, &address)?;
        let shown = Shown::from(desk.perform(Explain { tenant, address, client: app.map(ClientId) }).await?);
        if out.json {
            return out.one(&shown);
        }
        out.list(&shown.trail, &["step", "verdict", "explanation"])?;
        line(&format!("\n{} ({}): {}", shown.address, shown.standing, shown.outcome));
        Ok(())
    }
}

/// Discovery for an address, as commands show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    address: String,
    standing: &'static str,
    offers: Vec<Offered>,
    refusal: Option<NoPlan>,
    outcome: &'static str,
    trail: Vec<Step>,
}

/// One way.
#[derive(Debug, Serialize)]
struct Offered {
    method: Method,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<Uuid>,
    purpose: Use,
}

/// One step with its reason in words.
#[derive(Debug, Serialize)]
struct Step {
    #[serde(flatten)]
    entry: TrailEntry,
    explanation: &'static str,
}

impl From<Explained> for Shown {
    fn from(explained: Explained) -> Self {
        let Explained { address, person, kind, plan, outcome } = explained;
        let offers = plan.offers.iter().map(|offer| Offered {
            method: offer.way.method(),
            provider: offer.way.of(),
            purpose: offer.purpose,
        });
        let trail =
            plan.trail.iter().map(|entry| Step { entry: *entry, explanation: entry.reason.explain() });
        Self {
            address: address.as_str().to_owned(),
            standing: standing(person, kind),
            offers: offers.collect(),
            refusal: plan.refusal,
            outcome: words(outcome),
            trail: trail.collect(),
        }
    }
}

const fn standing(person: Person, kind: Option<UserKind>) -> &'static str {
    match (person, kind) {
        (Person::Stranger | Person::Removed, _) => "none",
        (_, Some(UserKind::Member)) => "member",
        (Person::Disabled, _) => "blocked",
        // A reported invitation suspends a guest who is still pending.
        (Person::Pending | Person::Suspended, _) => "pending",
        (Person::Accepted, _) => "accepted",
    }
}

const fn words(outcome: ExplainedOutcome) -> &'static str {
    match outcome {
        ExplainedOutcome::TurnedAway => "is turned away before anything is sent",
        ExplainedOutcome::GetsCode => "gets a code by mail",
        ExplainedOutcome::NotInvited => {
            "gets no code: nobody invited this address (one mail a day says so); invite it: vestibule invite"
        }
        ExplainedOutcome::Blocked => {
            "gets no code: the guest is blocked; vestibule guest unblock lets them in again"
        }
        ExplainedOutcome::Reported => {
            "gets no code: the invitation was reported (This was not me); ask the guest, then invite again"
        }
        ExplainedOutcome::NotAdmitted => {
            "gets no code: the policies of the tenant do not admit this address; vestibule policy show"
        }
    }
}
