//! Interactions from their first send, try or proof on.

use diesel::QueryResult;
use serde_json::Value;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, InteractionId, InvitationId, Realm, SessionId, UserId};
use vestibule_core::interaction::EndingKind;
use vestibule_core::lifecycle::{InteractionEvent, InteractionState, PasscodeEvent};
use vestibule_core::secret::Digest;

use crate::bind::fields;
use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::statements;
use crate::time::Now;

row! {
    /// An interaction as stored.
    pub struct InteractionRow {
        realm_id: Realm,
        id: InteractionId,
        /// Of the secret in the browser that began it (OTP-11).
        secret_digest: Digest,
        /// Of the secret before the last proof.
        previous_digest: Option<Digest>,
        /// Until when the secret before the last proof is still known.
        previous_until: Option<Instant>,
        /// Whose source it counts for (N-21), keyed hash.
        source_key: Digest,
        ending: EndingKind,
        client_id: Option<ClientId>,
        user_id: Option<UserId>,
        /// Keyed hash of the address.
        address_key: Digest,
        /// What was proven; only `core` reads and writes it.
        ledger: Value,
        state: InteractionState,
        /// How often the row was begun: once more each time it was replaced after its end (N-21).
        lives: i32,
        session_id: Option<SessionId>,
        invitation_id: Option<InvitationId>,
        created_at: Instant,
        expires_at: Instant,
        finished_at: Option<Instant>,
    }
}

record! {
    /// A new interaction, under the id of the sealed one.
    pub struct NewInteraction {
        realm_id: Realm,
        id: InteractionId,
        secret_digest: Digest,
        source_key: Digest,
        ending: EndingKind,
        client_id: Option<ClientId>,
        user_id: Option<UserId>,
        address_key: Digest,
        ledger: Value,
        invitation_id: Option<InvitationId>,
        created_at: Instant,
        expires_at: Instant,
    }
}

/// What a step changes of an interaction.
#[derive(Debug, Clone, Copy)]
pub struct LedgerChange<'a> {
    /// The ledger as it is from now on.
    pub ledger: &'a Value,
    /// The new secret's digest, where the step was a proof (SES-04), and until when the old secret is still known.
    pub secret: Option<(&'a Digest, Instant)>,
    /// The digest of the secret that the browser came with: the row must have it still. Of two proofs at once one is
    /// saved, and whatever is saved beside a proof does not write over it.
    pub came_with: &'a Digest,
    /// When the row ends now.
    pub expires_at: Instant,
}

fields! {
    /// A [`LedgerChange`] by a proof.
    struct ProofChange<'a> {
        ledger: &'a Value,
        secret: &'a Digest,
        previous_until: Instant,
        came_with: &'a Digest,
        expires_at: Instant,
    }
}

