//! What a use case changes, said by its type: which trail its row stands in, and which change number is raised with it
//! (architecture rule 6).

use vestibule_app::audit::AuditTarget;
use vestibule_core::access::Object;
use vestibule_core::ids::{ClientId, TenantId, UserId};
use vestibule_store::{self as store, Conn, QueryResult};

/// What a use case changes, as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changes {
    /// Nothing: it reads.
    Nothing,
    /// People of a tenant, who are read with each request.
    People,
    /// What a tenant decides by.
    Tenant,
    /// A new tenant, which nobody knows yet.
    NewTenant,
    /// An application, wherever it is present.
    Application,
    /// An application as it is present in one tenant.
    Presence,
    /// What is read when a server starts. It belongs to no tenant's trail: the process's log has it.
    Deployment,
    /// The signing keys, in no tenant's trail either.
    Keys,
}

/// A number that nodes compare, to know that what they hold is outdated.
#[derive(Debug, Clone)]
pub enum ChangeNumber {
    Tenant(TenantId),
    /// That of the applications, in all tenants where one is present.
    Applications(ClientId),
    /// That of the applications, in one tenant.
    Presence(TenantId),
    /// That of the signing keys.
    Keys,
}

impl ChangeNumber {
    /// Raises it, in the transaction of the change.
    pub(crate) fn raise(&self, c: &mut Conn) -> QueryResult<()> {
        match self {
            Self::Tenant(tenant) => store::tenants::raise_change(c, *tenant).map(drop),
            Self::Applications(client) => store::tenants::raise_applications(c, client),
            Self::Presence(tenant) => store::tenants::raise_presence(c, *tenant),
            Self::Keys => store::deployment::raise_keys(c).map(drop),
        }
    }
}

/// What a use case changes, as a type.
pub trait Effect {
    /// The same as a value.
    const CHANGES: Changes;
}

/// An effect that writes.
pub trait Writes: Effect {
    /// What the change is made to.
    type AuditTarget: Clone + Send + 'static;

    /// In whose trail the row stands, and on what; none for what belongs to no tenant.
    fn trail(object: Object, target: &Self::AuditTarget) -> Option<(TenantId, AuditTarget)>;

    /// Which number is raised.
    fn number(object: Object, target: &Self::AuditTarget) -> Option<ChangeNumber>;
}

/// [`Changes::Nothing`].
#[derive(Debug)]
pub enum Nothing {}

/// [`Changes::People`].
#[derive(Debug)]
pub enum People {}

/// [`Changes::Tenant`].
#[derive(Debug)]
pub enum Tenant {}

/// [`Changes::NewTenant`].
#[derive(Debug)]
pub enum NewTenant {}

/// [`Changes::Application`].
#[derive(Debug)]
pub enum Application {}

/// [`Changes::Presence`].
#[derive(Debug)]
pub enum Presence {}

/// [`Changes::Deployment`].
#[derive(Debug)]
pub enum Deployment {}

/// [`Changes::Keys`].
#[derive(Debug)]
pub enum Keys {}

impl Effect for Nothing {
    const CHANGES: Changes = Changes::Nothing;
}

impl Effect for People {
    const CHANGES: Changes = Changes::People;
}

impl Writes for People {
    type AuditTarget = UserId;

    fn trail(object: Object, target: &UserId) -> Option<(TenantId, AuditTarget)> {
        object.tenant().map(|tenant| (tenant, AuditTarget::User(*target)))
    }

    fn number(_: Object, _: &UserId) -> Option<ChangeNumber> {
        None
    }
}

impl Effect for Tenant {
    const CHANGES: Changes = Changes::Tenant;
}

impl Writes for Tenant {
    type AuditTarget = AuditTarget;

    fn trail(object: Object, target: &AuditTarget) -> Option<(TenantId, AuditTarget)> {
        object.tenant().map(|tenant| (tenant, target.clone()))
    }

    fn number(object: Object, _: &AuditTarget) -> Option<ChangeNumber> {
        object.tenant().map(ChangeNumber::Tenant)
    }
}

impl Effect for NewTenant {
    const CHANGES: Changes = Changes::NewTenant;
}

impl Writes for NewTenant {
    type AuditTarget = TenantId;

    fn trail(_: Object, target: &TenantId) -> Option<(TenantId, AuditTarget)> {
        Some((*target, AuditTarget::Tenant(*target)))
    }

    fn number(_: Object, _: &TenantId) -> Option<ChangeNumber> {
        None
    }
}

impl Effect for Application {
    const CHANGES: Changes = Changes::Application;
}

impl Writes for Application {
    type AuditTarget = ClientId;

    fn trail(object: Object, target: &ClientId) -> Option<(TenantId, AuditTarget)> {
        object.tenant().map(|tenant| (tenant, AuditTarget::Application(target.clone())))
    }

    fn number(_: Object, target: &ClientId) -> Option<ChangeNumber> {
        Some(ChangeNumber::Applications(target.clone()))
    }
}

impl Effect for Presence {
    const CHANGES: Changes = Changes::Presence;
}

impl Writes for Presence {
    type AuditTarget = ClientId;

    fn trail(object: Object, target: &ClientId) -> Option<(TenantId, AuditTarget)> {
        object.tenant().map(|tenant| (tenant, AuditTarget::Application(target.clone())))
    }

    fn number(object: Object, _: &ClientId) -> Option<ChangeNumber> {
        object.tenant().map(ChangeNumber::Presence)
    }
}

impl Effect for Deployment {
    const CHANGES: Changes = Changes::Deployment;
}

impl Writes for Deployment {
    type AuditTarget = ();

    fn trail(_: Object, (): &()) -> Option<(TenantId, AuditTarget)> {
        None
    }

    fn number(_: Object, (): &()) -> Option<ChangeNumber> {
        None
    }
}

impl Effect for Keys {
    const CHANGES: Changes = Changes::Keys;
}

impl Writes for Keys {
    type AuditTarget = ();

    fn trail(_: Object, (): &()) -> Option<(TenantId, AuditTarget)> {
        None
    }

    fn number(_: Object, (): &()) -> Option<ChangeNumber> {
        Some(ChangeNumber::Keys)
    }
}
