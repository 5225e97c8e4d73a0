//! What a node keeps of settings, applications, policies and keys between requests. A snapshot bears the change
//! numbers that it was read under; a request that reads other numbers loads anew first (architecture rule 6), once
//! for all who wait, and no lock is held meanwhile.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use vestibule_core::Domain;
use vestibule_core::client::{Application, SigningAlgorithm};
use vestibule_core::discovery;
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_core::secret::Digest;
use vestibule_core::settings::{AccessRule, Discovery, DomainLists, TenantSettings};
use vestibule_oidc::keys::Signer;
use zeroize::Zeroizing;

use crate::error::Error;

/// A tenant as the rules see it.
#[derive(Debug)]
pub struct TenantSnapshot {
    /// Its id.
    pub id: TenantId,
    /// Its display name.
    pub name: String,
    /// Verified domains, the default one first.
    pub domains: Vec<String>,
    /// Settings.
    pub settings: TenantSettings,
    /// Discovery settings with the policy's switch for codes applied.
    pub discovery: Discovery,
    /// Allow and block lists.
    pub lists: DomainLists,
    /// Conditional access.
    pub rules: Vec<AccessRule>,
    /// Makes pairwise subjects.
    pub pairwise_key: Zeroizing<Vec<u8>>,
    /// Applications looked at since the snapshot was made.
    applications: Cells<ClientId, Option<Arc<ApplicationSnapshot>>>,
}

impl TenantSnapshot {
    /// Whether a domain is admitted at sign-in (ADR-05).
    pub fn admits(&self, domain: &Domain, accepted_before: bool) -> bool {
        discovery::admits(&self.lists, domain, accepted_before)
    }

    /// The domain that pages show as checked.
    pub fn verified_domain(&self) -> Option<&str> {
        self.domains.first().map(String::as_str)
    }

    /// Whether the domain of an address is one of the tenant's own.
    pub fn owns(&self, domain: &Domain) -> bool {
        self.domains.iter().any(|d| d == domain.as_str())
    }

    /// Makes one from what was loaded.
    #[expect(clippy::too_many_arguments, reason = "one value per part that was loaded")]
    pub(crate) fn new(
        id: TenantId,
        name: String,
        domains: Vec<String>,
        settings: TenantSettings,
        discovery: Discovery,
        lists: DomainLists,
        rules: Vec<AccessRule>,
        pairwise_key: Zeroizing<Vec<u8>>,
    ) -> Self {
        let applications = Cells::new(APPLICATIONS_MAX);
        Self { id, name, domains, settings, discovery, lists, rules, pairwise_key, applications }
    }

    pub(crate) fn applications(&self) -> &Cells<ClientId, Option<Arc<ApplicationSnapshot>>> {
        &self.applications
    }
}

/// An application with the digests of its live secrets.
#[derive(Debug)]
pub struct ApplicationSnapshot {
    /// The application.
    pub application: Application,
    /// Digests of secrets, with the end of each.
    pub secrets: Vec<(Digest, Option<vestibule_core::clock::Instant>)>,
}

/// The deployment's signing keys.
#[derive(Debug)]
pub struct KeySnapshot {
    /// Parsed keys with their times.
    pub keys: Vec<SigningKey>,
}

/// One signing key.
#[derive(Debug)]
pub struct SigningKey {
    /// Signs.
    pub signer: Signer,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// When it was published, first signs, and was retired.
    pub times: vestibule_oidc::keys::KeyTimes,
    /// As published.
    pub public_jwk: serde_json::Value,
}

const TENANTS_MAX: usize = 4_096;
const APPLICATIONS_MAX: usize = 1_024;

/// Cells by key, each filled once; bounded (DOS-05).
#[derive(Debug)]
pub(crate) struct Cells<K, V> {
    map: Mutex<HashMap<K, Arc<OnceCell<V>>>>,
    bound: usize,
}

