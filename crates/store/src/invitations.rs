//! Invitations and the tickets in their links.

use diesel::QueryResult;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, InvitationId, TenantId, UserId};
use vestibule_core::lifecycle::{InvitationEvent, InvitationState, RedemptionState};
use vestibule_core::secret::Digest;

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::statements;

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
        state: InvitationState,
        expires_at: Option<Instant>,
        created_at: Instant,
        accepted_at: Option<Instant>,
        address: String,
        display_name: Option<String>,
        /// The guest's `state`.
        user_state: RedemptionState,
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
    fn insert_invitation(new: &NewInvitation) = [
        "INSERT INTO invitations (" (NewInvitation) ", state)"
        " VALUES (" (values new) ", " (word InvitationState::Pending) ")"
    ];

    /// One more ticket for an invitation.
    pub(crate) fn add_ticket(tenant: TenantId, id: InvitationId, ticket: &Digest, now: Instant) = [
        "INSERT INTO invitation_tickets (tenant_id, digest, invitation_id, created_at)"
        " VALUES (:tenant, :ticket, :id, :now)"
    ];

    /// The invitation that a link leads to.
    pub fn by_ticket(tenant: TenantId, ticket: &Digest) -> Option<InvitationRow> = [
        (text invitation) (text guest) " JOIN invitation_tickets t ON t.tenant_id = i.tenant_id AND t.invitation_id = i.id"
        " WHERE t.tenant_id = :tenant AND t.digest = :ticket"
    ];

    /// One invitation.
    pub fn by_id(tenant: TenantId, id: InvitationId) -> Option<InvitationRow> = [
        (text invitation) (text guest) " WHERE i.tenant_id = :tenant AND i.id = :id"
    ];

    /// The newest invitation of a guest.
    pub fn newest_of_user(tenant: TenantId, user: UserId) -> Option<InvitationRow> = [
        (text invitation) (by invitations_user) (text guest)
        " WHERE i.tenant_id = :tenant AND i.user_id = :user ORDER BY i.id DESC LIMIT 1"
    ];

    /// Turns all pending invitations of a guest into accepted ones, whether they came by a link or by another way.
    pub fn accept_of_user(tenant: TenantId, user: UserId, now: Instant) -> usize = [
        "UPDATE invitations" (by invitations_user) " SET state = " (to InvitationEvent::Accept) ", accepted_at = :now"
        " WHERE tenant_id = :tenant AND user_id = :user AND state IN (" (from InvitationEvent::Accept) ")"
    ];

    /// Suspends a pending invitation; `false` where it is not pending.
    pub fn suspend(tenant: TenantId, id: InvitationId) -> bool = [
        "UPDATE invitations SET state = " (to InvitationEvent::Suspend)
        " WHERE tenant_id = :tenant AND id = :id AND state IN (" (from InvitationEvent::Suspend) ")"
    ];
}

/// Stores an invitation and the digest of its first ticket.
pub fn insert(c: &mut Conn, new: &NewInvitation, ticket: &Digest) -> QueryResult<()> {
    insert_invitation(c, new)?;
    add_ticket(c, new.tenant_id, new.id, ticket, new.created_at)
}
