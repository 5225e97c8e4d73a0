//! Who may do what: one function, allow-list only (ADM-01). Every use case asks it before it does anything.

use crate::ids::{ClientId, InteractionId, TenantId, UserId};
use crate::text_enum::text_enum;

text_enum! {
    /// A directory role; Entra's names.
    Role {
        /// Everything in the tenant.
        GlobalAdministrator = "Global Administrator",
        /// Guests and members.
        UserAdministrator = "User Administrator",
        /// May invite.
        GuestInviter = "Guest Inviter",
        /// Applications.
        ApplicationAdministrator = "Application Administrator",
        /// Policies.
        ConditionalAccessAdministrator = "Conditional Access Administrator",
        /// Reads the logs.
        ReportsReader = "Reports Reader",
    }
}

impl Role {
    /// Who may invite (INV-03).
    pub const INVITING: [Self; 3] = [Self::GlobalAdministrator, Self::UserAdministrator, Self::GuestInviter];
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Whoever runs the deployment: the command line on the server.
    Operator,
    /// A signed-in user of one tenant, with the roles held there.
    User {
        /// The tenant.
        tenant: TenantId,
        /// The user.
        user: UserId,
        /// Roles held there.
        roles: Vec<Role>,
    },
    /// An application that has authenticated itself.
    Application {
        /// The tenant.
        tenant: TenantId,
        /// The application.
        client: ClientId,
    },
    /// A browser in a trip; who sits before it is not proven by this.
    Guest {
        /// The tenant.
        tenant: TenantId,
        /// The trip, where there is one yet.
        interaction: Option<InteractionId>,
    },
    /// A job of the server.
    System,
}

impl Actor {
    /// The word in audit rows.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::User { .. } => "user",
            Self::Application { .. } => "application",
            Self::Guest { .. } => "guest",
            Self::System => "system",
        }
    }

    /// The id in audit rows; never an address.
    pub fn id(&self) -> Option<String> {
        match self {
            Self::User { user, .. } => Some(user.to_string()),
            Self::Application { client, .. } => Some(client.to_string()),
            Self::Guest { interaction, .. } => interaction.map(|i| i.to_string()),
            Self::Operator | Self::System => None,
        }
    }
}

text_enum! {
    /// What is asked for; the word stands in audit rows.
    Action {
        /// Makes a tenant.
        CreateTenant = "tenant.create",
        /// Changes a tenant's domains.
        ManageDomains = "tenant.domain",
        /// Changes a tenant's settings or policies.
        ManagePolicy = "policy.set",
        /// Reads settings and policies.
        ReadPolicy = "policy.read",
        /// Registers or changes applications.
        ManageApplications = "application.manage",
        /// Reads applications.
        ReadApplications = "application.read",
        /// Invites.
        InviteGuest = "invitation.create",
        /// Reads guests.
        ReadGuests = "guest.read",
        /// Blocks and unblocks guests.
        ManageGuests = "guest.manage",
        /// Reads the logs.
        ReadLogs = "log.read",
        /// Explains discovery for an address.
        ExplainDiscovery = "discovery.explain",
        /// Rotates signing keys.
        ManageKeys = "key.manage",
        /// Reads the mail queue.
        ReadMail = "mail.read",
        /// Changes the deployment.
        ManageDeployment = "deployment.set",
        /// Signs in: send, try, agree, finish.
        SignIn = "sign_in",
        /// Signs out.
        SignOut = "sign_out",
        /// Reports a code.
        ReportCode = "otp.reported",
        /// Exchanges codes and refresh tokens, revokes them.
        UseTokens = "token.use",
        /// Runs a job.
        RunJob = "job.run",
    }
}

/// What it is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// The deployment as a whole.
    Deployment,
    /// A tenant, or something in it.
    Tenant(TenantId),
}

/// Refused; says what would pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{action} is not allowed to this {actor}")]
pub struct Denied {
    /// The kind of actor.
    pub actor: &'static str,
    /// What was asked.
    pub action: Action,
    /// Roles that would pass.
    pub roles: &'static [Role],
}

/// Leave to go on; handed to whoever writes.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Allowed(());

/// Decides. What is not listed is refused.
pub fn authorize(actor: &Actor, action: Action, object: Object) -> Result<Allowed, Denied> {
    let allowed = match (actor, object) {
        (Actor::Operator, _) => {
            !matches!(action, Action::SignIn | Action::RunJob | Action::UseTokens | Action::ReportCode)
        }
        (Actor::System, _) => matches!(action, Action::RunJob | Action::ManageKeys),
        (Actor::User { tenant, roles, .. }, Object::Tenant(of)) => {
            *tenant == of && roles.iter().any(|role| passing(action).contains(role))
        }
        (Actor::Guest { tenant, .. }, Object::Tenant(of)) => {
            *tenant == of && matches!(action, Action::SignIn | Action::SignOut | Action::ReportCode)
        }
        (Actor::Application { tenant, .. }, Object::Tenant(of)) => {
            *tenant == of && action == Action::UseTokens
        }
        (Actor::User { .. } | Actor::Guest { .. } | Actor::Application { .. }, Object::Deployment) => false,
    };
    if allowed {
        Ok(Allowed(()))
    } else {
        Err(Denied { actor: actor.kind(), action, roles: passing(action) })
    }
}

/// The roles that may.
const fn passing(action: Action) -> &'static [Role] {
    use Role::{
        ApplicationAdministrator, ConditionalAccessAdministrator, GlobalAdministrator, ReportsReader,
        UserAdministrator,
    };
    match action {
        Action::InviteGuest => &Role::INVITING,
        Action::ReadGuests | Action::ManageGuests => &[GlobalAdministrator, UserAdministrator],
        Action::ManageApplications | Action::ReadApplications => {
            &[GlobalAdministrator, ApplicationAdministrator]
        }
        Action::ManagePolicy | Action::ReadPolicy => &[GlobalAdministrator, ConditionalAccessAdministrator],
        Action::ReadLogs => &[GlobalAdministrator, ReportsReader],
        Action::ManageDomains | Action::ExplainDiscovery | Action::ReadMail => &[GlobalAdministrator],
        Action::CreateTenant
        | Action::ManageKeys
        | Action::ManageDeployment
        | Action::SignIn
        | Action::SignOut
        | Action::ReportCode
        | Action::UseTokens
        | Action::RunJob => &[],
    }
}

#[cfg(test)]
mod tests;
