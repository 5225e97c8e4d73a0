//! Loading a trip: one live read, one snapshot, the sealed interaction, its ledger, and whether the browser may speak for
//! it.

use std::sync::Arc;

use vestibule_app::cookies::{CookieChange, Jar};
use vestibule_app::live::Live;
use vestibule_app::snapshot::{ApplicationSnapshot, TenantSnapshot};
use vestibule_app::{App, Context, Error, Problem, audit, vault};
use vestibule_core::Address;
use vestibule_core::access::Action;
use vestibule_core::clock::Instant;
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{InteractionId, Realm, TenantId, UserId, ordered_uuid};
use vestibule_core::interaction::{self, Step};
use vestibule_core::lifecycle::InteractionState;
use vestibule_core::numbers::REPEAT_WINDOW;
use vestibule_core::proof::Ledger;
use vestibule_core::random::secret_256;
use vestibule_core::secret::Digest;
use vestibule_core::urls::locator;
use vestibule_oidc::redirect::place_of;
use vestibule_store::Now;
use vestibule_store::live::LiveUser;
use vestibule_store::signin::{InteractionRow, PasscodeRow};

use crate::sealed::{Ending, Sealed};
use crate::subject;
use crate::view::{About, Shown, View};

/// A request to a trip: the parts, who asks, and which trip it names.
#[derive(Debug, Clone, Copy)]
pub struct TripRequest<'a> {
    pub app: &'a App,
    /// Who asks, in which language.
    pub ctx: &'a Context,
    /// What the browser keeps.
    pub jar: &'a Jar,
    /// The tenant's part of the path.
    pub segment: &'a str,
    pub id: InteractionId,
}

/// A loaded trip.
#[derive(Debug)]
pub(crate) struct Trip {
    pub(crate) live: Live,
    pub(crate) application: Option<Arc<ApplicationSnapshot>>,
    pub(crate) sealed: Sealed,
    /// What its row holds; empty where there is none, or it has ended.
    pub(crate) ledger: Ledger,
    /// The browser came with the secret of before the newest proof: good for a repeat only (SES-04).
    pub(crate) outdated: bool,
    /// The trip began anew under another id, because this release cannot read what the row of this one holds.
    pub(crate) instead_of: Option<InteractionId>,
}

impl Trip {
    /// A trip that begins now: nothing of it is stored.
    pub(crate) fn begun(live: Live, application: Option<Arc<ApplicationSnapshot>>, sealed: Sealed) -> Self {
        Self { live, application, sealed, ledger: Ledger::default(), outdated: false, instead_of: None }
    }

    pub(crate) fn tenant(&self) -> &Arc<TenantSnapshot> {
        &self.live.tenant
    }

    pub(crate) fn realm(&self) -> Realm {
        Realm::Tenant(self.live.tenant.id)
    }

    /// The row, once something was sent.
    pub(crate) fn row(&self) -> Option<&InteractionRow> {
        self.live.interaction.as_ref().map(|i| &i.row)
    }

    /// Where the row stands.
    pub(crate) fn state(&self) -> Option<InteractionState> {
        self.row().map(|r| r.state)
    }

    /// Whether the row is open and has not ended.
    pub(crate) fn row_is_live(&self) -> bool {
        self.row().is_some_and(|r| r.state == InteractionState::Open && r.expires_at > self.at())
    }

    /// The user of the address, as the row knows them.
    pub(crate) fn user(&self) -> Option<&LiveUser> {
        self.live.interaction.as_ref().and_then(|i| i.user.as_ref())
    }

    /// Whether the application accepts this person: it may have named one (OID-11, OID-13, OIDC Core 5.5.1).
    pub(crate) fn wants(&self, user: UserId) -> bool {
        match (&self.sealed.wanted, &self.application) {
            (Some(wanted), Some(app)) => subject::subject(self.tenant(), app, user) == *wanted,
            (Some(_), None) => false,
            (None, _) => true,
        }
    }

    /// The newest code.
    pub(crate) fn code(&self) -> Option<&PasscodeRow> {
        self.live.interaction.as_ref().and_then(|i| i.passcode.as_ref())
    }

    /// Whether mail to the address came back lately (MAIL-09).
    pub(crate) fn bounced(&self) -> bool {
        let at = self.live.interaction.as_ref().and_then(|i| i.bounced_at);
        at.is_some_and(|at| self.at() - at < chrono::TimeDelta::hours(24))
    }

    pub(crate) fn address(&self) -> Option<&Address> {
        self.sealed.address.as_ref()
    }

    /// The address as pages show it.
    pub(crate) fn shown_address(&self) -> String {
        self.address().map(|a| a.as_str().to_owned()).unwrap_or_default()
    }

    /// The one moment of this request (TIM-01).
    pub(crate) fn at(&self) -> Instant {
        self.live.now.instant
    }

    /// The same, for statements.
    pub(crate) fn now(&self) -> Now {
        self.live.now
    }

