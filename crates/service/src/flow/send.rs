//! Learning an address and sending a code: G01, G02, G05 and *Send a new code* on G06.
//!
//! For a guest and for nobody the same statements run and the same hashes are made (OTP-17, OTP-18): nobody gets a
//! decoy instead of a code, and at most one mail a day that says so (OTP-29).

use chrono::TimeDelta;
use vestibule_core::clock::Instant;
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{ClientId, InteractionId, PasscodeId, Realm, UserId, ordered_uuid};
use vestibule_core::interaction::Step;
use vestibule_core::numbers as n;
use vestibule_core::passcode::{Code, Purpose as CodePurpose, draw_mark};
use vestibule_core::proof::Ledger;
use vestibule_core::random::secret_256;
use vestibule_core::secret::Digest;
use vestibule_core::throttle::{self, Counter, Wait};
use vestibule_core::urls::network_prefix;
use vestibule_core::{Address, clock};
use vestibule_store::live::LiveUser;
use vestibule_store::outbox::NewOutbox;
use vestibule_store::signin::{NewInteraction, NewPasscode};
use vestibule_store::throttle::Limit;
use vestibule_store::{self as store, Conn, Now, QueryError};

use super::Reply;
use super::facts;
use super::pages;
use super::trip::{self, Trip};
use super::view::{CodeState, EmailProblem, View};
use crate::app::App;
use crate::context::Context;
use crate::cookies::{Change, Jar};
use crate::error::Error;
use crate::mail::{self, Content, Place};
use crate::sealed::Remembered;
use crate::typo;
use crate::vault::{self, Purpose};

/// The form of G01.
#[derive(Debug, Default)]
pub struct EmailForm {
    /// What stands in the field.
    pub email: String,
    /// What we had put there.
    pub prefilled: Option<String>,
    /// The person saw "Did you mean …?" and keeps what was typed.
    pub keep: bool,
    /// The form token.
    pub csrf: String,
}

/// G01's POST: learns the address; sends at once where it was typed here (OTP-09).
pub async fn identify(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
    form: EmailForm,
) -> Result<Reply, Error> {
    let mut trip = trip::load(app, ctx, jar, segment, id).await?;
    check_form(app, &trip, &form.csrf, "")?;
    let problem = |trip: &Trip, error| {
        let view = View::Email {
            value: Some(form.email.clone()),
            prefilled: false,
            error: Some(error),
            suggestion: None,
        };
        trip.page(app, view).map(Reply::show)
    };
    let address = match Address::parse(&form.email) {
        Ok(address) => address,
        Err(vestibule_core::address::AddressError::Empty) => return problem(&trip, EmailProblem::Empty),
        Err(_) => return problem(&trip, EmailProblem::Format),
    };
    let enforced = !trip.tenant().lists.exempt_accepted && !trip.tenant().owns(address.domain());
    if enforced && !trip.tenant().admits(&address, false) {
        return problem(&trip, EmailProblem::Domain(address.domain().to_string()));
    }
    if let Some(suggestion) = typo::suggest(&address).filter(|_| !form.keep) {
        let view = View::Email {
            value: Some(form.email.clone()),
            prefilled: false,
            error: None,
            suggestion: Some(suggestion),
        };
        return Ok(Reply::show(trip.page(app, view)?));
    }
    let typed = form
        .prefilled
        .as_deref()
        .is_none_or(|p| Address::parse(p).map_or(true, |p| p.key() != address.key()));
    if let Some(answer) = take_address(app, &mut trip, &address, false).await? {
        return Ok(answer);
    }
    go_on(app, ctx, trip, typed).await
}

/// Takes an address into the trip. Another address than before begins a new trip (HRD-03); the same again, where the
/// row already exists, is a repeat.
async fn take_address(
    app: &App,
    trip: &mut Trip,
    address: &Address,
    picked: bool,
) -> Result<Option<Reply>, Error> {
    if trip::is_invitation(&trip.sealed) && trip.address().is_some_and(|a| a.key() != address.key()) {
        // The address of an invitation is fixed (INV-02); another one is another trip, and there is none to begin.
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    }
    let hash = app.address_hash(address.key())?;
    let row = trip.row().map(|r| (r.address_key.matches(&hash), r.state == "open"));
    trip.sealed.address = Some(address.as_str().to_owned());
    trip.sealed.picked = picked;
    match row {
        None => Ok(None),
        Some((true, true)) => {
            let (step, _) = facts::current(trip, 0);
            Ok(Some(Reply::go(pages::path(app, trip, &step)).with(trip.keep(app)?)))
        }
        Some(_) => {
            renew(app, trip).await?;
            Ok(None)
        }
    }
}

