//! State machines as tables (architecture rule 7): each thing's states, events and transitions in one `match`.
//! The conditional writes of the store name the states that a table allows to come from.

use crate::client::text_enum;
use crate::passcode::State as PasscodeState;

/// A transition that the table does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{event} is impossible in state {state}")]
pub struct Impossible {
    /// Where it stood.
    pub state: &'static str,
    /// What was asked.
    pub event: &'static str,
}

macro_rules! machine {
    ($(#[$doc:meta])* $name:ident: $state:ty, $event:ty { $($from:pat, $on:pat => $to:expr),+ $(,)? }) => {
        $(#[$doc])*
        pub fn $name(state: $state, event: $event) -> Result<$state, Impossible> {
            match (state, event) {
                $(($from, $on) => Ok($to),)+
                _ => Err(Impossible { state: state.as_str(), event: event.as_str() }),
            }
        }
    };
}

text_enum! {
    /// `externalUserState` of a guest, plus what a member has.
    Redemption {
        /// Invited.
        Pending = "pending",
        /// Accepted.
        Accepted = "accepted",
        /// A member: there is nothing to redeem.
        NotNeeded = "none",
    }
}
text_enum! {
    /// What happens to it.
    RedemptionEvent {
        /// Proof and review are done.
        Accept = "accept",
        /// An administrator starts over; the `oid` stays.
        Reset = "reset",
    }
}
machine! {
    /// Redemption: pending → accepted, and back by a reset.
    redemption: Redemption, RedemptionEvent {
        Redemption::Pending, RedemptionEvent::Accept => Redemption::Accepted,
        Redemption::Accepted, RedemptionEvent::Reset => Redemption::Pending,
        Redemption::Pending, RedemptionEvent::Reset => Redemption::Pending,
    }
}

text_enum! {
    /// Where an invitation stands.
    Invitation {
        /// Open.
        Pending = "pending",
        /// Redeemed; the link is a way back.
        Accepted = "accepted",
        /// Stopped by a report until it is issued anew (INV-10, OTP-23).
        Suspended = "suspended",
        /// Taken back.
        Withdrawn = "withdrawn",
    }
}
text_enum! {
    /// What happens to it.
    InvitationEvent {
        /// Redeemed.
        Accept = "accept",
        /// Reported.
        Suspend = "suspend",
        /// Taken back.
        Withdraw = "withdraw",
        /// Issued anew.
        Reissue = "reissue",
    }
}
machine! {
    /// Invitation: accepting and withdrawing are terminal; a suspended one can be issued anew.
    invitation: Invitation, InvitationEvent {
        Invitation::Pending, InvitationEvent::Accept => Invitation::Accepted,
        Invitation::Pending, InvitationEvent::Suspend => Invitation::Suspended,
        Invitation::Pending | Invitation::Suspended, InvitationEvent::Withdraw => Invitation::Withdrawn,
        Invitation::Suspended | Invitation::Pending, InvitationEvent::Reissue => Invitation::Pending,
    }
}

text_enum! {
    /// What happens to a passcode.
    PasscodeEvent {
        /// A newer one takes its place.
        Supersede = "supersede",
        /// Its last try was wrong.
        Burn = "burn",
        /// It was right.
        Consume = "consume",
        /// Reported, or its interaction ended.
        Cancel = "cancel",
    }
}
machine! {
    /// Passcode: only a live one moves, and nothing comes back to life. Expiry is a matter of time, not of state.
    passcode: PasscodeState, PasscodeEvent {
        PasscodeState::Live, PasscodeEvent::Supersede => PasscodeState::Superseded,
        PasscodeState::Live, PasscodeEvent::Burn => PasscodeState::Burned,
        PasscodeState::Live, PasscodeEvent::Consume => PasscodeState::Used,
        PasscodeState::Live | PasscodeState::Burned, PasscodeEvent::Cancel => PasscodeState::Cancelled,
    }
}

text_enum! {
    /// Where a session, or what hangs from one, stands; its end by time is not a state.
    Session {
        /// Live.
        Live = "live",
        /// Ended before its time.
        Ended = "ended",
    }
}
text_enum! {
    /// What happens to it.
    SessionEvent {
        /// Sign-out, report, block, reset.
        End = "end",
    }
}
machine! {
    /// Session: ends once.
    session: Session, SessionEvent {
        Session::Live, SessionEvent::End => Session::Ended,
    }
}

text_enum! {
    /// Where what an application got stands: authorization code, then tokens.
    Grant {
        /// Code issued.
        Issued = "issued",
        /// Code exchanged.
        Exchanged = "exchanged",
        /// Revoked: used twice, reported, signed out.
        Revoked = "revoked",
    }
}
text_enum! {
    /// What happens to it.
    GrantEvent {
        /// The code is exchanged.
        Exchange = "exchange",
        /// Everything of it is revoked.
        Revoke = "revoke",
    }
}
machine! {
    /// Grant: a code is exchanged once; a second time revokes.
    grant: Grant, GrantEvent {
        Grant::Issued, GrantEvent::Exchange => Grant::Exchanged,
        Grant::Exchanged, GrantEvent::Exchange => Grant::Revoked,
        Grant::Issued | Grant::Exchanged, GrantEvent::Revoke => Grant::Revoked,
    }
}

text_enum! {
    /// Where a queued mail stands.
    Mail {
        /// Waits.
        Queued = "queued",
        /// Claimed by a node, under a lease.
        Sending = "sending",
        /// Accepted by the mail server.
        Sent = "sent",
        /// Refused for good.
        Failed = "failed",
        /// No longer wanted.
        Dropped = "dropped",
    }
}
text_enum! {
    /// What happens to it.
    MailEvent {
        /// A node takes it.
        Claim = "claim",
        /// The mail server took it.
        Deliver = "deliver",
        /// A passing fault.
        Retry = "retry",
        /// A lasting one, or too many passing ones.
        Fail = "fail",
        /// Its code or invitation ended first (MAIL-06).
        Drop = "drop",
    }
}
machine! {
    /// Mail: sent, failed and dropped are terminal; a lapsed lease is claimed again.
    mail: Mail, MailEvent {
        Mail::Queued | Mail::Sending, MailEvent::Claim => Mail::Sending,
        Mail::Sending, MailEvent::Deliver => Mail::Sent,
        Mail::Sending, MailEvent::Retry => Mail::Queued,
        Mail::Sending, MailEvent::Fail => Mail::Failed,
        Mail::Queued | Mail::Sending, MailEvent::Drop => Mail::Dropped,
    }
}

#[cfg(test)]
mod tests;
