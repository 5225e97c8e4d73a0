//! Passcodes and their decoys: counted, consumed, superseded.

use diesel::QueryResult;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{InteractionId, PasscodeId, Realm};
use vestibule_core::lifecycle::PasscodeEvent;
use vestibule_core::passcode::{Purpose, State};
use vestibule_core::secret::Digest;

use crate::conn::Conn;
use crate::row::{One, record, row};
use crate::statement::{Statement, binds, statements};
use crate::time::Now;

row! {
    /// A passcode as stored.
    pub struct PasscodeRow {
        realm_id: Realm,
        id: PasscodeId,
        interaction_id: InteractionId,
        /// Which send of its interaction; below zero where the interaction began again since.
        ordinal: i32,
        purpose: Purpose,
        /// Keyed hash of the address.
        subject_key: Digest,
        /// Keyed hash of the code (OTP-16).
        digest: Digest,
        /// Whether no mail went out with it.
        decoy: bool,
        /// What page and mail show alike (OTP-07).
        mark: String,
        tries: i32,
        state: State,
        expires_at: Instant,
        created_at: Instant,
        used_at: Option<Instant>,
        report_digest: Option<Digest>,
        /// What the report page tells, sealed.
        context: Vec<u8>,
    }
}

record! {
    /// A new passcode.
    pub struct NewPasscode {
        realm_id: Realm,
        id: PasscodeId,
        interaction_id: InteractionId,
        /// Which send of its interaction, from 1 on.
        ordinal: i32,
        purpose: Purpose,
        subject_key: Digest,
        digest: Digest,
        decoy: bool,
        mark: String,
        expires_at: Instant,
        created_at: Instant,
        report_digest: Option<Digest>,
        context: Vec<u8>,
    }
}

statements! {
    Insert = [
        "INSERT INTO passcodes (" (NewPasscode) ", tries, state) VALUES (" (values NewPasscode) ", 0, " (word State::Live) ")"
        " ON CONFLICT (realm_id, interaction_id, ordinal) DO NOTHING"
    ];
    ByReport = ["SELECT " (PasscodeRow) " FROM passcodes" (by passcodes_report) " WHERE realm_id = ? AND report_digest = ?"];
    Supersede = [
        "UPDATE passcodes" (by passcodes_interaction) " SET state = " (to PasscodeEvent::Supersede)
        " WHERE realm_id = ? AND interaction_id = ? AND state IN (" (from PasscodeEvent::Supersede) ")"
    ];
    CountTry = [
        "UPDATE passcodes SET tries = tries + 1"
        " WHERE realm_id = ? AND id = ? AND state = " (word State::Live)
        " AND expires_at > {now} AND tries < ? RETURNING tries"
    ];
    CountRepeat = [
        "UPDATE passcodes SET tries = tries + 1"
        " WHERE realm_id = ? AND id = ? AND state = " (word State::Used) " AND tries < ?"
    ];
    Consume = [
        "UPDATE passcodes SET state = " (to PasscodeEvent::Consume) ", used_at = {now}"
        " WHERE realm_id = ? AND id = ? AND state IN (" (from PasscodeEvent::Consume) ")"
        " AND digest = ? AND NOT decoy AND expires_at > {now} AND tries >= ? AND ? BETWEEN 1 AND ? RETURNING " (PasscodeRow)
    ];
    CancelFor = [
        "UPDATE passcodes" (by passcodes_subject) " SET state = " (to PasscodeEvent::Cancel)
        " WHERE realm_id = ? AND subject_key = ? AND state IN (" (from PasscodeEvent::Cancel) ")"
    ];
}

/// Stores a passcode; `false` where the interaction has one of this ordinal: the same send, repeated (OTP-07).
pub fn insert_passcode(c: &mut Conn, new: &NewPasscode) -> QueryResult<bool> {
    Insert::hit(c, &new.binds())
}

/// The one whose mail a report link came in.
pub fn passcode_by_report(c: &mut Conn, realm: Realm, report: &Digest) -> QueryResult<Option<PasscodeRow>> {
    ByReport::optional(c, binds![realm, report])
}

/// Ends the live passcode of an interaction, since another follows; how many there were.
pub fn supersede_passcodes(c: &mut Conn, realm: Realm, interaction: InteractionId) -> QueryResult<usize> {
    Supersede::run(c, binds![realm, interaction])
}

/// Counts a try, in a transaction of its own (OTP-04); its ordinal, or nothing where the code is not live or N-03 is
/// used up: presses beyond it cost the address nothing (OTP-05).
pub fn count_try(c: &mut Conn, realm: Realm, id: PasscodeId, now: Now) -> QueryResult<Option<i32>> {
    let most = vestibule_core::numbers::TRIES_PER_CODE;
    Ok(CountTry::optional::<One<i32>>(c, binds![realm, id, now, most])?.map(|row| row.0))
}

/// Counts a look at a used code's digits, by a press that repeats the one which used it; `false` where too many were
/// looked at (OTP-04).
pub fn count_repeat(c: &mut Conn, realm: Realm, id: PasscodeId) -> QueryResult<bool> {
    let most = vestibule_core::numbers::REPEATS_PER_CODE;
    CountRepeat::hit(c, binds![realm, id, most])
}

/// Uses a passcode up: the one returned row is the success (OTP-14). Refused for other digits, for a decoy, after its
/// end, and for a try whose `ordinal` is beyond N-03 (OTP-04). The try's own ordinal decides, not how many were counted
/// meanwhile: of many presses at once the first few may compare, and one of them succeeds.
pub fn consume(
    c: &mut Conn,
    realm: Realm,
    id: PasscodeId,
    digest: &Digest,
    ordinal: i32,
    now: Now,
) -> QueryResult<Option<PasscodeRow>> {
    let most = vestibule_core::numbers::TRIES_PER_CODE;
    Consume::optional(c, binds![now, realm, id, digest, now, ordinal, ordinal, most])
}

/// Ends every live passcode of an address: somebody reported one; how many there were.
pub fn cancel_codes_for(c: &mut Conn, realm: Realm, subject_key: &Digest) -> QueryResult<usize> {
    CancelFor::run(c, binds![realm, subject_key])
}