    pub(crate) fn locator(&self) -> String {
        locator(self.sealed.id)
    }

    /// The path of a page of this trip.
    pub(crate) fn path(&self, app: &App, page: interaction::PageKind) -> String {
        app.urls.signin_path(&self.sealed.segment, page.path(), Some(self.sealed.id))
    }

    /// Where a browser goes for a step. Any page of an ended trip says what ended it; the first one stands for all.
    pub(crate) fn place(&self, app: &App, step: &Step) -> String {
        self.path(app, step.page().unwrap_or(interaction::PageKind::Address))
    }

    /// A page of this trip.
    pub(crate) fn shows(&self, app: &App, view: Box<dyn View>) -> Result<Shown, Error> {
        let about = About {
            application: self.application.clone(),
            locator: Some(self.locator()),
            csrf: Some(app.form_token(&self.locator(), &self.sealed.secret)?),
            leads_to: self.leads_to(),
            back: self.back(),
            ..About::tenant(self.tenant(), &self.sealed.segment)
        };
        Ok(Shown { about, view })
    }

    /// Where the forms of its pages may lead (WEB-04).
    fn leads_to(&self) -> Option<String> {
        match &self.sealed.ending {
            Ending::Authorize { .. } => self.redirect_uri(),
            Ending::Invitation { leads_to, .. } => leads_to.clone(),
        }
    }

    /// The validated redirect URI of the request, if it is still registered.
    pub(crate) fn redirect_uri(&self) -> Option<String> {
        let (request, app) = (self.sealed.ending.request()?, self.application.as_ref()?);
        request.redirect(&app.application).map(ToOwned::to_owned)
    }

    /// The place at the application that *Back to …* leads to.
    pub(crate) fn back(&self) -> Option<String> {
        let application = &self.application.as_ref()?.application;
        application.settings.homepage.clone().or_else(|| {
            let url = url::Url::parse(&self.redirect_uri()?).ok()?;
            matches!(url.scheme(), "https" | "http")
                .then(|| format!("{}/", url.origin().ascii_serialization()))
        })
    }

    /// A refusal that names what this trip is about.
    pub(crate) fn problem(&self, code: ErrorCode) -> Problem {
        let mut problem = Problem::new(code).at(self.tenant()).of(self.application.as_ref());
        problem.back = self.back();
        problem.address = self.address().map(|a| a.as_str().to_owned());
        problem
    }

    /// The sealed interaction with another secret, after a proof (SES-04).
    pub(crate) fn keep_with(&self, app: &App, secret: &str) -> Result<CookieChange, Error> {
        self.sealed_cookie(app, &Sealed { secret: secret.to_owned(), ..self.sealed.clone() })
    }

    /// The sealed interaction, as the browser's cookie.
    pub(crate) fn keep(&self, app: &App) -> Result<CookieChange, Error> {
        self.sealed_cookie(app, &self.sealed)
    }

    fn sealed_cookie(&self, app: &App, sealed: &Sealed) -> Result<CookieChange, Error> {
        let value = sealed.seal(&app.vault, self.realm())?.ok_or(ErrorCode::RequestBad)?;
        Ok(CookieChange::Interaction { id: sealed.id, value })
    }

    /// The digest of the secret that the browser came with.
    pub(crate) fn came_with(&self) -> Digest {
        vault::hash("interaction", self.live.epoch, &self.sealed.secret)
    }

    /// What a finished or cancelled trip answers on any page of its own.
    pub(crate) fn ended(&self) -> Option<Error> {
        match self.state()? {
            InteractionState::Open => None,
            InteractionState::Finished => Some(self.problem(ErrorCode::AlreadyDone).into()),
            InteractionState::Cancelled => {
                let mut problem = self.problem(ErrorCode::InteractionStopped);
                problem.restart = self.back();
                Some(problem.into())
            }
        }
    }

    /// Gives the trip another id and secret: what was proven and sent under the old one is out of its reach (HRD-03).
    pub(crate) fn rename(&mut self, app: &App) {
        self.sealed.id = InteractionId(ordered_uuid(self.at(), app.random.as_ref()));
        self.sealed.secret = secret_256(app.random.as_ref()).expose().to_owned();
        self.live.interaction = None;
        self.ledger = Ledger::default();
        self.outdated = false;
    }
}

/// Loads the trip that a request names. Who has not the sealed interaction of this id is in another browser, or lost.
pub(crate) async fn load(at: TripRequest<'_>) -> Result<Trip, Error> {
    let live = at.app.live(at.segment, at.jar, Some(at.id)).await?;
    let _allowed = audit::allow_guest(at.ctx, live.tenant.id, Some(at.id), Action::SignIn)?;
    let realm = Realm::Tenant(live.tenant.id);
    let sealed = at.jar.interaction(at.id).and_then(|value| Sealed::open(&at.app.vault, realm, at.id, value));
    match sealed {
        Some(sealed) => open(at, live, sealed).await,
        None => Err(lost(at, &live).await.into()),
    }
}

