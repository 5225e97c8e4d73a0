//! The toy method by itself.

use chrono::TimeDelta;
use serde_json::json;
use vestibule_core::Address;
use vestibule_signin::prove::toy;
use vestibule_store::testing;
use vestibule_testkit::office::House;
use vestibule_testkit::rp::Rp;
use vestibule_testkit::walk::{discovers, sign_ins, signs_in};
use vestibule_testkit::{HttpOptions, Person, World};

pub(crate) const GINA: &str = "gina@guest.test";

/// A tenant without codes, so that the chain comes to the toy, and gina invited.
pub(crate) async fn without_codes(world: &World) -> (House, Rp) {
    let house = world.office().house("alpha.test").await;
    world.office().invite(house.tenant.id, GINA).await;
    world.office().policy(house.tenant.id, "otp=off").await;
    let rp = discovers(world, &house).await;
    (house, rp)
}

/// The word of an address.
pub(crate) fn word(world: &World, house: &House, address: &str) -> String {
    let address = Address::parse(address).unwrap();
    toy::word(&world.server.app().vault, house.tenant.id, &address).unwrap()
}

pub(crate) fn rows(world: &World, from: &str) -> i64 {
    let sql = format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {from}");
    testing::lines(world.server.database_url(), &sql).unwrap()[0].parse().unwrap()
}

/// Up to the review, by the toy.
pub(crate) async fn proves(world: &World, house: &House, person: &mut Person, rp: &Rp, address: &str) {
    person.opens(rp.asks().build().url.as_str()).types(address).sees("toy").await;
    person.fills("word", &word(world, house, address)).presses("Prove").await;
}

