use uuid::Uuid;

use super::*;
use crate::ids::TenantId;

fn proof(realm: Realm, interaction: InteractionId) -> MailboxProof {
    let at = Instant::from_timestamp(1_770_000_000, 0).unwrap();
    MailboxProof::earned(realm, interaction, "gina@guest.test", None, at, MailboxVia::Code)
}

/// HRD-02: a proof counts only in the realm and interaction where it was earned, and only for its address.
#[test]
fn hrd_02_a_proof_counts_only_where_it_was_earned() {
    let alpha = Realm::Tenant(TenantId(Uuid::from_u128(1)));
    let beta = Realm::Tenant(TenantId(Uuid::from_u128(2)));
    let (mine, other) = (InteractionId(Uuid::from_u128(3)), InteractionId(Uuid::from_u128(4)));
    let mut ledger = Ledger::default();
    assert!(!ledger.record(beta, mine, &proof(alpha, mine)));
    assert!(!ledger.record(alpha, other, &proof(alpha, mine)));
    assert!(!ledger.record(Realm::Accounts, mine, &proof(alpha, mine)));
    assert!(ledger.mailbox("gina@guest.test").is_none());
    assert!(ledger.record(alpha, mine, &proof(alpha, mine)));
    assert!(ledger.mailbox("gina@guest.test").is_some());
    assert!(ledger.mailbox("paul@pass.test").is_none());
}

/// MFA-05, OTP-26: mailbox proof is `otp` at the mailbox level, never `mfa`, however often it is repeated.
#[test]
fn mfa_05_otp_26_mailbox_proofs_never_add_up() {
    let alpha = Realm::Tenant(TenantId(Uuid::from_u128(1)));
    let mine = InteractionId(Uuid::from_u128(3));
    let mut ledger = Ledger::default();
    for _ in 0..3 {
        assert!(ledger.record(alpha, mine, &proof(alpha, mine)));
    }
    let auth = ledger.mailbox("gina@guest.test").unwrap();
    assert_eq!((auth.amr, auth.acr, auth.idp.as_str()), (&["otp"][..], ACR_MAILBOX, "mail"));
}

/// Rule 1: what cannot be read proves nothing.
#[test]
fn a_ledger_round_trips_and_fails_closed() {
    let alpha = Realm::Tenant(TenantId(Uuid::from_u128(1)));
    let mine = InteractionId(Uuid::from_u128(3));
    let mut ledger = Ledger::default();
    assert!(ledger.record(alpha, mine, &proof(alpha, mine)));
    ledger.accept_review(true);
    let back = Ledger::from_json(ledger.to_json());
    assert_eq!(back, ledger);
    let mut odd = ledger.to_json();
    odd["extra"] = true.into();
    assert_eq!(Ledger::from_json(odd), Ledger::default());
}
