//! Loading a trip: one live read, one snapshot, the sealed interaction, and whether the browser may speak for it.

use std::sync::Arc;

use vestibule_core::access::Action;
use vestibule_core::clock::Instant;
use vestibule_core::entry::{self, Entry, Segment};
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{InteractionId, Realm, TenantId, UserId};
use vestibule_core::interaction::Ending;
use vestibule_core::numbers::REPEAT_WINDOW;
use vestibule_core::secret::Digest;
use vestibule_core::urls::locator;
use vestibule_core::{Address, Domain};
use vestibule_store::live::{self, LiveInteraction, LiveRow, LiveSession, LiveUser};
use vestibule_store::signin::{InteractionRow, PasscodeRow};

use super::view::{Page, View};
use crate::app::App;
use crate::audit;
use crate::context::Context;
use crate::cookies::{Change, Jar};
use crate::error::{Error, Problem};
use crate::sealed::Sealed;
use crate::snapshot::{ApplicationSnapshot, TenantSnapshot};
use crate::vault::{self, Purpose};
use vestibule_store::{Conn, Now};

/// What one live read tells of a request: tenant, session, interaction, all under the change numbers of this moment.
#[derive(Debug)]
pub struct Live {
    /// The tenant.
    pub tenant: Arc<TenantSnapshot>,
    /// The browser's session here, its secret checked.
    pub session: Option<LiveSession>,
    /// `deployment.epoch`.
    pub epoch: i64,
    /// The deployment's change number.
    pub deployment_change: i64,
    /// The moment of the read by the clock that decides for all nodes (TIM-01).
    pub now: Instant,
    pub(crate) interaction: Option<LiveInteraction>,
}

/// The tenant's part of a path, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    Id(TenantId),
    Domain(String),
    Tenantless,
    Malformed,
}

/// Reads a path segment: a GUID or a domain in any ASCII case, nothing else (OID-20).
pub(crate) fn name(segment: &str) -> Named {
    if matches!(segment, "common" | "organizations" | "consumers") {
        return Named::Tenantless;
    }
    if let Ok(id) = segment.parse() {
        return Named::Id(id);
    }
    let lower = segment.to_ascii_lowercase();
    match Domain::parse(&lower) {
        Ok(domain) if domain.as_str() == lower => Named::Domain(lower),
        _ => Named::Malformed,
    }
}

impl App {
    /// Reads what is live of a request. `Err` where the segment names no tenant that is on.
    pub async fn live(
        &self,
        segment: &str,
        jar: &Jar,
        interaction: Option<InteractionId>,
    ) -> Result<Live, Error> {
        self.check_clock()?;
        let named = name(segment);
        let guessed = match &named {
            Named::Id(id) => Some(*id),
            Named::Domain(d) => self.snapshots.guess(d),
            Named::Tenantless => return Err(refuse(entry::resolve_page(&Segment::Tenantless))),
            Named::Malformed => return Err(refuse(entry::resolve_page(&Segment::Unknown))),
        };
        let mut row = self.read_live(&named, guessed, jar, interaction).await?;
        if let (Named::Domain(domain), Some(read)) = (&named, &row)
            && guessed != Some(read.tenant.id)
        {
            // First sight of this domain: which session cookie is meant is known only now.
            let tenant = read.tenant.id;
            self.snapshots.saw(domain, tenant);
            if jar.session(Realm::Tenant(tenant)).is_some() {
                row = self.read_live(&named, Some(tenant), jar, interaction).await?;
            }
        }
        let Some(row) = row else { return Err(refuse(entry::resolve_page(&Segment::Unknown))) };
        if let refusal @ Entry::Refuse(_) = entry::resolve_page(&segment_of(&row)) {
            return Err(refuse(refusal));
        }
        let tenant = self.tenant(row.tenant.id, row.tenant.change_number, row.deployment_change).await?;
        let session = own_session(row.session, jar, row.tenant.id, row.epoch);
        Ok(Live {
            tenant,
            session,
            epoch: row.epoch,
            deployment_change: row.deployment_change,
            now: row.database_now,
            interaction: row.interaction,
        })
    }

