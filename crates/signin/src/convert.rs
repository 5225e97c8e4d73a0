//! Between rows and the domain's own types.

use vestibule_core::passcode::Stored;
use vestibule_core::throttle::Limits;
use vestibule_store::signin::PasscodeRow;
use vestibule_store::throttle::Limit;

/// A passcode row as the check takes it.
pub(crate) fn stored(row: &PasscodeRow) -> Stored {
    Stored {
        id: row.id,
        realm: row.realm_id,
        interaction: row.interaction_id,
        purpose: row.purpose,
        digest: row.digest,
        decoy: row.decoy,
        tries: row.tries,
        state: row.state,
        expires_at: row.expires_at,
        used_at: row.used_at,
    }
}

/// A counter's row as the store takes it.
pub(crate) fn limit(key: vestibule_core::secret::Digest, limits: &Limits) -> Limit {
    Limit {
        key,
        gap: limits.gap,
        limit1: limits.short,
        window1: limits.short_window,
        limit2: limits.long,
        window2: limits.long_window,
    }
}
