//! Applications: registering, changing, switching on and off. A definition belongs to its home tenant, which alone
//! changes it; each tenant switches its own presence of it.

mod create;
mod update;

use serde_json::json;

use vestibule_core::access::{Action, Object};
use vestibule_core::client::{Application, ApplicationSettings, ApplicationType};
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_core::numbers::REDIRECT_URIS_MAX;
use vestibule_oidc::redirect::{SafeUrl, validate_registration};
use vestibule_store as store;

pub use self::create::{Create, Registered};
pub use self::update::Update;
use crate::door::{At, Done, Inside, UseCase};
use crate::effect;
use crate::error::{AdminError, Invalid, Thing};

/// Switches an application on in one tenant.
#[derive(Debug)]
pub struct Enable {
    pub tenant: TenantId,
    pub client: ClientId,
}

impl UseCase for Enable {
    const NAME: &'static str = "application.enable";
    const ACTION: Action = Action::ManageApplications;
    type Effect = effect::Presence;
    type Output = Application;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        switch(at, self.tenant, self.client, true).await
    }
}

/// Switches an application off in one tenant.
#[derive(Debug)]
pub struct Disable {
    pub tenant: TenantId,
    pub client: ClientId,
}

impl UseCase for Disable {
    const NAME: &'static str = "application.disable";
    const ACTION: Action = Action::ManageApplications;
    type Effect = effect::Presence;
    type Output = Application;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        switch(at, self.tenant, self.client, false).await
    }
}

/// One application, as it is present in a tenant.
#[derive(Debug)]
pub struct Show {
    pub tenant: TenantId,
    pub client: ClientId,
}

impl UseCase for Show {
    const NAME: &'static str = "application.show";
    const ACTION: Action = Action::ReadApplications;
    type Effect = effect::Nothing;
    type Output = Application;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let found = find(&at, self.tenant, &self.client).await?;
        Ok(Done::read(found))
    }
}

/// The applications of a tenant.
#[derive(Debug)]
pub struct List {
    pub tenant: TenantId,
}

impl UseCase for List {
    const NAME: &'static str = "application.list";
    const ACTION: Action = Action::ReadApplications;
    type Effect = effect::Nothing;
    type Output = Vec<Application>;

    fn object(&self) -> Object {
        Object::Tenant(self.tenant)
    }

    async fn run(self, at: At<'_, Self>) -> Result<Done<Self>, AdminError> {
        let found = at.read(move |c| store::applications::list(c, self.tenant)).await?;
        Ok(Done::read(found))
    }
}

async fn switch<U>(
    at: At<'_, U>,
    tenant: TenantId,
    client: ClientId,
    enabled: bool,
) -> Result<Done<U>, AdminError>
where
    U: UseCase<Effect = effect::Presence, Output = Application>,
{
    find(&at, tenant, &client).await?;
    let named = client.clone();
    let switched = at
        .change(client.clone(), json!({}), move |c| {
            Ok(store::applications::set_enabled(c, tenant, &named, enabled)?)
        })
        .await?;
    Ok(Done::after(switched, find(&at, tenant, &client).await?))
}

async fn find(at: &Inside<'_>, tenant: TenantId, client: &ClientId) -> Result<Application, AdminError> {
    let not_found = || AdminError::NotFound(Thing::Application(client.clone()));
    if !client.is_possible() {
        return Err(not_found());
    }
    let named = client.clone();
    let found = at.read(move |c| store::applications::find(c, tenant, &named)).await?;
    found.map(|(application, _)| application).ok_or_else(not_found)
}

/// OID-03. In loopback mode (SEC-02) an application of any kind may live on a loopback address too: nobody has a
/// certificate for one.
fn check_uris<'a>(
    at: &Inside<'_>,
    kind: ApplicationType,
    settings: &ApplicationSettings,
    uris: impl IntoIterator<Item = &'a String>,
) -> Result<(), AdminError> {
    for uri in uris {
        let local = at.urls().loopback() && uri.starts_with("http://");
        let (kind, settings) = if local {
            (ApplicationType::Native, ApplicationSettings { localhost_redirects: true, ..settings.clone() })
        } else {
            (kind, settings.clone())
        };
        validate_registration(kind, &settings, uri)
            .map_err(|source| Invalid::RedirectUri { uri: uri.clone(), source })?;
    }
    Ok(())
}

fn check_count(uris: usize) -> Result<(), AdminError> {
    if uris > REDIRECT_URIS_MAX { Err(Invalid::TooManyRedirectUris.into()) } else { Ok(()) }
}

/// WEB-07: people are sent there, so it must be a URL that can be a link.
fn check_homepage(homepage: Option<&str>) -> Result<(), AdminError> {
    match homepage.map(SafeUrl::parse) {
        Some(Err(error)) => Err(Invalid::Homepage(error).into()),
        Some(Ok(_)) | None => Ok(()),
    }
}
