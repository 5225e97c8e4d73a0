//! Applications: registering, changing redirect URIs, switching on and off.

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;
use vestibule_app::audit::{self, Change, allow};
use vestibule_app::{App, Context, vault};
use vestibule_core::access::{Action, Actor, Object};
use vestibule_core::client::{
    Application, ApplicationSettings, ApplicationType, Audience, RedirectUri, SigningAlgorithm,
};
use vestibule_core::ids::{ClientId, TenantId, random_uuid};
use vestibule_core::numbers::REDIRECT_URIS_MAX;
use vestibule_core::random::secret_256;
use vestibule_oidc::redirect::{SafeUrl, validate_registration};
use vestibule_store::applications::{NewCredential, UriKind};
use vestibule_store::{self as store, is_unique_violation};

use super::{AdminError, display_name, invalid};

/// What a new application is made of.
#[derive(Debug)]
pub struct NewApplicationInput {
    /// Display name.
    pub name: String,
    /// Kind of program.
    pub kind: ApplicationType,
    /// Redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Post-logout redirect URIs.
    pub post_logout_redirect_uris: Vec<String>,
    /// What signs its ID tokens.
    pub algorithm: SigningAlgorithm,
    /// Its `client_id`, if it brings its own.
    pub id: Option<String>,
    /// Where it opens.
    pub homepage: Option<String>,
}

/// A new application, as it is told once.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    /// `client_id`.
    pub client_id: ClientId,
    /// `client_secret`, shown this once; absent for a public application.
    pub client_secret: Option<String>,
    /// Display name.
    pub name: String,
    /// Kind of program.
    pub kind: ApplicationType,
    /// What the application is configured with.
    pub issuer: String,
    /// Discovery document.
    pub metadata_url: String,
    /// What signs its ID tokens.
    pub id_token_signed_response_alg: SigningAlgorithm,
    /// Registered redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Registered post-logout redirect URIs.
    pub post_logout_redirect_uris: Vec<String>,
}

/// Registers an application.
pub async fn create(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    input: NewApplicationInput,
) -> Result<Registered, AdminError> {
    let _allowed = allow(ctx, actor, Action::ManageApplications, Object::Tenant(tenant))?;
    let name = display_name("name", &input.name)?;
    let settings = ApplicationSettings {
        homepage: input.homepage.clone(),
        localhost_redirects: app.urls.loopback(),
        ..ApplicationSettings::default()
    };
    check_new(app, &input, &settings)?;
    ensure_key(app, ctx, input.algorithm).await?;
    let client_id = ClientId(match input.id.clone() {
        Some(id) => check_client_id(id)?,
        None => random_uuid(app.random.as_ref()).to_string(),
    });
    let public = input.kind != ApplicationType::Web;
    let secret = (!public).then(|| secret_256(app.random.as_ref()));
    let id = random_uuid(app.random.as_ref());
    let application = definition(tenant, id, &client_id, &name, &input, settings);
    let credential = secret.as_ref().map(|s| NewCredential {
        tenant_id: tenant,
        application_id: application.id,
        id: random_uuid(app.random.as_ref()),
        digest: vault::hash("client secret", 0, s.expose()),
        hint: s.expose().chars().take(3).collect(),
        expires_at: None,
        created_at: ctx.now,
    });
    let principal = random_uuid(app.random.as_ref());
    let change = Change::on("application.create", "application", client_id.to_string())
        .with(json!({ "kind": input.kind }));
    let row = audit::row(app, ctx, actor, tenant, change);
    let (now, raised) = (ctx.now, client_id.clone());
    let written = app
        .db
        .write(move |c| {
            store::applications::insert(c, &application, principal, credential.as_ref(), now)?;
            store::tenants::raise_applications(c, &raised)?;
            store::logs::insert_audit(c, &row)
        })
        .await?;
    written.map_err(|e| {
        if is_unique_violation(&e) {
            AdminError::Conflict(format!("an application with the client id {client_id} exists already"))
        } else {
            e.into()
        }
    })?;
    let issuer = app.urls.issuer(tenant);
    Ok(Registered {
        client_id,
        client_secret: secret.map(|s| s.expose().to_owned()),
        name,
        kind: input.kind,
        metadata_url: format!("{issuer}/.well-known/openid-configuration"),
        issuer,
        id_token_signed_response_alg: input.algorithm,
        redirect_uris: input.redirect_uris,
        post_logout_redirect_uris: input.post_logout_redirect_uris,
    })
}

