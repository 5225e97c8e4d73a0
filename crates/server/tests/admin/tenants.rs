//! Tenants beside each other: TEN-02, TEN-03.

use chrono::TimeDelta;
use http::header::{AUTHORIZATION, HeaderValue};
use url::Url;
use vestibule_core::throttle::Counter;
use vestibule_testkit::World;
use vestibule_testkit::browser::{Exchange, Request};
use vestibule_testkit::office::House;
use vestibule_testkit::walk::{discovers, goes_through, plain, signs_in};

const GINA: &str = "gina@guest.test";

/// Everything of an answer that a stranger can compare.
fn told(exchange: &Exchange) -> (u16, Vec<(String, String)>, String) {
    let headers = exchange.headers.iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| (name.to_string(), format!("{value:?}"))).collect();
    let mut body: serde_json::Value = serde_json::from_slice(&exchange.body).unwrap();
    for drawn in ["trace_id", "correlation_id", "timestamp", "error_description"] {
        // Entra's shape repeats id and time inside the description.
        if let Some(text) = body.get_mut(drawn) {
            *text = text.as_str().unwrap_or_default().split(" Trace ID").next().unwrap_or_default().into();
            if drawn != "error_description" {
                *text = "drawn".into();
            }
        }
    }
    (exchange.status.as_u16(), headers, body.to_string())
}

async fn userinfo(world: &World, house: &House, token: &str) -> Exchange {
    let url = format!("{}/{}/oidc/userinfo", world.server.base_url(), house.tenant.id);
    let mut request = Request::get(Url::parse(&url).unwrap());
    request.headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
    world.person().await.http().send(&request, None).await.unwrap()
}

async fn token(world: &World, house: &House, pairs: &[(&str, &str)]) -> Exchange {
    let url = format!("{}/{}/oauth2/v2.0/token", world.server.base_url(), house.tenant.id);
    let registration = &house.registration;
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("client_id", &registration.client_id);
    form.append_pair("client_secret", registration.client_secret.as_deref().unwrap());
    form.extend_pairs(pairs);
    let mut request = Request::post(Url::parse(&url).unwrap(), form.finish());
    request.headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    world.person().await.http().send(&request, None).await.unwrap()
}

