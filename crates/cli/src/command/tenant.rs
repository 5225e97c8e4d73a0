//! `vestibule tenant`.

use clap::Subcommand;
use serde::Serialize;
use vestibule_admin::tenant::{AddDomain, Create, Disable, Enable, List, Show, Tenant};
use vestibule_core::ids::TenantId;
use vestibule_core::lifecycle::TenantState;

use crate::failure::{Failure, Input};
use crate::input;
use crate::terminal::Terminal;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a tenant
    #[command(
        after_help = "Examples:\n  vestibule tenant create \"Alder Works\" --domain alder.example\n  vestibule tenant create \"Alder Works\" --domain alder.example --admin it@alder.example --json"
    )]
    Create {
        /// Display name
        name: String,
        /// First verified domain
        #[arg(long)]
        domain: String,
        /// GUID, if it is brought along
        #[arg(long, value_name = "GUID")]
        id: Option<String>,
        /// Address of the first administrator
        #[arg(long, value_name = "ADDRESS")]
        admin: Option<String>,
    },
    /// List the tenants
    List,
    /// Show a tenant
    Show {
        /// GUID or domain
        tenant: String,
    },
    /// Switch a tenant on
    Enable {
        /// GUID or domain
        tenant: String,
    },
    /// Switch a tenant off
    Disable {
        /// GUID or domain
        tenant: String,
    },
    /// Domains of a tenant
    #[command(subcommand)]
    Domain(DomainCommand),
}

#[derive(Debug, Subcommand)]
pub(super) enum DomainCommand {
    /// Add a domain that you vouch for
    Add {
        /// Domain
        domain: String,
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
    },
}

impl Command {
    pub(super) async fn run(self, terminal: Terminal<'_>) -> Result<(), Failure> {
        let Terminal { desk, out } = terminal;
        let shown = match self {
            Self::Create { name, domain, id, admin } => {
                let id = id
                    .map(|id| id.parse())
                    .transpose()
                    .map_err(|e| Failure::new("invalid", 2, format!("id: {e}")))?;
                let admin = admin.map(|a| input::address(Input::Admin, &a)).transpose()?;
                desk.perform(Create { name, domain: input::domain(&domain)?, id, admin }).await?
            }
            Self::List => {
                let list: Vec<Shown> = desk.perform(List).await?.into_iter().map(Shown::from).collect();
                return out.list(&list, &["name", "id", "state", "domains"]);
            }
            Self::Show { tenant } => {
                desk.perform(Show { tenant: input::tenant(&desk, &tenant).await? }).await?
            }
            Self::Enable { tenant } => {
                desk.perform(Enable { tenant: input::tenant(&desk, &tenant).await? }).await?
            }
            Self::Disable { tenant } => {
                desk.perform(Disable { tenant: input::tenant(&desk, &tenant).await? }).await?
            }
            Self::Domain(DomainCommand::Add { domain, tenant }) => {
                let tenant = input::tenant(&desk, &tenant).await?;
                desk.perform(AddDomain { tenant, domain: input::domain(&domain)? }).await?
            }
        };
        out.one(&Shown::from(shown))
    }
}

/// A tenant, as commands show it.
#[derive(Debug, Serialize)]
struct Shown {
    id: TenantId,
    name: String,
    domains: Vec<String>,
    issuer: String,
    state: TenantState,
}

impl From<Tenant> for Shown {
    fn from(tenant: Tenant) -> Self {
        let Tenant { id, name, domains, issuer, state } = tenant;
        Self { id, name, domains, issuer, state }
    }
}
