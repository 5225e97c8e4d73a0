//! `vestibule invite`.

use clap::Args;
use serde::Serialize;
use vestibule_admin::Desk;
use vestibule_admin::invitation::{Create, Invited};
use vestibule_core::Address;
use vestibule_core::ids::{InvitationId, TenantId, UserId};

use crate::failure::{Failure, Input};
use crate::input;
use crate::terminal::Terminal;

const COLUMNS: [&str; 4] = ["invitedUserEmailAddress", "status", "mail", "inviteRedeemUrl"];

#[derive(Debug, Args)]
pub(super) struct Command {
    /// Addresses
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// GUID or domain of the tenant
    #[arg(long)]
    tenant: String,
    /// Where the guest goes after accepting; a registered address of an application
    #[arg(long, value_name = "URL")]
    redirect_url: Option<String>,
    /// Member who invites; the tenant's first administrator without it
    #[arg(long, value_name = "ADDRESS")]
    inviter: Option<String>,
    /// Only make the link
    #[arg(long)]
    no_mail: bool,
    /// The guest's name, for one address
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A message to the guest, plain text
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
}

impl Command {
    /// Invites one after the other; those before a failure are printed, so that nothing is lost.
    pub(super) async fn run(self, terminal: Terminal<'_>) -> Result<(), Failure> {
        let Terminal { desk, out } = terminal;
        if self.name.is_some() && self.addresses.len() > 1 {
            return Err(Failure::new("invalid", 2, "--name is for one address, and several are given")
                .hint("invite them one by one, or leave --name out: guests can be named later"));
        }
        let tenant = input::tenant(&desk, &self.tenant).await?;
        let inviter = self.inviter.as_deref().map(|a| input::address(Input::Inviter, a)).transpose()?;
        let mut made = Vec::with_capacity(self.addresses.len());
        let mut failed = None;
        for address in &self.addresses {
            match self.invite(&desk, tenant, inviter.clone(), address).await {
                Ok(invited) => made.push(Shown::from(invited)),
                Err(failure) => {
                    failed = Some(failure);
                    break;
                }
            }
        }
        if failed.is_none() || !made.is_empty() {
            out.list(&made, &COLUMNS)?;
        }
        failed.map_or(Ok(()), Err)
    }

    async fn invite(
        &self,
        desk: &Desk<'_>,
        tenant: TenantId,
        inviter: Option<Address>,
        address: &str,
    ) -> Result<Invited, Failure> {
        let invitation = Create {
            redirect_url: self.redirect_url.clone(),
            inviter,
            send_mail: !self.no_mail,
            display_name: self.name.clone(),
            message: self.message.clone(),
            ..Create::of(tenant, input::address(Input::Address, address)?)
        };
        Ok(desk.perform(invitation).await?)
    }
}

/// An invitation, as commands show it: Graph's names.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: InvitationId,
    invite_redeem_url: String,
    status: &'static str,
    invited_user_email_address: String,
    invited_user: ShownUser,
    mail: &'static str,
}

/// The guest of an invitation.
#[derive(Debug, Serialize)]
struct ShownUser {
    id: UserId,
}

impl From<Invited> for Shown {
    fn from(invited: Invited) -> Self {
        Self {
            id: invited.id,
            invite_redeem_url: invited.redeem_url,
            status: if invited.accepted { "Completed" } else { "PendingAcceptance" },
            invited_user_email_address: invited.address.as_str().to_owned(),
            invited_user: ShownUser { id: invited.guest },
            mail: if invited.mailed { "queued" } else { "none" },
        }
    }
}
