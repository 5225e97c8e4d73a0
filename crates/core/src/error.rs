//! The error catalogue (architecture rule 11): every failure that a person or program can meet has a code, and where
//! Entra has a number for it, that number. The words stand in the locale files under the code; what a developer reads
//! stands here, in ASCII.

use crate::entry;
use crate::interaction::Refusal;
use crate::text_enum::text_enum;

text_enum! {
    /// A code; also the anchor in `docs/reference/errors.md`.
    ErrorCode {
        /// The sealed interaction is older than a day.
        InteractionExpired = "interaction-expired",
        /// Somebody stopped it, or another sign-in took its place.
        InteractionStopped = "interaction-stopped",
        /// No interaction, or not at this step.
        InteractionUnknown = "interaction-unknown",
        /// The code belongs to another browser.
        OtherBrowser = "other-browser",
        /// The trip has ended already.
        AlreadyDone = "already-done",
        /// No such application.
        ClientUnknown = "client-unknown",
        /// The application is switched off.
        ClientOff = "client-off",
        /// The redirect URI is not registered.
        RedirectMismatch = "redirect-mismatch",
        /// The request is malformed.
        RequestBad = "request-bad",
        /// Proven, but not invited.
        NoAccess = "no-access",
        /// The guest is switched off.
        GuestDisabled = "guest-disabled",
        /// No longer a guest.
        GuestRemoved = "guest-removed",
        /// No such organisation.
        TenantUnknown = "tenant-unknown",
        /// The link names no organisation.
        TenantMissing = "tenant-missing",
        /// The organisation is switched off.
        TenantOff = "tenant-off",
        /// The domain is not accepted.
        DomainBlocked = "domain-blocked",
        /// Mail cannot be sent.
        MailDown = "mail-down",
        /// The browser keeps no cookies.
        Cookies = "cookies",
        /// The form's token is stale.
        Csrf = "csrf",
        /// A rule of the organisation.
        PolicyBlocked = "policy-blocked",
        /// No way to sign in.
        NoMethod = "no-method",
        /// A second step is asked for and none can be had.
        SecondStep = "second-step",
    }
}

impl ErrorCode {
    /// Entra's number (entra-b2b 6.5), where it has one.
    pub const fn aadsts(self) -> Option<u32> {
        match self {
            Self::ClientUnknown | Self::ClientOff => Some(700_016),
            Self::RedirectMismatch => Some(50_011),
            Self::RequestBad => Some(90_023),
            Self::NoAccess => Some(50_020),
            Self::GuestDisabled => Some(50_057),
            Self::GuestRemoved => Some(50_034),
            Self::TenantUnknown | Self::TenantOff => Some(90_002),
            Self::TenantMissing => Some(50_059),
            Self::DomainBlocked => Some(500_213),
            Self::PolicyBlocked => Some(53_003),
            Self::SecondStep => Some(50_079),
            Self::InteractionExpired => Some(50_089),
            _ => None,
        }
    }

    /// The HTTP status of the page that tells it.
    pub const fn status(self) -> u16 {
        match self {
            Self::TenantUnknown | Self::TenantOff => 404,
            Self::NoAccess
            | Self::GuestDisabled
            | Self::GuestRemoved
            | Self::DomainBlocked
            | Self::Csrf
            | Self::PolicyBlocked
            | Self::NoMethod
            | Self::SecondStep => 403,
            Self::MailDown => 503,
            Self::InteractionExpired
            | Self::InteractionStopped
            | Self::InteractionUnknown
            | Self::OtherBrowser
            | Self::AlreadyDone
            | Self::ClientUnknown
            | Self::ClientOff
            | Self::RedirectMismatch
            | Self::RequestBad
            | Self::TenantMissing
            | Self::Cookies => 400,
        }
    }

    /// What a developer reads; ASCII, one line, no address in it (WEB-11).
    pub const fn developer(self) -> &'static str {
        match self {
            Self::ClientUnknown => "No application with this client_id is registered in this tenant.",
            Self::ClientOff => "The application is switched off in this tenant.",
            Self::RedirectMismatch => {
                "The redirect_uri is not registered for this application; it is compared byte for byte. The server's \
                 log has it, by the trace id. To register it: vestibule app set CLIENT_ID --tenant TENANT \
                 --add-redirect-uri URI"
            }
            Self::RequestBad => "The request is malformed.",
            Self::TenantUnknown => "No tenant has this identifier or verified domain.",
            Self::TenantMissing => "The URL names no tenant, and nothing else in the request does.",
            Self::TenantOff => "The tenant is switched off.",
            Self::NoAccess => "The address is not a guest of this tenant.",
            Self::GuestDisabled => "The guest is switched off.",
            Self::PolicyBlocked => "A rule of the tenant blocked the sign-in.",
            Self::SecondStep => "A second step is required and none can be enrolled.",
            _ => "See the reference of error codes.",
        }
    }
}

impl From<entry::Unresolved> for ErrorCode {
    fn from(refusal: entry::Unresolved) -> Self {
        match refusal {
            entry::Unresolved::TenantUnknown => Self::TenantUnknown,
            entry::Unresolved::TenantOff => Self::TenantOff,
            entry::Unresolved::ApplicationUnknown => Self::ClientUnknown,
        }
    }
}

impl From<Refusal> for ErrorCode {
    fn from(refusal: Refusal) -> Self {
        use crate::discovery::NoPlan;
        match refusal {
            Refusal::TenantOff => Self::TenantOff,
            Refusal::ApplicationOff => Self::ClientOff,
            Refusal::Blocked(_) => Self::PolicyBlocked,
            Refusal::NoMethod(NoPlan::DomainBlocked) => Self::DomainBlocked,
            Refusal::NoMethod(_) => Self::NoMethod,
            Refusal::NoAccess => Self::NoAccess,
            Refusal::Disabled => Self::GuestDisabled,
            Refusal::Removed => Self::GuestRemoved,
            Refusal::SecondStepUnavailable | Refusal::LevelUnavailable => Self::SecondStep,
        }
    }
}
