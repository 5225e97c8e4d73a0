//! Everything that use cases share, assembled once.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ipnet::IpNet;
use tokio::sync::{Notify, Semaphore};
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_core::secret::Digest;
use vestibule_core::settings::{DomainLists, PolicyKind, TenantSettings};
use vestibule_core::throttle::Counter;
use vestibule_core::urls::Urls;
use vestibule_core::{Address, Clock, Random};
use vestibule_oidc::keys::{KeyTimes, Signer};
use vestibule_store::{self as store, Conn, Db, Now};

use crate::error::Error;
use crate::snapshot::{ApplicationSnapshot, KeySnapshot, SigningKey, Snapshots, TenantSnapshot};
use crate::vault::{Purpose, Vault};

/// What the operator sets for the whole deployment, parsed.
#[derive(Debug, Clone)]
pub struct Options {
    /// The deployment's name; the host of the base URL where none is set.
    pub site: String,
    /// `From` of every mail (MAIL-08).
    pub mail_from: Address,
    /// N-09 for named ranges.
    pub source_limits: Vec<(IpNet, i32)>,
}

impl Options {
    /// N-09 of the range that an address lies in, where the operator named one; the narrowest range counts.
    pub fn source_limit(&self, address: IpAddr) -> Option<i32> {
        let address = address.to_canonical();
        let hits = self.source_limits.iter().filter(|(net, _)| net.contains(&address));
        hits.max_by_key(|(net, _)| net.prefix_len()).map(|(_, limit)| *limit)
    }
}

/// The shared parts. Made once per process, passed by reference.
#[derive(Debug)]
pub struct App {
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Every URL.
    pub urls: Urls,
    /// Derived keys.
    pub vault: Vault,
    /// The operator's settings.
    pub options: Options,
    /// `deployment.epoch` at start; each request reads it anew.
    pub epoch: i64,
    seen: AtomicI64,
    pub(crate) snapshots: Snapshots,
    /// Permits to sign, as many as there are cores.
    pub signing: Semaphore,
    /// Wakes whoever sends mail.
    pub mail_waits: Notify,
}

