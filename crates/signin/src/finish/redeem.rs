//! Redemption: a pending guest becomes accepted, a stranger who may sign up becomes a guest, and the identity that was
//! proven is linked. Everybody else stays as they are.

use vestibule_core::Address;
use vestibule_core::access::Role;
use vestibule_core::ids::UserId;
use vestibule_core::interaction::{Refusal, TripProof};
use vestibule_core::lifecycle::{InvitationState, RedemptionState};
use vestibule_store::directory::{NewIdentity, NewUser};
use vestibule_store::invitations::InvitationRow;
use vestibule_store::live::LiveUser;
use vestibule_store::{self as store, Conn, QueryError};

use super::Closing;
use crate::halt::Halt;
use crate::trip::Trip;

impl Closing {
    /// Redeems where there is something to redeem; whose session it is.
    pub(super) fn redeem(
        &self,
        c: &mut Conn,
        trip: &Trip,
        user: Option<&LiveUser>,
        proof: &TripProof,
    ) -> Result<UserId, Halt> {
        let (tenant, now) = (trip.tenant().id, trip.at());
        let address = trip.address().ok_or(Halt::Again)?;
        let id = match user {
            Some(user) if user.state == RedemptionState::Pending => {
                accept(c, trip, user, address, proof)?;
                user.id
            }
            Some(user) => return Ok(user.id),
            None => self.sign_up(c, trip, address, proof)?,
        };
        if !store::directory::insert_identity(c, &NewIdentity::of(tenant, &proof.identity, id, now))? {
            // Somebody else here is known by it: it lets nobody in under another name (FED-01).
            return Err(Halt::Refused(Refusal::NoAccess));
        }
        store::logs::insert_audit(c, &self.redemption)?;
        Ok(id)
    }

    fn sign_up(
        &self,
        c: &mut Conn,
        trip: &Trip,
        address: &Address,
        proof: &TripProof,
    ) -> Result<UserId, Halt> {
        let (tenant, now) = (trip.tenant().id, trip.at());
        // Signed up in another browser, or invited, since the code was sent.
        if let Some(user) = store::live::user_by_address(c, tenant, address.key())? {
            return Err(Halt::Belongs(user.id));
        }
        let (way, locale) = (Some(proof.identity.way), Some(self.locale.clone()));
        let new = NewUser::guest(tenant, self.new_user, address, None, locale, way, now);
        store::directory::insert_user(c, &new, Some(now))
            .map_err(|e| if store::is_unique_violation(&e) { Halt::Raced } else { e.into() })?;
        Ok(self.new_user)
    }
}

fn accept(
    c: &mut Conn,
    trip: &Trip,
    user: &LiveUser,
    address: &Address,
    proof: &TripProof,
) -> Result<(), Halt> {
    let (tenant, now) = (trip.tenant().id, trip.at());
    if !may_redeem(c, trip, user)? || !store::directory::accept(c, tenant, user.id, proof.identity.way, now)?
    {
        // Accepted in another browser meanwhile: no reason to turn the right person away.
        let by_now = store::live::user_by_address(c, tenant, address.key())?;
        let accepted = by_now.is_some_and(|u| u.id == user.id && u.state != RedemptionState::Pending);
        return Err(if accepted { Halt::Again } else { Halt::Refused(Refusal::NoAccess) });
    }
    store::invitations::accept_of_user(c, tenant, user.id, now)?;
    Ok(())
}

/// INV-03, inside the redeeming transaction: not expired, not suspended, inviter still active and still allowed.
/// A guest who was made without an invitation (by an administrator, or before a reset) redeems without one.
fn may_redeem(c: &mut Conn, trip: &Trip, user: &LiveUser) -> Result<bool, QueryError> {
    let tenant = trip.tenant().id;
    let invitation = match trip.sealed.ending.invitation() {
        Some(id) => store::invitations::by_id(c, tenant, id)?,
        None => store::invitations::newest_of_user(c, tenant, user.id)?,
    };
    let Some(invitation) = invitation else { return Ok(true) };
    if invitation.user_id != user.id
        || invitation.state != InvitationState::Pending
        || invitation.expires_at.is_some_and(|at| at <= trip.at())
    {
        return Ok(false);
    }
    may_still_invite(c, &invitation)
}

/// Whether the inviter is active and holds a role that may invite; an invitation of the operator has none (INV-03).
pub(crate) fn may_still_invite(c: &mut Conn, invitation: &InvitationRow) -> Result<bool, QueryError> {
    let Some(inviter) = invitation.inviter_id else { return Ok(true) };
    store::directory::has_role(c, invitation.tenant_id, inviter, Role::INVITING)
}
