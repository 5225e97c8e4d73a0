//! The directory of a tenant: users, their addresses, identities, sponsors, roles, last sign-ins.

use diesel::QueryResult;
use uuid::Uuid;
use vestibule_core::Address;
use vestibule_core::access::Role;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{TenantId, UserId};
use vestibule_core::lifecycle::{RedemptionEvent, RedemptionState, UserKind};
use vestibule_core::method::{Method, Way};
use vestibule_core::proof::{IdentityKey, Unreadable};
use vestibule_core::query::fold;

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::{Piece, pieces, statements};

pub(crate) mod guests;

pub use self::guests::list_guests;

row! {
    /// A user as stored.
    pub struct UserRow {
        tenant_id: TenantId,
        id: UserId,
        kind: UserKind,
        principal_name: String,
        display_name: Option<String>,
        address: String,
        /// The address as it is compared.
        address_key: String,
        domain: String,
        /// For filters by suffix.
        reversed_address: String,
        state: RedemptionState,
        state_changed_at: Option<Instant>,
        enabled: bool,
        locale: Option<String>,
        /// The method that the guest accepted with (HRD-08); [`UserRow::pinned`] reads it with its provider.
        pinned_method: Option<Method>,
        /// The provider or organisation of that method.
        pinned_provider_id: Option<Uuid>,
        /// The version of the terms agreed to.
        agreed_terms: Option<i32>,
        /// Since when codes are withheld, because the invitation was reported (OTP-23).
        held_at: Option<Instant>,
        version: i32,
        created_at: Instant,
        deleted_at: Option<Instant>,
    }

    /// When and how a user last signed in.
    pub struct ActivityRow {
        last_at: Instant,
        last_method: Method,
    }
}

record! {
    /// A new user.
    pub struct NewUser {
        tenant_id: TenantId,
        id: UserId,
        kind: UserKind,
        principal_name: String,
        display_name: Option<String>,
        address: String,
        /// The address as it is compared.
        address_key: String,
        domain: String,
        /// For filters by suffix.
        reversed_address: String,
        state: RedemptionState,
        state_changed_at: Option<Instant>,
        enabled: bool,
        locale: Option<String>,
        /// The method that the guest accepts with at once, by signing up.
        pinned_method: Option<Method>,
        /// The provider or organisation of that method.
        pinned_provider_id: Option<Uuid>,
        created_at: Instant,
    }

    /// A new identity, by its whole key (FED-01).
    pub struct NewIdentity {
        tenant_id: TenantId,
        method: Method,
        /// The provider or organisation; nil where the method names nobody.
        provider_id: Uuid,
        issuer: String,
        subject: String,
        user_id: UserId,
        created_at: Instant,
    }
}

/// Who may have a session or tokens: `core::directory::Person::Accepted`, in SQL.
pub(crate) const LET_IN: &[Piece] = pieces![
    "u.enabled AND u.deleted_at IS NULL AND u.held_at IS NULL AND (u.state = " (word RedemptionState::Accepted)
    " OR u.kind = " (word UserKind::Member) " AND u.state = " (word RedemptionState::NotNeeded) ")"
];

