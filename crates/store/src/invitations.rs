//! Invitations and the tickets in their links.

use diesel::QueryResult;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, InvitationId, TenantId, UserId};
use vestibule_core::lifecycle::{Invitation, InvitationEvent, Redemption};
use vestibule_core::secret::Digest;

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::{Statement, binds, statements};

row! {
    /// An invitation together with what its guest is now.
    pub struct InvitationRow {
        tenant_id: TenantId,
        id: InvitationId,
        user_id: UserId,
        address_key: String,
        client_id: Option<ClientId>,
        redirect_url: Option<String>,
        inviter_id: Option<UserId>,
        message: Option<String>,
        locale: Option<String>,
        state: Invitation,
        expires_at: Option<Instant>,
        created_at: Instant,
        accepted_at: Option<Instant>,
        /// The guest's address.
        address: String,
        /// The guest's name.
        display_name: Option<String>,
        /// The guest's `state`.
        user_state: Redemption,
        /// The guest's `deleted_at`.
        user_deleted_at: Option<Instant>,
    }
}

record! {
    /// A new invitation.
    pub struct NewInvitation {
        tenant_id: TenantId,
        id: InvitationId,
        user_id: UserId,
        address_key: String,
        client_id: Option<ClientId>,
        redirect_url: Option<String>,
        inviter_id: Option<UserId>,
        message: Option<String>,
        locale: Option<String>,
        expires_at: Option<Instant>,
        created_at: Instant,
    }
}

/// The columns of an invitation with those of its guest.
macro_rules! invitation {
    () => {
        "SELECT i.tenant_id, i.id, i.user_id, i.address_key, i.client_id, i.redirect_url, i.inviter_id, i.message, \
         i.locale, i.state, i.expires_at, i.created_at, i.accepted_at, u.address, u.display_name, u.state, \
         u.deleted_at FROM invitations i"
    };
}
/// The guest of an invitation.
macro_rules! guest {
    () => {
        " JOIN users u ON u.tenant_id = i.tenant_id AND u.id = i.user_id"
    };
}

statements! {
    Insert = [
        "INSERT INTO invitations (" (NewInvitation) ", state)"
        " VALUES (" (values NewInvitation) ", " (word Invitation::Pending) ")"
    ];
    InsertTicket = ["INSERT INTO invitation_tickets (tenant_id, digest, invitation_id, created_at) VALUES (?, ?, ?, ?)"];
    ByTicket = [
        (text invitation) (text guest) " JOIN invitation_tickets t ON t.tenant_id = i.tenant_id AND t.invitation_id = i.id"
        " WHERE t.tenant_id = ? AND t.digest = ?"
    ];
    ById = [(text invitation) (text guest) " WHERE i.tenant_id = ? AND i.id = ?"];
    OfUser = [(text invitation) (by invitations_user) (text guest) " WHERE i.tenant_id = ? AND i.user_id = ? ORDER BY i.id DESC LIMIT 1"];
    AcceptOfUser = [
        "UPDATE invitations" (by invitations_user) " SET state = " (to InvitationEvent::Accept) ", accepted_at = ?"
        " WHERE tenant_id = ? AND user_id = ? AND state IN (" (from InvitationEvent::Accept) ")"
    ];
    Suspend = [
        "UPDATE invitations SET state = " (to InvitationEvent::Suspend)
        " WHERE tenant_id = ? AND id = ? AND state IN (" (from InvitationEvent::Suspend) ")"
    ];
    Withdraw = [
        "UPDATE invitations SET state = " (to InvitationEvent::Withdraw)
        " WHERE tenant_id = ? AND id = ? AND state IN (" (from InvitationEvent::Withdraw) ")"
    ];
}

/// Stores an invitation and the digest of its first ticket.
pub fn insert(c: &mut Conn, new: &NewInvitation, ticket: &Digest) -> QueryResult<()> {
    Insert::run(c, &new.binds())?;
    add_ticket(c, new.tenant_id, new.id, ticket, new.created_at)
}

/// One more ticket for an invitation.
pub(crate) fn add_ticket(
    c: &mut Conn,
    tenant: TenantId,
    id: InvitationId,
    ticket: &Digest,
    now: Instant,
) -> QueryResult<()> {
    InsertTicket::run(c, binds![tenant, ticket, id, now]).map(drop)
}

/// The invitation that a link leads to.
pub fn by_ticket(c: &mut Conn, tenant: TenantId, ticket: &Digest) -> QueryResult<Option<InvitationRow>> {
    ByTicket::optional(c, binds![tenant, ticket])
}

/// One invitation.
pub fn by_id(c: &mut Conn, tenant: TenantId, id: InvitationId) -> QueryResult<Option<InvitationRow>> {
    ById::optional(c, binds![tenant, id])
}

/// The newest invitation of a guest.
pub fn newest_of_user(c: &mut Conn, tenant: TenantId, user: UserId) -> QueryResult<Option<InvitationRow>> {
    OfUser::optional(c, binds![tenant, user])
}

/// Turns all pending invitations of a guest into accepted ones, whether they came by a link or by another way.
pub fn accept_of_user(c: &mut Conn, tenant: TenantId, user: UserId, now: Instant) -> QueryResult<usize> {
    AcceptOfUser::run(c, binds![now, tenant, user])
}

/// Suspends a pending invitation; `false` where it is not pending.
pub fn suspend(c: &mut Conn, tenant: TenantId, id: InvitationId) -> QueryResult<bool> {
    Suspend::hit(c, binds![tenant, id])
}

/// Withdraws an invitation that is not accepted; `false` otherwise.
pub fn withdraw(c: &mut Conn, tenant: TenantId, id: InvitationId) -> QueryResult<bool> {
    Withdraw::hit(c, binds![tenant, id])
}
