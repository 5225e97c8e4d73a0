//! What was found by attacking: a cookie of before the proof, another person's session, sessions that are too old.

use chrono::TimeDelta;
use vestibule_core::numbers::REPEATS_PER_CODE;
use vestibule_testkit::browser::Request;
use vestibule_testkit::walk::{discovers, goes_through, sign_ins, signs_in};
use vestibule_testkit::{Person, World};

const GINA: &str = "gina@guest.test";
const EVE: &str = "eve@evil.test";
const PAUL: &str = "paul@guest.test";

/// Somebody who copied the cookies of a browser.
async fn thief(world: &World, victim: &mut Person) -> Person {
    let mut thief = world.person().await;
    for cookie in victim.http().jar.cookies().to_vec() {
        thief.http().jar.put(cookie);
    }
    thief
}

/// Of the page that is shown.
async fn form_token(person: &mut Person) -> String {
    let html = person.page().await.html;
    let (_, rest) = html.split_once("name=\"csrf\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

vestibule_testkit::flows! {
    /// SES-04, OTP-14: who copied the cookies and the form's token before the proof gets nothing by them after it, neither
    /// where a review was agreed to nor where none was asked for.
    async fn ses_04_otp_14_cookies_of_before_the_proof_open_nothing(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        for round in 0..2 {
            let mut gina = world.person().await;
            let asked = rp.asks().build();
            gina.opens(asked.url.as_str()).types(GINA).sees("G06").await;
            let (page, token) = (gina.page().await.url, form_token(&mut gina).await);
            let mut thief = thief(world, &mut gina).await;
            gina.reads_code().enters_code().await;
            if round == 0 {
                gina.sees("G15").presses("Accept").await;
            }
            gina.sees("app").await;
            let came = house.callbacks.next().await.unwrap();
            let mut review = page.clone();
            review.set_path(&page.path().replace("/signin/code", "/signin/review"));
            let press = Request::post(review, format!("do=accept&csrf={token}"));
            let answer = thief.http().send(&press, Some(&page)).await.unwrap();
            assert!(answer.location().is_none(), "round {round}: {:?}", answer.location());
            assert!(answer.set_cookies().iter().all(|c| !c.contains("vs.")), "round {round}");
            assert!(rp.exchange(&asked, &came).await.is_ok(), "round {round}: the guest's own code holds");
            world.wait(TimeDelta::seconds(61));
        }
    }

    /// OTP-04, OTP-14: after the success too every look at digits is counted first; beyond the bound nothing is compared.
    async fn otp_04_repeats_are_counted_too(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        signs_in(&mut world.person().await, &house, &rp, GINA).await;
        world.wait(TimeDelta::seconds(61));
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let (page, token, code) = (gina.page().await.url, form_token(&mut gina).await, gina.code().to_owned());
        let mut copy = thief(world, &mut gina).await;
        gina.enters_code().sees("app").await;
        let wrong = if code == "00000000" { "00000001" } else { "00000000" };
        for _ in 0..REPEATS_PER_CODE {
            let press = Request::post(page.clone(), format!("code={wrong}&csrf={token}"));
            assert!(copy.http().send(&press, Some(&page)).await.unwrap().location().is_none());
        }
        let press = Request::post(page.clone(), format!("code={code}&csrf={token}"));
        let answer = copy.http().send(&press, Some(&page)).await.unwrap();
        assert!(answer.location().is_none(), "the right digits, after too many wrong ones");
    }

    /// OID-11, OID-13: the application named somebody: neither another person's session nor another person's proof answers.
    async fn oid_13_nobody_but_the_named_person_is_answered(world) {
        let house = world.office().house("alpha.test").await;
        for address in [GINA, PAUL] {
            world.office().invite(house.tenant.id, address).await;
        }
        let rp = discovers(world, &house).await;
        let paul = signs_in(&mut world.person().await, &house, &rp, PAUL).await;
        let sub = paul.claims["sub"].as_str().unwrap().to_owned();
        let mut gina = world.person().await;
        signs_in(&mut gina, &house, &rp, GINA).await;
        world.wait(TimeDelta::seconds(61));
        let wish = format!("{{\"id_token\":{{\"sub\":{{\"value\":\"{sub}\"}}}}}}");
        for (name, value) in [("id_token_hint", paul.id_token.as_str()), ("claims", wish.as_str())] {
            let asked = rp.asks().with(name, value).build();
            gina.opens(asked.url.as_str()).await;
            assert_ne!(gina.page().await.test_id, "app", "{name}: her session answered for paul");
            goes_through(&mut gina, &asked, GINA).await;
            let came = house.callbacks.next().await.unwrap();
            assert_eq!(came.get("error"), Some("login_required"), "{name}: her proof answered for paul");
            let asked = rp.asks().with(name, value).build();
            let mut himself = world.person().await;
            goes_through(&mut himself, &asked, PAUL).await;
            let signed_in = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
            assert_eq!(signed_in.claims["sub"].as_str(), Some(sub.as_str()), "{name}");
            world.wait(TimeDelta::seconds(61));
        }
        assert!(sign_ins(world, &house).await.iter().any(|row| row.error.as_deref() == Some("other-person")));
    }

    /// SES-04, OID-12: a trip whose own proof has all it needs ends by a press of its own, as the person who proved it, and
    /// never as whoever else the browser is signed in as.
    async fn ses_04_a_proof_never_ends_as_another_sign_in(world) {
        let house = world.office().house("alpha.test").await;
        for address in [GINA, EVE] {
            world.office().invite(house.tenant.id, address).await;
        }
        let rp = discovers(world, &house).await;
        let mut browser = world.person().await;
        signs_in(&mut browser, &house, &rp, GINA).await;
        world.wait(TimeDelta::seconds(61));
        let asked = rp.asks().with("prompt", "login").build();
        browser.opens(asked.url.as_str()).types(EVE).sees("G06").reads_code().enters_code().sees("G15").await;
        let review = browser.page().await.url;
        world.wait(TimeDelta::seconds(61));
        signs_in(&mut world.person().await, &house, &rp, EVE).await;
        browser.opens(review.as_str()).sees("G15").presses("Accept").sees("app").await;
        let signed_in = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!(signed_in.claims["email"].as_str(), Some(EVE));
    }

    /// OID-12: `max_age` counts by the clock, also for a session that began in another tab after this trip did.
    async fn oid_12_max_age_of_another_tabs_session(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        let strict = rp.asks().with("max_age", "10").build();
        gina.opens(strict.url.as_str()).sees("G01").await;
        let first = gina.page().await.url;
        world.wait(TimeDelta::seconds(1));
        signs_in(&mut gina, &house, &rp, GINA).await;
        world.wait(TimeDelta::seconds(30));
        gina.opens(first.as_str()).await;
        assert_ne!(gina.page().await.test_id, "app", "a session of 30 s ago, where 10 s were asked for");
    }

    /// DOS-04, LNK-01: a refusal is logged by the press that met it; the page, asked for again and again, writes nothing.
    async fn dos_04_lnk_01_a_refusal_is_logged_once(world) {
        let house = world.office().house("alpha.test").await;
        let guest = world.office().invite(house.tenant.id, GINA).await.guest;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let page = gina.page().await.url;
        world.office().enable(house.tenant.id, guest, false).await;
        gina.enters_code().await;
        let told = gina.page().await.test_id;
        assert_ne!(told, "G06", "the refusal is shown");
        world.wait(TimeDelta::seconds(61));
        let refusals = async || sign_ins(world, &house).await.iter().filter(|row| row.outcome == "failure").count();
        assert_eq!(refusals().await, 1, "the press");
        for part in ["/signin/code", "/signin/review", "/signin"] {
            let mut again = page.clone();
            again.set_path(&page.path().replace("/signin/code", part));
            gina.opens(again.as_str()).sees(&told).await;
        }
        assert_eq!(refusals().await, 1, "the pages");
    }
}
