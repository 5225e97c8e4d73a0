//! By what the list of a tenant's guests may be asked, in Graph's names.

use crate::lifecycle::RedemptionState;
use crate::query::{Field, FieldKind, Operator, Order};
use crate::text_enum::text_enum;

text_enum! {
    /// A field of the list of guests.
    GuestField {
        /// Whether the invitation is accepted.
        ExternalUserState = "externalUserState",
        /// Not blocked.
        AccountEnabled = "accountEnabled",
        /// Address.
        Mail = "mail",
        /// Name; without one it is empty.
        DisplayName = "displayName",
        /// When the guest was made.
        CreatedDateTime = "createdDateTime",
    }
}

impl GuestField {
    /// The order of a list that none is asked for of.
    pub const ORDER: Order<Self> = Order { field: Self::CreatedDateTime, descending: false };
}

impl Field for GuestField {
    fn kind(self) -> FieldKind {
        match self {
            Self::ExternalUserState => FieldKind::Words(&[PENDING_ACCEPTANCE, ACCEPTED]),
            Self::AccountEnabled => FieldKind::Bool,
            Self::Mail => FieldKind::Address,
            Self::DisplayName => FieldKind::Text,
            Self::CreatedDateTime => FieldKind::Moment,
        }
    }

    fn operators(self) -> &'static [Operator] {
        match self {
            Self::ExternalUserState | Self::AccountEnabled => &[Operator::Eq],
            Self::Mail => &[Operator::Eq, Operator::StartsWith, Operator::EndsWith],
            Self::DisplayName => &[Operator::Eq, Operator::StartsWith],
            Self::CreatedDateTime => &[Operator::Ge, Operator::Gt, Operator::Le, Operator::Lt],
        }
    }

    fn sortable(self) -> bool {
        matches!(self, Self::Mail | Self::DisplayName | Self::CreatedDateTime)
    }
}

/// Graph's `externalUserState`; members have none.
pub const fn external_user_state(state: RedemptionState) -> Option<&'static str> {
    match state {
        RedemptionState::Pending => Some(PENDING_ACCEPTANCE),
        RedemptionState::Accepted => Some(ACCEPTED),
        RedemptionState::NotNeeded => None,
    }
}

/// Reads [`external_user_state`] back.
pub fn redemption(external_user_state: &str) -> Option<RedemptionState> {
    match external_user_state {
        PENDING_ACCEPTANCE => Some(RedemptionState::Pending),
        ACCEPTED => Some(RedemptionState::Accepted),
        _ => None,
    }
}

const PENDING_ACCEPTANCE: &str = "PendingAcceptance";
const ACCEPTED: &str = "Accepted";
