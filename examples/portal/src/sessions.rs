//! What the portal remembers, in memory and bounded: who is signed in, and which sign-ins are under way.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::claims::Claim;

/// Sessions kept; the oldest goes first.
const SESSIONS_MAX: usize = 10_000;
/// Sign-ins under way kept; the oldest goes first.
const PENDING_MAX: usize = 10_000;
/// How long a sign-in may take.
const PENDING_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// The longest session, whatever the ID token says.
const SESSION_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Somebody who has signed in.
#[derive(Debug)]
pub(crate) struct Session {
    /// What the pages call them.
    pub(crate) who: String,
    /// What the issuer is sent when the session has ended, so that they need not type it again.
    pub(crate) login_hint: Option<String>,
    pub(crate) claims: Vec<Claim>,
    /// The token itself, for sign-out.
    pub(crate) id_token: String,
    pub(crate) until: DateTime<Utc>,
}

impl Session {
    /// The end of a session: the ID token's, 24 h from now at most.
    pub(crate) fn end(token_ends: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        token_ends.min(now + SESSION_LIFETIME)
    }
}

/// What came back from the issuer, by query or by form.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
pub(crate) struct Response {
    pub(crate) state: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) iss: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) error_description: Option<String>,
}

/// A sign-in under way.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    /// The browser that began it.
    pub(crate) browser: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    /// Where it ends: one of our own paths.
    pub(crate) to: String,
    pub(crate) begun: DateTime<Utc>,
    /// A response that came by POST and so without cookies; it waits for the GET that has them.
    pub(crate) parked: Option<Response>,
}

/// Both stores.
#[derive(Debug)]
pub(crate) struct Sessions(Mutex<Stores>);

#[derive(Debug)]
struct Stores {
    sessions: Bounded<Arc<Session>>,
    pending: Bounded<Pending>,
}

/// What a browser's session cookie stands for.
#[derive(Debug, Clone)]
pub(crate) enum Standing {
    SignedIn(Arc<Session>),
    /// It was a session; now it only says who that was.
    Ended(Arc<Session>),
    Nobody,
}

impl Sessions {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Stores { sessions: Bounded::new(SESSIONS_MAX), pending: Bounded::new(PENDING_MAX) }))
    }

    fn stores(&self) -> MutexGuard<'_, Stores> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn standing(&self, id: Option<&str>, now: DateTime<Utc>) -> Standing {
        match id.and_then(|id| self.stores().sessions.get(id).cloned()) {
            Some(session) if now < session.until => Standing::SignedIn(session),
            Some(session) => Standing::Ended(session),
            None => Standing::Nobody,
        }
    }

    pub(crate) fn sign_in(&self, id: String, session: Session) {
        self.stores().sessions.insert(id, Arc::new(session));
    }

    pub(crate) fn sign_out(&self, id: &str) -> Option<Arc<Session>> {
        self.stores().sessions.remove(id)
    }

    pub(crate) fn begin(&self, state: String, pending: Pending) {
        self.stores().pending.insert(state, pending);
    }

    /// Keeps a response that came without cookies; `false` if nobody waits for it or one is there already.
    pub(crate) fn park(&self, response: Response) -> bool {
        let Some(state) = response.state.clone() else { return false };
        match self.stores().pending.get_mut(&state) {
            Some(pending) if pending.parked.is_none() => {
                pending.parked = Some(response);
                true
            }
            _ => false,
        }
    }

    /// Takes a sign-in up again, once: for the browser that began it, and in time. Another browser's try leaves it.
    pub(crate) fn resume(&self, state: &str, browser: Option<&str>, now: DateTime<Utc>) -> Option<Pending> {
        let mut stores = self.stores();
        let pending = stores.pending.get(state)?;
        if Some(pending.browser.as_str()) != browser || now > pending.begun + PENDING_LIFETIME {
            return None;
        }
        stores.pending.remove(state)
    }
}

/// A map that forgets the oldest when it is full.
#[derive(Debug)]
struct Bounded<T> {
    max: usize,
    next: u64,
    entries: HashMap<String, (u64, T)>,
    order: BTreeMap<u64, String>,
}

impl<T> Bounded<T> {
    fn new(max: usize) -> Self {
        Self { max, next: 0, entries: HashMap::new(), order: BTreeMap::new() }
    }

    fn insert(&mut self, key: String, value: T) {
        self.remove(&key);
        self.next += 1;
        self.order.insert(self.next, key.clone());
        self.entries.insert(key, (self.next, value));
        while self.entries.len() > self.max {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            self.entries.remove(&oldest);
        }
    }

    fn get(&self, key: &str) -> Option<&T> {
        self.entries.get(key).map(|(_, value)| value)
    }

    fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    fn remove(&mut self, key: &str) -> Option<T> {
        let (number, value) = self.entries.remove(key)?;
        self.order.remove(&number);
        Some(value)
    }
}

#[cfg(test)]
mod tests;
