//! What one send does: throttles, one interaction, one passcode or decoy, at most one mail, in one transaction; everything
//! is drawn, hashed and sealed before it, for a guest and for nobody alike (OTP-17, OTP-18).

use vestibule_app::vault::KeyPurpose;
use vestibule_app::{App, Context, Error, plan};
use vestibule_core::Address;
use vestibule_core::clock::{self, Instant};
use vestibule_core::interaction::PageKind;
use vestibule_core::log::{Outcome, StepKind, StepTaken};
use vestibule_core::method::Method;
use vestibule_core::numbers as n;
use vestibule_core::passcode::CodeStanding;
use vestibule_core::secret::Digest;
use vestibule_core::throttle::{self, Counter, Wait};
use vestibule_store::outbox::NewOutbox;
use vestibule_store::signin::NewPasscode;
use vestibule_store::throttle::{Limit, ThrottleRow};
use vestibule_store::{self as store, Conn};

use super::count::tries_over;
use super::draft::Draft;
use super::view;
use crate::convert;
use crate::halt::Halt;
use crate::step::{Row, Taken};
use crate::trip::Trip;
use crate::view::{self as page, CodeState, Lock, SendCode, View};

/// A mailbox as tables know it: digests of its key, and of that without plus tags, by which it is limited (ADR-08).
struct Mailbox {
    key: String,
    digest: Digest,
    limit_digest: Digest,
    sends: Limit,
    sends_everywhere: Limit,
    tries: Digest,
    pause: Digest,
    source: Digest,
}

impl Mailbox {
    fn of(app: &App, trip: &Trip, address: &Address) -> Result<Self, Error> {
        let limit_key = address.limit_key();
        let counter = |counter, tenant| app.counter(counter, tenant, &limit_key);
        let here = Some(trip.tenant().id);
        Ok(Self {
            key: address.key().to_owned(),
            digest: app.address_digest(address)?,
            // What comes back, and what a report pauses, is a mailbox: its plus tags are one, as for the limits.
            limit_digest: app.address_hash(&limit_key)?,
            sends: convert::limit(counter(Counter::Sends, here)?, &throttle::SENDS),
            sends_everywhere: convert::limit(
                counter(Counter::SendsEverywhere, None)?,
                &throttle::SENDS_EVERYWHERE,
            ),
            tries: counter(Counter::Tries, here)?,
            pause: counter(Counter::Pause, here)?,
            source: counter(Counter::Source, None)?,
        })
    }
}

/// Everything that the transaction needs, hashed and sealed beforehand.
pub(crate) struct SendJob {
    mailbox: Mailbox,
    row: Row,
    passcode: NewPasscode,
    decoy_digest: Digest,
    code_mail: NewOutbox,
    other_mail: NewOutbox,
    notice_since: Instant,
}

impl SendJob {
    /// Draws, hashes and seals before it is known whose the address is.
    pub(super) fn prepare(
        app: &App,
        ctx: &Context,
        trip: &Trip,
        address: &Address,
        replaces: Option<i32>,
    ) -> Result<Self, Error> {
        let draft = Draft::new(app, ctx, trip, address);
        let mailbox = Mailbox::of(app, trip, address)?;
        let first = StepTaken {
            step: StepKind::SendCode,
            method: Some(Method::Passcode),
            result: Outcome::Success.as_str().to_owned(),
            at: trip.at(),
        };
        Ok(Self {
            row: Row::prepare(app, ctx, trip, mailbox.digest, first)?,
            passcode: draft.passcode(mailbox.limit_digest, replaces.unwrap_or(0) + 1)?,
            mailbox,
            decoy_digest: decoy(app)?,
            code_mail: draft.code_mail()?,
            other_mail: draft.no_access()?,
            notice_since: clock::after(trip.at(), -n::NOTICE_WINDOW),
        })
    }