/// Ends the trip under its id and begins another with the same request: proofs and codes of before die (HRD-03).
async fn renew(app: &App, trip: &mut Trip) -> Result<(), Error> {
    let (realm, old) = (trip.realm(), trip.sealed.id);
    app.db
        .write(move |c| {
            store::signin::cancel_interaction(c, realm, old)?;
            store::signin::supersede_passcodes(c, realm, old).map(|_| ())
        })
        .await??;
    trip.sealed.id = InteractionId(ordered_uuid(trip.now, app.random.as_ref()));
    trip.sealed.secret = secret_256(app.random.as_ref()).expose().to_owned();
    trip.live.interaction = None;
    Ok(())
}

/// After an address is known: what `next` says. `typed` tells whether the button just pressed said that it sends.
async fn go_on(app: &App, ctx: &Context, trip: Trip, typed: bool) -> Result<Reply, Error> {
    let (step, _) = facts::current(&trip, 0);
    match step {
        Step::SendCode if typed && !trip.tenant().settings.code.confirm_before_send => {
            deliver(app, ctx, trip, None).await
        }
        Step::Finish(_) | Step::Refuse(_) => {
            let keep = trip.keep(app)?;
            Ok(pages::elsewhere(app, ctx, trip, step).await?.with(keep))
        }
        step => Ok(Reply::go(pages::path(app, &trip, &step)).with(trip.keep(app)?)),
    }
}

/// The form of G02.
#[derive(Debug, Default)]
pub struct AccountForm {
    /// The account that was picked.
    pub account: Option<String>,
    /// The account to be removed from this device.
    pub forget: Option<String>,
    /// The form token.
    pub csrf: String,
}

/// G02's POST: picks an account, or removes one from this device.
pub async fn choose(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
    form: AccountForm,
) -> Result<Reply, Error> {
    let mut trip = trip::load(app, ctx, jar, segment, id).await?;
    check_form(app, &trip, &form.csrf, "accounts")?;
    let mut list = Remembered::open(&app.vault, jar.remembered.as_deref(), ctx.now);
    let tenant = trip.tenant().id;
    if let Some(address) = form.forget.as_deref().and_then(|a| Address::parse(a).ok()) {
        list.remove(tenant, &address);
        let view = pages::accounts(&trip, &list.of(tenant), Some(address.as_str().to_owned()));
        return Ok(Reply::show(trip.page(app, view)?).with(Change::Remembered(list.seal(&app.vault)?)));
    }
    let wanted = form.account.as_deref().and_then(|a| Address::parse(a).ok());
    let session = trip.live.session.as_ref().map(|s| s.user.address_key.clone());
    let Some(address) = wanted.filter(|a| {
        list.of(tenant).iter().any(|k| k.key() == a.key()) || session.as_deref() == Some(a.key())
    }) else {
        return Ok(Reply::go(trip.path(app, "")));
    };
    if let Some(answer) = take_address(app, &mut trip, &address, true).await? {
        return Ok(answer);
    }
    go_on(app, ctx, trip, false).await
}

/// G05's POST, *Send code*.
pub async fn send(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
    csrf: &str,
) -> Result<Reply, Error> {
    let trip = trip::load(app, ctx, jar, segment, id).await?;
    check_form(app, &trip, csrf, "code/send")?;
    if let Some(done) = pages::ended(&trip) {
        return Err(done);
    }
    let (step, _) = facts::current(&trip, 0);
    match step {
        Step::SendCode => {
            let ordinal = trip.code().map(|p| p.ordinal);
            deliver(app, ctx, trip, ordinal).await
        }
        Step::Identify | Step::Choose => Err(trip.problem(ErrorCode::InteractionUnknown).into()),
        step => pages::elsewhere(app, ctx, trip, step).await,
    }
}

