//! Counters that bound sends, tries and sources; by keyed hash, for known and unknown addresses alike.
//!
//! Windows are fixed and begin with their first event. A refused event counts nothing: a person who keeps trying does not
//! prolong their own pause. Moments inside are microseconds on both databases, of the one clock of TIM-01.

use chrono::{DateTime, TimeDelta};
use diesel::QueryResult;
use vestibule_core::clock::{Instant, after};
use vestibule_core::secret::Digest;

use crate::conn::Conn;
use crate::row::{record, row};
use crate::statement::{Piece, pieces, statements};
use crate::time::Now;

/// One counter, and what bounds it.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Keyed hash of what is counted.
    pub key: Digest,
    /// The least time between two events.
    pub gap: TimeDelta,
    /// Events in the first window.
    pub limit1: i32,
    /// How long the first window is.
    pub window1: TimeDelta,
    /// Events in the second window; `i32::MAX` where one window is enough.
    pub limit2: i32,
    /// How long the second window is.
    pub window2: TimeDelta,
}

/// What a counter says to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleVerdict {
    /// Whether the event was admitted, and counted.
    pub admitted: bool,
    /// When the next one is, where this one was not; else the present moment.
    pub retry_at: Instant,
    /// Events in the first window, this one included.
    pub count1: i32,
    /// Events in the second window, this one included.
    pub count2: i32,
    /// Failures in a row (N-05).
    pub streak: i32,
    /// When the last of these was.
    pub streak_at: Option<Instant>,
}

row! {
    /// A counter as stored; moments and spans in microseconds.
    pub struct ThrottleRow {
        key: Digest,
        gap_us: i64,
        limit1: i32,
        window1_us: i64,
        limit2: i32,
        window2_us: i64,
        start1: i64,
        count1: i32,
        start2: i64,
        count2: i32,
        last_at: Option<i64>,
        streak: i32,
        streak_at: Option<i64>,
        /// Whether the last event was admitted.
        admitted: i32,
    }
}

impl ThrottleRow {
    /// Until when a window is used up, if one is; the least time between two events is not looked at.
    pub fn full_until(&self, now: Instant) -> Option<Instant> {
        let end = |start: i64, window: i64, full: bool| {
            Some(moment(start.saturating_add(window))).filter(|end| full && *end > now)
        };
        let first = end(self.start1, self.window1_us, self.count1 >= self.limit1);
        first.max(end(self.start2, self.window2_us, self.count2 >= self.limit2))
    }

    fn admission(&self) -> ThrottleVerdict {
        // what does not bound the event lies in the past, so the latest moment is the answer
        let full1 = (self.count1 >= self.limit1).then(|| self.start1.saturating_add(self.window1_us));
        let full2 = (self.count2 >= self.limit2).then(|| self.start2.saturating_add(self.window2_us));
        let gap = self.last_at.map(|at| at.saturating_add(self.gap_us));
        let admitted = self.admitted == 1;
        let at = if admitted { self.last_at } else { full1.max(full2).max(gap) };
        ThrottleVerdict {
            admitted,
            retry_at: moment(at.unwrap_or(i64::MAX)),
            count1: self.count1,
            count2: self.count2,
            streak: self.streak,
            streak_at: self.streak_at.map(moment),
        }
    }
}

record! {
    /// An event that asks a counter.
    pub(crate) struct ThrottleEvent {
        key: Digest,
        gap_us: i64,
        limit1: i32,
        window1_us: i64,
        limit2: i32,
        window2_us: i64,
        expires_at: Instant,
    }
}

impl From<(&Limit, Now)> for ThrottleEvent {
    fn from((limit, now): (&Limit, Now)) -> Self {
        Self {
            key: limit.key,
            gap_us: span(limit.gap),
            limit1: limit.limit1,
            window1_us: span(limit.window1),
            limit2: limit.limit2,
            window2_us: span(limit.window2),
            expires_at: hour_after(now.instant, limit.gap.max(limit.window1).max(limit.window2)),
        }
    }
}

