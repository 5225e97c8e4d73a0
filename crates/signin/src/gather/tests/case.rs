//! The dimensions: person × plan × what the trip's rows hold × session × demand.

use vestibule_admin::policy::PolicyChange;
use vestibule_core::interaction::EndingKind;
use vestibule_core::policies::{BlockReason, Control, DomainLists, DomainRule};

/// Who the address is in the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Who {
    /// Nobody.
    Stranger,
    Pending,
    /// A guest who accepted by a code.
    Accepted,
    /// A member, at a domain of the tenant.
    Member,
    /// A guest who accepted by a code, and was switched off.
    Disabled,
    /// A guest who accepted by a code, and was gone before the trip began: the address is free again (ADR-11).
    Removed,
    /// The same, but gone since the trip's row was made.
    RemovedMeanwhile,
    /// Invited, and the invitation was reported.
    Suspended,
    /// A guest who accepted by an account, which this release cannot verify.
    ByAccount,
    /// A guest who accepted by a provider, likewise.
    ByProvider,
    /// The same, but the row does not say by which.
    HalfPinned,
    /// A guest who accepted by no way that is written down.
    Unpinned,
}

impl Who {
    /// All of them.
    pub(super) const ALL: [Self; 12] = [
        Self::Stranger,
        Self::Pending,
        Self::Accepted,
        Self::Member,
        Self::Disabled,
        Self::Removed,
        Self::RemovedMeanwhile,
        Self::Suspended,
        Self::ByAccount,
        Self::ByProvider,
        Self::HalfPinned,
        Self::Unpinned,
    ];

    /// Whether they were let in once, and may have a session of then.
    pub(super) const fn was_let_in(self) -> bool {
        !matches!(self, Self::Stranger | Self::Pending | Self::Suspended)
    }

    /// Whether the way that they accepted by cannot be read from their row.
    pub(super) const fn unreadable(self) -> bool {
        matches!(self, Self::HalfPinned | Self::Unpinned)
    }

    /// Whether they accepted by a way that this release cannot verify, or by one that cannot be read.
    pub(super) const fn pinned_elsewhere(self) -> bool {
        self.unreadable() || matches!(self, Self::ByAccount | Self::ByProvider)
    }
}

/// What tenant and applications offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Setting {
    /// Codes.
    Default,
    /// No codes.
    CodesOff,
    /// Codes, but not for the guests' domain.
    Blocked,
    /// The same, but guests of before the rule are exempt.
    BlockedButAccepted,
    /// Codes, and strangers may sign up.
    SignUp,
    /// No codes, and strangers may sign up.
    SignUpWithoutCodes,
}

impl Setting {
    /// Its policy. What is blocked is the guests' domain, and in vain those of the tenants themselves.
    pub(super) fn policy(self) -> Option<PolicyChange> {
        let rule = |domain: &str, subdomains| DomainRule { domain: domain.to_owned(), subdomains };
        let block = vec![rule("guest.test", false), rule("house.test", true)];
        let lists = |exempt_accepted| {
            Some(PolicyChange::Domains(DomainLists { allow: Vec::new(), block, exempt_accepted }))
        };
        match self {
            Self::Default | Self::SignUp => None,
            Self::CodesOff | Self::SignUpWithoutCodes => Some(PolicyChange::Passcode { on: false }),
            Self::Blocked => lists(false),
            Self::BlockedButAccepted => lists(true),
        }
    }

    /// Whether its applications let strangers sign up.
    pub(super) const fn sign_up(self) -> bool {
        matches!(self, Self::SignUp | Self::SignUpWithoutCodes)
    }
}

/// What the trip's ledger has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Evidence {
    None,
    /// A proof of the address, by a code.
    Own,
    /// The same, and *Accept* was pressed on a review page that asked for no terms.
    Reviewed,
    /// The same, with the box for version 2 of the terms.
    Agreed,
    /// A proof of another address only.
    AnotherOnly,
}

/// Where the newest code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Code {
    /// There is none.
    None,
    /// It may be tried.
    Live,
    Used,
}

impl Code {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::None, Self::Live, Self::Used];
}

/// What the trip has of an address, and what its rows hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Stored {
    /// No address yet, and so no row.
    NoAddress,
    /// An address, with a row once there is anything to hold.
    At(Evidence, Code),
    /// The browser put back a cookie with this address; the row and its proof are of another one (HRD-01).
    OfAnother,
}

impl Stored {
    /// All of them, those too that no press leaves behind and that must prove nothing all the same; who pressed *Accept*
    /// did it after the newest code.
    pub(super) fn all() -> Vec<Self> {
        let agreed = [Evidence::Reviewed, Evidence::Agreed].map(|evidence| Self::At(evidence, Code::Used));
        let mut all = vec![Self::NoAddress, Self::OfAnother];
        all.extend(agreed);
        for evidence in [Evidence::None, Evidence::Own, Evidence::AnotherOnly] {
            all.extend(Code::ALL.iter().map(|code| Self::At(evidence, *code)));
        }
        all
    }

    /// Whether the trip has an address that counts.
    pub(super) const fn addressed(self) -> bool {
        matches!(self, Self::At(..))
    }

    /// Whether the trip has proven it.
    pub(super) const fn proven(self) -> bool {
        matches!(self, Self::At(Evidence::Own | Evidence::Reviewed | Evidence::Agreed, _))
    }
}

