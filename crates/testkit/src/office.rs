//! The operator's desk: tenants, applications and guests by the use cases that the command line calls.

use serde::de::DeserializeOwned;
use vestibule_admin::guest::GuestRef;
use vestibule_admin::invitation::Invited;
use vestibule_admin::policy::PolicyChange;
use vestibule_admin::tenant::Tenant;
use vestibule_admin::{AdminError, Desk, UseCase, application, guest, invitation, policy, tenant};
use vestibule_app::{App, Context};
use vestibule_core::access::Actor;
use vestibule_core::client::{ApplicationType, SigningAlgorithm};
use vestibule_core::directory::Guest;
use vestibule_core::ids::{ClientId, TenantId, UserId};
use vestibule_core::{Address, Domain};

use crate::rp::{Callbacks, Registration};
use crate::server::TestServer;

/// See the module. What fails here fails the test: flows that expect a refusal call the use case themselves.
#[derive(Debug)]
pub struct Office<'a> {
    server: &'a TestServer,
}

/// A tenant with an application and the listener that its browsers come back to.
#[derive(Debug)]
pub struct House {
    pub tenant: Tenant,
    pub registration: Registration,
    /// Where browsers come back.
    pub callbacks: Callbacks,
}

/// What `vestibule app set` changes.
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

/// Does one thing as the operator of this node, whatever comes of it.
pub async fn perform<U: UseCase>(app: &App, use_case: U) -> Result<U::Output, AdminError> {
    let ctx = Context::local(app.clock.as_ref(), app.random.as_ref());
    Desk::new(app, &ctx, &Actor::Operator).perform(use_case).await
}

/// An address that a test writes down.
pub fn address(text: &str) -> Address {
    Address::parse(text).expect("the test names an address")
}

/// A policy as `vestibule policy set` takes it, e.g. `otp=off`.
pub fn policy_change(assignment: &str) -> PolicyChange {
    fn read<T: DeserializeOwned>(json: &str) -> T {
        serde_json::from_str(json).expect("the test writes the policy's JSON")
    }
    let (key, value) = assignment.split_once('=').expect("KEY=VALUE");
    match key {
        "otp" => PolicyChange::Passcode { on: value == "on" },
        "access" => PolicyChange::Access(read(value)),
        "domains" => PolicyChange::Domains(read(value)),
        _ => PolicyChange::Settings(read(value)),
    }
}

impl<'a> Office<'a> {
    pub(crate) fn new(server: &'a TestServer) -> Self {
        Self { server }
    }

    /// The circumstances of a command, now.
    pub fn context(&self) -> Context {
        let app = self.server.app();
        Context::local(app.clock.as_ref(), app.random.as_ref())
    }

    /// Does one thing as the operator, whatever comes of it.
    pub async fn perform<U: UseCase>(&self, use_case: U) -> Result<U::Output, AdminError> {
        perform(self.server.app(), use_case).await
    }

    /// Makes a tenant with one verified domain and a first administrator `admin@` it.
    pub async fn tenant(&self, name: &str, domain: &str) -> Tenant {
        let new = tenant::Create {
            name: name.to_owned(),
            domain: Domain::parse(domain).expect("the test names a domain"),
            id: None,
            admin: Some(address(&format!("admin@{domain}"))),
        };
        self.perform(new).await.expect("the tenant can be made")
    }

    /// Registers an application of the given kind that wants browsers back at `redirect_uri`.
    pub async fn application(
        &self,
        tenant: &Tenant,
        kind: ApplicationType,
        redirect_uri: &str,
    ) -> Registration {
        self.application_with(tenant, kind, redirect_uri, SigningAlgorithm::Rs256).await
    }

    /// The same, with the algorithm of its ID tokens.
    pub async fn application_with(
        &self,
        tenant: &Tenant,
        kind: ApplicationType,
        redirect_uri: &str,
        algorithm: SigningAlgorithm,
    ) -> Registration {
        let new = application::Create {
            tenant: tenant.id,
            name: "Project Portal".to_owned(),
            kind,
            redirect_uris: vec![redirect_uri.to_owned()],
            post_logout_redirect_uris: vec![redirect_uri.replace("/cb", "/")],
            algorithm,
            client: None,
            homepage: None,
        };
        let made = self.perform(new).await.expect("the application can be made");
        Registration {
            issuer: made.issuer,
            client_id: made.application.client_id.0,
            client_secret: made.secret.map(|s| s.expose().to_owned()),
            redirect_uri: redirect_uri.to_owned(),
            secret_in_form: false,
        }
    }

    /// A tenant and a web application, ready for sign-ins.
    pub async fn house(&self, domain: &str) -> House {
        let callbacks = Callbacks::start().await;
        let tenant = self.tenant("Alder Works", domain).await;
        let registration = self.application(&tenant, ApplicationType::Web, &callbacks.redirect_uri()).await;
        House { tenant, registration, callbacks }
    }

    /// Invites somebody, without a mail.
    pub async fn invite(&self, tenant: TenantId, address: &str) -> Invited {
        self.invite_with(tenant, address, None, false).await
    }

    /// Invites somebody by mail, with or without a place to go to in the end.
    pub async fn invite_with(
        &self,
        tenant: TenantId,
        address: &str,
        to: Option<&str>,
        send_mail: bool,
    ) -> Invited {
        let invitation = invitation::Create {
            redirect_url: to.map(str::to_owned),
            send_mail,
            ..invitation::Create::of(tenant, self::address(address))
        };
        self.perform(invitation).await.expect("the invitation can be made")
    }

    /// Blocks or unblocks a guest.
    pub async fn enable(&self, tenant: TenantId, guest: UserId, enabled: bool) -> Guest {
        let guest = GuestRef::Id(guest);
        let done = if enabled {
            self.perform(guest::Unblock { tenant, guest }).await
        } else {
            self.perform(guest::Block { tenant, guest }).await
        };
        done.expect("the guest can be switched")
    }

    /// A guest as `vestibule guest show` tells.
    pub async fn guest(&self, tenant: TenantId, address: &str) -> Guest {
        let guest = GuestRef::Address(self::address(address));
        self.perform(guest::Show { tenant, guest }).await.expect("the guest is there")
    }

    /// `vestibule policy set`, e.g. `otp=off`.
    pub async fn policy(&self, tenant: TenantId, assignment: &str) {
        let set = policy::Set { tenant, change: policy_change(assignment), effective_from: None };
        self.perform(set).await.expect("the policy can be set");
    }

    /// Switches a tenant on or off.
    pub async fn switch(&self, tenant: TenantId, on: bool) {
        let switched = if on {
            self.perform(tenant::Enable { tenant }).await
        } else {
            self.perform(tenant::Disable { tenant }).await
        };
        switched.expect("the tenant can be switched");
    }

    /// `vestibule app set`.
    pub async fn change(&self, tenant: TenantId, client: &str, change: ApplicationChange) {
        let client = ClientId(client.to_owned());
        let ApplicationChange { add_redirect_uris, remove_redirect_uris, enabled, sign_up, homepage } =
            change;
        let update = application::Update {
            tenant,
            client: client.clone(),
            add_redirect_uris,
            remove_redirect_uris,
            sign_up,
            homepage,
        };
        let changed = match enabled {
            Some(true) => self.perform(application::Enable { tenant, client }).await.map(drop),
            Some(false) => self.perform(application::Disable { tenant, client }).await.map(drop),
            None => Ok(()),
        };
        changed.expect("the application can be switched");
        self.perform(update).await.expect("the application can be changed");
    }
}
