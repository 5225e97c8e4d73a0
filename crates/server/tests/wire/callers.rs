//! Who calls the token endpoint and its kin (CLA-01 to CLA-03, CLA-05, WEB-14).

use std::net::{IpAddr, Ipv4Addr};

use chrono::TimeDelta;
use serde_json::Value;
use vestibule_admin::application;
use vestibule_core::client::ApplicationType;
use vestibule_store::applications::NewCredential;
use vestibule_store::testing::changes;
use vestibule_store::{applications, tenants};
use vestibule_testkit::Setup;
use vestibule_testkit::protocol::*;
use vestibule_testkit::rp::Registration;
use vestibule_testkit::trip::rows;

/// Headers, form, and the status of who gets through or does not.
type Row<'a> = (&'a [(&'a str, &'a str)], Vec<(&'a str, &'a str)>, u16);

/// What no answer may hold beyond these, the moments and ids of the answer itself (CLA-02).
fn without_moments(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut body = answer.json();
    let line = answer.text("error_description");
    body["error_description"] = line.split(" Trace ID").next().unwrap_or_default().into();
    for name in ["trace_id", "correlation_id", "timestamp"] {
        body[name] = Value::Null;
    }
    let headers = answer.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("date")).cloned();
    (answer.status, headers.collect(), body)
}