/// The browser's session in the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Cookie {
    None,
    /// Of the person, by the way that they accepted by, since the trip began.
    Fresh,
    /// The same, of two hours before.
    Older,
    /// Of another guest, who accepted by a code, since the trip began.
    Another,
    /// Of the person, since the trip began, by a way that is not offered to them.
    NotOffered,
}

impl Cookie {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [Self::None, Self::Fresh, Self::Older, Self::Another, Self::NotOffered];

    /// Whether it is one of the person.
    pub(super) const fn own(self) -> bool {
        matches!(self, Self::Fresh | Self::Older | Self::NotOffered)
    }
}

/// What request, ending and the tenant's rules ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Demand {
    /// Nothing beyond a sign-in.
    Plain,
    /// `prompt=login`.
    Login,
    /// `max_age=0`.
    MaxAgeZero,
    /// `max_age=3600`.
    MaxAgeHour,
    /// `prompt=select_account`.
    SelectAccount,
    /// The same, and the account was picked.
    PickedAccount,
    /// The application named the other guest.
    NamedAnother,
    /// `acr_values` with two factors.
    AcrMfa,
    /// `acr_values` with a mailbox.
    AcrMailbox,
    /// An essential `acr` that does not exist.
    AcrUnknown,
    /// The application was switched off.
    SwitchedOff,
    /// A rule that blocks.
    Block,
    /// Terms, version 2, to which nobody has agreed before.
    TermsOwed,
    /// A rule that wants a second step.
    SecondStep,
    /// A rule that wants a proof of the last hour.
    Hourly,
    /// Terms, version 2, to which everybody agreed who was let in once.
    TermsAgreed,
    /// An invitation that names no application.
    Invitation,
}

impl Demand {
    /// All of them.
    pub(super) const ALL: [Self; 17] = [
        Self::Plain,
        Self::Login,
        Self::MaxAgeZero,
        Self::MaxAgeHour,
        Self::SelectAccount,
        Self::PickedAccount,
        Self::NamedAnother,
        Self::AcrMfa,
        Self::AcrMailbox,
        Self::AcrUnknown,
        Self::SwitchedOff,
        Self::Block,
        Self::TermsOwed,
        Self::SecondStep,
        Self::Hourly,
        Self::TermsAgreed,
        Self::Invitation,
    ];

    /// What the trip is for.
    pub(super) const fn ending(self) -> EndingKind {
        match self {
            Self::Invitation => EndingKind::Invitation,
            _ => EndingKind::Authorize,
        }
    }

    /// Whether it is asked in the tenants where everybody agreed to the terms.
    pub(super) const fn agreed(self) -> bool {
        matches!(self, Self::TermsAgreed)
    }

    /// Which application asks: one for each rule, one that is off, and one for all else.
    pub(super) const fn asked_by(self) -> Self {
        match self {
            Self::SwitchedOff => self,
            _ if self.control().is_some() => self,
            _ => Self::Plain,
        }
    }

    /// The rule that holds for its application.
    pub(super) const fn control(self) -> Option<Control> {
        match self {
            Self::Block => Some(Control::Block { reason: BlockReason::Generic }),
            Self::TermsOwed | Self::TermsAgreed => Some(Control::Terms { version: 2 }),
            Self::SecondStep => Some(Control::SecondStep),
            Self::Hourly => Some(Control::SignInFrequency { minutes: 60 }),
            _ => None,
        }
    }

    /// What the request says of it.
    pub(super) const fn parameter(self) -> &'static str {
        match self {
            Self::Login => "&prompt=login",
            Self::MaxAgeZero => "&max_age=0",
            Self::MaxAgeHour => "&max_age=3600",
            Self::SelectAccount | Self::PickedAccount => "&prompt=select_account",
            Self::AcrMfa => "&acr_values=urn:vestibule:acr:mfa",
            Self::AcrMailbox => "&acr_values=urn:vestibule:acr:mailbox",
            Self::AcrUnknown => {
                "&claims=%7B%22id_token%22:%7B%22acr%22:%7B%22essential%22:true,%22value%22:%22high%22%7D%7D%7D"
            }
            _ => "",
        }
    }
}

/// One combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Case {
    pub(super) setting: Setting,
    pub(super) who: Who,
    pub(super) stored: Stored,
    pub(super) cookie: Cookie,
    pub(super) demand: Demand,
}

impl Case {
    /// Whether there is a way to come here: who was never let in has no session, and an invitation has its guest's address
    /// from the beginning.
    pub(super) const fn reachable(self) -> bool {
        let session = !self.cookie.own() || self.who.was_let_in();
        let invited =
            !matches!(self.who, Who::Stranger | Who::Removed | Who::Member) && self.stored.addressed();
        session && (invited || !matches!(self.demand, Demand::Invitation))
    }

    /// Every reachable combination of these settings, those of one load together.
    pub(super) fn all(settings: &[Setting]) -> Vec<Self> {
        let mut all = Vec::new();
        for setting in settings.iter().copied() {
            for who in Who::ALL {
                for stored in Stored::all() {
                    for cookie in Cookie::ALL {
                        let of = |demand: &Demand| Self { setting, who, stored, cookie, demand: *demand };
                        all.extend(Demand::ALL.iter().map(of).filter(|case| case.reachable()));
                    }
                }
            }
        }
        all
    }

    /// What is read anew for it.
    pub(super) const fn load(self) -> (Setting, Who, Stored, Cookie, bool, EndingKind) {
        (self.setting, self.who, self.stored, self.cookie, self.demand.agreed(), self.demand.ending())
    }
}
