//! Ten thousand tenants: what changes is loaded anew, and nothing else (architecture section 7).

use chrono::TimeDelta;
use uuid::Uuid;
use vestibule_app::bootstrap::{self, DeploymentOptions};
use vestibule_app::vault::KeyPurpose;
use vestibule_app::{App, Target};
use vestibule_core::ids::TenantId;
use vestibule_store::tenants::{self, NewDomain, NewTenant};
use vestibule_testkit::World;
use vestibule_testkit::protocol::*;

const TENANTS: u128 = 10_000;
/// Those whose pages are opened.
const OPENED: u128 = 60;

fn id(number: u128) -> TenantId {
    TenantId(Uuid::from_u128((1 << 100) + number))
}

async fn founds(world: &World) {
    let app = world.server.app();
    let (now, sealed) = (app.clock.now(), |id: TenantId| {
        app.vault.seal(KeyPurpose::Pairwise, &[b"tenants", id.0.as_bytes()], &[7; 32]).unwrap()
    });
    let rows: Vec<_> = (0..TENANTS)
        .map(|number| {
            let (id, domain) = (id(number), format!("t{number}.test"));
            let domain = NewDomain {
                tenant_id: id,
                domain,
                is_default: true,
                verified_at: Some(now),
                created_at: now,
            };
            (NewTenant { id, name: "Small".into(), pairwise_key: sealed(id), created_at: now }, domain)
        })
        .collect();
    let written = app.db.write_bulk(move |c| {
        rows.iter().try_for_each(|(tenant, domain)| {
            tenants::insert(c, tenant, std::slice::from_ref(domain), &serde_json::json!({}))
        })
    });
    written.await.unwrap().unwrap();
}

/// Opens a page of each of some tenants.
async fn opens(world: &World) {
    for number in 0..OPENED {
        let page = get(world, &format!("{}/{}/signin/help", world.server.base_url(), id(number))).await;
        assert_eq!(page.status, 200);
    }
}

/// How often tenants and keys were loaded.
fn loads(world: &World) -> (u64, u64) {
    let stats = world.server.app().cache_stats();
    let of = |name| stats.iter().find(|cache| cache.name == name).unwrap().loads.unwrap();
    (of("tenants"), of("keys"))
}

vestibule_testkit::flows! {
    /// Rule 6, DOS-05: a change in one tenant reloads that one, a rotation of keys the keys, a new application nothing of a
    /// tenant but itself; and a domain or tenant more reloads nobody else.
    async fn dos_05_a_change_reloads_what_it_concerns(world) {
        founds(world).await;
        let house = world.office().house("alpha.test").await;
        let jwks = format!("{}/{}/discovery/v2.0/keys", world.server.base_url(), house.tenant.id);
        let everything = async || {
            opens(world).await;
            world.wait(TimeDelta::seconds(2));
            assert_eq!(get(world, &jwks).await.status, 200);
        };
        everything().await;
        let first = loads(world);
        assert_eq!(first, (u64::try_from(OPENED).unwrap() + 1, 1));
        everything().await;
        assert_eq!(loads(world), first, "what is known is not loaded");
        world.office().policy(id(7), "otp=off").await;
        everything().await;
        assert_eq!(loads(world), (first.0 + 1, 1), "the one that changed");
        rotates(world).await;
        everything().await;
        assert_eq!(loads(world), (first.0 + 1, 2), "the keys");
        let another = world.office().tenant("Another", "another.test").await;
        world.office().application(&another, vestibule_core::client::ApplicationType::Web, "https://app.another.test/cb").await;
        everything().await;
        assert_eq!(loads(world), (first.0 + 1, 2), "another tenant, its domain and its application");
        let alg = vestibule_core::client::SigningAlgorithm::EdDsa;
        world.office().application_with(&another, vestibule_core::client::ApplicationType::Web, "https://b.another.test/cb", alg).await;
        everything().await;
        assert_eq!(loads(world), (first.0 + 1, 3), "the first key of an algorithm");
        // A round of the sweep, which runs every ten minutes, writes nothing where nothing has ended.
        let app = beside(world).await;
        vestibule_jobs::sweep::once(&app).await.unwrap();
        assert_eq!(app.db.stats().write_jobs, 0);
    }
}

/// The same deployment, opened by somebody who runs no jobs.
async fn beside(world: &World) -> App {
    let opening = DeploymentOptions {
        target: Target::parse(world.server.database_url()).unwrap(),
        readers: 1,
        root_key: world.server.root_key().duplicate(),
        base_url: None,
        site: None,
        mail_from: None,
        source_limits: Vec::new(),
        sends: false,
        default_base_url: world.server.base_url().to_owned(),
    };
    let (clock, random) = (world.clock.clone(), world.server.app().random.clone());
    tokio::task::spawn_blocking(move || bootstrap::open(opening, clock, random)).await.unwrap().unwrap()
}

async fn rotates(world: &World) {
    world.office().perform(vestibule_admin::key::Rotate).await.unwrap();
}
