//! Opening a deployment: database, root key, deployment row, first signing keys. The first command makes them all.

use std::sync::Arc;

use vestibule_core::client::SigningAlgorithm;
use vestibule_core::secret::Secret;
use vestibule_core::urls::{BaseUrlError, Urls};
use vestibule_core::{Address, Clock, Random};
use vestibule_store::deployment::NewDeployment;
use vestibule_store::{self as store, Db, DbError, OpenOptions, Target};

use crate::app::{App, Options};
use crate::keys::{NewKeyError, new_key};
use crate::vault::{KeyPurpose, Vault, VaultError};

/// What a process needs to open a deployment.
#[derive(Debug)]
pub struct DeploymentOptions {
    pub target: Target,
    /// Read connections.
    pub readers: u32,
    pub root_key: Secret,
    /// The base URL that was asked for, if any.
    pub base_url: Option<String>,
    /// The deployment's name, if set.
    pub site: Option<String>,
    /// `From`, if set.
    pub mail_from: Option<Address>,
    /// N-09 for named ranges.
    pub source_limits: Vec<(ipnet::IpNet, i32)>,
    /// Whether this process sends mail; one that does not needs no sender that holds.
    pub sends: bool,
    /// The loopback base URL that stands in where the first command names none.
    pub default_base_url: String,
}

/// Why a deployment cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Db(#[from] DbError),
    /// The root key, or what was sealed with another.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The root key is not the one that this database was made with.
    #[error("the root key is not the one that this database was made with")]
    OtherRootKey,
    /// The base URL.
    #[error("base URL {url}: {reason}")]
    BaseUrl {
        /// As given.
        url: String,
        /// What is wrong with it.
        reason: BaseUrlError,
    },
    /// Another base URL than the stored one.
    #[error("this deployment's base URL is {stored}, not {given}")]
    OtherBaseUrl { stored: String, given: String },
    /// Keys could not be made.
    #[error(transparent)]
    Keys(#[from] NewKeyError),
    /// The sender's address.
    #[error("the sender's address cannot be made from {0}; set --mail-from")]
    MailFrom(String),
}

impl From<store::QueryError> for OpenError {
    fn from(error: store::QueryError) -> Self {
        Self::Db(error.into())
    }
}

/// Opens a deployment, making what is missing.
pub fn open(
    opening: DeploymentOptions,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<App, OpenError> {
    let db = Db::open(&opening.target, OpenOptions { readers: opening.readers, migrate: true })?;
    let vault = Vault::open(&opening.root_key, Arc::clone(&random))?;
    let found = db.read_now(store::deployment::find)?;
    let row = match found {
        Some(row) => row,
        None => found_deployment(&db, &vault, clock.as_ref(), random.as_ref(), &opening)?,
    };
    let check = vault.mac(KeyPurpose::RootCheck, &[b"deployment"])?;
    if row.key_check != check.bytes() {
        return Err(OpenError::OtherRootKey);
    }
    let urls = parse(&row.base_url)?;
    if let Some(given) = &opening.base_url {
        let given = parse(given)?;
        if given.base() != urls.base() {
            return Err(OpenError::OtherBaseUrl {
                stored: urls.base().to_owned(),
                given: given.base().to_owned(),
            });
        }
    }
    let site = opening.site.unwrap_or_else(|| urls.host().to_owned());
    let mail_from = match (opening.mail_from, default_sender(&urls)) {
        (Some(address), _) | (None, Ok(address)) => address,
        (None, Err(error)) if opening.sends => return Err(error),
        // Whoever sends nothing needs no sender: an operator must get in to mend the base URL.
        (None, Err(_)) => fallback_sender()?,
    };
    let options = Options { site, mail_from, source_limits: opening.source_limits };
    Ok(App::new(db, clock, random, urls, vault, options))
}

fn parse(url: &str) -> Result<Urls, OpenError> {
    Urls::parse(url).map_err(|reason| OpenError::BaseUrl { url: url.to_owned(), reason })
}

/// `no-reply@` the sign-in host; a loopback deployment gets a name that cannot be delivered by accident.
fn default_sender(urls: &Urls) -> Result<Address, OpenError> {
    if urls.loopback() {
        return fallback_sender();
    }
    let text = format!("no-reply@{}", urls.host());
    Address::parse(&text).map_err(|_| OpenError::MailFrom(text))
}

fn fallback_sender() -> Result<Address, OpenError> {
    let text = "no-reply@vestibule.example";
    Address::parse(text).map_err(|_| OpenError::MailFrom(text.to_owned()))
}

/// The first start: the deployment's row and a key for each algorithm that applications choose most.
fn found_deployment(
    db: &Db,
    vault: &Vault,
    clock: &dyn Clock,
    random: &dyn Random,
    opening: &DeploymentOptions,
) -> Result<store::deployment::DeploymentRow, OpenError> {
    let base = parse(opening.base_url.as_deref().unwrap_or(&opening.default_base_url))?;
    let now = clock.now();
    let new = NewDeployment {
        base_url: base.base().to_owned(),
        key_check: vault.mac(KeyPurpose::RootCheck, &[b"deployment"])?.bytes().to_vec(),
        epoch: 1,
        settings: serde_json::json!({}),
        created_at: now,
    };
    let keys = [SigningAlgorithm::Rs256, SigningAlgorithm::Es256]
        .into_iter()
        .map(|algorithm| new_key(vault, random, algorithm, now, now))
        .collect::<Result<Vec<_>, _>>()?;
    let row = db.write_now(move |c| {
        // Another node may have been first; then its keys are the deployment's.
        if store::deployment::insert(c, &new)? {
            for key in &keys {
                store::keys::insert(c, key)?;
            }
        }
        store::deployment::find(c)
    })??;
    row.ok_or(OpenError::OtherRootKey)
}