impl App {
    /// Assembles the parts.
    pub(crate) fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        urls: Urls,
        vault: Vault,
        options: Options,
        epoch: i64,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
        Self {
            db,
            clock,
            random,
            urls,
            vault,
            options,
            epoch,
            seen: AtomicI64::new(i64::MIN),
            snapshots: Snapshots::default(),
            signing: Semaphore::new(cores),
            mail_waits: Notify::new(),
        }
    }

    /// Refuses to go on where the clock has been set back: what has expired stays expired (TIM-02).
    pub(crate) fn check_clock(&self) -> Result<(), Error> {
        let now = self.clock.now().timestamp_micros();
        let seen = self.seen.fetch_max(now, Ordering::Relaxed);
        if now < seen.saturating_sub(CLOCK_SLACK_MICROS) {
            tracing::error!("the clock was set back; sign-ins are refused until it has caught up");
            return Err(Error::Unavailable("the clock was set back".into()));
        }
        Ok(())
    }

    /// The present moment, for statements.
    pub fn now(&self) -> Now {
        Now::from(self.clock.as_ref())
    }

    /// What caches hold (DOS-05).
    pub fn cache_sizes(&self) -> [(&'static str, usize, usize); 3] {
        self.snapshots.sizes()
    }

    /// What stands for an address in tables that outlive it: a keyed hash.
    pub fn address_hash(&self, key: &str) -> Result<Digest, Error> {
        Ok(self.vault.mac(Purpose::Address, &[b"address", key.as_bytes()])?)
    }

    /// The key of a counter.
    pub fn counter(&self, counter: Counter, tenant: Option<TenantId>, what: &str) -> Result<Digest, Error> {
        let tenant = tenant.map(|t| *t.0.as_bytes()).unwrap_or_default();
        Ok(self.vault.mac(Purpose::Address, &[counter.as_str().as_bytes(), &tenant, what.as_bytes()])?)
    }

    /// The tenant's snapshot under the change numbers that this request read.
    pub async fn tenant(
        &self,
        id: TenantId,
        change: i64,
        deployment_change: i64,
    ) -> Result<Arc<TenantSnapshot>, Error> {
        let load = || async move {
            let parts = self.db.read(move |c| load_tenant(c, id)).await?;
            self.assemble_tenant(id, parts.ok_or_else(|| Error::Internal("tenant vanished".into()))?)
        };
        self.snapshots.tenant(id, (change, deployment_change), load).await
    }

    /// An application of a tenant; `None` where there is none by this id.
    pub async fn application(
        &self,
        tenant: &TenantSnapshot,
        client: &ClientId,
    ) -> Result<Option<Arc<ApplicationSnapshot>>, Error> {
        if !client.is_possible() {
            return Ok(None);
        }
        let cell = tenant.applications().cell(client);
        let load = || async {
            let (id, wanted) = (tenant.id, client.clone());
            let found = self.db.read(move |c| store::applications::find(c, id, &wanted)).await?;
            Ok::<_, Error>(found.map(|(application, credentials)| {
                let secrets = credentials.into_iter().map(|r| (r.digest, r.expires_at)).collect();
                Arc::new(ApplicationSnapshot { application, secrets })
            }))
        };
        let found = cell.get_or_try_init(load).await?.clone();
        if found.is_none() {
            // Names that do not exist are not kept: anybody can make them up (DOS-05).
            tenant.applications().forget(client);
        }
        Ok(found)
    }

    /// The signing keys under this change number.
    pub async fn keys(&self, deployment_change: i64) -> Result<Arc<KeySnapshot>, Error> {
        let load = || async {
            let rows = self.db.read(store::keys::all).await?;
            rows.into_iter()
                .map(|row| self.parse_key(row))
                .collect::<Result<Vec<_>, _>>()
                .map(|keys| KeySnapshot { keys })
        };
        self.snapshots.keys(deployment_change, load).await
    }

    fn parse_key(&self, row: store::keys::SigningKeyRow) -> Result<SigningKey, Error> {
        let algorithm = row.alg;
        let der =
            self.vault.unseal(Purpose::SigningKey, &[b"signing_keys", row.kid.as_bytes()], &row.sealed)?;
        let signer =
            Signer::parse(algorithm, row.kid.clone(), &der).map_err(|e| Error::Internal(e.to_string()))?;
        let times = KeyTimes {
            kid: row.kid,
            algorithm,
            published_at: row.published_at,
            active_from: row.active_from,
            retired_at: row.retired_at,
        };
        Ok(SigningKey { signer, algorithm, times, public_jwk: row.public_jwk })
    }

    fn assemble_tenant(&self, id: TenantId, parts: TenantParts) -> Result<TenantSnapshot, Error> {
        let odd = |what: &str| Error::Internal(format!("stored {what} cannot be read"));
        let settings: TenantSettings = serde_json::from_value(parts.settings).map_err(|_| odd("settings"))?;
        let mut discovery = settings.discovery.clone();
        let (mut lists, mut rules) = (DomainLists::default(), Vec::new());
        for (kind, document) in parts.policies {
            match kind {
                PolicyKind::Otp => {
                    discovery.passcode = document
                        .get("enabled")
                        .and_then(serde_json::Value::as_bool)
                        .ok_or_else(|| odd("otp policy"))?;
                }
                PolicyKind::Domains => {
                    lists = serde_json::from_value(document).map_err(|_| odd("domain lists"))?;
                }
                PolicyKind::Access => {
                    rules = serde_json::from_value(document).map_err(|_| odd("access rules"))?;
                }
            }
        }
        let pairwise =
            self.vault.unseal(Purpose::Pairwise, &[b"tenants", id.0.as_bytes()], &parts.pairwise_key)?;
        Ok(TenantSnapshot::new(id, parts.name, parts.domains, settings, discovery, lists, rules, pairwise))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        let row = self.db.read(store::deployment::find).await?;
        row.map(|_| ()).ok_or_else(|| Error::Unavailable("no deployment row".into()))
    }

    /// Whether an origin is that of a redirect URI of some application that is on in this tenant (WEB-10, preflights).
    pub async fn registered_origin(&self, segment: &str, origin: &str) -> bool {
        let Ok(live) = self.live(segment, &crate::cookies::Jar::default(), None).await else { return false };
        let (tenant, origin) = (live.tenant.id, origin.to_owned());
        self.db
            .read(move |c| store::applications::origin_registered(c, tenant, &origin))
            .await
            .unwrap_or(false)
    }

    /// Tells the outbox job that there is something to send.
    pub fn wake_mail(&self) {
        self.mail_waits.notify_one();
    }
}

/// How far a clock may step back without anybody minding: what time services do when they adjust it.
const CLOCK_SLACK_MICROS: i64 = 60_000_000;

struct TenantParts {
    name: String,
    pairwise_key: Vec<u8>,
    domains: Vec<String>,
    settings: serde_json::Value,
    policies: Vec<(PolicyKind, serde_json::Value)>,
}

fn load_tenant(c: &mut Conn, id: TenantId) -> store::QueryResult<Option<TenantParts>> {
    let Some(row) = store::tenants::find(c, id)? else { return Ok(None) };
    let mut domains = store::tenants::domains(c, id)?;
    domains.retain(|d| d.verified_at.is_some());
    domains.sort_by(|a, b| b.is_default.cmp(&a.is_default).then_with(|| a.domain.cmp(&b.domain)));
    let settings = store::tenants::settings(c, id)?.map_or_else(|| serde_json::json!({}), |(value, _)| value);
    let policies = store::policies::current(c, id)?.into_iter().map(|p| (p.kind, p.document)).collect();
    let domains = domains.into_iter().map(|d| d.domain).collect();
    Ok(Some(TenantParts { name: row.name, pairwise_key: row.pairwise_key, domains, settings, policies }))
}

/// Until when something lives that begins now.
pub fn until(now: Instant, lifetime: chrono::TimeDelta) -> Instant {
    vestibule_core::clock::after(now, lifetime)
}