/// *Send a new code*. `ordinal` is the number of the code that it replaces: a repeat is answered as the first press.
pub async fn resend(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
    ordinal: Option<i32>,
    csrf: &str,
) -> Result<Reply, Error> {
    let trip = trip::load(app, ctx, jar, segment, id).await?;
    check_form(app, &trip, csrf, "code")?;
    if let Some(done) = pages::ended(&trip) {
        return Err(done);
    }
    let (step, _) = facts::current(&trip, 0);
    let newest = trip.code().map(|p| p.ordinal);
    match (step, newest, ordinal) {
        (Step::EnterCode, Some(newest), Some(replaced)) if replaced >= newest => {
            deliver(app, ctx, trip, Some(newest)).await
        }
        (Step::EnterCode, Some(_), Some(_)) => Ok(Reply::go(trip.path(app, "code")).with(trip.keep(app)?)),
        (Step::EnterCode, _, None) => Err(trip.problem(ErrorCode::RequestBad).into()),
        (Step::SendCode | Step::Identify | Step::Choose, _, _) => {
            Err(trip.problem(ErrorCode::InteractionUnknown).into())
        }
        (step, _, _) => pages::elsewhere(app, ctx, trip, step).await,
    }
}

/// The form token, and where a stale one leads (WEB-01).
pub(crate) fn check_form(app: &App, trip: &Trip, given: &str, page: &str) -> Result<(), Error> {
    if app.form_token_matches(&trip.locator(), &trip.sealed.secret, given)? {
        return Ok(());
    }
    let mut problem = trip.problem(ErrorCode::Csrf);
    problem.restart = Some(trip.path(app, page));
    Err(problem.into())
}

/// What came of a send.
enum Sent {
    /// Code or decoy stored.
    Done,
    /// Somebody, most likely this very browser, was first.
    Repeat,
}

/// Why a job gave up; everything of it is rolled back.
enum Halt {
    Wait(Wait),
    Query(QueryError),
}

