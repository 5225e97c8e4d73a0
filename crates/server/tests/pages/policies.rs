//! Conditional access leads each obligation to its page (acceptance 8, first half).

use chrono::TimeDelta;
use vestibule_admin::AdminError;
use vestibule_admin::policy::Set;
use vestibule_core::client::ApplicationType;
use vestibule_testkit::office::ApplicationChange;
use vestibule_testkit::rp::RpError;
use vestibule_testkit::walk::{audited, discovers, goes_through, is_pending, sign_ins, signs_in, silently};
use vestibule_testkit::{PageView, World};

const GINA: &str = "gina@guest.test";
const BLOCK: &str = r#"access=[{"name":"closed","control":{"kind":"block","reason":"network"}}]"#;
const SECOND: &str = r#"access=[{"name":"strong","control":{"kind":"secondStep"}}]"#;
const HOURLY: &str = r#"access=[{"name":"hourly","control":{"kind":"signInFrequency","minutes":60}}]"#;
const NONE: &str = "access=[]";

fn terms(version: u32) -> String {
    format!(r#"access=[{{"name":"terms","control":{{"kind":"terms","version":{version}}}}}]"#)
}

/// G27 says what support needs.
fn names_its_trace(page: &PageView) {
    let trace = page.html.split("Trace ID").nth(1).unwrap_or_default();
    let digits = trace.chars().take(400).filter(char::is_ascii_hexdigit).count();
    assert!(digits >= 16, "no trace id on {}", page.html);
}

vestibule_testkit::flows! {
    /// Block: G27, before anything is sent and at every later step; the guest stays pending.
    pages async fn a_block_leads_to_its_page(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        world.office().policy(house.tenant.id, BLOCK).await;
        let page = gina.opens(rp.asks().build().url.as_str()).sees("G27").reads("only from certain networks").await;
        assert_eq!(page.status, 403);
        names_its_trace(&page);
        assert!(world.mail.messages().is_empty());
        // Between the address and the code, and between the code and Accept.
        world.office().policy(house.tenant.id, NONE).await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        world.office().policy(house.tenant.id, BLOCK).await;
        gina.enters_code().sees("G27").await;
        assert!(is_pending(world, &house, GINA).await);
        world.office().policy(house.tenant.id, NONE).await;
        world.wait(TimeDelta::seconds(61));
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().enters_code().sees("G15").await;
        world.office().policy(house.tenant.id, BLOCK).await;
        gina.presses("Accept").sees("G27").await;
        assert!(is_pending(world, &house, GINA).await);
        assert_eq!(audited(world, &house, "invitation.redeem").await, 0);
        let rows = sign_ins(world, &house).await;
        assert!(rows.iter().filter(|row| row.error.as_deref() == Some("policy-blocked")).count() >= 2, "{rows:?}");
        // The application learns it by the page's way back.
        gina.follows("Back to Project Portal").sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        assert_eq!((came.get("error"), came.get("state")), (Some("access_denied"), Some(asked.state.as_str())));
    }

    /// A block ends single sign-on, codes and refresh too.
    async fn a_block_holds_for_what_was_granted(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        let asked = rp.asks().with("scope", "openid email offline_access").build();
        goes_through(&mut gina, &asked, GINA).await;
        let signed_in = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        let silent = rp.asks().with("prompt", "none").build();
        gina.opens(silent.url.as_str()).sees("app").await;
        let unused = house.callbacks.next().await.unwrap();
        world.office().policy(house.tenant.id, BLOCK).await;
        assert!(silently(&mut gina, &house, &rp).await.is_some());
        assert!(rp.exchange(&silent, &unused).await.is_err());
        assert!(rp.refresh(&signed_in.refresh_token.clone().unwrap()).await.is_err());
    }

    /// Terms: the box on G15, asked for until it is ticked, remembered; a later version asks an accepted guest again.
    pages async fn terms_are_a_box_on_the_review(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        world.office().policy(house.tenant.id, &terms(1)).await;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().enters_code().sees("G15").await;
        let page = gina.presses("Accept").sees("G15").reads("Agree to the terms to continue").await;
        assert!(page.title.starts_with("Error: "), "{}", page.title);
        assert!(is_pending(world, &house, GINA).await);
        gina.ticks("terms").presses("Accept").sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert!(!is_pending(world, &house, GINA).await);
        // Remembered in the session and in the next one.
        assert_eq!(silently(&mut gina, &house, &rp).await, None);
        world.wait(TimeDelta::hours(25));
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).presses("Send code").sees("G06").reads_code().enters_code().sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        // A later version: not silently, but with the box, for somebody accepted too.
        world.office().policy(house.tenant.id, &terms(2)).await;
        assert!(silently(&mut gina, &house, &rp).await.is_some());
        world.wait(TimeDelta::seconds(61));
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).await;
        if gina.page().await.test_id == "G05" {
            gina.presses("Send code").sees("G06").reads_code().enters_code().await;
        }
        gina.sees("G15").ticks("terms").presses("Accept").sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!(silently(&mut gina, &house, &rp).await, None);
        assert_eq!(audited(world, &house, "invitation.redeem").await, 1);
    }

    /// Terms that changed while the review page was open were not read: the box is asked for again.
    pages async fn terms_that_changed_meanwhile_are_asked_for_again(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        world.office().policy(house.tenant.id, &terms(2)).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().enters_code().sees("G15").ticks("terms").await;
        world.office().policy(house.tenant.id, &terms(3)).await;
        gina.presses("Accept").sees("G15").reads("Agree to the terms to continue").await;
        assert!(is_pending(world, &house, GINA).await);
        gina.ticks("terms").presses("Accept").sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
    }

    /// Sign-in frequency: a proof that is too old asks for a fresh code, and the refresh token is no way round it.
    pages async fn too_old_a_proof_asks_for_a_fresh_code(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        world.office().policy(house.tenant.id, HOURLY).await;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        let asked = rp.asks().with("scope", "openid email offline_access").build();
        goes_through(&mut gina, &asked, GINA).await;
        let first = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        world.wait(TimeDelta::minutes(59));
        assert_eq!(silently(&mut gina, &house, &rp).await, None);
        world.wait(TimeDelta::minutes(2));
        assert_eq!(silently(&mut gina, &house, &rp).await.as_deref(), Some("login_required"));
        let refreshed = rp.refresh(&first.refresh_token.clone().unwrap()).await;
        assert_eq!(refreshed.unwrap_err(), RpError::OAuth("invalid_grant".to_owned()));
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).sees("G05").presses("Send code").sees("G06").reads_code().enters_code().sees("app").await;
        let second = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert!(second.claims["auth_time"].as_i64() > first.claims["auth_time"].as_i64());
    }

    /// OTP-26: a second step that cannot be had: G27 after the proof, and the application learns why by the way back.
    pages async fn otp_26_a_second_step_that_cannot_be_had(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        world.office().policy(house.tenant.id, SECOND).await;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().enters_code().sees("G27").await;
        names_its_trace(&gina.page().await);
        assert!(is_pending(world, &house, GINA).await);
        gina.follows("Back to Project Portal").sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        assert_eq!(came.get("error"), Some("unmet_authentication_requirements"));
        assert_eq!((came.get("state"), came.get("iss")), (Some(asked.state.as_str()), Some(rp.registration().issuer.as_str())));
        // The application's own demand ends alike.
        world.office().policy(house.tenant.id, NONE).await;
        world.wait(TimeDelta::seconds(61));
        let claims = r#"{"id_token":{"acr":{"essential":true,"values":["urn:vestibule:acr:mfa"]}}}"#;
        let asked = rp.asks().with("claims", claims).build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().enters_code().sees("G27")
            .follows("Back to Project Portal").sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        assert_eq!(came.get("error"), Some("unmet_authentication_requirements"));
        assert!(is_pending(world, &house, GINA).await);
    }

    /// Refused after the proof, for whatever reason: still pending.
    async fn refused_after_the_proof_is_still_pending(world) {
        let cases = ["codes off", "application off", "guest off", "tenant off", "domain blocked"];
        for (number, case) in cases.iter().enumerate() {
            let house = world.office().house(&format!("t{number}.test")).await;
            let guest = world.office().invite(house.tenant.id, GINA).await.guest;
            let rp = discovers(world, &house).await;
            let mut gina = world.person().await;
            gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
            flip(world, &house, guest, case).await;
            let page = gina.enters_code().await;
            assert!(["G24", "G27"].contains(&page.test_id.as_str()), "{case}: {}", page.summary());
            assert!(is_pending(world, &house, GINA).await, "{case}");
            assert_eq!(audited(world, &house, "invitation.redeem").await, 0, "{case}");
            world.wait(TimeDelta::hours(2));
        }
    }

    /// The same rule for one application leaves the others alone.
    async fn a_rule_names_its_applications(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let other = world.office().application(&house.tenant, ApplicationType::Web, "https://other.alpha.test/cb").await;
        let rule = |client: &str| format!(r#"access=[{{"name":"other","applications":["{client}"],"control":{{"kind":"block"}}}}]"#);
        world.office().policy(house.tenant.id, &rule(&other.client_id)).await;
        // A name that is none would keep nobody out.
        let change = vestibule_testkit::office::policy_change(&rule("another"));
        let refused = world.office().perform(Set { tenant: house.tenant.id, change, effective_from: None }).await;
        assert!(matches!(refused, Err(AdminError::Invalid(_))), "{refused:?}");
        let rp = discovers(world, &house).await;
        signs_in(&mut world.person().await, &house, &rp, GINA).await;
    }
}

async fn flip(
    world: &World,
    house: &vestibule_testkit::office::House,
    guest: vestibule_core::ids::UserId,
    case: &str,
) {
    let office = world.office();
    let tenant = house.tenant.id;
    match case {
        "codes off" => office.policy(tenant, "otp=off").await,
        "application off" => {
            let off = ApplicationChange { enabled: Some(false), ..ApplicationChange::default() };
            office.change(tenant, &house.registration.client_id, off).await;
        }
        "guest off" => drop(office.enable(tenant, guest, false).await),
        "tenant off" => office.switch(tenant, false).await,
        _ => office.policy(tenant, r#"domains={"block":[{"domain":"guest.test"}]}"#).await,
    }
}
