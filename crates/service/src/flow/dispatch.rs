//! What one send does: throttles, one interaction, one passcode or decoy, at most one mail, in one transaction; everything
//! is drawn, hashed and sealed before it, for a guest and for nobody alike (OTP-17, OTP-18).

use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, InteractionId, PasscodeId, Realm, UserId, ordered_uuid};
use vestibule_core::numbers as n;
use vestibule_core::passcode::{Code, Purpose as CodePurpose, draw_mark};
use vestibule_core::proof::Ledger;
use vestibule_core::random::secret_256;
use vestibule_core::secret::{Digest, Secret};
use vestibule_core::throttle::{self, Counter, Wait};
use vestibule_core::urls::network_prefix;
use vestibule_core::{Address, clock};
use vestibule_store::live::LiveUser;
use vestibule_store::outbox::NewOutbox;
use vestibule_store::signin::{NewInteraction, NewPasscode};
use vestibule_store::throttle::Limit;
use vestibule_store::{self as store, Conn, Now, QueryError};

use super::facts;
use super::trip::Trip;
use crate::app::App;
use crate::context::Context;
use crate::error::Error;
use crate::mail::{self, Content, Place};
use crate::snapshot::{ApplicationSnapshot, TenantSnapshot};
use crate::vault::{self, Purpose};

/// Why a job gave up; everything of it is rolled back.
pub(crate) enum Halt {
    /// Somebody, most likely this very browser, was first.
    Repeat,
    Wait(Wait),
    Query(QueryError),
}

impl From<QueryError> for Halt {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

/// Everything that the transaction needs, hashed and sealed beforehand.
pub(crate) struct Job {
    tenant: vestibule_core::TenantId,
    address_key: String,
    interaction: Option<NewInteraction>,
    realm: Realm,
    id: InteractionId,
    row_ends: Instant,
    passcode: NewPasscode,
    decoy_digest: Digest,
    code_mail: NewOutbox,
    other_mail: NewOutbox,
    notice_since: Instant,
    limits: [Limit; 2],
    tries: Digest,
    pause: Digest,
    sources: Vec<(Digest, i32)>,
    source_address: Digest,
    open_rows: i32,
    gate: Gate,
}

/// Who gets a code: decided by facts that were read with the same statement for everybody.
pub(crate) struct Gate {
    discovery: vestibule_core::settings::Discovery,
    sign_up: bool,
    admitted: bool,
    admitted_if_accepted: bool,
}

impl Gate {
    /// By the policies of the tenant and the settings of the application, if there is one.
    pub(crate) fn new(
        tenant: &TenantSnapshot,
        application: Option<&ApplicationSnapshot>,
        address: &Address,
    ) -> Self {
        let own = tenant.owns(address.domain());
        Self {
            discovery: tenant.discovery.clone(),
            sign_up: application.is_some_and(|a| a.application.settings.sign_up),
            admitted: own || tenant.admits(address, false),
            admitted_if_accepted: own || tenant.admits(address, true),
        }
    }

