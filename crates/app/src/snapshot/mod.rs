//! What a node keeps between requests: tenants, applications, keys. Each is kept under the number that it was read by,
//! and a request asks for the number that its live read found (architecture rule 6), so what is under another number is
//! never seen again. What is used least goes first, one by one, when there is no room (DOS-05); callers that ask for
//! the same waits for one load.

mod application;
mod keys;
mod tenant;

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_store::Db;

use crate::error::Error;
use crate::vault::Vault;

pub use application::ApplicationSnapshot;
pub use keys::{KeySnapshot, SigningKey};
pub use tenant::TenantSnapshot;

use tenant::Timeline;

const TENANTS_MAX: usize = 4_096;
const APPLICATIONS_MAX: usize = 8_192;
/// Those in use, and those of a moment ago while requests under way still have their number.
const KEYS_MAX: usize = 8;

/// Values of a kind that are loaded at most once for all who wait.
#[derive(Debug)]
struct NumberedCache<K, V> {
    cache: Cache<K, Arc<V>>,
    bound: usize,
    loads: AtomicU64,
}

impl<K: Hash + Eq + Clone, V> NumberedCache<K, V> {
    fn new(bound: usize) -> Self {
        Self { cache: Cache::new(bound), bound, loads: AtomicU64::new(0) }
    }

    /// The value; nothing is kept where loading it gave nothing, since anybody can make up names (DOS-05).
    async fn get<F>(&self, key: &K, load: F) -> Result<Option<Arc<V>>, Error>
    where
        F: Future<Output = Result<Option<V>, Error>>,
    {
        let load = async {
            self.loads.fetch_add(1, Ordering::Relaxed);
            match load.await {
                Ok(Some(value)) => Ok(Arc::new(value)),
                Ok(None) => Err(None),
                Err(error) => Err(Some(error)),
            }
        };
        match self.cache.get_or_insert_async(key, load).await {
            Ok(value) => Ok(Some(value)),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }
}

/// How full a cache is, and how often it was filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheStats {
    pub name: &'static str,
    pub entries: usize,
    /// Most entries.
    pub bound: usize,
    /// Loads so far, of what is loaded.
    pub loads: Option<u64>,
}

/// All snapshots of a node.
#[derive(Debug)]
pub struct Snapshots {
    tenants: NumberedCache<(TenantId, i64), Timeline>,
    applications: NumberedCache<(TenantId, i64, ClientId), ApplicationSnapshot>,
    keys: NumberedCache<i64, KeySnapshot>,
    domains: Cache<String, TenantId>,
}

impl Default for Snapshots {
    fn default() -> Self {
        Self {
            tenants: NumberedCache::new(TENANTS_MAX),
            applications: NumberedCache::new(APPLICATIONS_MAX),
            keys: NumberedCache::new(KEYS_MAX),
            domains: Cache::new(TENANTS_MAX),
        }
    }
}

impl Snapshots {
    /// The tenant that a domain was last seen to name: a guess, to pick a cookie by.
    pub(crate) fn guess(&self, domain: &str) -> Option<TenantId> {
        self.domains.get(domain)
    }

    pub(crate) fn saw(&self, domain: &str, tenant: TenantId) {
        self.domains.insert(domain.to_owned(), tenant);
    }

    /// A tenant as it is at a moment, under the change number that was read then; `None` where it is none any more.
    pub(crate) async fn tenant(
        &self,
        db: &Db,
        vault: &Vault,
        (id, change): (TenantId, i64),
        at: Instant,
    ) -> Result<Option<Arc<TenantSnapshot>>, Error> {
        let timeline = self.tenants.get(&(id, change), tenant::load(db, vault, id, at)).await?;
        Ok(timeline.map(|timeline| timeline.at(at)))
    }

    /// An application under the number of its tenant's applications; `None` where there is none by this id.
    pub(crate) async fn application(
        &self,
        db: &Db,
        (tenant, number): (TenantId, i64),
        client: &ClientId,
    ) -> Result<Option<Arc<ApplicationSnapshot>>, Error> {
        let key = (tenant, number, client.clone());
        self.applications.get(&key, application::load(db, tenant, client)).await
    }

    /// The signing keys under their number.
    pub(crate) async fn keys(&self, db: &Db, vault: &Vault, number: i64) -> Result<Arc<KeySnapshot>, Error> {
        let keys = self.keys.get(&number, keys::load(db, vault)).await?;
        keys.ok_or_else(|| Error::Internal("no keys".into()))
    }

    /// Each cache, for metrics.
    pub fn stats(&self) -> [CacheStats; 4] {
        [
            of("tenants", &self.tenants),
            of("applications", &self.applications),
            of("keys", &self.keys),
            CacheStats { name: "domains", entries: self.domains.len(), bound: TENANTS_MAX, loads: None },
        ]
    }
}

fn of<K: Hash + Eq + Clone, V>(name: &'static str, cache: &NumberedCache<K, V>) -> CacheStats {
    let loads = cache.loads.load(Ordering::Relaxed);
    CacheStats { name, entries: cache.cache.len(), bound: cache.bound, loads: Some(loads) }
}