/// The application of an input: single-tenant, on, its subjects its own.
fn definition(
    tenant: TenantId,
    id: Uuid,
    client_id: &ClientId,
    name: &str,
    input: &NewApplicationInput,
    settings: ApplicationSettings,
) -> Application {
    let uris = input.redirect_uris.iter().zip(0..);
    Application {
        tenant,
        id,
        client_id: client_id.clone(),
        name: name.to_owned(),
        kind: input.kind,
        audience: Audience::Single,
        sector: client_id.0.clone(),
        algorithm: input.algorithm,
        public: input.kind != ApplicationType::Web,
        enabled: true,
        redirect_uris: uris.map(|(uri, position)| RedirectUri { position, uri: uri.clone() }).collect(),
        post_logout_redirect_uris: input.post_logout_redirect_uris.clone(),
        settings,
    }
}

fn check_client_id(id: String) -> Result<String, AdminError> {
    let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    if id.is_empty() || id.len() > 128 || !plain {
        return Err(invalid("id", "1 to 128 letters, digits, '-', '.', '_' or '~'"));
    }
    Ok(id)
}

/// OID-03. In loopback mode (SEC-02) an application of any kind may live on a loopback address too: nobody has a
/// certificate for one.
fn check_uris(
    app: &App,
    kind: ApplicationType,
    settings: &ApplicationSettings,
    redirects: &[String],
    after: &[String],
) -> Result<(), AdminError> {
    if redirects.len() > REDIRECT_URIS_MAX || after.len() > REDIRECT_URIS_MAX {
        return Err(invalid("redirect URI", format!("at most {REDIRECT_URIS_MAX}")));
    }
    for uri in redirects.iter().chain(after) {
        let local = app.urls.loopback() && uri.starts_with("http://");
        let (kind, settings) = if local {
            (ApplicationType::Native, ApplicationSettings { localhost_redirects: true, ..settings.clone() })
        } else {
            (kind, settings.clone())
        };
        validate_registration(kind, &settings, uri)
            .map_err(|e| invalid("redirect URI", format!("{uri}: {e}")))?;
    }
    Ok(())
}

/// What a new application brings along.
fn check_new(
    app: &App,
    input: &NewApplicationInput,
    settings: &ApplicationSettings,
) -> Result<(), AdminError> {
    check_homepage(input.homepage.as_deref())?;
    check_uris(app, input.kind, settings, &input.redirect_uris, &input.post_logout_redirect_uris)?;
    if input.redirect_uris.is_empty() {
        return Err(invalid("redirect URI", "at least one is needed"));
    }
    Ok(())
}

/// WEB-07: people are sent there, so it must be a URL that can be a link.
fn check_homepage(homepage: Option<&str>) -> Result<(), AdminError> {
    match homepage.map(SafeUrl::parse) {
        Some(Err(error)) => Err(invalid("homepage", error)),
        Some(Ok(_)) | None => Ok(()),
    }
}

/// Makes the first key of an algorithm that the deployment has none of yet.
async fn ensure_key(app: &App, ctx: &Context, algorithm: SigningAlgorithm) -> Result<(), AdminError> {
    let rows = app.db.read(store::keys::all).await?;
    if rows.iter().any(|r| r.alg == algorithm && r.retired_at.is_none()) {
        return Ok(());
    }
    let (vault, random, now) = (app.vault.clone(), std::sync::Arc::clone(&app.random), ctx.now);
    let key = tokio::task::spawn_blocking(move || {
        vestibule_app::keys::new_key(&vault, random.as_ref(), algorithm, now, now)
    })
    .await
    .map_err(|e| AdminError::Internal(e.to_string()))?
    .map_err(|e| AdminError::Internal(e.to_string()))?;
    app.db
        .write(move |c| {
            store::keys::insert(c, &key)?;
            store::deployment::raise_keys(c).map(|_| ())
        })
        .await??;
    Ok(())
}

/// What is to be changed of an application.
#[derive(Debug, Default)]
pub struct ApplicationChange {
    /// Redirect URIs to add.
    pub add_redirect_uris: Vec<String>,
    /// Redirect URIs to take back.
    pub remove_redirect_uris: Vec<String>,
    /// Switched on or off.
    pub enabled: Option<bool>,
    /// Just-in-time sign-up on or off.
    pub sign_up: Option<bool>,
    /// Where it opens.
    pub homepage: Option<String>,
}

