//! Registering an application.

use serde_json::json;
use vestibule_app::vault;
use vestibule_core::access::{Action, Object};
use vestibule_core::client::{
    Application, ApplicationSettings, ApplicationType, Audience, RedirectUri, SigningAlgorithm,
};
use vestibule_core::ids::{ClientId, TenantId, random_uuid};
use vestibule_core::random::secret_256;
use vestibule_core::secret::Secret;
use vestibule_store as store;
use vestibule_store::applications::NewCredential;
use vestibule_store::keys::NewSigningKey;

use crate::door::{At, Done, Inside, UseCase};
use crate::effect::{self, ChangeNumber};
use crate::error::{AdminError, Conflict, Invalid};
use crate::name::display_name;
use crate::{application, key};

/// Registers an application, single-tenant and switched on.
#[derive(Debug)]
pub struct Create {
    pub tenant: TenantId,
    pub name: String,
    pub kind: ApplicationType,
    /// Redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Post-logout redirect URIs.
    pub post_logout_redirect_uris: Vec<String>,
    /// What signs its ID tokens.
    pub algorithm: SigningAlgorithm,
    /// Its `client_id`, if it brings its own.
    pub client: Option<ClientId>,
    /// Where it opens.
    pub homepage: Option<String>,
}

/// A new application.
#[derive(Debug)]
pub struct Registered {
    pub application: Application,
    /// `client_secret`, shown this once; absent for a public application.
    pub secret: Option<Secret>,
    /// What the application is configured with.
    pub issuer: String,
}

impl UseCase for Create {
    const NAME: &'static str = "application.create";
    const ACTION: Action = Action::ManageApplications;
    type Effect = effect::Application;
    type Output = Registered;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let (tenant, now) = (self.tenant, at.now());
        let application = self.definition(&at)?;
        let key = missing_key(&at, application.algorithm).await?;
        let secret = (!application.public).then(|| secret_256(at.random()));
        let credential = secret.as_ref().map(|s| NewCredential {
            tenant_id: tenant,
            application_id: application.id,
            id: random_uuid(at.random()),
            digest: vault::hash("client secret", 0, s.expose()),
            hint: s.expose().chars().take(3).collect(),
            expires_at: None,
            created_at: now,
        });
        let principal = random_uuid(at.random());
        let (client, new) = (application.client_id.clone(), application.clone());
        let details = json!({ "kind": application.kind });
        let made = at
            .change(client.clone(), details, move |c| {
                store::applications::insert(c, &new, principal, credential.as_ref(), now)?;
                if let Some(key) = &key {
                    store::keys::insert(c, key)?;
                    ChangeNumber::Keys.raise(c)?;
                }
                Ok(())
            })
            .await
            .map_err(|e| e.or_exists(Conflict::ApplicationExists(client)))?;
        let issuer = at.urls().issuer(tenant);
        Ok(Done::after(made, Registered { application, secret, issuer }))
    }
}

impl Create {
    /// The application that is wanted, checked.
    fn definition(self, at: &Inside<'_>) -> Result<Application, AdminError> {
        let name = display_name(&self.name)?;
        let settings = ApplicationSettings {
            homepage: self.homepage,
            localhost_redirects: at.urls().loopback(),
            ..ApplicationSettings::default()
        };
        application::check_homepage(settings.homepage.as_deref())?;
        application::check_count(self.redirect_uris.len().max(self.post_logout_redirect_uris.len()))?;
        let uris = self.redirect_uris.iter().chain(&self.post_logout_redirect_uris);
        application::check_uris(at, self.kind, &settings, uris)?;
        if self.redirect_uris.is_empty() {
            return Err(Invalid::NoRedirectUri.into());
        }
        let id = random_uuid(at.random());
        let client_id = match self.client {
            Some(client) => checked_id(client)?,
            None => ClientId(random_uuid(at.random()).to_string()),
        };
        let redirect_uris = self.redirect_uris.into_iter().zip(0..);
        Ok(Application {
            tenant: self.tenant,
            id,
            sector: client_id.0.clone(),
            client_id,
            name,
            kind: self.kind,
            audience: Audience::Single,
            algorithm: self.algorithm,
            public: self.kind != ApplicationType::Web,
            enabled: true,
            redirect_uris: redirect_uris.map(|(uri, position)| RedirectUri { position, uri }).collect(),
            post_logout_redirect_uris: self.post_logout_redirect_uris,
            settings,
        })
    }
}

fn checked_id(client: ClientId) -> Result<ClientId, AdminError> {
    let plain = client.0.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    if client.0.is_empty() || client.0.len() > 128 || !plain {
        return Err(Invalid::ClientId.into());
    }
    Ok(client)
}

/// The first key of an algorithm that the deployment has none of yet.
async fn missing_key(
    at: &Inside<'_>,
    algorithm: SigningAlgorithm,
) -> Result<Option<NewSigningKey>, AdminError> {
    let rows = at.read(store::keys::all).await?;
    if rows.iter().any(|r| r.alg == algorithm && r.retired_at.is_none()) {
        return Ok(None);
    }
    key::make(at, algorithm, at.now()).await.map(Some)
}