    /// Whether this person gets a code that works.
    pub(crate) fn gets_code(&self, user: Option<&LiveUser>) -> bool {
        use vestibule_core::interaction::Person;
        let person = facts::person(user);
        let admitted = if person == Person::Accepted { self.admitted_if_accepted } else { self.admitted };
        let known = matches!(person, Person::Pending | Person::Accepted);
        let pinned = user.is_none_or(|u| u.pinned_method.as_deref().is_none_or(|k| k == "mail"));
        self.discovery.passcode
            && admitted
            && pinned
            && (known || (person == Person::Stranger && self.sign_up))
    }
}

impl Job {
    /// Draws, hashes and seals for whoever the address turns out to be.
    pub(crate) fn prepare(
        app: &App,
        ctx: &Context,
        trip: &Trip,
        address: &Address,
        replaces: Option<i32>,
    ) -> Result<Self, Error> {
        let tenant = trip.tenant();
        let draft = Draft::new(app, ctx, trip, address);
        let address_hash = app.address_hash(address.key())?;
        // What comes back, and what a report pauses, is a mailbox: its plus tags are one, as for the limits (ADR-08).
        let subject_key = app.address_hash(&address.limit_key())?;
        let raised = app.options.source_limit(ctx.source);
        let sources = throttle::networks(ctx.source, raised)
            .iter()
            .map(|(network, limit)| Ok((app.counter(Counter::Source, None, network)?, *limit)))
            .collect::<Result<Vec<_>, Error>>()?;
        let row_live = trip.row().is_some_and(|r| r.state == "open" && r.expires_at > trip.now);
        let row_ends =
            clock::after(trip.now, n::INTERACTION_ROW_LIFETIME.max(tenant.settings.code.lifetime()));
        let interaction =
            if row_live { None } else { Some(new_interaction(app, trip, address_hash, row_ends, &sources)?) };
        let counter = |counter, tenant| app.counter(counter, tenant, &address.limit_key());
        let here = Some(tenant.id);
        Ok(Self {
            tenant: tenant.id,
            address_key: address.key().to_owned(),
            interaction,
            realm: trip.realm(),
            id: trip.sealed.id,
            row_ends,
            passcode: draft.passcode(subject_key, replaces.unwrap_or(0) + 1)?,
            decoy_digest: decoy(app)?,
            code_mail: draft.code_mail()?,
            other_mail: draft.no_access()?,
            notice_since: clock::after(trip.now, -n::NOTICE_WINDOW),
            limits: [
                limit(counter(Counter::Sends, here)?, &throttle::SENDS),
                limit(counter(Counter::SendsEverywhere, None)?, &throttle::SENDS_EVERYWHERE),
            ],
            tries: counter(Counter::Tries, here)?,
            pause: counter(Counter::Pause, here)?,
            sources,
            source_address: counter(Counter::Source, None)?,
            open_rows: throttle::open_rows(raised),
            gate: Gate::new(tenant, trip.application.as_deref(), address),
        })
    }

    /// The transaction.
    pub(crate) fn run(&self, c: &mut Conn, now: Now) -> Result<(), Halt> {
        let user = store::live::user_by_address(c, self.tenant, &self.address_key)?;
        match &self.interaction {
            Some(interaction) => {
                let new = NewInteraction { user_id: user.as_ref().map(|u| u.id), ..interaction.clone() };
                if !store::signin::insert_interaction(c, &new, now)? {
                    return Err(Halt::Repeat);
                }
            }
            None => {
                store::signin::supersede_passcodes(c, self.realm, self.id)?;
            }
        }
        let real = self.gate.gets_code(user.as_ref());
        let digest = if real { self.passcode.digest } else { self.decoy_digest };
        let passcode = NewPasscode { decoy: !real, digest, ..self.passcode.clone() };
        // Before the counters: a repeat is told from an early press by the number of the code that it asks for (OTP-08).
        if !store::signin::insert_passcode(c, &passcode)? {
            return Err(Halt::Repeat);
        }
        self.throttle(c, now)?;
        if self.interaction.is_some() {
            if let Some((source, _)) = self.sources.first() {
                store::signin::trim_open_rows(c, source, self.open_rows)?;
            }
        } else {
            let user = user.as_ref().map(|u| u.id);
            store::signin::extend_interaction(c, self.realm, self.id, user, self.row_ends)?;
        }
        let mail = if real { &self.code_mail } else { &self.other_mail };
        store::outbox::insert(c, mail, (!real).then_some(self.notice_since))?;
        Ok(())
    }

