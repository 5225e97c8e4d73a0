//! Between rows and the domain's own types. What cannot be read counts as the weakest (rule 1: absence is failure).

use vestibule_core::passcode::{Purpose, State, Stored};
use vestibule_core::proof::{ACR_MAILBOX, ACR_MFA, ACR_SINGLE};
use vestibule_store::signin::PasscodeRow;

/// A passcode row as the check takes it.
pub(crate) fn stored(row: &PasscodeRow) -> Stored {
    Stored {
        id: row.id,
        realm: row.realm_id,
        interaction: row.interaction_id,
        purpose: Purpose::parse(&row.purpose).unwrap_or(Purpose::StepUp),
        digest: row.digest,
        decoy: row.decoy,
        tries: row.tries,
        state: State::parse(&row.state).unwrap_or(State::Cancelled),
        expires_at: row.expires_at,
        used_at: row.used_at,
    }
}

/// `amr` as stored: values joined by a space.
pub(crate) fn amr(text: &str) -> &'static [&'static str] {
    match text {
        "pwd" => &["pwd"],
        "pwd otp mfa" => &["pwd", "otp", "mfa"],
        "pop user mfa" => &["pop", "user", "mfa"],
        "otp" => &["otp"],
        _ => &[],
    }
}

/// `acr` as stored.
pub(crate) fn acr(text: &str) -> &'static str {
    match text {
        ACR_MFA => ACR_MFA,
        ACR_SINGLE => ACR_SINGLE,
        _ => ACR_MAILBOX,
    }
}
