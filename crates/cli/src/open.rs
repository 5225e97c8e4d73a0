//! Opening the deployment that a command works on: root key, database, base URL.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use vestibule_app::App;
use vestibule_app::bootstrap::{self, DeploymentOptions, OpenError};
use vestibule_app::vault::Vault;
use vestibule_core::Random;
use vestibule_core::secret::Secret;

use crate::config::{Place, Serving};
use crate::failure::Failure;
use crate::output::note;
use crate::system::{OsRandom, SystemClock};

/// The base URL of a deployment whose first command names none.
pub(crate) const DEFAULT_BASE_URL: &str = "http://127.0.0.1:8080";

/// A deployment that was opened.
pub(crate) struct OpenDeployment {
    pub app: Arc<App>,
    /// This command made it.
    made: bool,
}

impl OpenDeployment {
    /// The deployment; a new one is announced, since a mistyped `--data` shows in nothing else.
    pub(crate) fn announced(self, place: &Place, json: bool) -> Arc<App> {
        if self.made && !json {
            note(&format!("new deployment: root key in {}", place.root_key_file.display()));
        }
        self.app
    }
}

/// Opens a deployment for a command that neither serves nor sends.
pub(crate) fn for_command(place: &Place, json: bool) -> Result<Arc<App>, Failure> {
    Ok(open(place, None)?.announced(place, json))
}

/// Opens a deployment.
pub(crate) fn open(place: &Place, serving: Option<&Serving>) -> Result<OpenDeployment, Failure> {
    let random: Arc<dyn Random> = Arc::new(OsRandom::new());
    let (root_key, made) = root_key(&place.root_key_file, random.as_ref())?;
    let opening = DeploymentOptions {
        target: place.target.clone(),
        readers: if serving.is_some() { 4 } else { 1 },
        root_key,
        base_url: place.base_url.clone(),
        site: serving.and_then(|s| s.site.clone()),
        mail_from: serving.and_then(|s| s.mail_from.clone()),
        source_limits: serving.map(|s| s.source_limits.clone()).unwrap_or_default(),
        sends: serving.is_some(),
        default_base_url: DEFAULT_BASE_URL.to_owned(),
    };
    let opened = bootstrap::open(opening, Arc::new(SystemClock), random);
    if made && matches!(opened, Err(OpenError::OtherRootKey)) {
        // The database has a key somewhere: a new file in its place would only hide that it is missing (KEY-09).
        drop(fs::remove_file(&place.root_key_file));
    }
    Ok(OpenDeployment { app: Arc::new(opened?), made })
}

/// The root key: from its file, which nobody else may read (SEC-01); made by the first command, and whether it was now.
fn root_key(path: &Path, random: &dyn Random) -> Result<(Secret, bool), Failure> {
    let bad = |e: &dyn std::fmt::Display| Failure::new("root-key", 3, format!("{}: {e}", path.display()));
    match fs::metadata(path) {
        Ok(meta) if meta.permissions().mode() & 0o077 != 0 => {
            Err(bad(&"others may read it").hint(format!("chmod 600 {}", path.display())))
        }
        Ok(_) => fs::read_to_string(path).map(|text| (Secret::new(text), false)).map_err(|e| bad(&e)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let key = Vault::new_root(random);
            // `create_new`: of two first commands at once, one makes the file and the other reads it.
            let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            match made {
                Ok(mut file) => {
                    file.write_all(format!("{}\n", key.expose()).as_bytes())
                        .and_then(|()| file.sync_all())
                        .map_err(|e| bad(&e))?;
                    Ok((key, true))
                }
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                    fs::read_to_string(path).map(|text| (Secret::new(text), false)).map_err(|e| bad(&e))
                }
                Err(e) => Err(bad(&e).hint("name a place that can be written: --root-key-file FILE")),
            }
        }
        Err(e) => Err(bad(&e)),
    }
}
