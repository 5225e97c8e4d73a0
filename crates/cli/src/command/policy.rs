//! `vestibule policy`.

use chrono::{DateTime, NaiveDate, NaiveTime};
use clap::Subcommand;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use vestibule_admin::policy::{Cancel, Policies, PolicyChange, Scheduled, Set, Show};
use vestibule_core::clock::Instant;
use vestibule_core::documents;
use vestibule_core::policies::{AccessRule, DomainLists, PolicyKind};
use vestibule_core::settings::TenantSettings;

use crate::failure::{Failure, Input};
use crate::input;
use crate::terminal::Terminal;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Set a policy: otp=on|off, access=JSON, domains=JSON, settings=JSON
    #[command(
        after_help = "Examples:\n  vestibule policy set --tenant alder.example otp=off\n  vestibule policy set --tenant alder.example otp=off --from 2027-01-01\n  vestibule policy set --tenant alder.example 'access=[{\"name\":\"daily\",\"control\":{\"kind\":\"signInFrequency\",\"minutes\":480}}]'"
    )]
    Set {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// KEY=VALUE
        assignment: String,
        /// In force from then on, not at once: 2026-12-24 (midnight UTC) or 2026-12-24T18:00:00Z
        #[arg(long, value_name = "MOMENT")]
        from: Option<String>,
    },
    /// Take back what is scheduled of a policy and not in force yet
    #[command(after_help = "Examples:\n  vestibule policy cancel --tenant alder.example otp")]
    Cancel {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        /// Which: otp, access or domains
        policy: String,
    },
    /// Show what is in force, and what will be
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
            Self::Set { tenant, assignment, from } => {
                let (change, effective_from) =
                    (change(&assignment)?, from.as_deref().map(moment).transpose()?);
                let tenant = input::tenant(&desk, &tenant).await?;
                (desk.perform(Set { tenant, change, effective_from }).await?, None)
            }
            Self::Cancel { tenant, policy } => {
                let kind = PolicyKind::parse(&policy).ok_or_else(|| {
                    Failure::invalid(Input::Policy, "only otp, access and domains can be scheduled")
                })?;
                let tenant = input::tenant(&desk, &tenant).await?;
                (desk.perform(Cancel { tenant, kind }).await?, None)
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

/// A day, which begins at midnight UTC, or a moment of RFC 3339.
fn moment(text: &str) -> Result<Instant, Failure> {
    let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let moment = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc()).ok();
    moment.or_else(day).ok_or_else(|| Failure::invalid(Input::From, format!("{text} is no date")))
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

fn read<T: DeserializeOwned + Serialize>(input: Input, json: &str) -> Result<T, Failure> {
    documents::strict(json).map_err(|e| Failure::invalid(input, e))
}

/// What holds, as commands show it.
#[derive(Debug, Serialize)]
struct Shown {
    otp: &'static str,
    domains: DomainLists,
    access: Vec<AccessRule>,
    settings: TenantSettings,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scheduled: Vec<ShownLater>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unread: Vec<String>,
}

/// A policy that is not in force yet.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownLater {
    policy: String,
    effective_from_date_time: Instant,
    document: Value,
}

impl From<Policies> for Shown {
    fn from(policies: Policies) -> Self {
        let Policies { passcode, domains, access, settings, scheduled, unread } = policies;
        let later = |Scheduled { kind, effective_from, document }| ShownLater {
            policy: kind,
            effective_from_date_time: effective_from,
            document,
        };
        Self {
            otp: if passcode { "on" } else { "off" },
            domains,
            access,
            settings,
            scheduled: scheduled.into_iter().map(later).collect(),
            unread: unread.into_iter().map(|part| format!("{}: {}", part.kind, part.problem)).collect(),
        }
    }
}
