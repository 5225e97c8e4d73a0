//! When keys are published, sign, and go (KEY-04): pure, by their times alone. Each algorithm of a set has a row of keys of
//! its own: [`KeySchedule::current`] and [`KeySchedule::next_action`] are asked about one row.
//!
//! A key is published 24 hours before it signs, so that no verifier's cache (900 s at ours, a day at others) is surprised;
//! it signs until its successor does; it stays published until the last token that it signed has ended, and an hour more.

use chrono::TimeDelta;
use vestibule_core::client::SigningAlgorithm;
use vestibule_core::clock::{Instant, after};
use vestibule_core::numbers::{
    ID_TOKEN_LIFETIME, KEY_KEPT_AFTER_LAST_TOKEN, KEY_PUBLISHED_BEFORE_USE, KEY_ROTATION,
};

/// The times of one key, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTimes {
    pub kid: String,
    pub algorithm: SigningAlgorithm,
    /// From when on it stands in the JWKS.
    pub published_at: Instant,
    /// From when on it signs, unless a later one does.
    pub active_from: Instant,
    /// When it was taken out, by the schedule or in an emergency.
    pub retired_at: Option<Instant>,
}

impl KeyTimes {
    fn alive(&self, now: Instant) -> bool {
        self.published_at <= now && self.retired_at.is_none_or(|retired| retired > now)
    }
}

/// What the job has to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAction {
    Nothing,
    /// Make and publish a key that signs from [`KeySchedule::next_active_from`] on.
    PublishNext,
    /// Mark this one as retired and destroy its private half: it is out of the JWKS already.
    Retire(String),
}

/// The rules of KEY-04.
#[derive(Debug, Clone, Copy)]
pub struct KeySchedule;

impl KeySchedule {
    /// The key that signs: of the living ones the last whose time has come.
    pub fn current(keys: &[KeyTimes], now: Instant) -> Option<&KeyTimes> {
        keys.iter().filter(|key| key.alive(now) && key.active_from <= now).max_by_key(|key| key.active_from)
    }

    /// What the JWKS lists: the living ones, without those whose last token ended more than an hour ago, be the job late
    /// or not.
    pub fn published(keys: &[KeyTimes], now: Instant) -> Vec<&KeyTimes> {
        keys.iter().filter(|key| key.alive(now) && !is_over(key, keys, now)).collect()
    }

    /// What is to be done now; to be asked again after doing it.
    pub fn next_action(keys: &[KeyTimes], now: Instant) -> KeyAction {
        let Some(current) = Self::current(keys, now) else { return KeyAction::PublishNext };
        let waiting = keys.iter().any(|key| key.retired_at.is_none() && key.active_from > now);
        let due = after(current.active_from, KEY_ROTATION - KEY_PUBLISHED_BEFORE_USE);
        if !waiting && now >= due {
            return KeyAction::PublishNext;
        }
        let over = keys.iter().find(|key| key.retired_at.is_none() && is_over(key, keys, now));
        over.map_or(KeyAction::Nothing, |key| KeyAction::Retire(key.kid.clone()))
    }

    /// From when on a key that is published now may sign: at once where none does (first start, emergency), else after
    /// the overlap.
    pub fn next_active_from(keys: &[KeyTimes], now: Instant) -> Instant {
        let wait =
            if Self::current(keys, now).is_some() { KEY_PUBLISHED_BEFORE_USE } else { TimeDelta::zero() };
        after(now, wait)
    }
}

/// Whether nothing that this key signed can be alive, and an hour has passed since. A key signs until the first later one
/// takes over; no token of ours lives longer than an ID token.
fn is_over(key: &KeyTimes, keys: &[KeyTimes], now: Instant) -> bool {
    let takes_over =
        |k: &KeyTimes| k.algorithm == key.algorithm && k.active_from > key.active_from && k.alive(now);
    let successor = keys.iter().filter(|k| takes_over(k)).map(|k| k.active_from).min();
    successor.is_some_and(|taken_over| {
        now >= after(after(taken_over, ID_TOKEN_LIFETIME), KEY_KEPT_AFTER_LAST_TOKEN)
    })
}

#[cfg(test)]
mod tests;
