//! Changing the definition of an application.

use serde_json::json;
use vestibule_core::access::{Action, Object};
use vestibule_core::client::Application;
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_store as store;
use vestibule_store::applications::UriKind;

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
        let Self { tenant, client, add_redirect_uris: add, remove_redirect_uris: remove, .. } = self;
        let found = application::find(&at, tenant, &client).await?;
        // Leave was given for this tenant: what is another's is changed there.
        if found.tenant != tenant {
            return Err(Conflict::RegisteredElsewhere(client).into());
        }
        application::check_uris(&at, found.kind, &found.settings, &add)?;
        application::check_homepage(self.homepage.as_deref())?;
        if let Some(missing) = remove.iter().find(|u| !found.redirect_uris.iter().any(|r| r.uri == **u)) {
            return Err(AdminError::NotFound(Thing::RedirectUri(missing.clone())));
        }
        application::check_count(found.redirect_uris.len().saturating_sub(remove.len()) + add.len())?;
        let details = json!({
            "addRedirectUris": add, "removeRedirectUris": remove,
            "signUp": self.sign_up, "homepage": self.homepage,
        });
        let mut settings = found.settings.clone();
        settings.sign_up = self.sign_up.unwrap_or(settings.sign_up);
        settings.homepage = self.homepage.or(settings.homepage);
        let (id, changed, named) = (found.id, settings != found.settings, client.clone());
        let updated = at
            .change(client.clone(), details, move |c| {
                for uri in &add {
                    store::applications::add_redirect_uri(c, tenant, id, UriKind::Redirect, uri)?;
                }
                for uri in &remove {
                    store::applications::remove_redirect_uri(c, tenant, id, UriKind::Redirect, uri)?;
                }
                if changed {
                    store::applications::set_settings(c, tenant, &named, &settings)?;
                }
                Ok(())
            })
            .await?;
        Ok(Done::after(updated, application::find(&at, tenant, &client).await?))
    }
}
