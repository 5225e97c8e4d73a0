//! Who may do what (ADM-01): one allow-list, [`Action::who`], asked by one function, [`authorize`]. What the list does
//! not name is refused. Only an [`Allowed`] lets anybody write.

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
        ApplicationAdministrator = "Application Administrator",
        /// Policies.
        ConditionalAccessAdministrator = "Conditional Access Administrator",
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
    User { tenant: TenantId, user: UserId, roles: Vec<Role> },
    /// An application that has authenticated itself.
    Application { tenant: TenantId, client: ClientId },
    /// A browser in a trip; who sits before it is not proven by this.
    Guest {
        tenant: TenantId,
        /// The trip, where there is one yet.
        interaction: Option<InteractionId>,
    },
    /// A job of the server.
    System,
}

text_enum! {
    /// What kind of actor somebody is; the word stands in audit rows.
    ActorKind {
        /// [`Actor::Operator`].
        Operator = "operator",
        /// [`Actor::User`].
        User = "user",
        /// [`Actor::Application`].
        Application = "application",
        /// [`Actor::Guest`].
        Guest = "guest",
        /// [`Actor::System`].
        System = "system",
    }
}

impl Actor {
    /// What kind of actor this is.
    pub const fn kind(&self) -> ActorKind {
        match self {
            Self::Operator => ActorKind::Operator,
            Self::User { .. } => ActorKind::User,
            Self::Application { .. } => ActorKind::Application,
            Self::Guest { .. } => ActorKind::Guest,
            Self::System => ActorKind::System,
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

    /// Whether the actor is named by an entry of the allow-list, and is where the entry counts.
    fn is(&self, who: Grantee, object: Object) -> bool {
        match (self, who) {
            (Self::Operator, Grantee::Operator) | (Self::System, Grantee::System) => true,
            (Self::User { tenant, roles, .. }, Grantee::Holder(role)) => {
                object.tenant() == Some(*tenant) && roles.contains(&role)
            }
            (Self::Application { tenant, .. }, Grantee::Application)
            | (Self::Guest { tenant, .. }, Grantee::Guest) => object.tenant() == Some(*tenant),
            (
                Self::Operator
                | Self::User { .. }
                | Self::Application { .. }
                | Self::Guest { .. }
                | Self::System,
                _,
            ) => false,
        }
    }
}

/// An entry of the allow-list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grantee {
    /// The operator, in every tenant and in the deployment.
    Operator,
    /// The server's own jobs, everywhere.
    System,
    /// Who holds this role, in their own tenant.
    Holder(Role),
    /// An authenticated application, in its own tenant.
    Application,
    /// A browser in a trip, in the tenant of its trip.
    Guest,
}

text_enum! {
    /// What is asked for: one or several use cases that the same people may do.
    Action {
        CreateTenant = "tenant.create",
        /// Switches a tenant on or off.
        ManageTenants = "tenant.manage",
        /// Reads what a tenant is.
        ReadTenants = "tenant.read",
        /// Changes a tenant's domains.
        ManageDomains = "tenant.domain",
        /// Changes a tenant's settings or policies.
        ManagePolicy = "policy.manage",
        /// Reads settings and policies.
        ReadPolicy = "policy.read",
        /// Registers or changes applications.
        ManageApplications = "application.manage",
        ReadApplications = "application.read",
        InviteGuest = "guest.invite",
        ReadGuests = "guest.read",
        /// Blocks and unblocks guests.
        ManageGuests = "guest.manage",
        ReadLogs = "log.read",
        /// Explains discovery for an address.
        ExplainDiscovery = "discovery.explain",
        /// Rotates signing keys, and reads which there are.
        ManageKeys = "key.manage",
        /// Reads the mail queue.
        ReadMail = "mail.read",
        /// Changes the deployment.
        ManageDeployment = "deployment.manage",
        /// Signs in: send, try, agree, finish.
        SignIn = "sign_in",
        SignOut = "sign_out",
        ReportCode = "code.report",
        /// Exchanges codes and refresh tokens, revokes them.
        UseTokens = "token.use",
        RunJob = "job.run",
    }
}

impl Action {
    /// The allow-list: a row for each action, and who may.
    pub const fn who(self) -> &'static [Grantee] {
        use Grantee::{Application, Guest, Holder, Operator, System};
        use Role::{
            ApplicationAdministrator, ConditionalAccessAdministrator, GlobalAdministrator, GuestInviter,
            ReportsReader, UserAdministrator,
        };
        match self {
            // A domain that is added counts as proven: the operator vouches for it, no tenant for its own (HRD-06).
            Self::CreateTenant
            | Self::ManageTenants
            | Self::ManageDomains
            | Self::ReadMail
            | Self::ManageDeployment => &[Operator],
            Self::ReadTenants | Self::ExplainDiscovery => &[Operator, Holder(GlobalAdministrator)],
            Self::ManagePolicy | Self::ReadPolicy => {
                &[Operator, Holder(GlobalAdministrator), Holder(ConditionalAccessAdministrator)]
            }
            Self::ManageApplications | Self::ReadApplications => {
                &[Operator, Holder(GlobalAdministrator), Holder(ApplicationAdministrator)]
            }
            Self::InviteGuest => {
                &[Operator, Holder(GlobalAdministrator), Holder(UserAdministrator), Holder(GuestInviter)]
            }
            Self::ReadGuests | Self::ManageGuests => {
                &[Operator, Holder(GlobalAdministrator), Holder(UserAdministrator)]
            }
            Self::ReadLogs => &[Operator, Holder(GlobalAdministrator), Holder(ReportsReader)],
            Self::ManageKeys => &[Operator, System],
            Self::SignIn | Self::ReportCode => &[Guest],
            Self::SignOut => &[Operator, Guest],
            Self::UseTokens => &[Application],
            Self::RunJob => &[System],
        }
    }

    /// The roles that may, in their own tenant.
    pub fn roles(self) -> impl Iterator<Item = Role> {
        self.who().iter().filter_map(|who| match who {
            Grantee::Holder(role) => Some(*role),
            Grantee::Operator | Grantee::System | Grantee::Application | Grantee::Guest => None,
        })
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

impl Object {
    /// The tenant, where it is one or lies in one.
    pub const fn tenant(self) -> Option<TenantId> {
        match self {
            Self::Deployment => None,
            Self::Tenant(tenant) => Some(tenant),
        }
    }
}

/// Refused; says what would pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{action} is not allowed to this {actor}")]
pub struct Denied {
    pub actor: ActorKind,
    /// What was asked.
    pub action: Action,
    /// Roles that would pass for this object.
    pub roles: Vec<Role>,
}

/// Leave to do one thing: who may, what, and of what. Made by [`authorize`] alone, and wanted by whatever writes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Allowed {
    actor: Actor,
    action: Action,
    object: Object,
}

impl Allowed {
    /// Who may.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Of what.
    pub const fn object(&self) -> Object {
        self.object
    }
}

/// Decides by the allow-list. What is not listed is refused.
pub fn authorize(actor: &Actor, action: Action, object: Object) -> Result<Allowed, Denied> {
    if action.who().iter().any(|who| actor.is(*who, object)) {
        return Ok(Allowed { actor: actor.clone(), action, object });
    }
    let roles = object.tenant().map(|_| action.roles().collect()).unwrap_or_default();
    Err(Denied { actor: actor.kind(), action, roles })
}

#[cfg(test)]
mod tests;
