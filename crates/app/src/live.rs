//! What one live read tells of a request: tenant, session, interaction, all under the change numbers of one moment
//! (architecture rule 6). Sign-in, tokens and administration stand on it.

use std::sync::Arc;

use vestibule_core::clock::Instant;
use vestibule_core::entry::{self, Entry, Segment};
use vestibule_core::error::ErrorCode;
use vestibule_core::ids::{ClientId, InteractionId, Realm, TenantId};
use vestibule_core::lifecycle::TenantState;
use vestibule_core::proof::Authentication;
use vestibule_core::secret::Digest;
use vestibule_core::{Address, Domain};
use vestibule_oidc::discovery::TENANTLESS;
use vestibule_store::live::{self, LiveInteraction, LiveRow, LiveSession, LiveUser};
use vestibule_store::signin::SessionRow;
use vestibule_store::{Conn, Now};

use crate::app::App;
use crate::cookies::Jar;
use crate::error::Error;
use crate::snapshot::{ApplicationSnapshot, TenantSnapshot};
use crate::vault::{self, KeyPurpose};

/// What is live of a request.
#[derive(Debug)]
pub struct Live {
    pub tenant: Arc<TenantSnapshot>,
    /// The browser's session here, its secret checked.
    pub session: Option<SignedIn>,
    /// `deployment.epoch`.
    pub epoch: i64,
    /// The number under which applications are kept.
    pub applications_number: i64,
    /// The number under which signing keys are kept.
    pub keys_number: i64,
    /// The one moment of the request: that of the read, by the clock that decides for all nodes (TIM-01).
    pub now: Now,
    /// The row of the interaction that was asked for.
    pub interaction: Option<LiveInteraction>,
}

/// A browser's session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub row: SessionRow,
    pub user: LiveUser,
    pub authentication: Authentication,
}

/// The tenant's part of a path, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParsedSegment {
    /// By GUID.
    Id(TenantId),
    /// By domain, in lower case.
    Domain(String),
    /// `common` and its kin.
    Tenantless,
    /// Nothing that can name one.
    Malformed,
}

/// Reads a path segment: a GUID or a domain in any ASCII case, nothing else (OID-20).
pub fn name(segment: &str) -> ParsedSegment {
    if TENANTLESS.contains(&segment) {
        return ParsedSegment::Tenantless;
    }
    if let Ok(id) = segment.parse() {
        return ParsedSegment::Id(id);
    }
    let lower = segment.to_ascii_lowercase();
    match Domain::parse(&lower) {
        Ok(domain) if domain.as_str() == lower => ParsedSegment::Domain(lower),
        _ => ParsedSegment::Malformed,
    }
}

/// Whether the tenant's part of a path has a form that can name one (OID-20): a GUID, a domain, or `common` and its kin.
/// What has not must never be given back in a URL.
pub fn names_a_tenant(segment: &str) -> bool {
    !matches!(name(segment), ParsedSegment::Malformed)
}

