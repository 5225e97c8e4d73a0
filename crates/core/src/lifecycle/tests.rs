use proptest::prelude::*;

use super::*;

/// INV-04: accepting is terminal, whatever follows.
#[test]
fn inv_04_accepting_is_terminal() {
    for event in InvitationEvent::ALL.iter().copied() {
        assert!(invitation(Invitation::Accepted, event).is_err());
        assert!(invitation(Invitation::Withdrawn, event).is_err());
    }
}

/// OTP-14: a code is used at most once and nothing revives it.
#[test]
fn otp_14_no_event_revives_a_code() {
    for state in PasscodeState::ALL.iter().copied() {
        for event in PasscodeEvent::ALL.iter().copied() {
            assert_ne!(passcode(state, event), Ok(PasscodeState::Live));
            if state == PasscodeState::Used {
                assert!(passcode(state, event).is_err());
            }
        }
    }
}

/// OID-06: the second exchange revokes.
#[test]
fn oid_06_a_second_exchange_revokes() {
    assert_eq!(grant(Grant::Exchanged, GrantEvent::Exchange), Ok(Grant::Revoked));
    assert!(grant(Grant::Revoked, GrantEvent::Exchange).is_err());
}

/// A guest becomes accepted only from pending.
#[test]
fn redemption_table() {
    assert_eq!(redemption(Redemption::Pending, RedemptionEvent::Accept), Ok(Redemption::Accepted));
    assert!(redemption(Redemption::Accepted, RedemptionEvent::Accept).is_err());
    assert!(redemption(Redemption::NotNeeded, RedemptionEvent::Accept).is_err());
    assert_eq!(session(Session::Live, SessionEvent::End), Ok(Session::Ended));
    assert!(session(Session::Ended, SessionEvent::End).is_err());
}

proptest! {
    /// However events fall, a mail that was sent, failed or dropped stays so.
    #[test]
    fn terminal_mail_states_are_terminal(events in proptest::collection::vec(0_usize..5, 1..20)) {
        let mut state = Mail::Queued;
        for event in events {
            let before = state;
            state = mail(state, MailEvent::ALL[event]).unwrap_or(state);
            if matches!(before, Mail::Sent | Mail::Failed | Mail::Dropped) {
                prop_assert_eq!(state, before);
            }
        }
    }
}