vestibule_testkit::flows! {
    /// Chain, ledger, review, finish, log and tokens.
    async fn a_guest_comes_in_by_the_sixth_method(world) {
        let (house, rp) = without_codes(world).await;
        let mut gina = world.person().await;
        let asked = rp.asks().with("scope", "openid profile email offline_access").build();
        gina.opens(asked.url.as_str()).types(GINA).sees("toy").fills("word", "wrong").presses("Prove").sees("toy").await;
        assert_eq!((gina.page().await.status, rows(world, "sessions")), (422, 0));
        gina.fills("word", &word(world, &house, GINA)).presses("Prove").sees("G15").presses("Accept").sees("app").await;
        let signed_in = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        let claims = &signed_in.claims;
        assert_eq!((claims["acr"].as_str(), &claims["amr"], claims["idp"].as_str()), (Some("urn:vestibule:acr:single"), &json!(["pwd"]), Some("toy")));
        assert_eq!(claims["email_verified"], false, "nobody looked into the mailbox");
        for from in ["users WHERE pinned_method = 'toy' AND state = 'accepted'", "identities WHERE method = 'toy'", "sessions WHERE method = 'toy'", "sign_in_activity WHERE last_method = 'toy'"] {
            assert_eq!(rows(world, from), 1, "{from}");
        }
        let log = sign_ins(world, &house).await;
        let mut told: Vec<_> = log.iter().map(|r| (r.outcome.as_str(), r.error.as_deref(), r.method.as_deref())).collect();
        told.sort_unstable();
        assert_eq!(told, [("failure", Some("wrong"), Some("toy")), ("success", None, Some("toy"))]);
        let row = log.iter().find(|r| r.outcome == "success").unwrap();
        let steps = row.steps.as_array().unwrap();
        assert_eq!(steps.iter().map(|s| s["step"].as_str().unwrap()).collect::<Vec<_>>(), ["prove", "prove", "review", "finish"]);
        let trail = row.trail.as_array().unwrap();
        assert!(trail.iter().any(|t| t["step"] == "toy" && t["verdict"] == "offered"), "{trail:?}");
        assert!(trail.iter().any(|t| t["step"] == "passcode" && t["reason"] == "switchedOff"), "{trail:?}");
        // Single sign-on, refresh and userinfo read the session's evidence.
        let again = rp.asks().build();
        gina.opens(again.url.as_str()).sees("app").await;
        let more = rp.exchange(&again, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!(more.claims["idp"], "toy");
        assert!(rp.refresh(signed_in.refresh_token.as_deref().unwrap()).await.is_ok());
        assert!(rp.userinfo(&signed_in).await.is_ok());
        assert_eq!(world.mail.messages_to(GINA).len(), 0, "no code");
    }

    /// A level that a mailbox does not reach.
    async fn the_sixth_method_reaches_its_level(world) {
        let (house, rp) = without_codes(world).await;
        for (acr, there) in [("single", true), ("mailbox", true), ("mfa", false)] {
            world.wait(TimeDelta::hours(25));
            let mut gina = world.person().await;
            let essential = format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["urn:vestibule:acr:{acr}"]}}}}}}"#);
            gina.opens(rp.asks().with("claims", &essential).build().url.as_str()).types(GINA).sees("toy").await;
            let page = gina.fills("word", &word(world, &house, GINA)).presses("Prove").await;
            assert_eq!(["G15", "app"].contains(&page.test_id.as_str()), there, "{acr}: {}", page.summary());
            if page.test_id == "G15" {
                gina.presses("Accept").sees("app").await;
            }
        }
    }

    /// Double click, lost answer, Back, two tabs, a second node: nothing of it is the verifier's.
    async fn the_driver_repeats_for_the_sixth_method(world) {
        let (house, rp) = without_codes(world).await;
        let right = word(world, &house, GINA);
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("toy").fills("word", &right).double_presses("Prove").sees("G15").await;
        assert_eq!(rows(world, "interactions"), 1);
        gina.back().sees("G15").double_presses("Accept").sees("app").await;
        assert_eq!((rows(world, "sessions"), rows(world, "authorization_codes WHERE cancelled_at IS NULL AND used_at IS NULL")), (1, 1));
        world.wait(TimeDelta::hours(25));
        // The answer to the proof is lost; by then she has accepted, so the proof is also the end.
        let mut lost = world.person().await;
        lost.opens(rp.asks().build().url.as_str()).types(GINA).sees("toy").fills("word", &right).presses_and_loses("Prove").sees("app").await;
        assert_eq!(rows(world, "sessions WHERE ended_at IS NULL"), 2, "one more");
        world.wait(TimeDelta::hours(25));
        // Begun on one node, proven on the other, looked at in a second tab of the first.
        let second = world.server.add_node(None).await;
        let via = Some((world.server.base_url().to_owned(), world.server.node(second).listen));
        let mut there = world.person_with(&HttpOptions { via, ..HttpOptions::default() });
        let mut here = world.person().await;
        world.office().invite(house.tenant.id, "hugo@guest.test").await;
        here.opens(rp.asks().build().url.as_str()).types("hugo@guest.test").sees("toy").await;
        let page = here.page().await.url;
        there.http().jar = here.http().jar.clone();
        there.opens(page.as_str()).sees("toy").fills("word", &word(world, &house, "hugo@guest.test")).presses("Prove").sees("G15").await;
        here.http().jar = there.http().jar.clone();
        here.opens(page.as_str()).sees("G15").presses("Accept").sees("app").await;
    }

    /// HRD-01: out of turn is refused, a repeat leads on; and the budget of tries is the address's.
    async fn the_sixth_method_keeps_its_turn_and_budget(world) {
        let (house, rp) = without_codes(world).await;
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).sees("G01").await;
        let email = gina.page().await;
        let csrf = email.forms.iter().flat_map(|f| &f.fields).find(|f| f.name == "csrf").unwrap().value.clone();
        let mut url = email.url.clone();
        url.set_path(&format!("/{}/signin/toy", house.tenant.id));
        let mut request = gina.http().pressed("primary").unwrap();
        (request.url, request.body) = (url, format!("csrf={csrf}&word={}", word(world, &house, GINA)));
        let from = email.url.clone();
        let answer = gina.http().send(&request, Some(&from)).await.unwrap();
        assert_eq!((answer.status.as_u16(), rows(world, "interactions")), (400, 0), "no address yet");
        gina.types(GINA).sees("toy").await;
        for _ in 0..10 {
            gina.fills("word", "no").presses("Prove").sees("toy").await;
        }
        let page = gina.fills("word", &word(world, &house, GINA)).presses("Prove").await;
        assert_eq!((page.status, rows(world, "sessions")), (429, 0), "{}", page.summary());
        // Codes are asked for where codes are on, whatever else could be proven.
        world.office().policy(house.tenant.id, "otp=on").await;
        world.wait(TimeDelta::hours(25));
        signs_in(&mut world.person().await, &house, &rp, GINA).await;
    }
}
