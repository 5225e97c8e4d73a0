//! What the tests of this crate share: a clock moved by hand, randomness that is not, a mail.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta};
use vestibule_core::clock::{Clock, Instant};
use vestibule_core::{Address, Random};

use crate::message::{Composed, Outgoing, compose};

#[derive(Debug, Default)]
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn shared() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn advance(&self, delta: TimeDelta) {
        self.0.fetch_add(delta.num_seconds(), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Instant {
        DateTime::from_timestamp(1_800_000_000 + self.0.load(Ordering::Relaxed), 0).unwrap()
    }
}

#[derive(Debug)]
pub(crate) struct Same(pub(crate) u8);

impl Random for Same {
    fn fill(&self, out: &mut [u8]) {
        out.fill(self.0);
    }
}

/// Calls `f` with a mail to this address that `f` may change before it is composed.
pub(crate) fn with_mail<T>(to: &str, f: impl FnOnce(Outgoing<'_>) -> T) -> T {
    let from = Address::parse("no-reply@id.test").unwrap();
    let to = Address::parse(to).unwrap();
    f(Outgoing {
        from_address: &from,
        from_name: "Fabrikam (via Vestibule)",
        to: &to,
        reply_to: None,
        subject: "Your Fabrikam sign-in code (14:32)",
        text: "Your sign-in code\n\nEnter this code für Projekte:\n\n12345678\n",
        html: "<!doctype html><p>Your code: <b>12345678</b> \u{2014} für Projekte</p>",
        message_id: "0af7651916cd43dd8448eb211c80319c@id.test",
        date: HandClock::default().now(),
        language: "en",
        entity_ref: "01912f5c-0000-7000-8000-000000000001",
        extra: &[],
    })
}

pub(crate) fn mail(to: &str) -> Composed {
    with_mail(to, |mail| compose(&mail, &Same(7)).unwrap())
}