vestibule_testkit::flows! {
    /// TEN-02: sends, tries and pauses of an address at one tenant are none at another; the keys differ.
    async fn ten_02_counters_do_not_meet(world) {
        let (alpha, beta) = (world.office().house("alpha.test").await, world.office().house("beta.test").await);
        for house in [&alpha, &beta] {
            world.office().invite(house.tenant.id, GINA).await;
        }
        let app = world.server.app();
        let mut keys = Vec::new();
        for counter in [Counter::Tries, Counter::Sends, Counter::Pause] {
            for tenant in [Some(alpha.tenant.id), Some(beta.tenant.id), None] {
                assert!(app.counter(counter, tenant, GINA).unwrap().matches(&app.counter(counter, tenant, GINA).unwrap()));
                keys.push(app.counter(counter, tenant, GINA).unwrap().bytes().to_vec());
            }
        }
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all, "two counters share a key");
        let (at_alpha, at_beta) = (discovers(world, &alpha).await, discovers(world, &beta).await);
        let mut gina = world.person().await;
        for round in 0..2 {
            gina.opens(at_alpha.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
            let wrong = if gina.code() == "00000000" { "00000001" } else { "00000000" };
            for _ in 0..5 {
                gina.enters(wrong).await;
            }
            gina.sees("G07").await;
            world.wait(TimeDelta::seconds(61));
            if round == 1 {
                gina.opens(at_alpha.asks().build().url.as_str()).types(GINA).sees("G05").reads("You can ask for a code at").await;
            }
        }
        // Paused at alpha; at beta, in the same second even, everything is as new.
        signs_in(&mut gina, &beta, &at_beta, GINA).await;
    }

    /// TEN-03: what is alpha's says at beta no more than what was made up.
    async fn ten_03_nothing_of_another_tenant_shows(world) {
        let (alpha, beta) = (world.office().house("alpha.test").await, world.office().house("beta.test").await);
        world.office().invite(alpha.tenant.id, GINA).await;
        let (at_alpha, at_beta) = (discovers(world, &alpha).await, discovers(world, &beta).await);
        let mut gina = world.person().await;
        let asked = at_alpha.asks().with("scope", "openid email offline_access").build();
        goes_through(&mut gina, &asked, GINA).await;
        let came = alpha.callbacks.next().await.unwrap();
        let signed_in = at_alpha.exchange(&asked, &came).await.unwrap();
        let made_up = "A".repeat(43);
        let real = userinfo(world, &beta, &signed_in.access_token).await;
        let false_one = userinfo(world, &beta, &made_up).await;
        assert_eq!(real.status, 401);
        assert_eq!(told(&real), told(&false_one));
        assert_eq!(userinfo(world, &alpha, &signed_in.access_token).await.status, 200);
        let silent = at_alpha.asks().with("prompt", "none").build();
        gina.opens(silent.url.as_str()).sees("app").await;
        let unused = alpha.callbacks.next().await.unwrap();
        let verifier = silent.verifier.clone().unwrap();
        let refresh = signed_in.refresh_token.clone().unwrap();
        for (kind, name, value) in [("authorization_code", "code", unused.get("code").unwrap()), ("refresh_token", "refresh_token", &refresh)] {
            let at = async |value: &str| {
                let pairs = [("grant_type", kind), (name, value), ("code_verifier", verifier.as_str()),
                    ("redirect_uri", beta.registration.redirect_uri.as_str())];
                told(&token(world, &beta, &pairs).await)
            };
            let real = at(value).await;
            assert_eq!(real.0, 400);
            assert_eq!(real, at(&made_up).await, "{kind}");
        }
        // Nothing of that harmed what is alpha's.
        at_alpha.exchange(&silent, &unused).await.unwrap();
        at_alpha.refresh(&refresh).await.unwrap();
        // Alpha's application at beta is unknown, like one that nobody registered.
        let mut pages = Vec::new();
        for client in [alpha.registration.client_id.as_str(), "6f1b1f0e-0000-4000-8000-000000000000"] {
            let asked = at_beta.asks().with("client_id", client).build();
            let page = world.person().await.opens(asked.url.as_str()).sees("G24").await;
            assert_eq!(page.status, 400);
            pages.push(without_trace(&plain(&page)));
        }
        assert_eq!(pages[0], pages[1]);
        // An id token of alpha is no hint at beta.
        let hinted = at_beta.logout_url(&[("id_token_hint", signed_in.id_token.as_str())]).unwrap();
        let bare = at_beta.logout_url(&[("id_token_hint", "x.y.z")]).unwrap();
        let mut seen = Vec::new();
        for url in [hinted, bare] {
            seen.push(plain(&world.person().await.opens(url.as_str()).await));
        }
        assert_eq!(seen[0], seen[1]);
        // A guest of alpha is nobody at beta: same page, and only the mailbox tells.
        let mut first = world.person().await;
        first.opens(at_beta.asks().build().url.as_str()).types(GINA).sees("G06").reads_mail().await;
        assert_eq!(first.mail().code(), None);
        assert!(!first.mail().text.contains("alpha"), "{}", first.mail().text);
        let nowhere = Url::parse(&format!("{}/gamma.test/oauth2/v2.0/authorize?client_id=x", world.server.base_url())).unwrap();
        world.person().await.opens(nowhere.as_str()).sees("G24").does_not_read("Alder").await;
    }
}

/// An error page without its trace id and time.
fn without_trace(html: &str) -> String {
    let mut out = String::new();
    for line in html.lines() {
        let digits = line.bytes().filter(u8::is_ascii_digit).count();
        if digits < 6 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
