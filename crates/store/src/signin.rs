//! What a sign-in leaves behind: interactions, passcodes, sessions; all in a realm.
//!
//! Whatever is single-use is consumed by one conditional statement whose returned row decides (CON-01, OTP-14), and
//! whether something has ended is decided in it, by one clock (TIM-01).

mod interactions;
mod passcodes;
mod sessions;

pub use self::interactions::{
    InteractionRow, LedgerChange, NewInteraction, bury_passcodes, cancel_interaction, extend_interaction,
    finish_interaction, insert_interaction, interaction, renew_secret, save_ledger, trim_open_rows,
};
pub use self::passcodes::{
    NewPasscode, PasscodeRow, cancel_codes_for, consume, count_repeat, count_try, insert_passcode,
    passcode_by_report, supersede_passcodes,
};
pub use self::sessions::{
    NewSession, SessionOpening, SessionRow, end_session, end_sessions_of_interaction, end_sessions_of_user,
    insert_session, rotate_session_secret, session,
};

#[cfg(test)]
pub(crate) const STATEMENTS: [&[crate::statement::ListedStatement]; 3] =
    [interactions::STATEMENTS, passcodes::STATEMENTS, sessions::STATEMENTS];
