//! What a queued mail says, as values: sealed in the outbox, rendered when it is sent (architecture rule 9).

use serde::{Deserialize, Serialize};
use vestibule_core::Random;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{OutboxId, PasscodeId, Realm, TenantId, ordered_uuid};
use vestibule_core::lifecycle::Channel;
use vestibule_core::secret::Digest;
use vestibule_store::outbox::NewOutbox;

use crate::vault::{Purpose, Vault, VaultError};

/// One mail to be, with all that its template needs. Addresses of links are whole: they come from `Urls` (MAIL-05).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "k", rename_all = "snake_case")]
pub enum Content {
    /// E01.
    Code(Code),
    /// E02.
    Invitation(Invitation),
    /// E13.
    NoAccess(NoAccess),
    /// E14 after a report.
    Reported(Reported),
}

/// E01. `Debug` shows nothing of it: the digits are in it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Code {
    /// The address.
    pub to: String,
    /// The digits.
    pub code: String,
    /// The four letters.
    pub mark: String,
    /// The organisation.
    pub org: String,
    /// The application; the organisation's name again where there is none.
    pub app: String,
    /// Browser family and system.
    pub browser: String,
    /// Network prefix.
    pub network: String,
    /// When it was asked for.
    pub asked_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
    /// "This was not me".
    pub report_url: String,
    /// Help page.
    pub help_url: String,
    /// Privacy statement.
    pub privacy_url: Option<String>,
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(***)")
    }
}

/// E02. `Debug` shows nothing of it: the link is in it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Invitation {
    /// The address.
    pub to: String,
    /// The organisation.
    pub org: String,
    /// The application, where one is named.
    pub app: Option<String>,
    /// Name of the inviter.
    pub inviter: Option<String>,
    /// Address of the inviter.
    pub inviter_email: Option<String>,
    /// Free text.
    pub message: Option<String>,
    /// The link.
    pub redeem_url: String,
    /// Until when.
    pub expires_at: Option<Instant>,
    /// Help page.
    pub help_url: String,
    /// Privacy statement.
    pub privacy_url: Option<String>,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invitation(***)")
    }
}

/// E13.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoAccess {
    /// The address.
    pub to: String,
    /// The organisation.
    pub org: String,
    /// The application.
    pub app: String,
    /// Whom to ask.
    pub contact: Option<String>,
    /// Help page.
    pub help_url: String,
    /// Privacy statement.
    pub privacy_url: Option<String>,
}

/// E14 after a report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reported {
    /// The address of who is told.
    pub to: String,
    /// The organisation.
    pub org: String,
    /// The application.
    pub app: Option<String>,
    /// The guest's address.
    pub guest: String,
    /// When the code was asked for.
    pub asked_at: Instant,
    /// Browser family and system.
    pub browser: String,
    /// Network prefix.
    pub network: String,
    /// When it was reported.
    pub reported_at: Instant,
    /// Whether the code had been used, so that a session was ended.
    pub used: bool,
    /// Whether the invitation was suspended.
    pub suspended: bool,
    /// Until when codes are paused, where that was asked for.
    pub paused_until: Option<Instant>,
    /// Help page.
    pub help_url: String,
}

impl Content {
    /// The address it goes to.
    pub fn to(&self) -> &str {
        match self {
            Self::Code(c) => &c.to,
            Self::Invitation(c) => &c.to,
            Self::NoAccess(c) => &c.to,
            Self::Reported(c) => &c.to,
        }
    }

    /// The organisation it speaks for.
    pub fn org(&self) -> &str {
        match self {
            Self::Code(c) => &c.org,
            Self::Invitation(c) => &c.org,
            Self::NoAccess(c) => &c.org,
            Self::Reported(c) => &c.org,
        }
    }

    /// Kind in the outbox and in logs.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Code(_) => "code",
            Self::Invitation(_) => "invitation",
            Self::NoAccess(_) => "no_access",
            Self::Reported(_) => "reported",
        }
    }

    /// Codes go before everything else.
    const fn priority(&self) -> i32 {
        match self {
            Self::Code(_) => 0,
            Self::NoAccess(_) | Self::Reported(_) => 5,
            Self::Invitation(_) => 10,
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
        channel: Channel::Mail,
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
