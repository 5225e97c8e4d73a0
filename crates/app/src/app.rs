//! Everything that use cases share, assembled once.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ipnet::IpNet;
use tokio::sync::{Notify, Semaphore};
use vestibule_core::clock::Instant;
use vestibule_core::ids::TenantId;
use vestibule_core::secret::Digest;
use vestibule_core::throttle::Counter;
use vestibule_core::urls::Urls;
use vestibule_core::{Address, Clock, Random};
use vestibule_store::{self as store, Db, Now};

use crate::error::Error;
use crate::snapshot::{CacheStats, KeySnapshot, Snapshots};
use crate::vault::{KeyPurpose, Vault};

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
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Every URL.
    pub urls: Urls,
    /// Derived keys.
    pub vault: Vault,
    pub options: Options,
    seen: AtomicI64,
    pub(crate) snapshots: Snapshots,
    /// Permits to sign, as many as there are cores.
    pub signing: Semaphore,
    /// Wakes the job that sends mail.
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
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
        Self {
            db,
            clock,
            random,
            urls,
            vault,
            options,
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

    /// The signing keys under their number.
    pub async fn keys(&self, number: i64) -> Result<Arc<KeySnapshot>, Error> {
        self.snapshots.keys(&self.db, &self.vault, number).await
    }

    /// What caches hold (DOS-05).
    pub fn cache_stats(&self) -> [CacheStats; 4] {
        self.snapshots.stats()
    }

    /// What stands for an address in tables that outlive it: a keyed hash.
    pub fn address_hash(&self, key: &str) -> Result<Digest, Error> {
        Ok(self.vault.mac(KeyPurpose::Address, &[b"address", key.as_bytes()])?)
    }

    /// The key of a counter.
    pub fn counter(&self, counter: Counter, tenant: Option<TenantId>, what: &str) -> Result<Digest, Error> {
        let tenant = tenant.map(|t| *t.0.as_bytes()).unwrap_or_default();
        Ok(self.vault.mac(KeyPurpose::Address, &[counter.as_str().as_bytes(), &tenant, what.as_bytes()])?)
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

/// Until when something lives that begins now.
pub fn until(now: Instant, lifetime: chrono::TimeDelta) -> Instant {
    vestibule_core::clock::after(now, lifetime)
}