/// Changes an application; holds on the next request of every node.
pub async fn change(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
    client: &str,
    wanted: ApplicationChange,
) -> Result<Summary, AdminError> {
    let _allowed = allow(ctx, actor, Action::ManageApplications, Object::Tenant(tenant))?;
    let client_id = ClientId(client.to_owned());
    let not_found = || AdminError::NotFound { kind: "application", name: client.to_owned() };
    let asked = client_id.clone();
    let found = app.db.read(move |c| store::applications::find(c, tenant, &asked)).await?;
    let (application, _) = found.ok_or_else(not_found)?;
    check_uris(app, application.kind, &application.settings, &wanted.add_redirect_uris, &[])?;
    check_homepage(wanted.homepage.as_deref())?;
    if let Some(missing) =
        wanted.remove_redirect_uris.iter().find(|u| !application.redirect_uris.iter().any(|r| r.uri == **u))
    {
        return Err(AdminError::NotFound { kind: "redirect URI", name: missing.clone() });
    }
    let mut settings = application.settings.clone();
    settings.sign_up = wanted.sign_up.unwrap_or(settings.sign_up);
    settings.homepage = wanted.homepage.clone().or(settings.homepage);
    let details = json!({
        "addRedirectUris": wanted.add_redirect_uris, "removeRedirectUris": wanted.remove_redirect_uris,
        "enabled": wanted.enabled, "signUp": wanted.sign_up, "homepage": wanted.homepage,
    });
    let row = audit::row(
        app,
        ctx,
        actor,
        tenant,
        Change::on("application.update", "application", client.to_owned()).with(details),
    );
    let (home, id, changed) = (application.tenant, application.id, settings != application.settings);
    app.db
        .write(move |c| {
            for uri in &wanted.add_redirect_uris {
                store::applications::add_redirect_uri(c, home, id, UriKind::Redirect, uri)?;
            }
            for uri in &wanted.remove_redirect_uris {
                store::applications::remove_redirect_uri(c, home, id, UriKind::Redirect, uri)?;
            }
            if let Some(enabled) = wanted.enabled {
                store::applications::set_enabled(c, tenant, &client_id, enabled)?;
            }
            if changed {
                store::applications::set_settings(c, home, &client_id, &settings)?;
            }
            store::tenants::raise_applications(c, &client_id)?;
            store::logs::insert_audit(c, &row)
        })
        .await??;
    show(app, tenant, client).await
}

/// An application, as it is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// `client_id`.
    pub client_id: ClientId,
    /// Display name.
    pub name: String,
    /// Kind of program.
    pub kind: ApplicationType,
    /// Switched on.
    pub enabled: bool,
    /// Without secret.
    pub public: bool,
    /// What signs its ID tokens.
    pub id_token_signed_response_alg: SigningAlgorithm,
    /// Registered redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Registered post-logout redirect URIs.
    pub post_logout_redirect_uris: Vec<String>,
    /// Settings.
    pub settings: ApplicationSettings,
}

impl From<Application> for Summary {
    fn from(a: Application) -> Self {
        Self {
            client_id: a.client_id,
            name: a.name,
            kind: a.kind,
            enabled: a.enabled,
            public: a.public,
            id_token_signed_response_alg: a.algorithm,
            redirect_uris: a.redirect_uris.into_iter().map(|r| r.uri).collect(),
            post_logout_redirect_uris: a.post_logout_redirect_uris,
            settings: a.settings,
        }
    }
}

/// One application.
pub async fn show(app: &App, tenant: TenantId, client: &str) -> Result<Summary, AdminError> {
    let id = ClientId(client.to_owned());
    let found = app.db.read(move |c| store::applications::find(c, tenant, &id)).await?;
    found
        .map(|(a, _)| a.into())
        .ok_or_else(|| AdminError::NotFound { kind: "application", name: client.to_owned() })
}

/// The applications of a tenant.
pub async fn list(
    app: &App,
    ctx: &Context,
    actor: &Actor,
    tenant: TenantId,
) -> Result<Vec<Summary>, AdminError> {
    let _allowed = allow(ctx, actor, Action::ReadApplications, Object::Tenant(tenant))?;
    Ok(app
        .db
        .read(move |c| store::applications::list(c, tenant))
        .await?
        .into_iter()
        .map(Into::into)
        .collect())
}