impl From<QueryError> for Halt {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

/// Sends: throttles, one interaction, one passcode or decoy, at most one mail, in one transaction.
pub(crate) async fn deliver(
    app: &App,
    ctx: &Context,
    trip: Trip,
    replaces: Option<i32>,
) -> Result<Reply, Error> {
    let Some(address) = trip.address() else {
        return Err(trip.problem(ErrorCode::InteractionUnknown).into());
    };
    let job = Job::prepare(app, ctx, &trip, &address, replaces)?;
    let now = app.now();
    let outcome = app.db.write(move |c| job.run(c, now)).await?;
    match outcome {
        Ok(Sent::Done) => {
            app.wake_mail();
            Ok(Reply::go(trip.path(app, "code")).with(trip.keep(app)?))
        }
        Ok(Sent::Repeat) => Ok(Reply::go(trip.path(app, "code")).with(trip.keep(app)?)),
        Err(Halt::Wait(wait)) => held_back(app, &trip, wait),
        Err(Halt::Query(error)) => Err(error.into()),
    }
}

/// The page that says when a code can be asked for.
fn held_back(app: &App, trip: &Trip, wait: Wait) -> Result<Reply, Error> {
    let code = trip.code();
    let view = match (wait, code) {
        (Wait::Source(until), _) => View::Wait { until },
        (Wait::Paused(until), Some(code)) => pages::locked(trip, code, super::view::Lock::Paused(until)),
        (Wait::Gap(at), Some(_)) => pages::enter_code(trip, CodeState::Early(at)),
        (Wait::Enough(at), Some(_)) => pages::enter_code(trip, CodeState::Enough(at)),
        (wait, None) => {
            let address = trip.sealed.address.clone().unwrap_or_default();
            View::SendCode { address, wait: Some(wait), bounced: false }
        }
    };
    Ok(Reply::show(trip.page(app, view)?).with(trip.keep(app)?))
}

/// Everything that the transaction needs, hashed and sealed beforehand.
struct Job {
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
struct Gate {
    discovery: vestibule_core::settings::Discovery,
    sign_up: bool,
    admitted: bool,
    admitted_if_accepted: bool,
}

impl Gate {
    fn gets_code(&self, user: Option<&LiveUser>) -> bool {
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
    fn prepare(
        app: &App,
        ctx: &Context,
        trip: &Trip,
        address: &Address,
        replaces: Option<i32>,
    ) -> Result<Self, Error> {
        let (tenant, random) = (trip.tenant(), app.random.as_ref());
        let epoch = trip.live.epoch;
        let code = Code::draw(random);
        let passcode_id = PasscodeId(ordered_uuid(ctx.now, random));
        let expires_at = clock::after(ctx.now, tenant.settings.code.lifetime());
        let report = secret_256(random);
        let subject_key = app.address_hash(address.key())?;
        let digest = digest(
            app,
            epoch,
            trip.realm(),
            trip.sealed.client.as_ref(),
            trip.sealed.id,
            address.key(),
            code.expose(),
        )?;
        let mut noise = [0; 32];
        random.fill(&mut noise);
        let decoy_digest = app.vault.mac(Purpose::Decoy, &[&noise])?;
        let mark = draw_mark(random);
        let context = Asked {
            address: address.as_str().to_owned(),
            browser: ctx.browser.clone(),
            network: network_prefix(ctx.source),
            client: trip.sealed.client.clone(),
            locale: ctx.locale.clone(),
        };
        let passcode = NewPasscode {
            realm_id: trip.realm(),
            id: passcode_id,
            interaction_id: trip.sealed.id,
            ordinal: replaces.unwrap_or(0) + 1,
            purpose: CodePurpose::SignIn.as_str().to_owned(),
            subject_key,
            digest,
            key_id: 1,
            decoy: false,
            mark: mark.clone(),
            expires_at,
            created_at: ctx.now,
            report_digest: Some(vault::hash("report", epoch, report.expose())),
            context: context.seal(app, trip.realm(), passcode_id)?,
        };
        let mails = Mails {
            app,
            ctx,
            trip,
            address,
            code: &code,
            mark: &mark,
            expires_at,
            report: report.expose(),
            passcode: passcode_id,
        };
        let raised = app.options.source_limit(ctx.source);
        let networks = throttle::networks(ctx.source, raised);
        let sources = networks
            .iter()
            .map(|(network, limit)| Ok((app.counter(Counter::Source, None, network)?, *limit)))
            .collect::<Result<Vec<_>, Error>>()?;
        let row_live = trip.row().is_some_and(|r| r.state == "open" && r.expires_at > ctx.now);
        let row_ends =
            clock::after(ctx.now, n::INTERACTION_ROW_LIFETIME.max(tenant.settings.code.lifetime()));
        let interaction = if row_live {
            None
        } else {
            Some(new_interaction(app, ctx, trip, subject_key, row_ends, &sources)?)
        };
        Ok(Self {
            tenant: tenant.id,
            address_key: address.key().to_owned(),
            interaction,
            realm: trip.realm(),
            id: trip.sealed.id,
            row_ends,
            passcode,
            decoy_digest,
            code_mail: mails.code_mail()?,
            other_mail: mails.no_access()?,
            notice_since: clock::after(ctx.now, -n::NOTICE_WINDOW),
            limits: [
                limit(app.counter(Counter::Sends, Some(tenant.id), &address.limit_key())?, &throttle::SENDS),
                limit(
                    app.counter(Counter::SendsEverywhere, None, &address.limit_key())?,
                    &throttle::SENDS_EVERYWHERE,
                ),
            ],
            tries: app.counter(Counter::Tries, Some(tenant.id), &address.limit_key())?,
            pause: app.counter(Counter::Pause, Some(tenant.id), &address.limit_key())?,
            sources,
            source_address: app.counter(Counter::Source, None, &address.limit_key())?,
            open_rows: throttle::open_rows(raised),
            gate: Gate {
                discovery: tenant.discovery.clone(),
                sign_up: trip.application.as_ref().is_some_and(|a| a.application.settings.sign_up),
                admitted: tenant.owns(address.domain()) || tenant.admits(address, false),
                admitted_if_accepted: tenant.owns(address.domain()) || tenant.admits(address, true),
            },
        })
    }

    fn run(&self, c: &mut Conn, now: Now) -> Result<Sent, Halt> {
        let user = store::live::user_by_address(c, self.tenant, &self.address_key)?;
        match &self.interaction {
            Some(interaction) => {
                let new = NewInteraction { user_id: user.as_ref().map(|u| u.id), ..interaction.clone() };
                if !store::signin::insert_interaction(c, &new, now)? {
                    return Ok(Sent::Repeat);
                }
            }
            None => {
                store::signin::supersede_passcodes(c, self.realm, self.id)?;
            }
        }
        self.throttle(c, now)?;
        if self.interaction.is_some() {
            if let Some((source, _)) = self.sources.first() {
                store::signin::trim_open_rows(c, source, self.open_rows)?;
            }
        } else {
            store::signin::extend_interaction(c, self.realm, self.id, self.row_ends)?;
        }
        let real = self.gate.gets_code(user.as_ref());
        let digest = if real { self.passcode.digest } else { self.decoy_digest };
        let passcode = NewPasscode { decoy: !real, digest, ..self.passcode.clone() };
        if !store::signin::insert_passcode(c, &passcode)? {
            return Ok(Sent::Repeat);
        }
        let mail = if real { &self.code_mail } else { &self.other_mail };
        store::outbox::insert(c, mail, (!real).then_some(self.notice_since))?;
        Ok(Sent::Done)
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
            store::throttle::source_insert(c, source, &self.source_address, n::SOURCE_WINDOW, now)?;
            if store::throttle::source_count(c, source, now)? > i64::from(*limit) {
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
    let window = |start: i64, count: i32, limit: i32, length: TimeDelta| {
        let end = clock::after(moment(start)?, length);
        (count >= limit && end > now).then_some(end)
    };
    let short = window(row.start1, row.count1, n::TRIES_SHORT, n::TRIES_SHORT_WINDOW);
    let long = window(row.start2, row.count2, n::TRIES_LONG, n::TRIES_LONG_WINDOW);
    short.max(long)
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
    ctx: &Context,
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
        created_at: ctx.now,
        expires_at,
    })
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

/// The two mails of which one is queued.
struct Mails<'a> {
    app: &'a App,
    ctx: &'a Context,
    trip: &'a Trip,
    address: &'a Address,
    code: &'a Code,
    mark: &'a str,
    expires_at: Instant,
    report: &'a str,
    passcode: PasscodeId,
}

impl Mails<'_> {
    fn app_name(&self) -> String {
        let name = self.trip.application.as_ref().map(|a| a.application.name.clone());
        name.unwrap_or_else(|| self.trip.tenant().name.clone())
    }

