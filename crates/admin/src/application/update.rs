//! Changing the definition of an application.

use serde_json::json;
use vestibule_core::access::{Action, Object};
use vestibule_core::client::{Application, ApplicationSettings};
use vestibule_core::documents::unknown_keys;
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_store::applications::UriKind;
use vestibule_store::{self as store, Conn};

use crate::application;
use crate::door::{At, Done, UseCase};
use crate::effect;
use crate::error::{AdminError, Conflict, Thing};

/// Changes an application in its home tenant; holds on the next request of every node, wherever it is present.
#[derive(Debug)]
pub struct Update {
    pub tenant: TenantId,
    pub client: ClientId,
    /// Redirect URIs to add.
    pub add_redirect_uris: Vec<String>,
    /// Redirect URIs to take back.
    pub remove_redirect_uris: Vec<String>,
    /// Just-in-time sign-up on or off.
    pub sign_up: Option<bool>,
    /// Where it opens.
    pub homepage: Option<String>,
}

impl Update {
    /// A change of nothing yet.
    pub fn of(tenant: TenantId, client: ClientId) -> Self {
        Self {
            tenant,
            client,
            add_redirect_uris: Vec::new(),
            remove_redirect_uris: Vec::new(),
            sign_up: None,
            homepage: None,
        }
    }
}

impl UseCase for Update {
    const NAME: &'static str = "application.update";
    const ACTION: Action = Action::ManageApplications;
    type Effect = effect::Application;
    type Output = Application;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let tenant = self.tenant;
        let found = application::find(&at, tenant, &self.client).await?;
        // Leave was given for this tenant: what is another's is changed there.
        if found.tenant != tenant {
            return Err(Conflict::RegisteredElsewhere(self.client).into());
        }
        application::check_uris(&at, found.kind, &found.settings, &self.add_redirect_uris)?;
        application::check_homepage(self.homepage.as_deref())?;
        let details = json!({
            "addRedirectUris": self.add_redirect_uris, "removeRedirectUris": self.remove_redirect_uris,
            "signUp": self.sign_up, "homepage": self.homepage,
        });
        let client = self.client.clone();
        let updated = at.change(client.clone(), details, move |c| self.write(c)).await?;
        Ok(Done::after(updated, application::find(&at, tenant, &client).await?))
    }
}

impl Update {
    /// The application is read again under its lock, so that of two changes at the same time none is undone.
    fn write(&self, c: &mut Conn) -> Result<(), AdminError> {
        let Self { tenant, client, .. } = self;
        let not_found = || AdminError::NotFound(Thing::Application(client.clone()));
        let stored = store::applications::lock(c, *tenant, client)?.ok_or_else(not_found)?;
        let newer = unknown_keys::<ApplicationSettings>(&stored.settings);
        if !newer.is_empty() {
            return Err(Conflict::NewerSettings(newer.join(", ")).into());
        }
        let (found, _) = store::applications::find(c, *tenant, client)?.ok_or_else(not_found)?;
        self.write_uris(c, &found)?;
        let mut settings = found.settings.clone();
        settings.sign_up = self.sign_up.unwrap_or(settings.sign_up);
        settings.homepage = self.homepage.clone().or(settings.homepage);
        if settings != found.settings {
            store::applications::set_settings(c, *tenant, client, &settings)?;
        }
        Ok(())
    }

    fn write_uris(&self, c: &mut Conn, found: &Application) -> Result<(), AdminError> {
        let has = |uri: &String| found.redirect_uris.iter().any(|known| known.uri == *uri);
        let (add, remove) = (&self.add_redirect_uris, &self.remove_redirect_uris);
        if let Some(missing) = remove.iter().find(|uri| !has(uri)) {
            return Err(AdminError::NotFound(Thing::RedirectUri(missing.clone())));
        }
        let twice = |uri: &&String| has(uri) || add.iter().filter(|other| other == uri).count() > 1;
        if let Some(known) = add.iter().find(twice) {
            return Err(Conflict::UriExists(known.clone()).into());
        }
        application::check_count(found.redirect_uris.len().saturating_sub(remove.len()) + add.len())?;
        for uri in add {
            store::applications::add_redirect_uri(c, found.tenant, found.id, UriKind::Redirect, uri)?;
        }
        for uri in remove {
            store::applications::remove_redirect_uri(c, found.tenant, found.id, UriKind::Redirect, uri)?;
        }
        Ok(())
    }
}
