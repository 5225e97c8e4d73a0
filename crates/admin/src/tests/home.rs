//! An application that is present in two tenants: its home defines it, each tenant switches its own presence.

use vestibule_core::access::{Actor, Role};
use vestibule_core::client::{Application, ApplicationSettings, ApplicationType, Audience, SigningAlgorithm};
use vestibule_core::ids::{ClientId, TenantId, UserId};
use vestibule_store as store;

use super::lab::{Lab, applications_of};
use crate::application::{Disable, Show, Update};
use crate::{AdminError, Conflict};

/// At home in alpha, present in beta.
async fn shared(lab: &Lab) -> ClientId {
    let client = ClientId("shared".to_owned());
    let application = Application {
        tenant: lab.alpha,
        id: uuid::Uuid::from_u128(9),
        client_id: client.clone(),
        name: "Shared".to_owned(),
        kind: ApplicationType::Spa,
        audience: Audience::Multi,
        sector: "shared".to_owned(),
        algorithm: SigningAlgorithm::Rs256,
        public: true,
        enabled: true,
        redirect_uris: Vec::new(),
        post_logout_redirect_uris: Vec::new(),
        settings: ApplicationSettings::default(),
    };
    let now = lab.app.clock.now();
    let principal = uuid::Uuid::from_u128(10);
    let insert =
        move |c: &mut store::Conn| store::applications::insert(c, &application, principal, None, now);
    lab.app.db.write(insert).await.unwrap().unwrap();
    lab.sql(
        "INSERT INTO service_principals (tenant_id, id, client_id, enabled, created_at) \
         SELECT x'0000000000000000000000000000000b', id, client_id, 1, created_at FROM service_principals \
         WHERE client_id = 'shared'",
    );
    client
}

fn administrator(tenant: TenantId) -> Actor {
    let roles = vec![Role::ApplicationAdministrator];
    Actor::User { tenant, user: UserId(uuid::Uuid::from_u128(7)), roles }
}

fn update(tenant: TenantId, client: &ClientId) -> Update {
    let add_redirect_uris = vec!["https://evil.test/cb".to_owned()];
    Update { add_redirect_uris, sign_up: Some(true), ..Update::of(tenant, client.clone()) }
}

/// ADM-01: who administers a tenant where an application is present switches it there, and changes
/// nothing of it; who administers its home does, and every tenant where it is present learns of it.
#[tokio::test]
async fn adm_01_an_application_is_changed_at_home() {
    let lab = Lab::open().await;
    let client = shared(&lab).await;
    let guest_tenant = administrator(lab.beta);
    let state = lab.look().state;
    let refused = lab.does(&guest_tenant, update(lab.beta, &client)).await;
    let elsewhere = Conflict::RegisteredElsewhere(client.clone());
    assert!(matches!(&refused, Err(AdminError::Conflict(conflict)) if *conflict == elsewhere), "{refused:?}");
    let refused = lab.does(&guest_tenant, update(lab.alpha, &client)).await;
    assert!(matches!(refused, Err(AdminError::Denied(_))), "{refused:?}");
    assert_eq!(lab.look().state, state);

    let before = lab.numbers();
    let switched = lab.does(&guest_tenant, Disable { tenant: lab.beta, client: client.clone() }).await;
    assert!(!switched.unwrap().enabled);
    let at_home = lab.succeeds(Show { tenant: lab.alpha, client: client.clone() }).await;
    assert!(at_home.enabled, "each tenant switches its own");
    let after = lab.numbers();
    for (whose, number) in &before {
        assert_eq!(after[whose], number + i64::from(*whose == applications_of(lab.beta)), "{whose}");
    }

    let updated = lab.does(&administrator(lab.alpha), update(lab.alpha, &client)).await.unwrap();
    assert!(updated.settings.sign_up && updated.redirect_uris.len() == 1);
    for (whose, number) in lab.numbers() {
        let present = [lab.alpha, lab.beta].map(applications_of).contains(&whose);
        assert_eq!(number, after[&whose] + i64::from(present), "{whose}");
    }
}