/// The same trip as it stands by now: another press, browser or node was first. Never in another tenant, whose the
/// segment may be by now.
pub(crate) async fn reload(at: TripRequest<'_>, tenant: TenantId, sealed: Sealed) -> Result<Trip, Error> {
    let live = at.app.live(at.segment, at.jar, Some(sealed.id)).await?;
    if live.tenant.id != tenant {
        return Err(Problem::new(ErrorCode::InteractionUnknown).at(&live.tenant).into());
    }
    open(TripRequest { id: sealed.id, ..at }, live, sealed).await
}

async fn open(at: TripRequest<'_>, live: Live, sealed: Sealed) -> Result<Trip, Error> {
    let Some(outdated) = speaks_for(&live, &sealed) else { return Err(lost(at, &live).await.into()) };
    let application = match sealed.ending.client() {
        Some(client) => at.app.application(&live, client).await?,
        None => None,
    };
    let mut trip = Trip { outdated, ..Trip::begun(live, application, sealed) };
    forget_other_address(at.app, &mut trip)?;
    if trip.sealed.expired(trip.at()) {
        let mut problem = trip.problem(ErrorCode::InteractionExpired);
        problem.restart = trip.redirect_uri().and(trip.back());
        return Err(problem.into());
    }
    read_ledger(at.app, &mut trip);
    Ok(trip)
}

/// Whether the browser's secret is the row's (`false`) or that of before its newest proof (`true`).
fn speaks_for(live: &Live, sealed: &Sealed) -> Option<bool> {
    let Some(row) = live.interaction.as_ref().map(|i| &i.row) else { return Some(false) };
    let digest = vault::hash("interaction", live.epoch, &sealed.secret);
    let before = row.previous_digest.as_ref().zip(row.previous_until);
    if row.secret_digest.matches(&digest) {
        Some(false)
    } else {
        before.is_some_and(|(d, until)| d.matches(&digest) && live.at() <= until).then_some(true)
    }
}

/// HRD-01, HRD-03: from the first send on the row alone counts. A sealed interaction of before it, put back with another
/// address, names nobody: not a code for that address, nor the row's user with that address's proof.
fn forget_other_address(app: &App, trip: &mut Trip) -> Result<(), Error> {
    let counts = |row: &&InteractionRow| row.state != InteractionState::Open || row.expires_at > trip.at();
    if let (Some(row), Some(address)) = (trip.row().filter(counts), trip.address())
        && !row.address_key.matches(&app.address_digest(address)?)
    {
        trip.sealed.address = None;
    }
    Ok(())
}

/// What the row holds. A row that has ended holds nothing any more (N-21). One that a newer release wrote in words that
/// this one does not know proves nothing here, and must not be overwritten either: the trip begins anew beside it.
fn read_ledger(app: &App, trip: &mut Trip) {
    let Some(row) = trip.row().filter(|r| r.expires_at > trip.at()) else { return };
    match Ledger::read(&row.ledger) {
        Ok(ledger) => trip.ledger = ledger,
        Err(_) if row.state == InteractionState::Open => {
            tracing::warn!(tenant = %trip.tenant().id, interaction = %trip.sealed.id, "an unreadable ledger: the sign-in begins anew");
            trip.instead_of = Some(trip.sealed.id);
            trip.rename(app);
        }
        Err(_) => {}
    }
}

/// A trip that is begun under an id which may have a row already, with what that row holds.
pub(crate) fn with_ledger(app: &App, mut trip: Trip) -> Trip {
    read_ledger(app, &mut trip);
    trip
}

/// Why a browser has no interaction of this id.
async fn lost(at: TripRequest<'_>, live: &Live) -> Problem {
    let code = match (&live.interaction, at.jar.any, recent(at.id, live.at())) {
        (Some(_), _, _) => ErrorCode::OtherBrowser,
        (None, false, true) => ErrorCode::Cookies,
        (None, _, _) => ErrorCode::InteractionUnknown,
    };
    // Of another person's trip only the place is said where one's own can begin.
    let client = live.interaction.as_ref().and_then(|i| i.row.client_id.as_ref());
    let application = match client {
        Some(client) => at.app.application(live, client).await.ok().flatten(),
        None => None,
    };
    let mut problem = Problem::new(code).at(&live.tenant).of(application.as_ref());
    problem.back = application.as_ref().and_then(|a| place_of(&a.application));
    problem
}

/// Whether an interaction began within the last ten minutes, by its time-ordered id.
fn recent(id: InteractionId, now: Instant) -> bool {
    let began = id.0.get_timestamp().map(|t| i64::try_from(t.to_unix().0).unwrap_or_default());
    began.is_some_and(|seconds| (now.timestamp() - seconds).abs() < 600)
}

/// Until when the secret of before a proof answers a repeat.
pub(crate) fn repeat_until(now: Instant) -> Instant {
    vestibule_core::clock::after(now, REPEAT_WINDOW)
}
