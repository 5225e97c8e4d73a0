//! State machines as tables (architecture rule 7): each thing's states and events, from where each event may come and
//! where it leads. The conditional writes of the store are made from these tables.

use crate::passcode::PasscodeState;
use crate::text_enum::text_enum;

/// A thing's event: from which states it may come, and the one that it leads to.
pub trait Event: Copy {
    /// The states.
    type State: crate::text_enum::Word;

    /// The states that it may come from.
    fn from(self) -> &'static [Self::State];

    /// The state that it leads to.
    fn to(self) -> Self::State;

    /// Where the event leads from a state; `None` where that is impossible.
    fn apply(self, state: Self::State) -> Option<Self::State> {
        self.from().contains(&state).then(|| self.to())
    }
}

macro_rules! machine {
    ($(#[$doc:meta])* $event:ident over $state:ident {
        $($(#[$edoc:meta])* $name:ident: $($from:ident)|+ => $to:ident),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $event { $($(#[$edoc])* $name),+ }

        impl $event {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }

        impl Event for $event {
            type State = $state;

            fn from(self) -> &'static [$state] {
                match self { $(Self::$name => &[$($state::$from),+]),+ }
            }

            fn to(self) -> $state {
                match self { $(Self::$name => $state::$to),+ }
            }
        }
    };
}

text_enum! {
    /// Whether a tenant is on.
    TenantState {
        /// It lets people in.
        Active = "active",
        /// It lets nobody in.
        Disabled = "disabled",
    }
}

text_enum! {
    /// What a user is in a tenant's directory.
    UserKind {
        /// Works there.
        Member = "member",
        /// Let in from outside.
        Guest = "guest",
    }
}

text_enum! {
    /// `externalUserState` of a guest, plus what a member has.
    RedemptionState {
        Pending = "pending",
        Accepted = "accepted",
        /// A member: there is nothing to redeem.
        NotNeeded = "none",
    }
}
machine! {
    /// What happens to a guest's redemption.
    RedemptionEvent over RedemptionState {
        /// Proof and review are done.
        Accept: Pending => Accepted,
    }
}

text_enum! {
    /// Where an invitation stands.
    InvitationState {
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
machine! {
    /// What happens to an invitation. Accepting and withdrawing are terminal; beside a suspended one another is issued.
    InvitationEvent over InvitationState {
        /// Accepted.
        Accept: Pending => Accepted,
        /// Reported.
        Suspend: Pending => Suspended,
        /// Taken back.
        Withdraw: Pending | Suspended => Withdrawn,
    }
}

text_enum! {
    /// Where an interaction's row stands; its end by time is not a state.
    InteractionState {
        /// Under way.
        Open = "open",
        /// Ended well: good for a repeat only.
        Finished = "finished",
        /// Given up, reported, or another address took its place.
        Cancelled = "cancelled",
    }
}
machine! {
    /// What happens to an interaction: it ends once.
    InteractionEvent over InteractionState {
        /// All was proven and agreed.
        Finish: Open => Finished,
        /// Given up.
        Cancel: Open => Cancelled,
    }
}

machine! {
    /// What happens to a passcode: only a live one moves, and nothing comes back to life. Expiry and used-up tries are
    /// matters of time and count, not of state.
    PasscodeEvent over PasscodeState {
        /// A newer one takes its place.
        Supersede: Live => Superseded,
        /// It was right.
        Consume: Live => Used,
        /// Reported, or its interaction ended.
        Cancel: Live => Cancelled,
    }
}

text_enum! {
    /// By which channel a queued message leaves.
    Channel {
        /// By SMTP.
        Mail = "mail",
    }
}

text_enum! {
    /// Where a queued mail stands.
    MailState {
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
machine! {
    /// What happens to a mail: sent, failed and dropped are terminal; one whose lease lapsed is claimed again.
    MailEvent over MailState {
        /// A node takes it.
        Claim: Queued | Sending => Sending,
        /// The mail server took it.
        Deliver: Sending => Sent,
        /// A passing fault.
        Retry: Sending => Queued,
        /// A lasting fault, or too many passing ones.
        Fail: Queued | Sending => Failed,
        /// Its code ended first (MAIL-06).
        Drop: Queued | Sending => Dropped,
    }
}

#[cfg(test)]
mod tests;
