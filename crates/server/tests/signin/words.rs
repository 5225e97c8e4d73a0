//! Rule 1 on the walk: no combination of stored words leads to more than its evidence. Every column of words is fed one
//! that nobody knows, in the middle of everything that a guest does; then each button is pressed. A new column is a line.

use chrono::TimeDelta;
use vestibule_store::testing;
use vestibule_testkit::office::House;
use vestibule_testkit::rp::Rp;
use vestibule_testkit::{Database, World};

use crate::midway::Press::{self, *};
use crate::midway::{Came, Midway, books, trip};
use vestibule_testkit::trip::{accepted, rows};

use Then::*;

const REVIEW: &[Press] = &[LookReview, Accept];
const TRIP: &[Press] = &[Look, Enter, Resend];
const TRIPS: &[Press] = &[Look, Enter, Resend, LookReview, Accept];
/// What gina does herself.
const GINAS: &[Press] = &[Look, Enter, Authorize, Silent, Exchange, Refresh, Userinfo];
/// All that her browsers do: her session stands in one while it is on the trip of another guest.
const ALL: &[Press] =
    &[Look, Enter, Resend, LookReview, Accept, Authorize, Silent, Exchange, Refresh, Userinfo];
const REPEAT: &[Press] = &[Again];
/// The invitation of a guest, from the link to *Accept*.
const INVITED: &[Press] = &[OpenLink, AskByLink, LookReview, Accept];

/// What comes of an odd word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// An error, to the person or to the application.
    Fails,
    /// The words are known, but not together: an error, or a page that asks for a proof as of anybody.
    Asks,
    /// The trip begins anew, under another id.
    Anew,
    /// Nothing: the word is only shown.
    Nothing,
}

/// A line of the table: these columns of these rows, the presses that must notice, and how.
struct Odd {
    table: &'static str,
    sets: &'static [(&'static str, &'static str)],
    of: &'static str,
    felt: &'static [Press],
    then: Then,
}

const fn odd(
    table: &'static str,
    sets: &'static [(&'static str, &'static str)],
    of: &'static str,
    felt: &'static [Press],
    then: Then,
) -> Odd {
    Odd { table, sets, of, felt, then }
}

const GUESTS: &str = "kind = 'guest'";
const GINA: &str = "address_key = 'gina@guest.test'";
const OPEN: &str = "state = 'open'";
const OPEN_OF_GINA: &str =
    "state = 'open' AND user_id IN (SELECT id FROM users WHERE address_key = 'gina@guest.test')";
const LIVE: &str = "ended_at IS NULL";
const EVERY: &str = "1 = 1";

const USERS: &[Odd] = &[
    odd("users", &[("kind", "'odd'")], GUESTS, ALL, Fails),
    odd("users", &[("kind", "'odd'")], GUESTS, &[AskByLink], Fails),
    odd("users", &[("state", "'odd'")], GUESTS, ALL, Fails),
    odd("users", &[("state", "'odd'")], GUESTS, INVITED, Fails),
    odd("users", &[("pinned_method", "'odd'")], GUESTS, ALL, Fails),
    odd("users", &[("pinned_method", "NULL")], GINA, ALL, Fails),
    odd("users", &[("pinned_method", "'federated'"), ("pinned_provider_id", "NULL")], GINA, ALL, Fails),
    odd("users", &[("pinned_provider_id", "id")], GINA, ALL, Fails),
    odd("users", &[("pinned_method", "'account'")], GINA, GINAS, Asks),
    odd("users", &[("pinned_method", "'account'")], GINA, &[Resend], Asks),
    odd("users", &[("state", "'none'")], GINA, GINAS, Asks),
];

/// Words that are known each by itself, of somebody who had accepted: nobody writes them together.
const MIXED: &[Odd] = &[odd("users", &[("kind", "'member'"), ("state", "'pending'")], GINA, GINAS, Asks)];

const TRIP_ROWS: &[Odd] = &[
    odd("interactions", &[("state", "'odd'")], EVERY, TRIPS, Fails),
    odd("interactions", &[("ending", "'odd'")], EVERY, TRIPS, Fails),
    odd("passcodes", &[("state", "'odd'")], EVERY, TRIPS, Fails),
    odd("passcodes", &[("purpose", "'odd'")], EVERY, TRIPS, Fails),
];

