//! Passcodes and their decoys: counted, consumed, superseded.

use diesel::QueryResult;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{InteractionId, PasscodeId, Realm};
use vestibule_core::lifecycle::PasscodeEvent;
use vestibule_core::passcode::{CodePurpose, PasscodeState};
use vestibule_core::secret::Digest;

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::statements;
use crate::time::Now;

row! {
    /// A passcode as stored.
    pub struct PasscodeRow {
        realm_id: Realm,
        id: PasscodeId,
        interaction_id: InteractionId,
        /// Which send of its interaction; below zero where the interaction began again since.
        ordinal: i32,
        purpose: CodePurpose,
        /// Keyed hash of the address.
        subject_key: Digest,
        /// Keyed hash of the code (OTP-16).
        digest: Digest,
        /// Whether no mail went out with it.
        decoy: bool,
        /// What page and mail show alike (OTP-07).
        mark: String,
        tries: i32,
        state: PasscodeState,
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
        purpose: CodePurpose,
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
    /// Stores a passcode; `false` where the interaction has one of this ordinal: the same send, repeated (OTP-07).
    pub fn insert_passcode(new: &NewPasscode) -> bool = [
        "INSERT INTO passcodes (" (NewPasscode) ", tries, state) VALUES (" (values new) ", 0, " (word PasscodeState::Live) ")"
        " ON CONFLICT (realm_id, interaction_id, ordinal) DO NOTHING"
    ];

    /// The one whose mail a report link came in.
    pub fn passcode_by_report(realm: Realm, report: &Digest) -> Option<PasscodeRow> = [
        "SELECT " (PasscodeRow) " FROM passcodes" (by passcodes_report) " WHERE realm_id = :realm"
        " AND report_digest = :report"
    ];

    /// Ends the live passcode of an interaction, since another follows; how many there were.
    pub fn supersede_passcodes(realm: Realm, interaction: InteractionId) -> usize = [
        "UPDATE passcodes" (by passcodes_interaction) " SET state = " (to PasscodeEvent::Supersede)
        " WHERE realm_id = :realm AND interaction_id = :interaction AND state IN (" (from PasscodeEvent::Supersede) ")"
    ];

    fn count_try_below(realm: Realm, id: PasscodeId, most: i32, now: Now) -> Option<i32> = [
        "UPDATE passcodes SET tries = tries + 1"
        " WHERE realm_id = :realm AND id = :id AND state = " (word PasscodeState::Live)
        " AND expires_at > :now AND tries < :most RETURNING tries"
    ];

    fn count_repeat_below(realm: Realm, id: PasscodeId, most: i32) -> bool = [
        "UPDATE passcodes SET tries = tries + 1"
        " WHERE realm_id = :realm AND id = :id AND state = " (word PasscodeState::Used) " AND tries < :most"
    ];

    fn consume_within(
        realm: Realm,
        id: PasscodeId,
        digest: &Digest,
        ordinal: i32,
        most: i32,
        now: Now,
    ) -> Option<PasscodeRow> = [
        "UPDATE passcodes SET state = " (to PasscodeEvent::Consume) ", used_at = :now"
        " WHERE realm_id = :realm AND id = :id AND state IN (" (from PasscodeEvent::Consume) ")"
        " AND digest = :digest AND NOT decoy AND expires_at > :now AND tries >= :ordinal"
        " AND :ordinal BETWEEN 1 AND :most RETURNING " (PasscodeRow)
    ];

    /// Ends every live passcode of an address: somebody reported one; how many there were.
    pub fn cancel_codes_for(realm: Realm, subject_key: &Digest) -> usize = [
        "UPDATE passcodes" (by passcodes_subject) " SET state = " (to PasscodeEvent::Cancel)
        " WHERE realm_id = :realm AND subject_key = :subject_key AND state IN (" (from PasscodeEvent::Cancel) ")"
    ];
}

/// Counts a try, in a transaction of its own (OTP-04); its ordinal, or nothing where the code is not live or N-03 is
/// used up: presses beyond it cost the address nothing (OTP-05).
pub fn count_try(c: &mut Conn, realm: Realm, id: PasscodeId, now: Now) -> QueryResult<Option<i32>> {
    let most = vestibule_core::numbers::TRIES_PER_CODE;
    count_try_below(c, realm, id, most, now)
}

/// Counts a look at a used code's digits, by a press that repeats the one which used it; `false` where too many were
/// looked at (OTP-04).
pub fn count_repeat(c: &mut Conn, realm: Realm, id: PasscodeId) -> QueryResult<bool> {
    let most = vestibule_core::numbers::REPEATS_PER_CODE;
    count_repeat_below(c, realm, id, most)
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
    consume_within(c, realm, id, digest, ordinal, most, now)
}