    /// N-04 to N-09, in the order in which the page can explain them; the same statements for everybody.
    fn throttle(&self, c: &mut Conn, now: Now) -> Result<(), Halt> {
        for held in store::throttle::peek_two(c, &self.tries, &self.pause)? {
            let until = if held.key.matches(&self.pause) {
                held_until(&held, now.instant)
            } else {
                tries_over(&held, now.instant)
            };
            if let Some(until) = until {
                return Err(Halt::Wait(Wait::Paused(until)));
            }
        }
        for (place, admission) in store::throttle::admit(c, &self.limits, now)?.into_iter().enumerate() {
            if !admission.admitted {
                let gap = place == 0 && admission.retry_at - now.instant <= n::SEND_GAP;
                let wait = if gap { Wait::Gap(admission.retry_at) } else { Wait::Enough(admission.retry_at) };
                return Err(Halt::Wait(wait));
            }
        }
        for (source, limit) in &self.sources {
            // An address that this source has named already makes no more of them: only a new one is counted.
            let new = store::throttle::source_insert(c, source, &self.source_address, n::SOURCE_WINDOW, now)?;
            if new && store::throttle::source_count(c, source, now)? > i64::from(*limit) {
                let until = store::throttle::source_until(c, source, now)?;
                return Err(Halt::Wait(Wait::Source(until.unwrap_or(now.instant))));
            }
        }
        Ok(())
    }
}

/// Until when a report paused codes to an address (OTP-23).
fn held_until(row: &store::throttle::ThrottleRow, now: Instant) -> Option<Instant> {
    row.last_at.and_then(Instant::from_timestamp_micros).filter(|until| *until > now)
}

/// Until when wrong tries pause an address (N-04, N-05), by its counter's row.
pub(crate) fn tries_over(row: &store::throttle::ThrottleRow, now: Instant) -> Option<Instant> {
    let moment = Instant::from_timestamp_micros;
    if row.streak >= n::FAILURES_IN_A_ROW {
        let until = row
            .streak_at
            .and_then(moment)
            .map(|at| clock::after(at, n::SUSPENSION))
            .filter(|until| *until > now);
        if until.is_some() {
            return until;
        }
    }
    row.full_until(now)
}

/// A counter's row as the store takes it.
pub(crate) fn limit(key: Digest, limits: &throttle::Limits) -> Limit {
    Limit {
        key,
        gap: limits.gap,
        limit1: limits.short,
        window1: limits.short_window,
        limit2: limits.long,
        window2: limits.long_window,
    }
}

/// The digest of a code: bound to realm, application, purpose, interaction and address (OTP-12, OTP-16).
pub(crate) fn digest(
    app: &App,
    epoch: i64,
    realm: Realm,
    client: Option<&ClientId>,
    interaction: InteractionId,
    address_key: &str,
    code: &str,
) -> Result<Digest, Error> {
    let client = client.map(|c| c.0.as_bytes()).unwrap_or_default();
    let purpose = CodePurpose::SignIn.as_str().as_bytes();
    Ok(app.vault.mac(
        Purpose::Passcode,
        &[
            &epoch.to_be_bytes(),
            realm.id().as_bytes(),
            purpose,
            client,
            interaction.0.as_bytes(),
            address_key.as_bytes(),
            code.as_bytes(),
        ],
    )?)
}

fn new_interaction(
    app: &App,
    trip: &Trip,
    address_key: Digest,
    expires_at: Instant,
    sources: &[(Digest, i32)],
) -> Result<NewInteraction, Error> {
    let source_key =
        sources.first().map(|(key, _)| *key).ok_or_else(|| Error::Internal("no source".into()))?;
    Ok(NewInteraction {
        realm_id: trip.realm(),
        id: trip.sealed.id,
        secret_digest: vault::hash("interaction", trip.live.epoch, &trip.sealed.secret),
        source_key,
        ending: trip.sealed.ending.as_str().to_owned(),
        client_id: trip.sealed.client.clone(),
        user_id: None::<UserId>,
        address_key,
        request: app.vault.seal(Purpose::Interaction, &[b"row", trip.sealed.id.0.as_bytes()], b"{}")?,
        ledger: Ledger::default().to_json(),
        invitation_id: trip.sealed.invitation,
        created_at: trip.now,
        expires_at,
    })
}

/// A digest for nobody: the same work as for somebody, of nothing that anybody could type (OTP-17).
fn decoy(app: &App) -> Result<Digest, Error> {
    let mut noise = [0; 32];
    app.random.fill(&mut noise);
    Ok(app.vault.mac(Purpose::Decoy, &[&noise])?)
}

/// What the report page tells of who asked; sealed in the code's row.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Asked {
    pub address: String,
    pub browser: String,
    pub network: String,
    pub client: Option<ClientId>,
    pub locale: String,
}

impl Asked {
    fn seal(&self, app: &App, realm: Realm, id: PasscodeId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(|e| Error::Internal(e.to_string()))?;
        Ok(app.vault.seal(Purpose::CodeContext, &[realm.id().as_bytes(), id.0.as_bytes()], &plain)?)
    }

    pub(crate) fn open(app: &App, realm: Realm, id: PasscodeId, sealed: &[u8]) -> Result<Self, Error> {
        let plain =
            app.vault.unseal(Purpose::CodeContext, &[realm.id().as_bytes(), id.0.as_bytes()], sealed)?;
        serde_json::from_slice(&plain).map_err(|e| Error::Internal(e.to_string()))
    }
}