impl<K: Hash + Eq + Clone, V: Clone> Cells<K, V> {
    pub(crate) fn new(bound: usize) -> Self {
        Self { map: Mutex::new(HashMap::new()), bound }
    }

    /// The cell of a key; the whole map is dropped when it is full, which costs a reload and nothing else.
    pub(crate) fn cell(&self, key: &K) -> Arc<OnceCell<V>> {
        let mut map = self.map.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= self.bound && !map.contains_key(key) {
            map.clear();
        }
        Arc::clone(map.entry(key.clone()).or_default())
    }

    pub(crate) fn forget(&self, key: &K) {
        self.map.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    pub(crate) fn len(&self) -> usize {
        self.map.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// One value per key, good under one version.
#[derive(Debug)]
struct Versioned<V> {
    version: (i64, i64),
    cell: Arc<OnceCell<Arc<V>>>,
}

/// All snapshots of a node.
#[derive(Debug, Default)]
pub struct Snapshots {
    tenants: Mutex<HashMap<TenantId, Versioned<TenantSnapshot>>>,
    keys: Mutex<HashMap<(), Versioned<KeySnapshot>>>,
    domains: Mutex<HashMap<String, TenantId>>,
}

impl Snapshots {
    /// The tenant's snapshot under these change numbers; loads it where there is none.
    pub(crate) async fn tenant<F, Fut>(
        &self,
        id: TenantId,
        version: (i64, i64),
        load: F,
    ) -> Result<Arc<TenantSnapshot>, Error>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<TenantSnapshot, Error>>,
    {
        current(&self.tenants, id, version, TENANTS_MAX)
            .get_or_try_init(|| async { load().await.map(Arc::new) })
            .await
            .cloned()
    }

    /// The keys under this change number.
    pub(crate) async fn keys<F, Fut>(&self, version: i64, load: F) -> Result<Arc<KeySnapshot>, Error>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<KeySnapshot, Error>>,
    {
        current(&self.keys, (), (version, 0), 1)
            .get_or_try_init(|| async { load().await.map(Arc::new) })
            .await
            .cloned()
    }

    /// The tenant that a domain was last seen to name: a guess, to pick a cookie by.
    pub(crate) fn guess(&self, domain: &str) -> Option<TenantId> {
        self.domains.lock().unwrap_or_else(PoisonError::into_inner).get(domain).copied()
    }

    pub(crate) fn saw(&self, domain: &str, tenant: TenantId) {
        let mut domains = self.domains.lock().unwrap_or_else(PoisonError::into_inner);
        if domains.len() >= TENANTS_MAX {
            domains.clear();
        }
        domains.insert(domain.to_owned(), tenant);
    }

    /// How many entries each cache holds, for tests and metrics (DOS-05).
    pub fn sizes(&self) -> [(&'static str, usize, usize); 3] {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let applications =
            tenants.values().filter_map(|v| v.cell.get()).map(|t| t.applications.len()).max().unwrap_or(0);
        let domains = self.domains.lock().unwrap_or_else(PoisonError::into_inner).len();
        [
            ("tenants", tenants.len(), TENANTS_MAX),
            ("applications", applications, APPLICATIONS_MAX),
            ("domains", domains, TENANTS_MAX),
        ]
    }
}

/// The cell of a key under a version; an older version's cell is replaced, a newer one's is kept.
fn current<K: Hash + Eq, V>(
    map: &Mutex<HashMap<K, Versioned<V>>>,
    key: K,
    version: (i64, i64),
    bound: usize,
) -> Arc<OnceCell<Arc<V>>> {
    let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
    if map.len() >= bound && !map.contains_key(&key) {
        map.clear();
    }
    let entry = map.entry(key).or_insert_with(|| Versioned { version, cell: Arc::default() });
    if entry.version != version {
        *entry = Versioned { version, cell: Arc::default() };
    }
    Arc::clone(&entry.cell)
}