    fn code_mail(&self) -> Result<NewOutbox, Error> {
        let (app, tenant) = (self.app, self.trip.tenant());
        let content = Content::Code {
            to: self.address.as_str().to_owned(),
            code: self.code.expose().to_owned(),
            mark: self.mark.to_owned(),
            org: tenant.name.clone(),
            app: self.app_name(),
            browser: self.ctx.browser.clone(),
            network: network_prefix(self.ctx.source),
            asked_at: self.ctx.now,
            expires_at: self.expires_at,
            report_url: app.urls.report(&self.trip.sealed.segment, self.report),
            help_url: app.urls.help(&self.trip.sealed.segment),
            privacy_url: tenant.settings.privacy_url.clone(),
        };
        let dedupe = app.vault.mac(Purpose::Address, &[b"mail code", self.passcode.0.as_bytes()])?;
        let place = Place { tenant: tenant.id, passcode: Some(self.passcode), dedupe };
        Ok(mail::queued(&app.vault, app.random.as_ref(), self.ctx.now, &self.ctx.locale, place, &content)?)
    }

    fn no_access(&self) -> Result<NewOutbox, Error> {
        let (app, tenant) = (self.app, self.trip.tenant());
        let content = Content::NoAccess {
            to: self.address.as_str().to_owned(),
            org: tenant.name.clone(),
            app: self.app_name(),
            contact: tenant.settings.contact.clone(),
            help_url: app.urls.help(&self.trip.sealed.segment),
            privacy_url: tenant.settings.privacy_url.clone(),
        };
        // One a day and address over all tenants (N-22): the key does not name the tenant.
        let dedupe =
            app.vault.mac(Purpose::Address, &[b"mail no access", self.address.limit_key().as_bytes()])?;
        let place = Place { tenant: tenant.id, passcode: None, dedupe };
        Ok(mail::queued(&app.vault, app.random.as_ref(), self.ctx.now, &self.ctx.locale, place, &content)?)
    }
}
