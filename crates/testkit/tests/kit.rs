//! The kit proves itself: one whole sign-in on each stage that a flow can be played on.

use std::sync::Arc;

use vestibule_testkit::rp::Rp;

vestibule_testkit::flows! {
    /// From the application's request to verified claims, and once more without a page.
    pages_everywhere async fn a_whole_sign_in(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, "gina@guest.test").await;
        let rp = Rp::discover(house.registration.clone(), world.clock.clone()).await.unwrap();
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).sees("G01").types("gina@guest.test").sees("G06").await;
        gina.reads_code().enters_code().sees("G15").presses("primary").sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        let signed_in = rp.exchange(&asked, &came).await.unwrap();
        assert_eq!(signed_in.claims["email"], "gina@guest.test");
        let asked = rp.asks().with("prompt", "none").build();
        gina.opens(asked.url.as_str()).sees("app").await;
        let again = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!(again.claims["sub"], signed_in.claims["sub"]);
        let info = rp.userinfo(&again).await.unwrap();
        assert_eq!(info["email_verified"], true);
    }

    /// A second node on the same database finishes what the first began, and a restart changes nothing.
    async fn two_nodes_and_a_restart(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, "gina@guest.test").await;
        let number = world.server.add_node(Some(Arc::clone(&world.clock))).await;
        let node = world.server.node(number).listen;
        let via = Some((world.server.base_url().to_owned(), node));
        let rp = Rp::discover(house.registration.clone(), world.clock.clone()).await.unwrap();
        let mut gina = world.person_with(&vestibule_testkit::HttpOptions { via, ..Default::default() });
        gina.opens(rp.asks().build().url.as_str()).types("gina@guest.test").sees("G06").reads_code().await;
        assert!(!gina.code().is_empty());
        world.server.restart().await;
        let status = Rp::discover(house.registration.clone(), world.clock.clone()).await;
        assert!(status.is_ok(), "{status:?}");
    }
}
