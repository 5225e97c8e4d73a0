use proptest::prelude::*;

use super::*;

/// INV-04: accepting is terminal, whatever follows.
#[test]
fn inv_04_accepting_is_terminal() {
    for event in InvitationEvent::ALL.iter().copied() {
        assert_eq!(event.apply(InvitationState::Accepted), None);
        assert_eq!(event.apply(InvitationState::Withdrawn), None);
    }
}

/// OTP-14: a code is used at most once and nothing revives it.
#[test]
fn otp_14_no_event_revives_a_code() {
    for state in PasscodeState::ALL.iter().copied() {
        for event in PasscodeEvent::ALL.iter().copied() {
            assert_ne!(event.apply(state), Some(PasscodeState::Live));
            if state == PasscodeState::Used {
                assert_eq!(event.apply(state), None);
            }
        }
    }
}

/// HRD-01: an interaction ends once.
#[test]
fn hrd_01_an_interaction_ends_once() {
    for event in InteractionEvent::ALL.iter().copied() {
        assert!(event.apply(InteractionState::Open).is_some());
        assert_eq!(event.apply(InteractionState::Finished), None);
        assert_eq!(event.apply(InteractionState::Cancelled), None);
    }
}

/// A guest becomes accepted only from pending.
#[test]
fn redemption_table() {
    assert_eq!(RedemptionEvent::Accept.apply(RedemptionState::Pending), Some(RedemptionState::Accepted));
    assert_eq!(RedemptionEvent::Accept.apply(RedemptionState::Accepted), None);
    assert_eq!(RedemptionEvent::Accept.apply(RedemptionState::NotNeeded), None);
}

proptest! {
    /// However events fall, a mail that was sent, failed or dropped stays so.
    #[test]
    fn terminal_mail_states_are_terminal(events in proptest::collection::vec(0_usize..5, 1..20)) {
        let mut state = MailState::Queued;
        for event in events {
            let before = state;
            state = MailEvent::ALL[event].apply(state).unwrap_or(state);
            if matches!(before, MailState::Sent | MailState::Failed | MailState::Dropped) {
                prop_assert_eq!(state, before);
            }
        }
    }
}