/// Counts the events `event`, each where its counter admits it. In the inserted row, `excluded`, both windows begin now:
/// its `start1` is the present moment. Of the stored row `begin` and `seen` are a window's start and count as they are
/// now: one that is over begins anew.
const COUNT: &[Piece] = pieces![
    ", first AS (SELECT e.*, :now.us AS at, CASE WHEN e.limit1 > 0 AND e.limit2 > 0 THEN 1 ELSE 0 END AS counted"
    " FROM event e)"
    " INSERT INTO throttles (key, gap_us, limit1, window1_us, limit2, window2_us, start1, count1, start2, count2,"
    " last_at, streak, admitted, expires_at)"
    " SELECT key, gap_us, limit1, window1_us, limit2, window2_us, at, counted, at, counted,"
    " CASE WHEN counted = 1 THEN at END, 0, counted, expires_at FROM first WHERE TRUE"
    " ON CONFLICT (key) DO UPDATE SET gap_us = excluded.gap_us, limit1 = excluded.limit1,"
    " window1_us = excluded.window1_us, limit2 = excluded.limit2, window2_us = excluded.window2_us,"
    " expires_at = CASE WHEN excluded.expires_at > throttles.expires_at THEN excluded.expires_at"
    " ELSE throttles.expires_at END,"
    " (admitted, last_at, start1, count1, start2, count2) = ("
    "SELECT CASE WHEN admits THEN 1 ELSE 0 END,"
    " CASE WHEN admits THEN excluded.start1 ELSE throttles.last_at END,"
    " CASE WHEN admits THEN begin1 ELSE throttles.start1 END,"
    " CASE WHEN admits THEN seen1 + 1 ELSE throttles.count1 END,"
    " CASE WHEN admits THEN begin2 ELSE throttles.start2 END,"
    " CASE WHEN admits THEN seen2 + 1 ELSE throttles.count2 END"
    " FROM (SELECT begin1, seen1, begin2, seen2,"
    " rested AND seen1 < excluded.limit1 AND seen2 < excluded.limit2 AS admits"
    " FROM (SELECT COALESCE(throttles.last_at + excluded.gap_us, 0) <= excluded.start1 AS rested,"
    " CASE WHEN throttles.start1 + excluded.window1_us <= excluded.start1 THEN excluded.start1"
    " ELSE throttles.start1 END AS begin1,"
    " CASE WHEN throttles.start1 + excluded.window1_us <= excluded.start1 THEN 0 ELSE throttles.count1 END AS seen1,"
    " CASE WHEN throttles.start2 + excluded.window2_us <= excluded.start1 THEN excluded.start1"
    " ELSE throttles.start2 END AS begin2,"
    " CASE WHEN throttles.start2 + excluded.window2_us <= excluded.start1 THEN 0 ELSE throttles.count2 END AS seen2"
    ") windows) decided)"
    " RETURNING " (ThrottleRow)
];