statements! {
    fn insert_user_row(new: &NewUser, name_key: &str) = [
        "INSERT INTO users (" (NewUser) ", name_key, version) VALUES (" (values new) ", :name_key, 1)"
    ];

    fn insert_address(
        tenant: TenantId,
        user: UserId,
        key: &str,
        address: &str,
        verified_at: Option<Instant>,
    ) = [
        "INSERT INTO user_addresses (tenant_id, user_id, address_key, address, verified_at)"
        " VALUES (:tenant, :user, :key, :address, :verified_at)"
    ];

    /// One user, deleted ones too.
    pub fn user(tenant: TenantId, id: UserId) -> Option<UserRow> = [
        "SELECT " (UserRow) " FROM users WHERE tenant_id = :tenant AND id = :id"
    ];

    /// The user who has an address, unless deleted.
    pub fn user_by_address(tenant: TenantId, address_key: &str) -> Option<UserRow> = [
        "SELECT " (UserRow u) " FROM user_addresses a JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.user_id"
        " WHERE a.tenant_id = :tenant AND a.address_key = :address_key AND a.deleted_at IS NULL"
        " AND u.deleted_at IS NULL"
    ];

    /// Lets a user in or shuts them out; `false` where there is no such user.
    pub fn set_enabled(tenant: TenantId, id: UserId, enabled: bool) -> bool = [
        "UPDATE users SET enabled = :enabled, version = version + 1"
        " WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL"
    ];

    fn accept_pinned(tenant: TenantId, id: UserId, method: Method, of: Option<Uuid>, now: Instant) -> bool = [
        "UPDATE users SET state = " (to RedemptionEvent::Accept) ", state_changed_at = :now, pinned_method = :method,"
        " pinned_provider_id = :of, version = version + 1 WHERE tenant_id = :tenant AND id = :id"
        " AND state IN (" (from RedemptionEvent::Accept) ") AND enabled AND held_at IS NULL AND deleted_at IS NULL"
    ];

    /// Notes that a user agreed to a version of the terms.
    pub fn agree_terms(tenant: TenantId, id: UserId, version: i32) -> bool = [
        "UPDATE users SET agreed_terms = :version WHERE tenant_id = :tenant AND id = :id"
    ];

    /// Withholds codes from a pending guest, because the invitation was reported; `false` where they are not pending.
    pub fn hold(tenant: TenantId, id: UserId, now: Instant) -> bool = [
        "UPDATE users SET held_at = :now, version = version + 1"
        " WHERE tenant_id = :tenant AND id = :id AND state = " (word RedemptionState::Pending) " AND held_at IS NULL"
    ];

    /// Ends `hold`: the invitation was issued anew.
    pub fn release(tenant: TenantId, id: UserId) -> bool = [
        "UPDATE users SET held_at = NULL, version = version + 1 WHERE tenant_id = :tenant AND id = :id"
        " AND held_at IS NOT NULL"
    ];

    fn verify_address(tenant: TenantId, user: UserId, now: Instant) = [
        "UPDATE user_addresses SET verified_at = :now WHERE tenant_id = :tenant AND user_id = :user AND address_key ="
        " (SELECT address_key FROM users WHERE tenant_id = :tenant AND id = :user) AND verified_at IS NULL"
    ];

    /// Links an identity; `false` where somebody in the tenant has it already who is not deleted (FED-01).
    // what the deleted had is free again, like their addresses: who proves it anew is somebody else (ADR-11)
    pub fn insert_identity(new: &NewIdentity) -> bool = [
        "INSERT INTO identities (" (NewIdentity) ") VALUES (" (values new) ")"
        " ON CONFLICT (tenant_id, method, provider_id, issuer, subject) DO UPDATE SET user_id = excluded.user_id,"
        " created_at = excluded.created_at WHERE identities.user_id = excluded.user_id"
        " OR EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = identities.tenant_id"
        " AND u.id = identities.user_id AND u.deleted_at IS NOT NULL)"
    ];

    /// Makes somebody answer for a guest.
    pub fn add_sponsor(tenant: TenantId, user: UserId, sponsor: UserId) = [
        "INSERT INTO sponsors (tenant_id, user_id, sponsor_id) VALUES (:tenant, :user, :sponsor)"
        " ON CONFLICT (tenant_id, user_id, sponsor_id) DO NOTHING"
    ];

    /// Who answers for a guest.
    pub fn sponsors(tenant: TenantId, user: UserId) -> Vec<UserRow> = [
        "SELECT " (UserRow u) " FROM sponsors s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.sponsor_id"
        " WHERE s.tenant_id = :tenant AND s.user_id = :user AND u.deleted_at IS NULL ORDER BY u.created_at, u.id"
    ];

    /// Gives a user a role.
    pub fn assign_role(tenant: TenantId, user: UserId, role: Role, now: Instant) = [
        "INSERT INTO role_assignments (tenant_id, user_id, role, created_at) VALUES (:tenant, :user, :role, :now)"
        " ON CONFLICT (tenant_id, role, user_id) DO NOTHING"
    ];

    /// The enabled user who has had a role longest.
    pub fn first_with_role(tenant: TenantId, role: Role) -> Option<UserRow> = [
        "SELECT " (UserRow u) " FROM role_assignments r JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id"
        " WHERE r.tenant_id = :tenant AND r.role = :role AND u.enabled AND u.deleted_at IS NULL"
        " ORDER BY r.created_at, u.id LIMIT 1"
    ];

    fn holds_role(tenant: TenantId, user: UserId, one: Role, two: Role, three: Role) -> Option<String> = [
        "SELECT r.role FROM role_assignments r JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id"
        " WHERE r.tenant_id = :tenant AND r.role IN (:one, :two, :three) AND r.user_id = :user AND u.enabled"
        " AND u.deleted_at IS NULL LIMIT 1"
    ];

    /// Notes a sign-in.
    pub fn touch_activity(tenant: TenantId, user: UserId, now: Instant, method: Method) = [
        "INSERT INTO sign_in_activity (tenant_id, user_id, last_at, last_method)"
        " VALUES (:tenant, :user, :now, :method)"
        " ON CONFLICT (tenant_id, user_id) DO UPDATE"
        " SET last_at = excluded.last_at, last_method = excluded.last_method"
    ];

    /// The last sign-in of a user.
    pub fn activity(tenant: TenantId, user: UserId) -> Option<ActivityRow> = [
        "SELECT " (ActivityRow) " FROM sign_in_activity WHERE tenant_id = :tenant AND user_id = :user"
    ];
}

