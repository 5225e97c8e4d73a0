//! Documents that another release wrote, policies that are to come, and nodes that are older (CON-06).

use chrono::TimeDelta;
use vestibule_admin::policy::{Cancel, Set};
use vestibule_admin::{AdminError, Conflict};
use vestibule_core::client::ApplicationType;
use vestibule_core::policies::PolicyKind;
use vestibule_core::release::Release;
use vestibule_testkit::World;
use vestibule_testkit::office::policy_change;

use vestibule_testkit::walk::{discovers, signs_in};

const GINA: &str = "gina@guest.test";
const RAISED: &str = "UPDATE tenants SET change_number = change_number + 1";

/// Writes as another release would.
fn writes(world: &World, sql: &str) {
    vestibule_store::testing::execute(world.server.database_url(), &format!("{sql}; {RAISED}")).unwrap();
}

vestibule_testkit::flows! {
    /// Settings with keys of tomorrow hold as before, and are not written anew by a release that would lose them.
    async fn con_06_unknown_keys_of_settings_are_ignored(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        world.office().invite(house.tenant.id, GINA).await;
        world.office().policy(house.tenant.id, r#"settings={"contact":"it@alpha.test","code":{"lifetimeMinutes":10}}"#).await;
        writes(world, r#"UPDATE tenant_settings SET settings = '{"contact":"it@alpha.test","glow":{"x":1},"code":{"lifetimeMinutes":10,"font":"serif"}}'"#);
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        world.wait(TimeDelta::minutes(9));
        gina.enters_code().sees("G15").presses("Accept").sees("app").await;
        house.callbacks.next().await.unwrap();
        let change = policy_change(r#"settings={"contact":"other@alpha.test"}"#);
        let refused = world.office().perform(Set { tenant: house.tenant.id, change, effective_from: None }).await;
        assert!(matches!(&refused, Err(AdminError::Conflict(Conflict::NewerSettings(keys))) if keys == "code.font, glow"), "{refused:?}");
    }

    /// The same of an application: a key of tomorrow is ignored, a word of tomorrow in a key of today is an error, and of
    /// that application alone.
    async fn con_06_settings_of_an_application(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        let second = world.office().application(&house.tenant, ApplicationType::Web, &house.callbacks.redirect_uri()).await;
        let other = vestibule_testkit::protocol::rp(world, &second).await;
        world.office().invite(house.tenant.id, GINA).await;
        let raised = "UPDATE tenants SET applications_number = applications_number + 1";
        writes(world, &format!(r#"UPDATE applications SET settings = '{{"glow":1}}'; {raised}"#));
        let mut gina = world.person().await;
        signs_in(&mut gina, &house, &rp, GINA).await;
        let client = &second.client_id;
        writes(world, &format!(r#"UPDATE applications SET settings = '{{"pkce":"tomorrow"}}' WHERE client_id = '{client}'; {raised}"#));
        let page = gina.opens(other.asks().build().url.as_str()).await;
        assert_eq!(page.status, 503, "the node that wrote it may serve the next try: {}", page.summary());
        gina.opens(rp.asks().build().url.as_str()).sees("app").await;
    }

    /// A control of tomorrow blocks at the applications that its rule names, and nowhere else; what is beside it holds.
    async fn con_06_an_unknown_control_blocks_whom_it_names(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        let second = world.office().application(&house.tenant, ApplicationType::Web, &house.callbacks.redirect_uri()).await;
        let other = vestibule_testkit::protocol::rp(world, &second).await;
        world.office().invite(house.tenant.id, GINA).await;
        world.office().policy(house.tenant.id, "access=[]").await;
        let client = &house.registration.client_id;
        writes(world, &format!(
            r#"UPDATE policies SET document = '[{{"name":"tomorrow","applications":["{client}"],"control":{{"kind":"compliantDevice"}}}}]'"#
        ));
        let mut gina = world.person().await;
        let page = gina.opens(rp.asks().build().url.as_str()).sees("G27").await;
        assert_eq!(page.status, 403);
        assert!(world.mail.messages().is_empty(), "kept out before anything is sent");
        signs_in(&mut gina, &house, &other, GINA).await;
        // Her session at the other application opens nothing here.
        gina.opens(rp.asks().build().url.as_str()).sees("G27").await;
        let shown = world.office().perform(vestibule_admin::policy::Show { tenant: house.tenant.id }).await.unwrap();
        assert_eq!((shown.unread.len(), shown.access.len()), (1, 0), "an administrator sees why: {shown:?}");
    }

    /// While a node lives that could not read a document, it is not written, and the node is named; settings are.
    async fn con_06_no_document_that_a_living_node_cannot_read(world) {
        let house = world.office().house("alpha.test").await;
        let (app, tenant) = (world.server.app(), house.tenant.id);
        let old = Release(Release::FIRST.0 - 1);
        let (id, now) = (uuid::Uuid::from_u128(5), app.now());
        let beat = app.db.write(move |c| vestibule_store::nodes::beat(c, id, "berlin-2 (10.0.0.7:443)", old, now));
        beat.await.unwrap().unwrap();
        for assignment in ["otp=off", "access=[]", r#"domains={"allow":[]}"#] {
            let set = Set { tenant, change: policy_change(assignment), effective_from: None };
            let refused = world.office().perform(set).await.unwrap_err();
            assert_eq!(refused.to_string(), "the node berlin-2 (10.0.0.7:443) is of release 0 and cannot read this: it needs release 1");
        }
        world.office().policy(tenant, r#"settings={"contact":"it@alpha.test"}"#).await;
        app.db.write(move |c| vestibule_store::nodes::leave(c, id)).await.unwrap().unwrap();
        world.office().policy(tenant, "otp=off").await;
    }

    /// DOS-05: what waits for its date is bounded, in whichever order it is scheduled; and a tenant that is switched off can
    /// be prepared.
    async fn dos_05_what_is_scheduled_is_bounded(world) {
        let tenant = world.office().tenant("Alder Works", "alpha.test").await.id;
        let schedule = async |hours: i64| {
            let effective_from = Some(world.now() + TimeDelta::hours(hours));
            world.office().perform(Set { tenant, change: policy_change("otp=off"), effective_from }).await
        };
        for hours in 1..=50 {
            schedule(hours).await.unwrap();
        }
        for hours in [99, 1] {
            let refused = schedule(hours).await;
            assert!(matches!(refused, Err(AdminError::Conflict(Conflict::TooManyScheduled))), "{refused:?}");
        }
        world.office().switch(tenant, false).await;
        let shown = world.office().perform(Cancel { tenant, kind: PolicyKind::Otp }).await.unwrap();
        assert!(shown.scheduled.is_empty());
        world.office().policy(tenant, "otp=off").await;
        let shown = world.office().perform(vestibule_admin::policy::Show { tenant }).await.unwrap();
        assert!(!shown.passcode);
    }

    /// A policy with a date comes into force by itself, at its moment and on every node; cancelled before, never.
    async fn policies_come_into_force_by_date(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        world.office().invite(house.tenant.id, GINA).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &house, &rp, GINA).await;
        let tenant = house.tenant.id;
        let off = async |hours: i64| {
            let effective_from = Some(world.now() + TimeDelta::hours(hours));
            world.office().perform(Set { tenant, change: policy_change("otp=off"), effective_from }).await
        };
        assert!(matches!(off(0).await, Err(AdminError::Invalid(_))), "not in the past");
        let shown = off(2).await.unwrap();
        assert_eq!((shown.passcode, shown.scheduled.len()), (true, 1));
        let shown = world.office().perform(Cancel { tenant, kind: PolicyKind::Otp }).await.unwrap();
        assert!(shown.scheduled.is_empty());
        assert!(matches!(world.office().perform(Cancel { tenant, kind: PolicyKind::Otp }).await, Err(AdminError::NotFound(_))));
        off(4).await.unwrap();
        world.wait(TimeDelta::hours(3));
        gina.opens(rp.asks().with("prompt", "none").build().url.as_str()).sees("app").await;
        assert!(house.callbacks.next().await.unwrap().get("code").is_some(), "the first was cancelled");
        world.wait(TimeDelta::hours(1));
        gina.opens(rp.asks().build().url.as_str()).await;
        let mut other = world.person().await;
        let page = other.opens(rp.asks().build().url.as_str()).types(GINA).await;
        assert_eq!(page.test_id, "G27", "no way is left: {}", page.summary());
        let shown = world.office().perform(vestibule_admin::policy::Show { tenant }).await.unwrap();
        assert_eq!((shown.passcode, shown.scheduled.len()), (false, 0));
    }
}
