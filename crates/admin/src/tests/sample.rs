//! An input for every use case. One without does not compile: the table is gone through by a macro.

use vestibule_core::client::{ApplicationType, SigningAlgorithm};
use vestibule_core::ids::{ClientId, TenantId};
use vestibule_core::urls::Urls;
use vestibule_core::{Address, Domain};

use super::lab::Lab;
use crate::guest::GuestRef;
use crate::policy::PolicyChange;
use crate::tenant::TenantRef;
use crate::{UseCase, application, deployment, discovery, guest, invitation, key, log, mail, policy, tenant};
use vestibule_core::policies::PolicyKind;

/// An input that makes a difference in this tenant; what has to be so before is made so.
pub(super) trait Sample: UseCase {
    fn sample(lab: &Lab, tenant: TenantId) -> Self;
}

/// The guest of a tenant.
pub(super) fn guest(tenant: TenantId) -> Address {
    Address::parse(&format!("gina@guest{}.test", tenant.0.as_u128())).unwrap()
}

/// The application of a tenant.
pub(super) fn client(tenant: TenantId) -> ClientId {
    ClientId(format!("app-{}", tenant.0.as_u128()))
}

/// A new application.
pub(super) fn application(tenant: TenantId, client: Option<ClientId>) -> application::Create {
    application::Create {
        tenant,
        name: "Portal".to_owned(),
        kind: ApplicationType::Web,
        redirect_uris: vec!["https://app.test/cb".to_owned()],
        post_logout_redirect_uris: Vec::new(),
        algorithm: SigningAlgorithm::Es256,
        client,
        homepage: None,
    }
}

/// A domain that nobody has.
fn domain(lab: &Lab) -> Domain {
    let taken = lab.lines("SELECT COUNT(*) AS line FROM tenant_domains").remove(0);
    Domain::parse(&format!("domain{taken}.test")).unwrap()
}

macro_rules! samples {
    ($($noun:ident::$verb:ident: |$lab:pat_param, $tenant:pat_param| $sample:expr;)+) => {
        $(impl Sample for $noun::$verb {
            fn sample($lab: &Lab, $tenant: TenantId) -> Self {
                $sample
            }
        })+
    };
}

samples! {
    tenant::Create: |lab, _| tenant::Create { name: "New".into(), domain: domain(lab), id: None, admin: None };
    tenant::Resolve: |lab, _| tenant::Resolve(TenantRef::Id(lab.alpha));
    tenant::Show: |_, tenant| tenant::Show { tenant };
    tenant::List: |_, _| tenant::List;
    tenant::Enable: |lab, tenant| {
        lab.sql("UPDATE tenants SET state = 'disabled'");
        tenant::Enable { tenant }
    };
    tenant::Disable: |_, tenant| tenant::Disable { tenant };
    tenant::AddDomain: |lab, tenant| tenant::AddDomain { tenant, domain: domain(lab) };
    application::Create: |_, tenant| application(tenant, None);
    application::Update: |_, tenant| {
        application::Update { sign_up: Some(true), ..application::Update::of(tenant, client(tenant)) }
    };
    application::Enable: |lab, tenant| {
        lab.sql("UPDATE service_principals SET enabled = 0");
        application::Enable { tenant, client: client(tenant) }
    };
    application::Disable: |_, tenant| application::Disable { tenant, client: client(tenant) };
    application::Show: |_, tenant| application::Show { tenant, client: client(tenant) };
    application::List: |_, tenant| application::List { tenant };
    policy::Set: |_, tenant| policy::Set { tenant, change: PolicyChange::Passcode { on: true }, effective_from: None };
    policy::Cancel: |lab, tenant| {
        lab.sql(
            "INSERT INTO policies (tenant_id, kind, version, document, effective_from, created_at) \
             SELECT id, 'domains', 1 + (SELECT COUNT(*) FROM policies), '{}', 4000000000000000, 1 FROM tenants",
        );
        policy::Cancel { tenant, kind: PolicyKind::Domains }
    };
    policy::Show: |_, tenant| policy::Show { tenant };
    guest::Block: |_, tenant| guest::Block { tenant, guest: GuestRef::Address(guest(tenant)) };
    guest::Unblock: |lab, tenant| {
        lab.sql("UPDATE users SET enabled = 0");
        guest::Unblock { tenant, guest: GuestRef::Address(guest(tenant)) }
    };
    guest::Show: |_, tenant| guest::Show { tenant, guest: GuestRef::Address(guest(tenant)) };
    guest::List: |_, tenant| guest::List::of(tenant);
    invitation::Create: |_, tenant| invitation::Create::of(tenant, guest(tenant));
    discovery::Explain: |_, tenant| discovery::Explain { tenant, address: guest(tenant), client: Some(client(tenant)) };
    log::SignIns: |_, tenant| log::SignIns { tenant, after: None, limit: 10 };
    log::Head: |_, tenant| log::Head { tenant };
    mail::Queue: |_, _| mail::Queue { limit: 10 };
    key::Rotate: |lab, _| {
        lab.sql("DELETE FROM signing_keys WHERE active_from > published_at");
        key::Rotate
    };
    key::List: |_, _| key::List;
    deployment::SetBaseUrl: |lab, _| {
        let base = lab.lines("SELECT base_url AS line FROM deployment").remove(0);
        let other = if base == "https://a.test" { "https://b.test" } else { "https://a.test" };
        deployment::SetBaseUrl(Urls::parse(other).unwrap())
    };
}

/// Makes good what samples did.
pub(super) fn reset(lab: &Lab) {
    lab.sql(
        "UPDATE tenants SET state = 'active'; UPDATE users SET enabled = 1; \
         UPDATE service_principals SET enabled = 1; UPDATE applications SET settings = '{}'",
    );
}