impl UserRow {
    /// The way that the guest accepted with (HRD-08).
    pub fn pinned(&self) -> Result<Option<Way>, Unreadable> {
        pinned(self.pinned_method, self.pinned_provider_id)
    }
}

/// A way from its two columns. Half a way is none: somebody pinned to it would be let in by any provider (FED-01).
pub(crate) fn pinned(method: Option<Method>, of: Option<Uuid>) -> Result<Option<Way>, Unreadable> {
    match (method, of) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Unreadable),
        (Some(method), of) => Way::stored(method, of).map(Some).ok_or(Unreadable),
    }
}

impl NewUser {
    /// A guest of a tenant, pending, or accepted at once by this way, which is pinned (HRD-08); the principal name is the
    /// plain address.
    pub fn guest(
        tenant: TenantId,
        id: UserId,
        address: &Address,
        display_name: Option<String>,
        locale: Option<String>,
        accepted_by: Option<Way>,
        now: Instant,
    ) -> Self {
        let state = if accepted_by.is_some() { RedemptionState::Accepted } else { RedemptionState::Pending };
        Self {
            display_name,
            locale,
            pinned_method: accepted_by.map(Way::method),
            pinned_provider_id: accepted_by.and_then(Way::of),
            ..Self::of(UserKind::Guest, state, tenant, id, address, now)
        }
    }

    /// A member of a tenant, for whom there is nothing to redeem.
    pub fn member(tenant: TenantId, id: UserId, address: &Address, now: Instant) -> Self {
        Self::of(UserKind::Member, RedemptionState::NotNeeded, tenant, id, address, now)
    }

    fn of(
        kind: UserKind,
        state: RedemptionState,
        tenant: TenantId,
        id: UserId,
        address: &Address,
        now: Instant,
    ) -> Self {
        Self {
            tenant_id: tenant,
            id,
            kind,
            principal_name: address.key().to_owned(),
            display_name: None,
            address: address.as_str().to_owned(),
            address_key: address.key().to_owned(),
            domain: address.domain().as_str().to_owned(),
            reversed_address: address.key().chars().rev().collect(),
            state,
            state_changed_at: Some(now),
            enabled: true,
            locale: None,
            pinned_method: None,
            pinned_provider_id: None,
            created_at: now,
        }
    }
}

impl NewIdentity {
    /// This identity, as one of this user.
    pub fn of(tenant: TenantId, identity: &IdentityKey, user: UserId, now: Instant) -> Self {
        Self {
            tenant_id: tenant,
            method: identity.way.method(),
            provider_id: identity.way.of().unwrap_or_default(),
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            user_id: user,
            created_at: now,
        }
    }
}

/// Adds a user with their address; a unique violation where the tenant has the address or the principal name.
pub fn insert_user(c: &mut Conn, new: &NewUser, verified_at: Option<Instant>) -> QueryResult<()> {
    insert_user_row(c, new, &name_key(new.display_name.as_deref()))?;
    insert_address(c, new.tenant_id, new.id, &new.address_key, &new.address, verified_at)
}

/// A name as lists compare and order it; without one it is empty.
pub(crate) fn name_key(name: Option<&str>) -> String {
    name.map(fold).unwrap_or_default()
}

/// Turns a pending guest into an accepted one, pinned to their way (HRD-08), and their address into a verified one;
/// `false` where they are not pending, or shut out.
pub fn accept(c: &mut Conn, tenant: TenantId, id: UserId, way: Way, now: Instant) -> QueryResult<bool> {
    if !accept_pinned(c, tenant, id, way.method(), way.of(), now)? {
        return Ok(false);
    }
    verify_address(c, tenant, id, now).map(|()| true)
}

/// Whether an enabled user has one of these roles.
pub fn has_role(c: &mut Conn, tenant: TenantId, user: UserId, roles: [Role; 3]) -> QueryResult<bool> {
    let [one, two, three] = roles;
    Ok(holds_role(c, tenant, user, one, two, three)?.is_some())
}
