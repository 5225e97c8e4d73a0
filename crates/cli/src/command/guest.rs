//! `vestibule guest`.

use clap::{Args, Subcommand};
use serde::Serialize;
use vestibule_admin::Desk;
use vestibule_admin::guest::{Block, GuestRef, List, Show, Unblock};
use vestibule_core::clock::Instant;
use vestibule_core::directory::{Guest, GuestField};
use vestibule_core::ids::{TenantId, UserId};
use vestibule_core::lifecycle::{RedemptionState, UserKind};
use vestibule_core::query::{self, ListParameters, Order, Query};

use crate::failure::{Failure, Input};
use crate::input;
use crate::output::note;
use crate::terminal::Terminal;

const COLUMNS: [&str; 5] = ["mail", "externalUserState", "accountEnabled", "createdDateTime", "id"];

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the guests of a tenant
    List {
        /// GUID or domain of the tenant
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        page: Asking,
    },
    /// Show a guest
    Show(Named),
    /// Block a guest: every session ends at once
    Block(Named),
    /// Let a guest in again
    Unblock(Named),
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// Address or object id
    guest: String,
    /// GUID or domain of the tenant
    #[arg(long)]
    tenant: String,
}

impl Command {
    pub(super) async fn run(self, terminal: Terminal<'_>) -> Result<(), Failure> {
        let Terminal { desk, out } = terminal;
        let guest = match self {
            Self::List { tenant, page } => {
                let query = page.read()?;
                let page = desk.perform(List { tenant: input::tenant(&desk, &tenant).await?, query }).await?;
                let list: Vec<Shown> = page.rows.into_iter().map(Shown::from).collect();
                out.list(&list, &COLUMNS)?;
                if let Some(next) = page.next {
                    note(&format!("there are more: repeat the command with --next {next}"));
                }
                return Ok(());
            }
            Self::Show(named) => {
                let (tenant, guest) = named.read(&desk).await?;
                desk.perform(Show { tenant, guest }).await?
            }
            Self::Block(named) => {
                let (tenant, guest) = named.read(&desk).await?;
                desk.perform(Block { tenant, guest }).await?
            }
            Self::Unblock(named) => {
                let (tenant, guest) = named.read(&desk).await?;
                desk.perform(Unblock { tenant, guest }).await?
            }
        };
        out.one(&Shown::from(guest))
    }
}

/// Which guests are listed, in which order, from where on.
#[derive(Debug, Args)]
pub(super) struct Asking {
    /// Comparisons joined by and, as Graph's $filter: "endswith(mail,'@partner.example')"
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// A field, then asc or desc: createdDateTime, mail or displayName
    #[arg(long, value_name = "FIELD", default_value = "createdDateTime")]
    order_by: String,
    /// At most so many, up to 999
    #[arg(long, default_value_t = query::PAGE_MAX)]
    limit: usize,
    /// Go on where the page before ended: what it said at its end
    #[arg(long, value_name = "TOKEN")]
    next: Option<String>,
}

impl Asking {
    fn read(&self) -> Result<Query<GuestField>, Failure> {
        let asked = ListParameters {
            filter: self.filter.as_deref(),
            order: Some(&self.order_by),
            token: self.next.as_deref(),
            top: Some(self.limit),
        };
        let order = Order { field: GuestField::CreatedDateTime, descending: false };
        Query::parse(asked, order).map_err(|e| Failure::invalid(Input::Query, e))
    }
}

impl Named {
    async fn read(&self, desk: &Desk<'_>) -> Result<(TenantId, GuestRef), Failure> {
        Ok((input::tenant(desk, &self.tenant).await?, input::guest(&self.guest)?))
    }
}

/// A guest, as commands show it: Graph's names.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: UserId,
    mail: String,
    display_name: Option<String>,
    user_type: &'static str,
    external_user_state: Option<&'static str>,
    external_user_state_change_date_time: Option<Instant>,
    account_enabled: bool,
    redeemed_with: Option<&'static str>,
    created_date_time: Instant,
    last_sign_in_date_time: Option<Instant>,
    sponsors: Vec<String>,
}

impl From<Guest> for Shown {
    fn from(guest: Guest) -> Self {
        Self {
            id: guest.id,
            mail: guest.address,
            display_name: guest.display_name,
            user_type: match guest.kind {
                UserKind::Guest => "Guest",
                UserKind::Member => "Member",
            },
            external_user_state: match guest.redemption {
                RedemptionState::Pending => Some("PendingAcceptance"),
                RedemptionState::Accepted => Some("Accepted"),
                RedemptionState::NotNeeded => None,
            },
            external_user_state_change_date_time: guest.redemption_changed_at,
            account_enabled: guest.enabled,
            redeemed_with: guest.pinned_method.map(|method| method.line().idp.unwrap_or(method.as_str())),
            created_date_time: guest.created_at,
            last_sign_in_date_time: guest.last_sign_in_at,
            sponsors: guest.sponsors,
        }
    }
}