impl Live {
    /// The moment of the request.
    pub fn at(&self) -> Instant {
        self.now.instant
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
            ParsedSegment::Id(id) => Some(*id),
            ParsedSegment::Domain(d) => self.snapshots.guess(d),
            ParsedSegment::Tenantless => return Err(refuse(entry::resolve_page(&Segment::Tenantless))),
            ParsedSegment::Malformed => return Err(refuse(entry::resolve_page(&Segment::Unknown))),
        };
        let asked = self.now();
        let mut row = self.read_live(&named, guessed, jar, interaction, asked).await?;
        if let (ParsedSegment::Domain(domain), Some(read)) = (&named, &row)
            && guessed != Some(read.tenant.id)
        {
            // First sight of this domain: which session cookie is meant is known only now.
            let tenant = read.tenant.id;
            self.snapshots.saw(domain, tenant);
            if jar.session(Realm::Tenant(tenant)).is_some() {
                row = self.read_live(&named, Some(tenant), jar, interaction, asked).await?;
            }
        }
        let Some(row) = row else { return Err(refuse(entry::resolve_page(&Segment::Unknown))) };
        if let refusal @ Entry::Refuse(_) = entry::resolve_page(&segment_of(&row)) {
            return Err(refuse(refusal));
        }
        let (numbered, at) = ((row.tenant.id, row.tenant.change_number), row.database_now);
        let tenant = self.snapshots.tenant(&self.db, &self.vault, numbered, at).await?;
        let tenant = tenant.ok_or_else(|| refuse(entry::resolve_page(&Segment::Unknown)))?;
        let session = own_session(row.session, jar, row.tenant.id, row.epoch)?;
        Ok(Live {
            tenant,
            session,
            epoch: row.epoch,
            applications_number: row.tenant.applications_number,
            keys_number: row.keys_number,
            now: Now { instant: row.database_now, ..asked },
            interaction: row.interaction,
        })
    }

    /// An application of a request's tenant; `None` where there is none by this id.
    pub async fn application(
        &self,
        live: &Live,
        client: &ClientId,
    ) -> Result<Option<Arc<ApplicationSnapshot>>, Error> {
        if !client.is_possible() {
            return Ok(None);
        }
        let numbered = (live.tenant.id, live.applications_number);
        self.snapshots.application(&self.db, numbered, client).await
    }

    async fn read_live(
        &self,
        segment: &ParsedSegment,
        tenant: Option<TenantId>,
        jar: &Jar,
        interaction: Option<InteractionId>,
        now: Now,
    ) -> Result<Option<LiveRow>, Error> {
        let session = tenant.and_then(|t| jar.session(Realm::Tenant(t))).map(|s| s.id);
        let segment = segment.clone();
        let read = move |c: &mut Conn| {
            let segment = match &segment {
                ParsedSegment::Id(id) => live::TenantKey::Id(*id),
                ParsedSegment::Domain(domain) => live::TenantKey::Domain(domain),
                ParsedSegment::Tenantless | ParsedSegment::Malformed => return Ok(None),
            };
            live::request(c, segment, session, interaction, now)
        };
        Ok(self.db.read(read).await?)
    }

    /// A tenant as it is now, for a command.
    pub async fn current(&self, tenant: TenantId) -> Result<Live, Error> {
        self.live(&tenant.to_string(), &Jar::default(), None).await
    }

    /// The token of the forms of an interaction: bound to its secret, so no other browser has it (WEB-01).
    pub fn form_token(&self, id: &str, secret: &str) -> Result<String, Error> {
        let mac = self.vault.mac(KeyPurpose::Csrf, &[id.as_bytes(), secret.as_bytes()])?;
        Ok(data_encoding::BASE64URL_NOPAD.encode(mac.bytes()))
    }

    /// Whether a form brought its token.
    pub fn form_token_matches(&self, id: &str, secret: &str, given: &str) -> Result<bool, Error> {
        let mac = self.vault.mac(KeyPurpose::Csrf, &[id.as_bytes(), secret.as_bytes()])?;
        let given = data_encoding::BASE64URL_NOPAD.decode(given.as_bytes()).ok();
        Ok(given.and_then(|g| Digest::from_slice(&g)).is_some_and(|g| g.matches(&mac)))
    }

    /// What stands for an address in tables that outlive it.
    pub fn address_digest(&self, address: &Address) -> Result<Digest, Error> {
        self.address_hash(address.key())
    }
}

/// The session row, if the cookie's secret opens it (SES-01). One whose evidence cannot be read is a fault, not a session.
fn own_session(
    row: Option<LiveSession>,
    jar: &Jar,
    tenant: TenantId,
    epoch: i64,
) -> Result<Option<SignedIn>, Error> {
    let Some((cookie, session)) = jar.session(Realm::Tenant(tenant)).zip(row) else { return Ok(None) };
    let digest = vault::hash("session", epoch, cookie.secret.expose());
    let LiveSession { row, user } = session;
    if row.id != cookie.id || !row.secret_digest.matches(&digest) || !user.usable() {
        return Ok(None);
    }
    let authentication = row.authentication()?;
    Ok(Some(SignedIn { row, user, authentication }))
}

fn segment_of(row: &LiveRow) -> Segment {
    Segment::Tenant { id: row.tenant.id, active: row.tenant.state == TenantState::Active }
}

/// The refusal of a path that names no tenant that is on.
pub fn refuse(entry: Entry) -> Error {
    match entry {
        Entry::Refuse(refusal) => ErrorCode::from(refusal).into(),
        Entry::Choose | Entry::Tenant(_) => ErrorCode::TenantMissing.into(),
    }
}