vestibule_testkit::flows! {
    /// CLA-01: secrets are 256 bits, told once, two may live, and one dies at its end.
    async fn cla_01_client_09_secrets_are_told_once_and_end(world) {
        let (house, web) = desk(world).await;
        let secret = house.registration.client_secret.clone().unwrap();
        assert_eq!(secret.len(), 43);
        assert_eq!(data_encoding::BASE64URL_NOPAD.decode(secret.as_bytes()).unwrap().len(), 32);
        let (app, tenant) = (world.server.app(), house.tenant.id);
        let client = vestibule_core::ClientId(house.registration.client_id.clone());
        let shown = world.office().perform(application::Show { tenant, client }).await.unwrap();
        let listed = world.office().perform(application::List { tenant }).await.unwrap();
        for told in [format!("{shown:?}"), format!("{listed:?}")] {
            assert!(!told.contains(&secret) && !told.to_lowercase().contains("secret"), "{told}");
        }
        // An overlap: the old secret ends in an hour, the new one takes over.
        let client = vestibule_core::ClientId(house.registration.client_id.clone());
        let end = world.now() + TimeDelta::hours(1);
        let next = "n".repeat(43);
        let digest = vestibule_app::vault::hash("client secret", 0, &next);
        let now = world.now();
        let written = app.db.write(move |c| {
            let (application, old) = applications::find(c, tenant, &client)?.expect("registered");
            for old in old {
                changes::remove_credential(c, tenant, application.id, old.id)?;
                let ending = NewCredential {
                    tenant_id: tenant, application_id: application.id, id: old.id, digest: old.digest, hint: old.hint,
                    expires_at: Some(end), created_at: now,
                };
                applications::add_credential(c, &ending)?;
                let new = NewCredential { id: uuid::Uuid::from_u128(7), digest, expires_at: None, hint: "nnn".into(), ..ending };
                applications::add_credential(c, &new)?;
            }
            tenants::raise_applications(c, &client)
        });
        written.await.unwrap().unwrap();
        let newer = Registration { client_secret: Some(next), ..house.registration.clone() };
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        for (wait, old_status) in [(TimeDelta::minutes(50), 200), (TimeDelta::minutes(11), 401)] {
            world.wait(wait);
            for (registration, status) in [(&house.registration, old_status), (&newer, 200)] {
                let asked = web.asks().build();
                let value = code(&mut gina, &house, &asked).await;
                let verifier = asked.verifier.as_deref();
                let answer = exchange_with(world, registration, &value, &registration.redirect_uri, verifier).await;
                assert_eq!(answer.status, status, "{}", answer.body);
            }
        }
    }

    /// CLA-02: unknown, disabled and wrong look alike; who fails too often is slowed down at that source alone.
    async fn cla_02_callers_that_fail_look_alike(world) {
        let (house, web) = desk(world).await;
        let off = another(world, &house, ApplicationType::Web).await;
        let change = || vestibule_testkit::office::ApplicationChange { enabled: Some(false), ..Default::default() };
        world.office().change(house.tenant.id, &off.registration().client_id, change()).await;
        let unknown = Registration { client_id: uuid::Uuid::from_u128(9).to_string(), ..house.registration.clone() };
        let wrong = Registration { client_secret: Some("w".repeat(43)), ..house.registration.clone() };
        let mut faces = Vec::new();
        for caller in [&unknown, off.registration(), &wrong] {
            let answer = refresh(world, caller, "x").await;
            refused(&answer, 401, "invalid_client", "token");
            assert!(answer.header("www-authenticate").starts_with("Basic"));
            faces.push(without_moments(&answer));
            let revoked = as_client(world, caller, "revoke", &[("token", "x")]).await;
            refused(&revoked, 401, "invalid_client", "revoke");
        }
        assert!(faces.windows(2).all(|pair| pair[0] == pair[1]), "{faces:#?}");
        // From one source until it is slowed down; from another, and with the right secret, nothing changes.
        let target = format!("/{}/oauth2/v2.0/token", house.tenant.id);
        let (node, authorization) = (world.server.node(0).listen, basic(&wrong));
        let form = encoded(&[("grant_type", "refresh_token"), ("refresh_token", "x")]);
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", authorization.as_str())];
        let wire = Wire { method: "POST", target: &target, headers: &headers, body: form.as_bytes() };
        let request = wire.bytes(world);
        let (here, there) = (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 7)), IpAddr::V4(Ipv4Addr::new(127, 0, 0, 8)));
        let mut last = None;
        for _ in 0..31 {
            last = Some(bytes_from(here, node, &request).await);
        }
        let last = last.unwrap();
        assert!(matches!(last.status, 429 | 503) && last.has("retry-after"), "{} {}", last.status, last.body);
        refused(&bytes_from(there, node, &request).await, 401, "invalid_client", "another source");
        // The addresses of one /64 are one source, and over the bound nothing is written (DOS-04).
        let fronted = world.another(Setup { trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()], ..Setup::default() }).await;
        let house6 = fronted.office().house("beta.test").await;
        let target = format!("/{}/oauth2/v2.0/token", house6.tenant.id);
        let wrong6 = Registration { client_secret: Some("w".repeat(43)), ..house6.registration.clone() };
        let authorization = basic(&wrong6);
        for host in 0..40 {
            let from = format!("2001:db8:1:1::{host:x}");
            let headers = [
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("Authorization", authorization.as_str()),
                ("X-Forwarded-For", from.as_str()),
            ];
            let answer = send(&fronted, Wire { method: "POST", target: &target, headers: &headers, body: form.as_bytes() }).await;
            assert_eq!(answer.status, if host < 30 { 401 } else { 503 }, "{host}: {}", answer.body);
        }
        assert_eq!(rows(&fronted, "throttles"), 1, "one counter for the network");
        let mut gina = world.person().await;
        assert!(!signs_in(&mut gina, &web, &house, web.asks(), GINA).await.access_token.is_empty());
    }

    /// CLA-03, WEB-14: one method per request, equal to a registered one, at token and revocation.
    async fn cla_03_web_14_client_06_one_method_and_the_registered_one(world) {
        let (house, web) = desk(world).await;
        let spa = another(world, &house, ApplicationType::Spa).await;
        let tenant = house.tenant.id.to_string();
        let secret = house.registration.client_secret.clone().unwrap();
        let (id, header, public) = (house.registration.client_id.clone(), basic(&house.registration), spa.registration().client_id.clone());
        let spa_basic = basic(&Registration { client_secret: Some(secret.clone()), ..spa.registration().clone() });
        let none: &[(&str, &str)] = &[];
        let by_basic = [("Authorization", header.as_str())];
        let twice = [("Authorization", header.as_str()), ("Authorization", header.as_str())];
        let spas = [("Authorization", spa_basic.as_str())];
        let bearer = [("Authorization", "Bearer x")];
        let (cid, sec, pub_id) = (("client_id", id.as_str()), ("client_secret", secret.as_str()), ("client_id", public.as_str()));
        let assertion = ("client_assertion", "e30.e30.x");
        // (headers, form, does the caller get through, status else)
        let rows: Vec<Row<'_>> = vec![
            (&by_basic, vec![], 200), (&by_basic, vec![cid], 200), (none, vec![cid, sec], 200), (none, vec![pub_id], 200),
            (&by_basic, vec![sec], 400), (&by_basic, vec![cid, sec], 400), (&twice, vec![], 400),
            (none, vec![cid], 401), (none, vec![], 401), (none, vec![pub_id, sec], 401), (&spas, vec![], 401),
            (&by_basic, vec![pub_id], 401), (&bearer, vec![], 401), (none, vec![cid, assertion], 401),
            (none, vec![cid, cid, sec], 400), (none, vec![cid, sec, sec], 400),
        ];
        for (number, (headers, form, status)) in rows.iter().enumerate() {
            let pairs = [form.as_slice(), &[("token", "x")]].concat();
            let answer = post(world, &format!("/{tenant}/oauth2/v2.0/revoke"), headers, &pairs).await;
            assert_eq!(answer.status, *status, "revoke, row {number}: {}", answer.body);
            let pairs = [form.as_slice(), &[("grant_type", "refresh_token"), ("refresh_token", "x")]].concat();
            let answer = post(world, &format!("/{tenant}/oauth2/v2.0/token"), headers, &pairs).await;
            let wanted = match *status { 200 => (400, "invalid_grant"), 400 => (400, "invalid_request"), _ => (401, "invalid_client") };
            refused(&answer, wanted.0, wanted.1, &format!("token, row {number}"));
        }
        // WEB-14: what stands in the URL alone is no authentication, and other query parameters are ignored.
        let target = format!("/{tenant}/oauth2/v2.0/token?client_id={id}&client_secret={secret}&grant_type=refresh_token");
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", "x")];
        refused(&post(world, &target, &[], &pairs).await, 401, "invalid_client", "secret in the URL");
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        for in_form in [false, true] {
            let registration = Registration { secret_in_form: in_form, ..house.registration.clone() };
            let by_library = rp(world, &registration).await;
            assert!(signs_in(&mut gina, &by_library, &house, by_library.asks(), GINA).await.refresh_token.is_none());
        }
        let asked = web.asks().build();
        let value = code(&mut gina, &house, &asked).await;
        let pairs = [
            ("grant_type", "authorization_code"), ("code", value.as_str()), ("redirect_uri", &house.registration.redirect_uri),
            ("code_verifier", asked.verifier.as_deref().unwrap()), ("x", "1"), ("x", "2"), ("client_info", "1"),
        ];
        let target = format!("/{tenant}/oauth2/v2.0/token?x=1&x=2&grant_type=password&code=other");
        assert_eq!(post(world, &target, &by_basic, &pairs).await.status, 200);
        for grant in ["password", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer"] {
            refused(&as_client(world, &house.registration, "token", &[("grant_type", grant)]).await, 400, "unsupported_grant_type", grant);
        }
    }

    /// CLA-05: an application that is switched off fails everywhere on the next request; switched on, it works.
    async fn cla_05_disabled_applications_fail_everywhere(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let tokens = signs_in(&mut gina, &web, &house, offline(&web), GINA).await;
        let (tenant, client) = (house.tenant.id, house.registration.client_id.clone());
        let refresh_token = tokens.refresh_token.clone().unwrap();
        let asked = web.asks().build();
        let value = code(&mut gina, &house, &asked).await;
        let mut begun = world.person().await;
        begun.opens(web.asks().build().url.as_str()).sees("G01").await;
        let switch = |on: bool| vestibule_testkit::office::ApplicationChange { enabled: Some(on), ..Default::default() };
        world.office().change(tenant, &client, switch(false)).await;
        for prompt in ["none", "login"] {
            let page = get(world, web.asks().with("prompt", prompt).build().url.as_str()).await;
            assert_eq!((page.status, page.page_id().as_str(), page.has("location")), (400, "G24", false));
        }
        let unfinished = begun.reloads().await;
        assert_ne!(unfinished.test_id, "G01", "{}", unfinished.summary());
        refused(&exchange(world, &web, &asked, &value).await, 401, "invalid_client", "exchange");
        refused(&refresh(world, &house.registration, &refresh_token).await, 401, "invalid_client", "refresh");
        refused(&as_client(world, &house.registration, "revoke", &[("token", &refresh_token)]).await, 401, "invalid_client", "revoke");
        refused(&userinfo(world, &tenant.to_string(), &tokens.access_token).await, 401, "invalid_token", "userinfo");
        world.office().change(tenant, &client, switch(true)).await;
        assert!(silently(&mut gina, &house, &web.asks().with("prompt", "none").build()).await.get("code").is_some());
        assert_eq!(userinfo(world, &tenant.to_string(), &tokens.access_token).await.status, 200);
        assert_eq!(refresh(world, &house.registration, &refresh_token).await.status, 200);
        assert_eq!(exchange(world, &web, &asked, &value).await.status, 200);
        begun.reloads().sees("G01").await;
    }
}