    async fn read_live(
        &self,
        segment: &Named,
        tenant: Option<TenantId>,
        jar: &Jar,
        interaction: Option<InteractionId>,
    ) -> Result<Option<LiveRow>, Error> {
        let session = tenant.and_then(|t| jar.session(Realm::Tenant(t))).map(|s| s.id);
        let (segment, now) = (segment.clone(), self.now());
        let read = move |c: &mut Conn| {
            let segment = match &segment {
                Named::Id(id) => live::Segment::Id(*id),
                Named::Domain(domain) => live::Segment::Domain(domain),
                Named::Tenantless | Named::Malformed => return Ok(None),
            };
            live::request(c, segment, session, interaction, now)
        };
        Ok(self.db.read(read).await?)
    }

    /// The token of the forms of an interaction: bound to its secret, so no other browser has it (WEB-01).
    pub(crate) fn form_token(&self, id: &str, secret: &str) -> Result<String, Error> {
        let mac = self.vault.mac(Purpose::Csrf, &[id.as_bytes(), secret.as_bytes()])?;
        Ok(data_encoding::BASE64URL_NOPAD.encode(mac.bytes()))
    }

    pub(crate) fn form_token_matches(&self, id: &str, secret: &str, given: &str) -> Result<bool, Error> {
        let mac = self.vault.mac(Purpose::Csrf, &[id.as_bytes(), secret.as_bytes()])?;
        let given = data_encoding::BASE64URL_NOPAD.decode(given.as_bytes()).ok();
        Ok(given.and_then(|g| Digest::from_slice(&g)).is_some_and(|g| g.matches(&mac)))
    }
}

/// The session row, if the cookie's secret opens it (SES-01).
fn own_session(row: Option<LiveSession>, jar: &Jar, tenant: TenantId, epoch: i64) -> Option<LiveSession> {
    let cookie = jar.session(Realm::Tenant(tenant))?;
    let digest = vault::hash("session", epoch, cookie.secret.expose());
    row.filter(|s| s.row.id == cookie.id && s.row.secret_digest.matches(&digest) && s.user.usable())
}

fn segment_of(row: &LiveRow) -> Segment {
    Segment::Tenant { id: row.tenant.id, active: row.tenant.state == "active" }
}

pub(crate) fn refuse(entry: Entry) -> Error {
    match entry {
        Entry::Refuse(refusal) => ErrorCode::from(refusal).into(),
        Entry::Choose | Entry::Tenant(_) => ErrorCode::TenantMissing.into(),
    }
}

/// A loaded trip.
#[derive(Debug)]
pub(crate) struct Trip {
    pub(crate) live: Live,
    pub(crate) application: Option<Arc<ApplicationSnapshot>>,
    pub(crate) sealed: Sealed,
    /// The browser came with the secret of before the newest proof: good for a repeat only (SES-04).
    pub(crate) outdated: bool,
    pub(crate) now: Instant,
}

impl Trip {
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

    /// The user of the address, as the row knows them.
    pub(crate) fn user(&self) -> Option<&LiveUser> {
        self.live.interaction.as_ref().and_then(|i| i.user.as_ref())
    }

