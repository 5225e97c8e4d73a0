//! The pages of a code as values: G05, G06, G07.

use vestibule_app::plan;
use vestibule_core::clock;
use vestibule_core::numbers::SEND_GAP;
use vestibule_core::passcode::CodeStanding;
use vestibule_store::signin::PasscodeRow;

use crate::convert;
use crate::trip::Trip;
use crate::view::{CodeLocked, CodeState, EnterCode, Lock, SendCode, View};

/// G06 or G07 as the newest code stands. A browser that lost the answer to its proof types the same digits again, by
/// itself: the page sends nothing unasked.
pub(crate) fn page(trip: &Trip) -> Box<dyn View> {
    match (trip.outdated, trip.code()) {
        (true, Some(code)) => {
            Box::new(EnterCode { auto_submit: false, ..code_page(trip, code, CodeState::Open) })
        }
        _ => enter_code(trip, CodeState::Open),
    }
}

/// G05.
pub(crate) fn send_code(trip: &Trip) -> Box<dyn View> {
    Box::new(SendCode { address: trip.shown_address(), wait: None, bounced: trip.bounced() })
}

/// G06 or G07, as the newest code stands.
pub(super) fn enter_code(trip: &Trip, state: CodeState) -> Box<dyn View> {
    let Some(code) = trip.code() else { return send_code(trip) };
    match convert::stored(code).standing(trip.at()) {
        CodeStanding::Burned => locked(trip, code, Lock::Burned),
        CodeStanding::Open { .. } => Box::new(code_page(trip, code, state)),
        CodeStanding::Expired | CodeStanding::Used | CodeStanding::Cancelled => {
            Box::new(code_page(trip, code, keep_wait(state)))
        }
    }
}

/// A wait stays what it is; everything else about a code that has ended is that it has ended.
fn keep_wait(state: CodeState) -> CodeState {
    match state {
        CodeState::Early(_) | CodeState::Enough(_) => state,
        CodeState::Open | CodeState::Shape(_) | CodeState::Wrong { .. } | CodeState::Expired => {
            CodeState::Expired
        }
    }
}

/// G07.
pub(super) fn locked(trip: &Trip, code: &PasscodeRow, lock: Lock) -> Box<dyn View> {
    Box::new(CodeLocked {
        address: trip.shown_address(),
        lock,
        ordinal: code.ordinal,
        resend_at: clock::after(code.created_at, SEND_GAP),
    })
}

fn code_page(trip: &Trip, code: &PasscodeRow, state: CodeState) -> EnterCode {
    EnterCode {
        address: trip.shown_address(),
        mark: code.mark.clone(),
        expires_at: code.expires_at,
        ordinal: code.ordinal,
        resend_at: clock::after(code.created_at, SEND_GAP),
        state,
        bounced: trip.bounced(),
        sign_up: plan::signs_up(trip.application.as_deref()),
        auto_submit: trip.tenant().settings.code.auto_submit,
    }
}
