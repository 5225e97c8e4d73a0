//! Acceptance 8, CON-01, CLA-05, N-16: what a command changes beside running nodes holds on the next request at each of them.

use vestibule_admin::application::{Disable, Enable, Update};
use vestibule_admin::policy;
use vestibule_core::ClientId;
use vestibule_testkit::office::{perform, policy_change};
use vestibule_testkit::protocol::*;
use vestibule_testkit::rp::Rp;
use vestibule_testkit::{Database, HttpOptions, World};

const ROUNDS: usize = 50;

/// The nodes that serve: two on one PostgreSQL, one on a file of `SQLite`; and one more `App` that only commands use.
async fn nodes(world: &mut World) -> (Vec<usize>, std::sync::Arc<vestibule_app::App>) {
    let serving = if world.database == Database::Postgres {
        vec![0, world.server.add_node(None).await]
    } else {
        vec![0]
    };
    let desk = world.server.add_node(None).await;
    (serving, world.server.node(desk).app.clone())
}

/// What a node answers to a request: 303 to the sign-in, or a page.
async fn answered(world: &World, node: usize, rp: &Rp) -> (u16, bool) {
    let url = rp.asks().build().url;
    let target = format!("{}?{}", url.path(), url.query().unwrap());
    let answer = send_to(world, node, Wire { method: "GET", target: &target, headers: &[], body: b"" }).await;
    (answer.status, answer.header("location").contains("/signin"))
}

vestibule_testkit::flows! {
    /// A redirect URI taken back and given again, 50 times each: 100 of 100 at each node.
    async fn con_01_cla_05_a_redirect_uri_holds_on_the_next_request(world) {
        let (house, web) = desk(world).await;
        let (serving, app) = nodes(world).await;
        let (tenant, client, uri) = (house.tenant.id, ClientId(house.registration.client_id.clone()), house.registration.redirect_uri.clone());
        for round in 0..ROUNDS {
            for gone in [true, false] {
                let one = vec![uri.clone()];
                let plain = Update::of(tenant, client.clone());
                let update = if gone {
                    Update { remove_redirect_uris: one, ..plain }
                } else {
                    Update { add_redirect_uris: one, ..plain }
                };
                perform(&app, update).await.unwrap();
                for node in &serving {
                    let expected = if gone { (400, false) } else { (303, true) };
                    assert_eq!(answered(world, *node, &web).await, expected, "round {round} at node {node}");
                }
            }
        }
    }

    /// An application switched off and on.
    async fn con_01_cla_05_a_switch_of_an_application_holds_on_the_next_request(world) {
        let (house, web) = desk(world).await;
        let (serving, app) = nodes(world).await;
        let (tenant, client) = (house.tenant.id, ClientId(house.registration.client_id.clone()));
        let form = encoded(&[("token", "x")]);
        let target = format!("/{tenant}/oauth2/v2.0/revoke");
        let authorization = basic(&house.registration);
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", authorization.as_str())];
        for round in 0..ROUNDS {
            world.wait(chrono::TimeDelta::seconds(5)); // failures per minute are bounded (CLA-02)
            for on in [false, true] {
                let client = client.clone();
                if on {
                    perform(&app, Enable { tenant, client }).await.unwrap();
                } else {
                    perform(&app, Disable { tenant, client }).await.unwrap();
                }
                for node in &serving {
                    let wire = Wire { method: "POST", target: &target, headers: &headers, body: form.as_bytes() };
                    assert_eq!(send_to(world, *node, wire).await.status, if on { 200 } else { 401 }, "round {round} at node {node}");
                    let expected = if on { (303, true) } else { (400, false) };
                    assert_eq!(answered(world, *node, &web).await, expected, "round {round} at node {node}");
                }
            }
        }
    }

    /// The passcode switched off and on: a trip that has begun goes no further, at each node.
    async fn con_01_otp_13_a_switch_of_the_passcode_holds_on_the_next_request(world) {
        let (house, web) = desk(world).await;
        let (serving, app) = nodes(world).await;
        let mut people = Vec::new();
        for node in &serving {
            let via = Some((world.server.base_url().to_owned(), world.server.node(*node).listen));
            let mut one = world.person_with(&HttpOptions { via, ..HttpOptions::default() });
            one.opens(web.asks().with("login_hint", GINA).build().url.as_str()).await;
            let page = one.page().await;
            assert_ne!(page.test_id, "G27", "{}", page.summary());
            people.push((one, page.test_id));
        }
        for round in 0..ROUNDS {
            for (rule, off) in [("otp=off", true), ("otp=on", false)] {
                let set = policy::Set { tenant: house.tenant.id, change: policy_change(rule), effective_from: None };
                perform(&app, set).await.unwrap();
                for (person, page) in &mut people {
                    let shown = person.reloads().await;
                    let expected = if off { "G27" } else { page.as_str() };
                    assert_eq!(shown.test_id, expected, "round {round}: {}", shown.summary());
                }
            }
        }
    }
}