    /// Whether the application accepts this person: it may have named one (OID-11, OID-13, OIDC Core 5.5.1).
    pub(crate) fn wants(&self, user: UserId) -> bool {
        match (&self.sealed.wanted, &self.application) {
            (Some(wanted), Some(app)) => super::respond::subject(self.tenant(), app, user) == *wanted,
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
        at.is_some_and(|at| self.now - at < chrono::TimeDelta::hours(24))
    }

    pub(crate) fn address(&self) -> Option<Address> {
        self.sealed.parsed_address()
    }

    /// The moment of this request, for statements: by the database's clock where several nodes share one (TIM-01).
    pub(crate) fn moment(&self, app: &App) -> Now {
        Now { instant: self.now, ..app.now() }
    }

    pub(crate) fn locator(&self) -> String {
        locator(self.sealed.id)
    }

    /// A path of a page of this trip.
    pub(crate) fn path(&self, app: &App, page: &str) -> String {
        app.urls.signin_path(&self.sealed.segment, page, Some(self.sealed.id))
    }

    /// A page of this trip.
    pub(crate) fn page(&self, app: &App, view: View) -> Result<Page, Error> {
        Ok(Page {
            tenant: Arc::clone(self.tenant()),
            application: self.application.clone(),
            segment: self.sealed.segment.clone(),
            locator: Some(self.locator()),
            csrf: Some(app.form_token(&self.locator(), &self.sealed.secret)?),
            leads_to: self.redirect_uri().or_else(|| self.sealed.leads_to.clone()),
            back: self.back(),
            view,
        })
    }

    /// The validated redirect URI of the request, if it is still registered.
    pub(crate) fn redirect_uri(&self) -> Option<String> {
        let (request, app) = (self.sealed.request.as_ref()?, self.application.as_ref()?);
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
        problem.address = self.sealed.address.clone();
        problem
    }

    /// The sealed interaction with another secret, after a proof (SES-04).
    pub(crate) fn keep_with(&self, app: &App, secret: &str) -> Result<Change, Error> {
        let sealed = Sealed { secret: secret.to_owned(), ..self.sealed.clone() };
        let value = sealed.seal(&app.vault, self.realm())?.ok_or(ErrorCode::RequestBad)?;
        Ok(Change::Interaction { id: sealed.id, value })
    }

    /// The sealed interaction, to be kept by the browser.
    pub(crate) fn keep(&self, app: &App) -> Result<Change, Error> {
        let value = self.sealed.seal(&app.vault, self.realm())?.ok_or(ErrorCode::RequestBad)?;
        Ok(Change::Interaction { id: self.sealed.id, value })
    }
}

/// Loads a trip for a page or POST. Who has not the sealed interaction of this id is in another browser, or lost.
pub(crate) async fn load(
    app: &App,
    ctx: &Context,
    jar: &Jar,
    segment: &str,
    id: InteractionId,
) -> Result<Trip, Error> {
    let live = app.live(segment, jar, Some(id)).await?;
    let _allowed = audit::allow_guest(ctx, live.tenant.id, Some(id), Action::SignIn)?;
    let realm = Realm::Tenant(live.tenant.id);
    let sealed = jar.interaction(id).and_then(|value| Sealed::open(&app.vault, realm, id, value));
    let Some(mut sealed) = sealed else { return Err(lost(app, ctx, jar, &live, id).await.into()) };
    let outdated = match live.interaction.as_ref().map(|i| &i.row) {
        None => false,
        Some(row) => {
            let digest = vault::hash("interaction", live.epoch, &sealed.secret);
            let before = row.previous_digest.as_ref().zip(row.previous_until);
            if row.secret_digest.matches(&digest) {
                false
            } else if before.is_some_and(|(d, until)| d.matches(&digest) && live.now <= until) {
                true
            } else {
                return Err(lost(app, ctx, jar, &live, id).await.into());
            }
        }
    };
    let application = match &sealed.client {
        Some(client) => app.application(&live.tenant, client).await?,
        None => None,
    };
    forget_other_address(app, &live, &mut sealed)?;
    let now = live.now;
    let trip = Trip { live, application, sealed, outdated, now };
    if trip.sealed.expired(now) {
        let mut problem = trip.problem(ErrorCode::InteractionExpired);
        problem.restart = trip.redirect_uri().and(trip.back());
        return Err(problem.into());
    }
    Ok(trip)
}

/// HRD-01, HRD-03: from the first send on the row alone counts. A sealed interaction of before it, put back with another
/// address, names nobody: not a code for that address, nor the row's user with that address's proof.
fn forget_other_address(app: &App, live: &Live, sealed: &mut Sealed) -> Result<(), Error> {
    let row = live.interaction.as_ref().map(|i| &i.row);
    let counts = |row: &&InteractionRow| row.state != "open" || row.expires_at > live.now;
    if let (Some(row), Some(address)) = (row.filter(counts), sealed.parsed_address())
        && !row.address_key.matches(&app.address_hash(address.key())?)
    {
        sealed.address = None;
    }
    Ok(())
}

/// Why a browser has no interaction of this id.
async fn lost(app: &App, ctx: &Context, jar: &Jar, live: &Live, id: InteractionId) -> Problem {
    let code = match (&live.interaction, jar.any, recent(id, ctx.now)) {
        (Some(_), _, _) => ErrorCode::OtherBrowser,
        (None, false, true) => ErrorCode::Cookies,
        (None, _, _) => ErrorCode::InteractionUnknown,
    };
    // Where somebody else's trip leads is all that is told of it: the way to begin one's own.
    let client = live.interaction.as_ref().and_then(|i| i.row.client_id.as_ref());
    let application = match client {
        Some(client) => app.application(&live.tenant, client).await.ok().flatten(),
        None => None,
    };
    let mut problem = Problem::new(code).at(&live.tenant).of(application.as_ref());
    problem.back = application.as_ref().and_then(|a| super::invitation::place_of(&a.application));
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

/// The ending of a trip.
pub(crate) fn is_invitation(sealed: &Sealed) -> bool {
    sealed.ending == Ending::Invitation
}