statements! {
    fn admit_one(event: &ThrottleEvent, now: Now) -> Vec<ThrottleRow> = [
        "WITH event (" (ThrottleEvent) ") AS (VALUES (" (values event) "))" (part COUNT)
    ];

    fn admit_two(one: &ThrottleEvent, two: &ThrottleEvent, now: Now) -> Vec<ThrottleRow> = [
        "WITH event (" (ThrottleEvent) ") AS (VALUES (" (values one) "), (" (values two) "))" (part COUNT)
    ];

    /// One counter, as it stands.
    pub fn peek(key: &Digest) -> Option<ThrottleRow> = ["SELECT " (ThrottleRow) " FROM throttles WHERE key = :key"];

    /// Two counters at once, those of them that exist.
    pub fn peek_two(one: &Digest, other: &Digest) -> Vec<ThrottleRow> = [
        "SELECT " (ThrottleRow) " FROM throttles WHERE key IN (:one, :other)"
    ];

    fn insert_held(key: &Digest, micros: i64, until: Instant) = [
        "INSERT INTO throttles (key, gap_us, limit1, window1_us, limit2, window2_us, start1, count1, start2, count2,"
        " last_at, streak, admitted, expires_at) VALUES (:key, 0, 0, 0, 0, 0, 0, 0, 0, 0, :micros, 0, 0, :until)"
        " ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at, expires_at = excluded.expires_at"
    ];

    /// Ends `hold_until`.
    pub fn lift(key: &Digest) -> bool = ["DELETE FROM throttles WHERE key = :key"];

    /// When a source may name one more address.
    pub fn source_until(source: &Digest, now: Now) -> One<Option<Instant>> = [
        "SELECT MIN(expires_at) FROM throttle_sources WHERE source_key = :source AND expires_at > :now"
    ];

    /// Takes an event back that turned out well: the counts sink by one, the failures in a row end.
    pub fn refund(key: &Digest) = [
        "UPDATE throttles SET count1 = CASE WHEN count1 > 0 THEN count1 - 1 ELSE 0 END,"
        " count2 = CASE WHEN count2 > 0 THEN count2 - 1 ELSE 0 END, streak = 0, streak_at = NULL WHERE key = :key"
    ];

    /// One more failure in a row (N-05); how many that makes, or nothing where there is no such counter.
    pub fn add_streak(key: &Digest, now: Now) -> Option<i32> = [
        "UPDATE throttles SET streak = streak + 1, streak_at = :now.us WHERE key = :key RETURNING streak"
    ];

    fn insert_source(source: &Digest, address: &Digest, expires_at: Instant, now: Now) -> bool = [
        "INSERT INTO throttle_sources (source_key, address_hash, expires_at) VALUES (:source, :address, :expires_at)"
        " ON CONFLICT (source_key, address_hash) DO UPDATE SET expires_at = excluded.expires_at"
        " WHERE throttle_sources.expires_at <= :now"
    ];

    /// How many addresses a source named within the window.
    pub fn source_count(source: &Digest, now: Now) -> One<i64> = [
        "SELECT COUNT(*) FROM throttle_sources WHERE source_key = :source AND expires_at > :now"
    ];
}

/// Asks counters, and counts where they admit; one statement for two of them. Each decides for itself: where one
/// refuses, the caller rolls back or refunds the others. The keys must differ; answers come in the order of `limits`.
pub fn admit(c: &mut Conn, limits: &[Limit], now: Now) -> QueryResult<Vec<ThrottleVerdict>> {
    // in one order everywhere, so that two requests do not wait for each other's rows
    let mut ordered: Vec<&Limit> = limits.iter().collect();
    ordered.sort_by_key(|limit| limit.key.0);
    let mut rows: Vec<ThrottleRow> = Vec::new();
    let mut events = ordered.into_iter().map(|limit| ThrottleEvent::from((limit, now)));
    while let Some(event) = events.next() {
        rows.extend(match events.next() {
            None => admit_one(c, &event, now)?,
            Some(other) => admit_two(c, &event, &other, now)?,
        });
    }
    let answer = |limit: &Limit| rows.iter().find(|row| row.key.0 == limit.key.0).map(ThrottleRow::admission);
    limits.iter().map(|limit| answer(limit).ok_or(diesel::result::Error::NotFound)).collect()
}

/// Stops whatever asks `peek_two` for this key until a moment, kept in `last_at` (OTP-23).
pub fn hold_until(c: &mut Conn, key: &Digest, until: Instant) -> QueryResult<()> {
    insert_held(c, key, until.timestamp_micros(), until)
}

/// Notes that a source named an address (N-09); `false` where it has named it within the window.
pub fn source_insert(
    c: &mut Conn,
    source: &Digest,
    address: &Digest,
    window: TimeDelta,
    now: Now,
) -> QueryResult<bool> {
    let expires_at = after(now.instant, window);
    insert_source(c, source, address, expires_at, now)
}

fn span(delta: TimeDelta) -> i64 {
    // a year bounds it, so that sums in SQL cannot overflow
    delta.num_microseconds().unwrap_or(i64::MAX).clamp(0, 366 * 86_400_000_000)
}

fn moment(micros: i64) -> Instant {
    DateTime::from_timestamp_micros(micros).unwrap_or(Instant::MAX_UTC)
}

/// The full hour after `now + delta`: rarely another value, so that its index entry stays where it is.
fn hour_after(now: Instant, delta: TimeDelta) -> Instant {
    let hour = 3600;
    let seconds = after(now, delta).timestamp().div_euclid(hour).saturating_add(1).saturating_mul(hour);
    DateTime::from_timestamp(seconds, 0).unwrap_or(Instant::MAX_UTC)
}
