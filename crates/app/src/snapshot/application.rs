//! An application as the rules see it.

use vestibule_core::client::Application;
use vestibule_core::clock::Instant;
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_core::secret::Digest;
use vestibule_store::{self as store, Db};

use crate::error::Error;

/// An application with the digests of its live secrets.
#[derive(Debug)]
pub struct ApplicationSnapshot {
    pub application: Application,
    /// Digests of secrets, with the end of each.
    pub secrets: Vec<(Digest, Option<Instant>)>,
}

pub(super) async fn load(
    db: &Db,
    tenant: TenantId,
    client: &ClientId,
) -> Result<Option<ApplicationSnapshot>, Error> {
    let client = client.clone();
    let found = db.read(move |c| store::applications::find(c, tenant, &client)).await?;
    Ok(found.map(|(application, credentials)| {
        let secrets = credentials.into_iter().map(|row| (row.digest, row.expires_at)).collect();
        ApplicationSnapshot { application, secrets }
    }))
}