const SESSIONS: &[Odd] = &[
    odd("sessions", &[("method", "'odd'")], LIVE, ALL, Fails),
    odd("sessions", &[("method", "'account'")], LIVE, ALL, Fails),
    odd("sessions", &[("method", "'account'"), ("idp", "'account'")], LIVE, ALL, Fails),
    odd("sessions", &[("method", "'federated'")], LIVE, ALL, Fails),
    odd("sessions", &[("provider_id", "id")], LIVE, ALL, Fails),
    odd("sessions", &[("level", "'odd'")], LIVE, ALL, Fails),
    odd("sessions", &[("level", "'urn:vestibule:acr:mfa'")], LIVE, ALL, Fails),
    odd("sessions", &[("level", "'urn:vestibule:acr:mfa'"), ("amr", "'otp mfa'")], LIVE, ALL, Fails),
    odd("sessions", &[("amr", "'odd'")], LIVE, ALL, Fails),
    odd("sessions", &[("amr", "'otp mfa'")], LIVE, ALL, Fails),
    odd("sessions", &[("idp", "'odd'")], LIVE, ALL, Fails),
];

const AROUND: &[Odd] = &[
    odd("tenants", &[("state", "'odd'")], EVERY, ALL, Fails),
    odd("tenants", &[("state", "'odd'")], EVERY, INVITED, Fails),
    odd("policies", &[("kind", "'odd'")], EVERY, ALL, Asks),
    // A kind that nobody knows keeps out whoever goes on; the link alone opens as by any other rule.
    odd("policies", &[("kind", "'odd'")], EVERY, &[AskByLink, LookReview, Accept], Asks),
    odd("invitations", &[("state", "'odd'")], EVERY, INVITED, Fails),
    odd("sign_in_activity", &[("last_method", "'odd'")], EVERY, &[], Nothing),
];

/// The same at a code that is pressed again.
const REPEATS: &[Odd] = &[
    odd("users", &[("kind", "'odd'")], GINA, REPEAT, Fails),
    odd("users", &[("state", "'odd'")], GINA, REPEAT, Fails),
    odd("users", &[("pinned_method", "'odd'")], GINA, REPEAT, Fails),
    odd("users", &[("pinned_method", "NULL")], GINA, REPEAT, Fails),
    odd("users", &[("pinned_method", "'federated'"), ("pinned_provider_id", "NULL")], GINA, REPEAT, Fails),
    odd("users", &[("pinned_method", "'account'")], GINA, REPEAT, Asks),
    odd("users", &[("state", "'none'")], GINA, REPEAT, Asks),
    odd("users", &[("kind", "'member'"), ("state", "'pending'")], GINA, REPEAT, Asks),
    odd("tenants", &[("state", "'odd'")], EVERY, REPEAT, Fails),
    odd("policies", &[("kind", "'odd'")], EVERY, REPEAT, Fails),
    odd("interactions", &[("state", "'odd'")], EVERY, REPEAT, Fails),
    odd("interactions", &[("ending", "'odd'")], EVERY, REPEAT, Fails),
    odd("passcodes", &[("state", "'odd'")], EVERY, REPEAT, Fails),
    odd("passcodes", &[("purpose", "'odd'")], EVERY, REPEAT, Fails),
    odd("sessions", &[("method", "'odd'")], LIVE, REPEAT, Fails),
    odd("sessions", &[("method", "'account'")], LIVE, REPEAT, Fails),
    odd("sessions", &[("level", "'odd'")], LIVE, REPEAT, Fails),
    odd("sessions", &[("level", "'urn:vestibule:acr:mfa'"), ("amr", "'otp mfa'")], LIVE, REPEAT, Fails),
    odd("sessions", &[("amr", "'otp mfa'")], LIVE, REPEAT, Fails),
    odd("sessions", &[("idp", "'odd'")], LIVE, REPEAT, Fails),
];

/// A ledger in which gina has proven her mailbox; the odd ones differ in a word.
macro_rules! ledger {
    ($way:literal, $level:literal, $amr:literal, $more:literal) => {
        concat!(
            "'{\"evidence\":[{\"identity\":{\"way\":{\"method\":\"",
            $way,
            "\"},\"issuer\":\"mail\",\"subject\":\"gina@guest.test\"},\"address_key\":\"gina@guest.test\",\"at\":{now},\"level\":\"",
            $level,
            "\",\"amr\":\"",
            $amr,
            "\"}]",
            $more,
            "}'"
        )
    };
}

const BELIEVED: Odd = odd(
    "interactions",
    &[("ledger", ledger!("passcode", "urn:vestibule:acr:mailbox", "otp", ""))],
    OPEN_OF_GINA,
    TRIP,
    Nothing,
);

