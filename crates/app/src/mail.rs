//! A letter on its way to the outbox and out of it: sealed, with its place in the queue (architecture rule 9).

use vestibule_core::Random;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{OutboxId, PasscodeId, Realm, TenantId, ordered_uuid};
use vestibule_core::letter::Letter;
use vestibule_core::lifecycle::Channel;
use vestibule_core::secret::Digest;
use vestibule_store::outbox::NewOutbox;

use crate::vault::{KeyPurpose, Vault, VaultError};

/// Where a mail belongs.
#[derive(Debug, Clone, Copy)]
pub struct QueueEntry {
    /// The tenant whose share it uses.
    pub tenant: TenantId,
    /// The code that it carries, which must still be live when it is sent (MAIL-06).
    pub passcode: Option<PasscodeId>,
    /// What makes it one of a kind (CON-07, N-22).
    pub dedupe: Digest,
}

/// Seals a letter for the outbox.
pub fn queued(
    vault: &Vault,
    random: &dyn Random,
    now: Instant,
    locale: &str,
    queue: QueueEntry,
    letter: &Letter,
) -> Result<NewOutbox, VaultError> {
    let id = OutboxId(ordered_uuid(now, random));
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(letter).map_err(|_| VaultError::Library)?);
    let sealed = vault.seal(KeyPurpose::Outbox, &[b"outbox", id.0.as_bytes()], &plain)?;
    let destination = letter.to.rsplit('@').next().unwrap_or_default().to_owned();
    Ok(NewOutbox {
        id,
        tenant_id: queue.tenant.0,
        channel: Channel::Mail,
        kind: letter.kind().to_owned(),
        priority: letter.priority(),
        dedupe: queue.dedupe,
        destination,
        template: letter.kind().to_owned(),
        locale: locale.to_owned(),
        sealed,
        realm_id: queue.passcode.map(|_| Realm::Tenant(queue.tenant).id()),
        passcode_id: queue.passcode,
        next_at: now,
        created_at: now,
    })
}

/// Opens a queued letter.
pub fn open(vault: &Vault, id: OutboxId, sealed: &[u8]) -> Result<Letter, VaultError> {
    let plain = vault.unseal(KeyPurpose::Outbox, &[b"outbox", id.0.as_bytes()], sealed)?;
    serde_json::from_slice(&plain).map_err(|_| VaultError::Open)
}