/// What one send draws and says: the code, its row, and the two mails of which one is queued.
struct Draft<'a> {
    app: &'a App,
    ctx: &'a Context,
    trip: &'a Trip,
    address: &'a Address,
    id: PasscodeId,
    code: Code,
    mark: String,
    report: Secret,
    expires_at: Instant,
}

impl<'a> Draft<'a> {
    fn new(app: &'a App, ctx: &'a Context, trip: &'a Trip, address: &'a Address) -> Self {
        let random = app.random.as_ref();
        Self {
            app,
            ctx,
            trip,
            address,
            id: PasscodeId(ordered_uuid(trip.now, random)),
            code: Code::draw(random),
            mark: draw_mark(random),
            report: secret_256(random),
            expires_at: clock::after(trip.now, trip.tenant().settings.code.lifetime()),
        }
    }

    fn passcode(&self, subject_key: Digest, ordinal: i32) -> Result<NewPasscode, Error> {
        let (app, trip) = (self.app, self.trip);
        let epoch = trip.live.epoch;
        let (client, id) = (trip.sealed.client.as_ref(), trip.sealed.id);
        let context = Asked {
            address: self.address.as_str().to_owned(),
            browser: self.ctx.browser.clone(),
            network: network_prefix(self.ctx.source),
            client: client.cloned(),
            locale: self.ctx.locale.clone(),
        };
        Ok(NewPasscode {
            realm_id: trip.realm(),
            id: self.id,
            interaction_id: id,
            ordinal,
            purpose: CodePurpose::SignIn.as_str().to_owned(),
            subject_key,
            digest: digest(app, epoch, trip.realm(), client, id, self.address.key(), self.code.expose())?,
            key_id: 1,
            decoy: false,
            mark: self.mark.clone(),
            expires_at: self.expires_at,
            created_at: trip.now,
            report_digest: Some(vault::hash("report", epoch, self.report.expose())),
            context: context.seal(app, trip.realm(), self.id)?,
        })
    }

    fn app_name(&self) -> String {
        let name = self.trip.application.as_ref().map(|a| a.application.name.clone());
        name.unwrap_or_else(|| self.trip.tenant().name.clone())
    }

    fn code_mail(&self) -> Result<NewOutbox, Error> {
        let (app, tenant) = (self.app, self.trip.tenant());
        let content = Content::Code(mail::Code {
            to: self.address.as_str().to_owned(),
            code: self.code.expose().to_owned(),
            mark: self.mark.clone(),
            org: tenant.name.clone(),
            app: self.app_name(),
            browser: self.ctx.browser.clone(),
            network: network_prefix(self.ctx.source),
            asked_at: self.trip.now,
            expires_at: self.expires_at,
            report_url: app.urls.report(&self.trip.sealed.segment, self.report.expose()),
            help_url: app.urls.help(&self.trip.sealed.segment),
            privacy_url: tenant.settings.privacy_url.clone(),
        });
        let dedupe = app.vault.mac(Purpose::Address, &[b"mail code", self.id.0.as_bytes()])?;
        let place = Place { tenant: tenant.id, passcode: Some(self.id), dedupe };
        Ok(mail::queued(&app.vault, app.random.as_ref(), self.trip.now, &self.ctx.locale, place, &content)?)
    }

    fn no_access(&self) -> Result<NewOutbox, Error> {
        let (app, tenant) = (self.app, self.trip.tenant());
        let content = Content::NoAccess(mail::NoAccess {
            to: self.address.as_str().to_owned(),
            org: tenant.name.clone(),
            app: self.app_name(),
            contact: tenant.settings.contact.clone(),
            help_url: app.urls.help(&self.trip.sealed.segment),
            privacy_url: tenant.settings.privacy_url.clone(),
        });
        // One a day and address over all tenants (N-22): the key does not name the tenant.
        let dedupe =
            app.vault.mac(Purpose::Address, &[b"mail no access", self.address.limit_key().as_bytes()])?;
        let place = Place { tenant: tenant.id, passcode: None, dedupe };
        Ok(mail::queued(&app.vault, app.random.as_ref(), self.trip.now, &self.ctx.locale, place, &content)?)
    }
}
