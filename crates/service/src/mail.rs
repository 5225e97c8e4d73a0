//! What a queued mail says, as values: sealed in the outbox, rendered when it is sent (architecture rule 9).

use serde::{Deserialize, Serialize};
use vestibule_core::Random;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{OutboxId, PasscodeId, Realm, TenantId, ordered_uuid};
use vestibule_core::secret::Digest;
use vestibule_store::outbox::NewOutbox;

use crate::vault::{Purpose, Vault, VaultError};

/// One mail to be, with all that its template needs. Addresses of links are whole: they come from `Urls` (MAIL-05).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "k", rename_all = "snake_case")]
pub enum Content {
    /// E01.
    Code {
        /// The address.
        to: String,
        /// The digits.
        code: String,
        /// The four letters.
        mark: String,
        /// The organisation.
        org: String,
        /// The application; the organisation's name again where there is none.
        app: String,
        /// Browser family and system.
        browser: String,
        /// Network prefix.
        network: String,
        /// When it was asked for.
        asked_at: Instant,
        /// When it ends.
        expires_at: Instant,
        /// "This was not me".
        report_url: String,
        /// Help page.
        help_url: String,
        /// Privacy statement.
        privacy_url: Option<String>,
    },
    /// E02.
    Invitation {
        /// The address.
        to: String,
        /// The organisation.
        org: String,
        /// The application, where one is named.
        app: Option<String>,
        /// Name of the inviter.
        inviter: Option<String>,
        /// Address of the inviter.
        inviter_email: Option<String>,
        /// Free text.
        message: Option<String>,
        /// The link.
        redeem_url: String,
        /// Until when.
        expires_at: Option<Instant>,
        /// Help page.
        help_url: String,
        /// Privacy statement.
        privacy_url: Option<String>,
    },
    /// E13.
    NoAccess {
        /// The address.
        to: String,
        /// The organisation.
        org: String,
        /// The application.
        app: String,
        /// Whom to ask.
        contact: Option<String>,
        /// Help page.
        help_url: String,
        /// Privacy statement.
        privacy_url: Option<String>,
    },
    /// E14 after a report.
    Reported {
        /// The address of who is told.
        to: String,
        /// The organisation.
        org: String,
        /// The application.
        app: Option<String>,
        /// The guest's address.
        guest: String,
        /// When the code was asked for.
        asked_at: Instant,
        /// Browser family and system.
        browser: String,
        /// Network prefix.
        network: String,
        /// When it was reported.
        reported_at: Instant,
        /// Whether the code had been used, so that a session was ended.
        used: bool,
        /// Whether the invitation was suspended.
        suspended: bool,
        /// Until when codes are paused, where that was asked for.
        paused_until: Option<Instant>,
        /// Help page.
        help_url: String,
    },
}

impl Content {
    /// The address it goes to.
    pub fn to(&self) -> &str {
        match self {
            Self::Code { to, .. }
            | Self::Invitation { to, .. }
            | Self::NoAccess { to, .. }
            | Self::Reported { to, .. } => to,
        }
    }

    /// Kind in the outbox and in logs.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Code { .. } => "code",
            Self::Invitation { .. } => "invitation",
            Self::NoAccess { .. } => "no_access",
            Self::Reported { .. } => "reported",
        }
    }

    /// Codes go before everything else.
    const fn priority(&self) -> i32 {
        match self {
            Self::Code { .. } => 0,
            Self::NoAccess { .. } | Self::Reported { .. } => 5,
            Self::Invitation { .. } => 10,
        }
    }
}

/// Where a mail belongs.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The tenant whose share it uses.
    pub tenant: TenantId,
    /// The code that it carries, which must still be live when it is sent (MAIL-06).
    pub passcode: Option<PasscodeId>,
    /// What makes it one of a kind (CON-07, N-22).
    pub dedupe: Digest,
}

/// Seals a mail for the outbox.
pub fn queued(
    vault: &Vault,
    random: &dyn Random,
    now: Instant,
    locale: &str,
    place: Place,
    content: &Content,
) -> Result<NewOutbox, VaultError> {
    let id = OutboxId(ordered_uuid(now, random));
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(content).map_err(|_| VaultError::Library)?);
    let sealed = vault.seal(Purpose::Outbox, &[b"outbox", id.0.as_bytes()], &plain)?;
    let destination = content.to().rsplit('@').next().unwrap_or_default().to_owned();
    Ok(NewOutbox {
        id,
        tenant_id: place.tenant.0,
        kind: content.kind().to_owned(),
        priority: content.priority(),
        dedupe: place.dedupe,
        destination,
        template: content.kind().to_owned(),
        locale: locale.to_owned(),
        sealed,
        realm_id: place.passcode.map(|_| Realm::Tenant(place.tenant).id()),
        passcode_id: place.passcode,
        next_at: now,
        created_at: now,
    })
}

/// Opens a queued mail.
pub fn open(vault: &Vault, id: OutboxId, sealed: &[u8]) -> Result<Content, VaultError> {
    let plain = vault.unseal(Purpose::Outbox, &[b"outbox", id.0.as_bytes()], sealed)?;
    serde_json::from_slice(&plain).map_err(|_| VaultError::Open)
}