statements! {
    // an open row that has ended counts as absent (N-21): it begins again, without its proofs
    fn begin(new: &NewInteraction, now: Now) -> Option<i32> = [
        "INSERT INTO interactions (" (NewInteraction) ", state, lives)"
        " VALUES (" (values new) ", " (word InteractionState::Open) ", 1)"
        " ON CONFLICT (realm_id, id) DO UPDATE SET secret_digest = excluded.secret_digest, previous_digest = NULL,"
        " previous_until = NULL, source_key = excluded.source_key, ending = excluded.ending,"
        " client_id = excluded.client_id, user_id = excluded.user_id, address_key = excluded.address_key,"
        " ledger = excluded.ledger, invitation_id = excluded.invitation_id,"
        " created_at = excluded.created_at, expires_at = excluded.expires_at, lives = interactions.lives + 1"
        " WHERE interactions.state = " (word InteractionState::Open)
        " AND interactions.expires_at <= :now RETURNING lives"
    ];

    /// Ends the codes of an interaction whose row is gone or has ended, and takes them out of the way of its next ones;
    /// their report links work on. How many there were.
    // codes of the life before: dead, and out of the way of the new one's ordinals, below all that were buried before
    pub fn bury_passcodes(realm: Realm, id: InteractionId) -> usize = [
        "UPDATE passcodes SET ordinal = ordinal - (SELECT MAX(q.ordinal) - MIN(q.ordinal) + 1 FROM passcodes q"
        " WHERE q.realm_id = :realm"
        " AND q.interaction_id = :id), state = CASE WHEN state IN (" (from PasscodeEvent::Supersede)
        ") THEN " (to PasscodeEvent::Supersede) " ELSE state END"
        " WHERE realm_id = :realm AND interaction_id = :id AND ordinal > 0"
    ];

    /// One interaction, ended ones too. Requests read it by [`crate::live::request`].
    pub fn interaction(realm: Realm, id: InteractionId) -> Option<InteractionRow> = [
        "SELECT " (InteractionRow) " FROM interactions WHERE realm_id = :realm AND id = :id"
    ];

    /// Gives an open interaction up; `false` where it is not open.
    pub fn cancel_interaction(realm: Realm, id: InteractionId) -> bool = [
        "UPDATE interactions SET state = " (to InteractionEvent::Cancel)
        " WHERE realm_id = :realm AND id = :id AND state IN (" (from InteractionEvent::Cancel) ")"
    ];

    fn save(
        realm: Realm,
        id: InteractionId,
        ledger: &Value,
        expires_at: Instant,
        came_with: &Digest,
    ) -> bool = [
        "UPDATE interactions SET ledger = :ledger, expires_at = :expires_at"
        " WHERE realm_id = :realm AND id = :id AND state = " (word InteractionState::Open)
        " AND secret_digest = :came_with"
    ];

    fn save_proof(realm: Realm, id: InteractionId, proof: &ProofChange<'_>) -> bool = [
        "UPDATE interactions SET ledger = :proof.ledger, expires_at = :proof.expires_at,"
        " previous_digest = secret_digest, previous_until = :proof.previous_until, secret_digest = :proof.secret"
        " WHERE realm_id = :realm AND id = :id AND state = " (word InteractionState::Open)
        " AND secret_digest = :proof.came_with"
    ];

    /// Gives a browser whose answer was lost another secret, by the one of before the proof (SES-04); `false` where that
    /// is not known any more.
    pub fn renew_secret(realm: Realm, id: InteractionId, before: &Digest, secret: &Digest, now: Now) -> bool = [
        "UPDATE interactions SET secret_digest = :secret WHERE realm_id = :realm AND id = :id"
        " AND state = " (word InteractionState::Open)
        " AND previous_digest = :before AND previous_until > :now"
    ];

    /// Moves the end of an open interaction: another code was sent (N-21), to the person who has the address now.
    pub fn extend_interaction(
        realm: Realm,
        id: InteractionId,
        user_id: Option<UserId>,
        expires_at: Instant,
    ) -> bool = [
        "UPDATE interactions SET expires_at = :expires_at, user_id = :user_id"
        " WHERE realm_id = :realm AND id = :id AND state = " (word InteractionState::Open)
    ];

    /// Turns an open interaction into a finished one; `false` where it is not open or has ended: only one of several
    /// requests finishes it.
    pub fn finish_interaction(realm: Realm, id: InteractionId, session: Option<SessionId>, now: Now) -> bool = [
        "UPDATE interactions SET state = " (to InteractionEvent::Finish) ", session_id = :session, finished_at = :now"
        " WHERE realm_id = :realm AND id = :id AND state IN (" (from InteractionEvent::Finish) ")"
        " AND expires_at > :now"
    ];

    fn delete_but_newest(source_key: &Digest, kept_before: i64) -> usize = [
        "DELETE FROM interactions WHERE source_key = :source_key AND state = " (word InteractionState::Open)
        " AND id < (SELECT i.id FROM interactions i WHERE i.source_key = :source_key"
        " AND i.state = " (word InteractionState::Open)
        " ORDER BY i.id DESC LIMIT 1 OFFSET :kept_before)"
    ];
}

/// Begins an interaction, or begins one again whose row has ended; `false` where it exists: a double click or a second
/// tab (architecture rule 4).
pub fn insert_interaction(c: &mut Conn, new: &NewInteraction, now: Now) -> QueryResult<bool> {
    let Some(lives) = begin(c, new, now)? else { return Ok(false) };
    if lives > 1 {
        bury_passcodes(c, new.realm_id, new.id)?;
    }
    Ok(true)
}

/// Saves what a step changed; `false` where the interaction is not open any more, or where a proof has renewed the
/// secret since the browser came (SES-04).
pub fn save_ledger(
    c: &mut Conn,
    realm: Realm,
    id: InteractionId,
    change: &LedgerChange<'_>,
) -> QueryResult<bool> {
    let &LedgerChange { ledger, secret, came_with, expires_at } = change;
    let Some((secret, previous_until)) = secret else {
        return save(c, realm, id, ledger, expires_at, came_with);
    };
    save_proof(c, realm, id, &ProofChange { ledger, secret, previous_until, came_with, expires_at })
}

/// Keeps the newest open rows of a source (N-21, DOS-04); how many went.
pub fn trim_open_rows(c: &mut Conn, source_key: &Digest, keep: i32) -> QueryResult<usize> {
    delete_but_newest(c, source_key, i64::from(keep.max(1)) - 1)
}
