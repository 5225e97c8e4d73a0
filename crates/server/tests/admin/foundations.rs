//! What everything stands on: identifiers that are never used again, caches with bounds, the deployment's epoch.

use chrono::TimeDelta;
use vestibule_core::ids::random_uuid;
use vestibule_store::testing;
use vestibule_testkit::browser::Request;
use vestibule_testkit::rp::RpError;
use vestibule_testkit::walk::{discovers, goes_through, signs_in, silently};

const GINA: &str = "gina@guest.test";

vestibule_testkit::flows! {
    /// ADR-11: whoever is invited again under the address of somebody who is gone is somebody else: another `sub`, another
    /// `oid`; and one address is two people in two tenants.
    async fn adr_11_an_address_is_not_an_identity(world) {
        let mut known = std::collections::BTreeSet::new();
        for domain in ["alpha.test", "beta.test"] {
            let house = world.office().house(domain).await;
            let rp = discovers(world, &house).await;
            for _ in 0..2 {
                world.office().invite(house.tenant.id, GINA).await;
                let claims = signs_in(&mut world.person().await, &house, &rp, GINA).await.claims;
                for name in ["sub", "oid"] {
                    let value = claims[name].as_str().unwrap().to_owned();
                    assert!(!value.contains("gina") && known.insert(value), "{name} of before");
                }
                let database = world.server.database_url().to_owned();
                for change in [
                    "UPDATE users SET deleted_at = created_at, principal_name = 'gone' WHERE address_key = 'gina@guest.test' AND deleted_at IS NULL",
                    "DELETE FROM user_addresses WHERE address_key = 'gina@guest.test'",
                    "DELETE FROM identities WHERE subject = 'gina@guest.test'",
                    "UPDATE users SET principal_name = 'gone-' || address_key || created_at WHERE principal_name = 'gone'",
                ] {
                    testing::execute(&database, change).unwrap();
                }
                world.wait(TimeDelta::hours(2));
            }
        }
        assert_eq!(known.len(), 8);
    }

    /// DOS-05: after thousands of tenants, domains, applications, hosts and languages that nobody has, every cache is
    /// within its bound.
    async fn dos_05_every_cache_has_a_bound(world) {
        let house = world.office().house("alpha.test").await;
        let base = world.server.base_url();
        let mut eve = world.person().await;
        for number in 0..400 {
            let id = random_uuid(world.server.app().random.as_ref());
            let known = format!("{base}/{}/oauth2/v2.0/authorize?client_id={id}&redirect_uri=https://a.test/", house.tenant.id);
            for url in [format!("{base}/{id}/v2.0/.well-known/openid-configuration"), format!("{base}/d{number}.test/signin/help"), known] {
                let mut request = Request::get(format!("{url}{}ui_locales=x{number}", if url.contains('?') { "&" } else { "?" }).parse().unwrap());
                request.headers.insert("accept-language", format!("q{number}").parse().unwrap());
                let answer = eve.http().send(&request, None).await.unwrap();
                assert!(answer.status.as_u16() < 500, "{url}: {}", answer.status);
            }
        }
        for cache in world.server.app().cache_stats() {
            assert!(cache.entries <= cache.bound.min(16), "{cache:?}");
        }
    }

    /// CON-04: a raised epoch ends sessions, interactions, codes and families of before it; the application's secret and an
    /// open invitation live on.
    async fn con_04_the_epoch_ends_what_was_before(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let invitation = world.office().invite(house.tenant.id, "paul@guest.test").await.redeem_url;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        let asked = rp.asks().with("scope", "openid offline_access").build();
        goes_through(&mut gina, &asked, GINA).await;
        let came = house.callbacks.next().await.unwrap();
        let signed_in = rp.exchange(&asked, &came).await.unwrap();
        world.wait(TimeDelta::seconds(61));
        let mut half = world.person().await;
        half.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        world.server.app().db.write(testing::changes::raise_epoch).await.unwrap().unwrap();
        assert_eq!(silently(&mut gina, &house, &rp).await.as_deref(), Some("login_required"), "the session");
        half.enters_code().await;
        assert_ne!(half.page().await.test_id, "app", "the interaction and its code");
        let refresh = signed_in.refresh_token.clone().unwrap();
        assert_eq!(rp.refresh(&refresh).await.unwrap_err(), RpError::OAuth("invalid_grant".to_owned()), "the family");
        world.wait(TimeDelta::seconds(61));
        signs_in(&mut world.person().await, &house, &rp, GINA).await;
        let mut paul = world.person().await;
        paul.opens(&invitation).sees("G17").await;
    }
}
