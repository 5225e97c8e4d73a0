//! The operator's desk: tenants, applications and guests by the use cases that the command line calls.

use vestibule_admin::applications::{self, ApplicationChange, NewApplicationInput};
use vestibule_admin::guests::{self, Guest};
use vestibule_admin::invitations::{self, InviteInput, Invited};
use vestibule_admin::policy;
use vestibule_admin::tenants::{self, NewTenantInput, Tenant};
use vestibule_app::Context;
use vestibule_core::access::Actor;
use vestibule_core::client::{ApplicationType, SigningAlgorithm};
use vestibule_core::ids::{TenantId, UserId};

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
    /// The tenant.
    pub tenant: Tenant,
    /// The application.
    pub registration: Registration,
    /// Where browsers come back.
    pub callbacks: Callbacks,
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

    /// Makes a tenant with one verified domain and a first administrator `admin@` it.
    pub async fn tenant(&self, name: &str, domain: &str) -> Tenant {
        let input = NewTenantInput {
            name: name.to_owned(),
            domain: domain.to_owned(),
            id: None,
            admin: Some(format!("admin@{domain}")),
        };
        let made = tenants::create(self.server.app(), &self.context(), &Actor::Operator, input).await;
        made.expect("the tenant can be made")
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
        let input = NewApplicationInput {
            name: "Project Portal".to_owned(),
            kind,
            redirect_uris: vec![redirect_uri.to_owned()],
            post_logout_redirect_uris: vec![redirect_uri.replace("/cb", "/")],
            algorithm,
            id: None,
            homepage: None,
        };
        let made =
            applications::create(self.server.app(), &self.context(), &Actor::Operator, tenant.id, input)
                .await;
        let made = made.expect("the application can be made");
        Registration {
            issuer: made.issuer,
            client_id: made.client_id.0,
            client_secret: made.client_secret,
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
        let input = InviteInput {
            address: address.to_owned(),
            redirect_url: to.map(str::to_owned),
            inviter: None,
            send_mail,
            display_name: None,
            message: None,
        };
        let invited =
            invitations::invite(self.server.app(), &self.context(), &Actor::Operator, tenant, input).await;
        invited.expect("the invitation can be made")
    }

    /// Blocks or unblocks a guest.
    pub async fn enable(&self, tenant: TenantId, guest: UserId, enabled: bool) -> Guest {
        let (app, name) = (self.server.app(), guest.to_string());
        let done = guests::set_enabled(app, &self.context(), &Actor::Operator, tenant, &name, enabled).await;
        done.expect("the guest can be switched")
    }

    /// A guest as `vestibule guest show` tells.
    pub async fn guest(&self, tenant: TenantId, address: &str) -> Guest {
        let shown = guests::show(self.server.app(), &self.context(), &Actor::Operator, tenant, address).await;
        shown.expect("the guest is there")
    }

    /// `vestibule policy set`, e.g. `otp=off`.
    pub async fn policy(&self, tenant: TenantId, assignment: &str) {
        let set = policy::set(self.server.app(), &self.context(), &Actor::Operator, tenant, assignment).await;
        set.expect("the policy can be set");
    }

    /// `vestibule app set`.
    pub async fn change(&self, tenant: TenantId, client: &str, change: ApplicationChange) {
        let app = self.server.app();
        let set = applications::change(app, &self.context(), &Actor::Operator, tenant, client, change).await;
        set.expect("the application can be changed");
    }
}