const LEDGERS: &[Odd] = &[
    ledger(&[("ledger", ledger!("odd", "urn:vestibule:acr:mailbox", "otp", ""))]),
    ledger(&[("ledger", ledger!("account", "urn:vestibule:acr:single", "pwd", ""))]),
    ledger(&[("ledger", ledger!("passcode", "odd", "otp", ""))]),
    ledger(&[("ledger", ledger!("passcode", "urn:vestibule:acr:mfa", "otp", ""))]),
    ledger(&[("ledger", ledger!("passcode", "urn:vestibule:acr:mfa", "otp mfa", ""))]),
    ledger(&[("ledger", ledger!("passcode", "urn:vestibule:acr:mailbox", "odd", ""))]),
    ledger(&[("ledger", ledger!("passcode", "urn:vestibule:acr:mailbox", "otp", ",\"odd\":true"))]),
    ledger(&[("ledger", "'[]'")]),
    ledger(&[("ledger", "'\"odd\"'")]),
    // The evidence that the other guest has given.
    review(&[("ledger", "CAST(REPLACE(CAST(ledger AS TEXT), '\"passcode\"', '\"odd\"') AS {json})")]),
    review(&[(
        "ledger",
        "CAST(REPLACE(CAST(ledger AS TEXT), 'urn:vestibule:acr:mailbox', 'urn:vestibule:acr:mfa') AS {json})",
    )]),
    review(&[("ledger", "CAST(REPLACE(CAST(ledger AS TEXT), '\"otp\"', '\"odd\"') AS {json})")]),
];

const fn ledger(sets: &'static [(&'static str, &'static str)]) -> Odd {
    odd("interactions", sets, OPEN_OF_GINA, TRIP, Anew)
}

const fn review(sets: &'static [(&'static str, &'static str)]) -> Odd {
    odd("interactions", sets, OPEN, REVIEW, Anew)
}

impl Odd {
    fn key(&self) -> &'static str {
        match self.table {
            "policies" => "version",
            "sign_in_activity" => "user_id",
            _ => "id",
        }
    }

    /// Writes the words, as a newer release or somebody at the database would; what was there is kept.
    fn write(&self, world: &World) {
        let (unchecked, json) = match world.database {
            Database::Sqlite => ("PRAGMA ignore_check_constraints = ON;", "TEXT"),
            Database::Postgres => (
                "DO $$ DECLARE c RECORD; BEGIN
                   FOR c IN SELECT conrelid::regclass AS of, conname FROM pg_constraint
                            WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP
                     EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.of, c.conname);
                   END LOOP;
                 END $$;",
                "JSONB",
            ),
        };
        // Within the trip, by the clock of PostgreSQL too, which flows while the test's stands still.
        let (table, of, now) = (self.table, self.of, world.now() + TimeDelta::minutes(1));
        let sets: Vec<_> = self.sets.iter().map(|(column, value)| format!("{column} = {value}")).collect();
        let sets =
            sets.join(", ").replace("{now}", &now.timestamp_micros().to_string()).replace("{json}", json);
        let written = format!(
            "{unchecked} CREATE TABLE kept AS SELECT * FROM {table} WHERE {of};
             UPDATE {table} SET {sets} WHERE {of}; {RAISED}"
        );
        testing::execute(world.server.database_url(), &written).unwrap();
        assert!(rows(world, "kept") > 0, "{} has no rows to write to", self.table);
    }

    fn mend(&self, world: &World) {
        let (table, key) = (self.table, self.key());
        let own = |column: &str| {
            format!("{column} = (SELECT kept.{column} FROM kept WHERE kept.{key} = {table}.{key})")
        };
        let sets: Vec<_> = self.sets.iter().map(|(column, _)| own(column)).collect();
        let sets = sets.join(", ");
        let mended = format!(
            "UPDATE {table} SET {sets} WHERE {key} IN (SELECT {key} FROM kept); DROP TABLE kept; {RAISED}"
        );
        testing::execute(world.server.database_url(), &mended).unwrap();
    }
}

/// Snapshots are read anew.
const RAISED: &str =
    "UPDATE tenants SET change_number = change_number + 1, applications_number = applications_number + 1";

/// Whether a press came to what an odd word may lead to.
fn is_refused(came: &Came, then: Then, before: Option<&str>) -> bool {
    let asks = |ids: &[&str], page: &str| ids.contains(&page);
    match came {
        Came::App(url) => url.query_pairs().any(|(name, _)| name == "error"),
        Came::Program(status) => *status >= 400,
        Came::Session(_) => false,
        Came::Page(page) if page.status >= 400 => then != Anew,
        Came::Page(page) => match then {
            Asks => asks(&["G01", "G02", "G05", "G06"], &page.test_id),
            Anew => asks(&["G01", "G02", "G05"], &page.test_id) && trip(&page.url).as_deref() != before,
            Fails | Nothing => false,
        },
    }
}