    /// The transaction.
    pub(super) fn run(&self, c: &mut Conn, trip: &Trip) -> Result<Taken, Halt> {
        const NEXT: PageKind = PageKind::Prove(Method::Passcode);
        let (realm, id) = (trip.realm(), trip.sealed.id);
        let user = store::live::user_by_address(c, trip.tenant().id, &self.mailbox.key)?;
        let user_id = user.as_ref().map(|u| u.id);
        if !self.row.insert(c, user_id)? {
            return Err(Halt::Done(NEXT));
        }
        if !self.row.is_new() {
            store::signin::supersede_passcodes(c, realm, id)?;
        }
        let real = match trip.address() {
            Some(address) => {
                plan::sends_code(trip.tenant(), trip.application.as_deref(), address.domain(), user.as_ref())?
            }
            None => false,
        };
        let digest = if real { self.passcode.digest } else { self.decoy_digest };
        let passcode = NewPasscode { decoy: !real, digest, ..self.passcode.clone() };
        // Before the counters: a repeat differs from an early press by the number of the code that it asks for (OTP-08).
        if !store::signin::insert_passcode(c, &passcode)? && !self.after_trim(c, trip, &passcode)? {
            return Err(Halt::Done(NEXT));
        }
        self.throttle(c, trip)?;
        self.row.settle(c, user_id)?;
        let mail = if real { &self.code_mail } else { &self.other_mail };
        store::outbox::insert(c, mail, (!real).then_some(self.notice_since))?;
        Ok(Taken::Sent(NEXT))
    }

    /// A row that was trimmed left its codes behind (N-21), for their report links: they make room for the new one.
    fn after_trim(&self, c: &mut Conn, trip: &Trip, new: &NewPasscode) -> Result<bool, Halt> {
        let made = self.row.is_new() && store::signin::bury_passcodes(c, trip.realm(), trip.sealed.id)? > 0;
        Ok(made && store::signin::insert_passcode(c, new)?)
    }

    /// N-04 to N-09, in the order in which the page can explain them; the same statements for everybody.
    fn throttle(&self, c: &mut Conn, trip: &Trip) -> Result<(), Halt> {
        let now = trip.now();
        let held_back = |wait| Err(Halt::Show(held_back(trip, wait)));
        for held in store::throttle::peek_two(c, &self.mailbox.tries, &self.mailbox.pause)? {
            let until = if held.key.matches(&self.mailbox.pause) {
                held_until(&held, now.instant)
            } else {
                tries_over(&held, now.instant)
            };
            if let Some(until) = until {
                return held_back(Wait::Paused(until));
            }
        }
        let limits = [self.mailbox.sends, self.mailbox.sends_everywhere];
        for (place, admission) in store::throttle::admit(c, &limits, now)?.into_iter().enumerate() {
            if !admission.admitted {
                let gap = place == 0 && admission.retry_at - now.instant <= n::SEND_GAP;
                let wait = if gap { Wait::Gap(admission.retry_at) } else { Wait::Enough(admission.retry_at) };
                return held_back(wait);
            }
        }
        for (source, limit) in &self.row.sources {
            // An address that this source has named already makes no more of them: only a new one is counted.
            let new = store::throttle::source_insert(c, source, &self.mailbox.source, n::SOURCE_WINDOW, now)?;
            if new && store::throttle::source_count(c, source, now)? > i64::from(*limit) {
                let until = store::throttle::source_until(c, source, now)?;
                return held_back(Wait::Source(until.unwrap_or(now.instant)));
            }
        }
        Ok(())
    }
}

/// The page that says when a code can be asked for.
fn held_back(trip: &Trip, wait: Wait) -> Box<dyn View> {
    match (wait, trip.code()) {
        (Wait::Source(until), _) => Box::new(page::SourceWait { until }),
        (Wait::Paused(until), Some(code)) => view::locked(trip, code, Lock::Paused(until)),
        // A code that wrong tries burned has no page of its own to say when the next one can be asked for (OTP-08).
        (Wait::Gap(at) | Wait::Enough(at), Some(code))
            if convert::stored(code).standing(trip.at()) == CodeStanding::Burned =>
        {
            view::locked(trip, code, Lock::Paused(at))
        }
        (Wait::Gap(at), Some(_)) => view::enter_code(trip, CodeState::Early(at)),
        (Wait::Enough(at), Some(_)) => view::enter_code(trip, CodeState::Enough(at)),
        (wait, None) => {
            Box::new(SendCode { address: trip.shown_address(), wait: Some(wait), bounced: false })
        }
    }
}

/// Until when a report paused codes to an address (OTP-23).
fn held_until(row: &ThrottleRow, now: Instant) -> Option<Instant> {
    row.last_at.and_then(Instant::from_timestamp_micros).filter(|until| *until > now)
}

/// A digest for nobody: the same work as for somebody, of nothing that anybody could type (OTP-17).
fn decoy(app: &App) -> Result<Digest, Error> {
    let mut noise = [0; 32];
    app.random.fill(&mut noise);
    Ok(app.vault.mac(KeyPurpose::Decoy, &[&noise])?)
}
