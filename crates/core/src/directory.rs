//! Who an address is in a tenant, and whether that person is admitted.

use crate::clock::Instant;
use crate::ids::UserId;
use crate::lifecycle::{RedemptionState, UserKind};
use crate::method::Method;

/// A user of a tenant as administrators see them: a guest, or a member who is looked up like one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// `oid`.
    pub id: UserId,
    pub address: String,
    pub display_name: Option<String>,
    /// Guest or member.
    pub kind: UserKind,
    pub redemption: RedemptionState,
    pub redemption_changed_at: Option<Instant>,
    /// Not blocked.
    pub enabled: bool,
    /// The method that was redeemed with.
    pub pinned_method: Option<Method>,
    /// When it was made.
    pub created_at: Instant,
    pub last_sign_in_at: Option<Instant>,
    /// Addresses of those who answer for the guest.
    pub sponsors: Vec<String>,
}

mod guests;

pub use self::guests::{GuestField, external_user_state, redemption};

/// Who the address is in this tenant; acted upon only after a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// Nobody.
    Stranger,
    /// Invited, not accepted.
    Pending,
    /// Accepted, or a member.
    Accepted,
    Disabled,
    /// Was a guest once.
    Removed,
    /// Invited, but that invitation was suspended by a report.
    Suspended,
}

/// What a user's row says that decides who they are.
#[derive(Debug, Clone, Copy)]
pub struct UserFacts {
    /// Member or guest.
    pub kind: UserKind,
    pub redemption: RedemptionState,
    /// Not switched off.
    pub enabled: bool,
    /// Since when codes are withheld (OTP-23).
    pub held_at: Option<Instant>,
    /// When they were deleted.
    pub deleted_at: Option<Instant>,
}

impl Person {
    /// By the row of the address, where there is one.
    pub const fn of(user: Option<&UserFacts>) -> Self {
        let Some(user) = user else { return Self::Stranger };
        match (user.deleted_at, user.enabled, user.held_at, user.kind, user.redemption) {
            (Some(_), ..) => Self::Removed,
            (None, false, ..) => Self::Disabled,
            (None, true, Some(_), ..) => Self::Suspended,
            (None, true, None, UserKind::Guest, RedemptionState::Accepted)
            | (None, true, None, UserKind::Member, RedemptionState::NotNeeded | RedemptionState::Accepted) => {
                Self::Accepted
            }
            // A guest for whom nothing was redeemed has accepted nothing.
            (None, true, None, UserKind::Guest, RedemptionState::Pending | RedemptionState::NotNeeded)
            | (None, true, None, UserKind::Member, RedemptionState::Pending) => Self::Pending,
        }
    }

    /// Whether this person may come in once they are proven. `sign_up`: strangers may, at this application.
    pub const fn admission(self, sign_up: bool) -> Result<Admission, TurnedAway> {
        match self {
            Self::Accepted => Ok(Admission::Accepted),
            Self::Pending => Ok(Admission::Pending),
            Self::Stranger if sign_up => Ok(Admission::Pending),
            Self::Stranger | Self::Suspended => Err(TurnedAway::NoAccess),
            Self::Disabled => Err(TurnedAway::Disabled),
            Self::Removed => Err(TurnedAway::Removed),
        }
    }
}

/// How somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// By accepting first.
    Pending,
    /// As who they are here already.
    Accepted,
}

/// Why somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnedAway {
    /// Not invited, or no longer.
    NoAccess,
    Disabled,
    /// No longer a guest.
    Removed,
}

#[cfg(test)]
mod tests;