/// Each line of a table: written, pressed, mended, gone on from.
async fn odd_words(world: &World, table: &[Odd]) {
    let (house, rp) = accepted(world).await;
    odd_words_at(world, &house, &rp, table).await;
}

async fn odd_words_at(world: &World, house: &House, rp: &Rp, table: &[Odd]) {
    world.office().policy(house.tenant.id, "otp=on").await;
    // What cannot be read uses nothing up: those lines are pressed in one walk, which must be whole after all of them.
    let (unread, others): (Vec<_>, Vec<_>) = table.iter().partition(|odd| matches!(odd.then, Fails | Anew));
    if !unread.is_empty() {
        let midway = Midway::begun(world, house, rp, 0).await;
        for odd in unread {
            odd.write(world);
            pressed(world, &midway, odd).await;
            odd.mend(world);
        }
        midway.is_whole("all mended").await;
        midway.goes_on("all mended").await;
    }
    for (number, odd) in others.into_iter().enumerate() {
        let mut midway = Midway::begun(world, house, rp, number + 1).await;
        odd.write(world);
        pressed(world, &midway, odd).await;
        if odd.then == Nothing {
            midway.is_whole(odd.table).await;
            midway.goes_on(odd.table).await;
            odd.mend(world);
            continue;
        }
        odd.mend(world);
        if odd.felt.contains(&Resend) {
            midway.asks_again().await;
        }
        midway.goes_on(odd.table).await;
    }
}

/// All presses of a line.
async fn pressed(world: &World, midway: &Midway<'_>, odd: &Odd) {
    let mut faults = Vec::new();
    for press in odd.felt.iter().copied() {
        faults.extend(fault(world, midway, odd.then, press).await.map(|why| format!("{press:?}: {why}")));
    }
    assert!(faults.is_empty(), "{} {:?}\n{}", odd.table, odd.sets, faults.join("\n"));
}

/// One press while the words are odd: what is wrong with its answer.
async fn fault(world: &World, midway: &Midway<'_>, then: Then, press: Press) -> Option<String> {
    let before = books(world);
    let came = midway.presses(press).await;
    let (refused, after) = (is_refused(&came, then, midway.trip(press).as_deref()), books(world));
    (!refused || before != after).then(|| format!("{came}, {before:?} → {after:?}"))
}

vestibule_testkit::flows! {
    /// HRD-08, rule 1: what stands in a guest's row.
    async fn hrd_08_odd_words_of_a_guest(world) {
        odd_words(world, USERS).await;
    }

    /// TOK-04, rule 1: a member who has yet to accept is let in by no read of the row, nor by a statement's condition.
    async fn tok_04_a_member_who_has_yet_to_accept(world) {
        odd_words(world, MIXED).await;
    }

    /// OTP-14, SES-04, rule 1: at the repeat that gives a lost session again.
    async fn otp_14_ses_04_odd_words_at_a_repeat(world) {
        odd_words(world, REPEATS).await;
    }

    /// HRD-01, OTP-16, rule 1: what stands in the rows of trips and codes.
    async fn hrd_01_otp_16_odd_words_of_a_trip(world) {
        odd_words(world, TRIP_ROWS).await;
    }

    /// HRD-02, rule 1: a ledger in which somebody was proven is believed, and the same with an odd word is none.
    async fn hrd_02_odd_words_of_a_ledger(world) {
        let (house, rp) = accepted(world).await;
        let midway = Midway::begun(world, &house, &rp, 99).await;
        BELIEVED.write(world);
        let Came::Page(page) = midway.presses(Look).await else { panic!("a page") };
        assert_eq!((page.test_id.as_str(), trip(&page.url)), ("G15", midway.trip(Look)));
        BELIEVED.mend(world);
        midway.is_whole("a ledger").await;
        midway.goes_on("a ledger").await;
        odd_words_at(world, &house, &rp, LEDGERS).await;
    }

    /// MFA-05, SES-01, rule 1: what stands in a session's row.
    async fn mfa_05_ses_01_odd_words_of_a_session(world) {
        odd_words(world, SESSIONS).await;
    }

    /// HRD-09, INV-14, rule 1: what stands in the rows around it.
    async fn hrd_09_inv_14_odd_words_around_a_sign_in(world) {
        odd_words(world, AROUND).await;
    }
}
