//! `vestibule policy`.

use clap::Subcommand;
use serde::Serialize;
use serde::de::DeserializeOwned;
use vestibule_admin::policy::{Policies, PolicyChange, Set, Show};
use vestibule_core::documents;
use vestibule_core::policies::{AccessRule, DomainLists};
use vestibule_core::settings::TenantSettings;

use crate::failure::{Failure, Input};
use crate::input;
use crate::terminal::Terminal;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Set a policy: otp=on|off, access=JSON, domains=JSON, settings=JSON
    #[command(
        after_help = "Examples:\n  vestibule policy set --tenant alder.example otp=off\n  vestibule policy set --tenant alder.example 'access=[{\"name\":\"daily\",\"control\":{\"kind\":\"signInFrequency\",\"minutes\":480}}]'"
    )]
    Set {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// KEY=VALUE
        assignment: String,
    },
    /// Show what holds
    Show {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// One policy only
        key: Option<String>,
    },
}

impl Command {
    pub(super) async fn run(self, terminal: Terminal<'_>) -> Result<(), Failure> {
        let Terminal { desk, out } = terminal;
        let (policies, key) = match self {
            Self::Set { tenant, assignment } => {
                let tenant = input::tenant(&desk, &tenant).await?;
                (desk.perform(Set { tenant, change: change(&assignment)? }).await?, None)
            }
            Self::Show { tenant, key } => {
                (desk.perform(Show { tenant: input::tenant(&desk, &tenant).await? }).await?, key)
            }
        };
        let shown = Shown::from(policies);
        let Some(key) = key else { return out.one(&shown) };
        let whole = serde_json::to_value(&shown).map_err(|e| Failure::new("internal", 1, e))?;
        let part = whole.get(&key).ok_or_else(|| Failure::new("not-found", 4, format!("policy {key}")))?;
        out.one(&serde_json::json!({ key: part }))
    }
}

/// Reads `KEY=VALUE`.
fn change(assignment: &str) -> Result<PolicyChange, Failure> {
    let (key, value) = assignment
        .split_once('=')
        .ok_or_else(|| Failure::invalid(Input::Policy, "it must be KEY=VALUE, like otp=off"))?;
    match (key, value) {
        ("otp", "on") => Ok(PolicyChange::Passcode { on: true }),
        ("otp", "off") => Ok(PolicyChange::Passcode { on: false }),
        ("otp", _) => Err(Failure::invalid(Input::Otp, "it must be on or off")),
        ("access", json) => read::<Vec<AccessRule>>(Input::Access, json).map(PolicyChange::Access),
        ("domains", json) => read::<DomainLists>(Input::Domains, json).map(PolicyChange::Domains),
        ("settings", json) => {
            read::<TenantSettings>(Input::Settings, json).map(|s| PolicyChange::Settings(Box::new(s)))
        }
        (other, _) => Err(Failure::invalid(
            Input::Policy,
            format!("{other} is none; known are otp, access, domains, settings"),
        )),
    }
}

fn read<T: DeserializeOwned>(input: Input, json: &str) -> Result<T, Failure> {
    documents::strict(json).map_err(|e| Failure::invalid(input, e))
}

/// What holds, as commands show it.
#[derive(Debug, Serialize)]
struct Shown {
    otp: &'static str,
    domains: DomainLists,
    access: Vec<AccessRule>,
    settings: TenantSettings,
}

impl From<Policies> for Shown {
    fn from(policies: Policies) -> Self {
        let Policies { passcode, domains, access, settings } = policies;
        Self { otp: if passcode { "on" } else { "off" }, domains, access, settings }
    }
}
