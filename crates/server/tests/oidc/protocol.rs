//! The authorization endpoint as applications meet it (OID-01 to OID-12, OID-17, OID-19, OID-23, WEB-14).

use chrono::TimeDelta;
use vestibule_admin::application::{Create, Update};
use vestibule_core::client::{ApplicationType, SigningAlgorithm};
use vestibule_store::tenants;
use vestibule_store::testing::changes;
use vestibule_testkit::World;
use vestibule_testkit::office::House;
use vestibule_testkit::protocol::*;
use vestibule_testkit::rp::{Ask, Callbacks};

/// A page of ours with an error, and nothing that leads away.
fn stays(answer: &Answer, status: u16, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.body);
    assert!(!answer.has("location"), "{what}: {}", answer.header("location"));
    assert_eq!(answer.page_id(), "G24", "{what}");
}

/// Sends a request that the application is told an error for; the code of it. Everything that belongs there is there.
async fn error(world: &World, house: &House, ask: Ask) -> String {
    let asked = ask.build();
    let answer = get(world, asked.url.as_str()).await;
    assert_eq!(answer.status, 303, "{}: {}", asked.url, answer.body);
    let redirect = house.callbacks.redirect_uri();
    assert!(answer.header("location").starts_with(&format!("{redirect}?")), "{}", answer.header("location"));
    assert_eq!(answer.told("iss"), house.registration.issuer, "OID-08");
    assert!(answer.told("error_description").is_ascii());
    assert!(answer.told("code").is_empty());
    answer.told("error")
}

vestibule_testkit::flows! {
    /// OID-01, OID-04: only the registered bytes are the registered URI; everything else stays on a page of ours.
    async fn oid_01_oid_04_no_redirect_to_what_is_not_registered(world) {
        let house = world.office().house("alpha.test").await;
        let web = world.office().application(&house.tenant, ApplicationType::Web, "https://app.alpha.test/cb").await;
        let web = rp(world, &web).await;
        let good = get(world, web.asks().build().url.as_str()).await;
        assert_eq!((good.status, good.header("location").contains("/signin")), (303, true), "{good:?}");
        for other in [
            "https://app.alpha.test/cb/", "https://app.alpha.test/cb?x", "https://app.alpha.test/cb#f",
            "https://app.alpha.test/CB", "https://app.alpha.test:443/cb", "HTTPS://app.alpha.test/cb",
            "https://app.alpha.test/cb/..;/x", "https://app.alpha.test/%63b", "https://a@app.alpha.test/cb",
            "https://app.alpha.test@evil.test/cb", "https://evil.test\\@app.alpha.test/cb",
            "https://app.alpha.test.evil.test/cb", "https://app.alpha.test", "https://app.alpha.test/cb\0",
            " https://app.alpha.test/cb", "javascript:alert(1)", "JaVa\tScript:alert(1)", "\u{1}javascript:x",
            "data:text/html,x", "http://app.alpha.test/cb", "//app.alpha.test/cb", "/cb",
        ] {
            let asked = web.asks().with("redirect_uri", other).build();
            stays(&get(world, asked.url.as_str()).await, 400, other);
            let silent = web.asks().with("redirect_uri", other).with("prompt", "none").build();
            stays(&get(world, silent.url.as_str()).await, 400, other);
        }
        stays(&get(world, web.asks().without("redirect_uri").build().url.as_str()).await, 400, "none");
        let twice = web.asks().and("redirect_uri", "https://app.alpha.test/cb").build();
        stays(&get(world, twice.url.as_str()).await, 400, "WEB-14: twice");
        for client in ["", "nobody", "\0", "00000000-0000-4000-8000-000000000000"] {
            let asked = web.asks().with("client_id", client).build();
            stays(&get(world, asked.url.as_str()).await, 400, client);
        }
        let twice = web.asks().and("client_id", &web.registration().client_id).build();
        stays(&get(world, twice.url.as_str()).await, 400, "WEB-14: twice");
        let foreign = world.office().tenant("Beta", "beta.test").await;
        let beta = web.asks().at(format!("{}/{}/oauth2/v2.0/authorize", world.server.base_url(), foreign.id).parse().unwrap());
        stays(&get(world, beta.build().url.as_str()).await, 400, "another tenant's application");
    }

    /// OID-04, OID-08, WEB-14: with client and redirect URI good, the application is told everything else that is wrong.
    async fn oid_04_oid_08_oid_10_web_14_errors_go_to_the_application(world) {
        let house = world.office().house("alpha.test").await;
        let web = rp(world, &house.registration).await;
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbGJSstw-cM1";
        for (ask, code) in [
            (web.asks().without("response_type"), "invalid_request"),
            (web.asks().with("response_type", "unknown"), "unsupported_response_type"),
            (web.asks().with("response_mode", "fragment"), "invalid_request"),
            (web.asks().with("response_mode", "web_message"), "invalid_request"),
            (web.asks().with("response_mode", "query.jwt"), "invalid_request"),
            (web.asks().with("response_mode", "jwt"), "invalid_request"),
            (web.asks().and("scope", "openid"), "invalid_request"),
            (web.asks().and("state", "twice"), "invalid_request"),
            (web.asks().with("scope", "profile"), "invalid_scope"),
            (web.asks().with("request", "e30.e30."), "request_not_supported"),
            (web.asks().with("request_uri", "https://canary.test/r"), "request_uri_not_supported"),
            (web.asks().with("registration", "{}"), "registration_not_supported"),
            (web.asks().without_pkce(), "invalid_request"),
            (web.asks().with("code_challenge_method", "plain"), "invalid_request"),
            (web.asks().without("code_challenge_method"), "invalid_request"),
            (web.asks().with("code_challenge", "short"), "invalid_request"),
            (web.asks().with("code_challenge", challenge), "invalid_request"),
            (web.asks().with("prompt", "none login"), "invalid_request"),
            (web.asks().with("prompt", "maybe"), "invalid_request"),
            (web.asks().with("claims", "{"), "invalid_request"),
            (web.asks().with("nonce", "a\0b"), "invalid_request"),
            (web.asks().with("nonce", &"n".repeat(513)), "invalid_request"),
        ] {
            assert_eq!(error(world, &house, ask.clone()).await, code, "{ask:?}");
        }
        // Types with an ID token where nobody allowed them, and those that do not exist, are answered in the fragment.
        for (kind, code) in [
            ("id_token", "unauthorized_client"), ("code id_token", "unauthorized_client"),
            ("token", "unsupported_response_type"), ("id_token token", "unsupported_response_type"),
            ("code token", "unsupported_response_type"), ("code id_token token", "unsupported_response_type"),
        ] {
            let asked = web.asks().with("response_type", kind).build();
            let answer = get(world, asked.url.as_str()).await;
            let location = answer.header("location").replace('#', "?");
            let told = url::Url::parse(&location).unwrap();
            let value = |name: &str| told.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
            assert!(answer.header("location").contains("/cb#"), "{location}");
            assert_eq!(value("error").as_deref(), Some(code), "{kind}");
            assert_eq!(value("state"), Some(asked.state), "{kind}");
            assert_eq!(value("iss"), Some(house.registration.issuer.clone()), "{kind}");
        }
        // Of an unknown parameter it may come twice.
        let asked = web.asks().and("extra", "1").and("extra", "2").and("client_info", "1").build();
        assert!(get(world, asked.url.as_str()).await.header("location").contains("/signin"));
    }

    /// OID-02: for a native application any port of a loopback literal, and nothing that merely looks like one.
    async fn oid_02_loopback_ports_are_free_for_native_applications(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let (native, web) = (ApplicationType::Native, ApplicationType::Web);
        let cli = rp(world, &world.office().application(&house.tenant, native, "http://127.0.0.1/cb").await).await;
        let fixed = rp(world, &world.office().application(&house.tenant, web, "http://127.0.0.1:49151/cb").await).await;
        let allowed = cli.asks().with("redirect_uri", "http://127.0.0.1:49152/cb").build();
        assert_eq!(get(world, allowed.url.as_str()).await.status, 303);
        let refused = fixed.asks().with("redirect_uri", "http://127.0.0.1:49152/cb").build();
        stays(&get(world, refused.url.as_str()).await, 400, "web");
        for other in [
            "http://127.1:49152/cb", "http://0x7f000001:49152/cb", "http://127.0.0.1.evil.test:49152/cb",
            "http://a@127.0.0.1:49152/cb", "http://localhost:49152/cb", "https://127.0.0.1:49152/cb",
            "http://[::1]:49152/cb", "http://127.0.0.1:49152/cb/", "http://127.0.0.1:0/cb", "http://127.0.0.1:/cb",
        ] {
            stays(&get(world, cli.asks().with("redirect_uri", other).build().url.as_str()).await, 400, other);
        }
        // A whole sign-in at a port that nobody registered; the code is good at this very port only (OID-07).
        let port = Callbacks::start().await;
        let mut gina = world.person().await;
        let asked = cli.asks().with("redirect_uri", &port.redirect_uri()).build();
        walk(&mut gina, asked.url.as_str(), GINA).await;
        let came = port.next().await.unwrap();
        let registered = cli.registration();
        let verifier = asked.verifier.as_deref();
        let good = exchange_with(world, registered, came.get("code").unwrap(), &port.redirect_uri(), verifier).await;
        assert_eq!(good.status, 200, "{}", good.body);
        let asked = cli.asks().with("redirect_uri", &port.redirect_uri()).build();
        gina.opens(asked.url.as_str()).await;
        let came = port.next().await.unwrap();
        let verifier = asked.verifier.as_deref();
        let other = exchange_with(world, registered, came.get("code").unwrap(), "http://127.0.0.1/cb", verifier).await;
        assert_eq!(other.error(), "invalid_grant");
    }

    /// OID-03, WEB-07: what may not be registered, each by itself.
    async fn oid_03_web_07_registration_refuses_what_is_no_safe_uri(world) {
        let tenant = world.office().tenant("Alder Works", "alpha.test").await;
        let many: Vec<String> = (0..51).map(|n| format!("https://app.alpha.test/{n}")).collect();
        let long = format!("https://app.alpha.test/{}", "a".repeat(2048));
        let bad = [
            long.as_str(), "https://*.alpha.test/cb", "https://app.alpha.test/cb#f", "https://u:p@app.alpha.test/cb",
            "https://app.alpha.test/c\u{1}b", "https://bücher.example/cb", "/cb", "http://app.alpha.test/cb",
            "javascript:alert(1)", "JaVa\tScript:alert(1)", "\u{1}javascript:alert(1)", "data:text/html,x",
            "vbscript:x", "blob:https://app.alpha.test/x", "com.example.app:/cb", "https://app.alpha.test/a/../cb",
        ];
        let office = world.office();
        let new = |redirects: Vec<String>, after: Vec<String>| Create {
            tenant: tenant.id,
            name: "Portal".to_owned(),
            kind: ApplicationType::Web,
            redirect_uris: redirects,
            post_logout_redirect_uris: after,
            algorithm: SigningAlgorithm::Rs256,
            client: None,
            homepage: None,
        };
        let good = || vec!["https://app.alpha.test/cb".to_owned()];
        for uri in bad {
            for new in [new(vec![uri.to_owned()], vec![]), new(good(), vec![uri.to_owned()])] {
                assert!(office.perform(new).await.is_err(), "{uri}");
            }
        }
        for new in [new(many, vec![]), new(vec![], vec![])] {
            assert!(office.perform(new).await.is_err());
        }
        let client = office.perform(new(good(), vec![])).await.unwrap().application.client_id;
        for uri in bad {
            let plain = || Update::of(tenant.id, client.clone());
            let done = office.perform(Update { add_redirect_uris: vec![uri.to_owned()], ..plain() }).await;
            assert!(done.is_err(), "{uri}");
            let done = office.perform(Update { homepage: Some(uri.to_owned()), ..plain() }).await;
            let harmless = uri.starts_with("https://") || uri.starts_with("com.example");
            assert!(done.is_err() || harmless, "homepage {uri}");
        }
    }

    /// OID-05: challenge and verifier belong together, under the rule `required` and under `optional` (DEV-6).
    async fn oid_05_pkce_matrix(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let wrong = "w".repeat(43);
        let client = house.registration.client_id.clone();
        for rule in ["required", "optional"] {
            if rule == "optional" {
                set(world, &house, &client, |s| s.pkce = vestibule_core::client::PkceRule::Optional).await;
            }
            for (sent, verifier, good) in [
                (true, "right", true), (true, "wrong", false), (true, "none", false),
                (false, "none", rule == "optional"), (false, "wrong", false),
                (true, "short", false), (true, "long", false), (true, "charset", false),
            ] {
                let ask = if sent { web.asks() } else { web.asks().without_pkce() };
                let asked = ask.build();
                let came = silently(&mut gina, &house, &asked).await;
                let Some(code) = came.get("code") else {
                    assert_eq!((rule, sent, came.get("error")), ("required", false, Some("invalid_request")));
                    continue;
                };
                let right = asked.verifier.clone().unwrap_or_default();
                let long = "a".repeat(129);
                let odd = format!("{}%", "a".repeat(43));
                let value = match verifier {
                    "right" => Some(right.as_str()),
                    "wrong" => Some(wrong.as_str()),
                    "short" => right.get(..42),
                    "long" => Some(long.as_str()),
                    "charset" => Some(odd.as_str()),
                    _ => None,
                };
                let redirect = &house.registration.redirect_uri;
                let answer = exchange_with(world, &house.registration, code, redirect, value).await;
                let what = format!("{rule} {sent} {verifier}: {}", answer.body);
                assert_eq!(answer.status == 200, good, "{what}");
                assert!(good || (answer.status, answer.error().as_str()) == (400, "invalid_grant"), "{what}");
            }
        }
        // DEV-6: the way out is for confidential applications only.
        let spa = another(world, &house, ApplicationType::Spa).await;
        set(world, &house, &spa.registration().client_id, |s| s.pkce = vestibule_core::client::PkceRule::Optional).await;
        assert_eq!(error(world, &house, spa.asks().without_pkce()).await, "invalid_request");
    }

    /// OID-09: `state` comes back as it was, `nonce` exactly when it was sent; neither is made up.
    async fn oid_08_oid_09_state_and_nonce_are_echoed_and_never_invented(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let long = "s".repeat(2048);
        for state in ["a\0b", "\"'><svg/onload=x>", "🙂 é\u{202e}", "a=b&c=d#e?f+g%20", "  ", long.as_str()] {
            let came = silently(&mut gina, &house, &web.asks().with("state", state).build()).await;
            assert_eq!((came.get("state"), came.get("error")), (Some(state), None), "{state:?}");
            assert_eq!(came.get("iss"), Some(house.registration.issuer.as_str()));
        }
        let too_long = web.asks().with("state", &"s".repeat(3 * 1024));
        let answer = get(world, too_long.build().url.as_str()).await;
        assert_eq!((answer.told("error").as_str(), answer.told("state").as_str()), ("invalid_request", ""));
        let bare = web.asks().without("state").without("nonce").build();
        let came = silently(&mut gina, &house, &bare).await;
        assert_eq!(came.params.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["code", "iss"]);
        let tokens = exchange(world, &web, &bare, came.get("code").unwrap()).await;
        assert!(!part(&tokens.text("id_token"), 1).contains_key("nonce"), "{}", tokens.body);
        let asked = web.asks().build();
        let code = code(&mut gina, &house, &asked).await;
        let tokens = exchange(world, &web, &asked, &code).await;
        assert_eq!(part(&tokens.text("id_token"), 1)["nonce"], asked.nonce.as_str());
        let unasked = web.asks().without("state").with("prompt", "maybe").build();
        assert_eq!(get(world, unasked.url.as_str()).await.told("state"), "");
    }

    /// OID-11: `prompt=none` shows nothing, sends nothing and writes nothing of a guest.
    async fn oid_11_prompt_none_never_shows_a_page(world) {
        let (house, web) = desk(world).await;
        let (mut gina, mut nobody) = (world.person().await, world.person().await);
        let first = signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        world.office().invite(house.tenant.id, PAUL).await;
        let mut paul = world.person().await;
        world.wait(TimeDelta::seconds(61));
        let pauls = signs_in(&mut paul, &web, &house, web.asks(), PAUL).await;
        let mails = world.mail.messages().len();
        let jobs = world.server.stats().write_jobs;
        let came = silently(&mut nobody, &house, &web.asks().with("prompt", "none").build()).await;
        assert_eq!(came.get("error"), Some("login_required"), "no session");
        let hinted = web.asks().with("prompt", "none").with("login_hint", GINA).build();
        assert_eq!(silently(&mut nobody, &house, &hinted).await.get("error"), Some("login_required"));
        world.wait(TimeDelta::seconds(5));
        let old = web.asks().with("prompt", "none").with("max_age", "1").build();
        assert_eq!(silently(&mut gina, &house, &old).await.get("error"), Some("login_required"), "too old");
        let paul_wanted = web.asks().with("prompt", "none").with("id_token_hint", &pauls.id_token).build();
        let came = silently(&mut gina, &house, &paul_wanted).await;
        assert_eq!((came.get("error"), came.get("code")), (Some("login_required"), None), "hint of paul");
        assert_eq!(world.mail.messages().len(), mails, "nothing was sent");
        assert_eq!(world.server.stats().write_jobs, jobs, "nothing was written");
        let hers = web.asks().with("prompt", "none").with("id_token_hint", &first.id_token).build();
        let again = web.exchange(&hers, &silently(&mut gina, &house, &hers).await).await.unwrap();
        assert_eq!((&again.claims["sub"], &again.claims["auth_time"]), (&first.claims["sub"], &first.claims["auth_time"]));
        // By form post there is no page of ours to look at either: the answer is the form.
        let form = web.asks().with("prompt", "none").with("response_mode", "form_post").build();
        let page = nobody.opens(form.url.as_str()).await;
        assert_eq!(page.test_id, "G25");
        let came = { nobody.presses("primary").await; house.callbacks.next().await.unwrap() };
        assert_eq!((came.method.as_str(), came.get("error")), ("POST", Some("login_required")));
    }

    /// OID-12: what asks for a new proof gets one, and what makes no sense is refused.
    async fn oid_12_a_new_proof_where_one_is_asked_for(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let first = signs_in(&mut gina, &web, &house, web.asks().with("max_age", "15000"), GINA).await;
        for bad in ["-1", "1e9", "9223372036854775808", "4294967296", "1.5", " 1", "0x10", "+1"] {
            assert_eq!(error(world, &house, web.asks().with("max_age", bad)).await, "invalid_request", "{bad}");
        }
        for bad in ["none login", "none select_account", "login none", "none consent"] {
            assert_eq!(error(world, &house, web.asks().with("prompt", bad)).await, "invalid_request", "{bad}");
        }
        world.wait(TimeDelta::seconds(100));
        let asked = web.asks().with("max_age", "10000").build();
        let kept = web.exchange(&asked, &silently(&mut gina, &house, &asked).await).await.unwrap();
        assert_eq!(kept.claims["auth_time"], first.claims["auth_time"], "max_age=10000");
        assert_eq!(kept.claims["sid"], first.claims["sid"]);
        let mut before = first.claims["auth_time"].as_i64().unwrap();
        let mut sid = first.claims["sid"].clone();
        for (name, value) in [("max_age", "0"), ("max_age", "1"), ("prompt", "login"), ("prompt", "login consent")] {
            world.wait(TimeDelta::minutes(16));
            let began = world.now().timestamp();
            let asked = web.asks().with(name, value).build();
            let page = gina.opens(asked.url.as_str()).await;
            assert_eq!(page.test_id, if name == "prompt" { "G01" } else { "G05" }, "{name}={value}");
            let again = goes_on(&mut gina, page, GINA).await;
            assert_eq!(again.test_id, "app", "{name}={value}: {}", again.summary());
            let again = web.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
            let moved = again.claims["auth_time"].as_i64().unwrap();
            assert!(moved >= began && moved > before, "{name}={value}: {moved}");
            assert_ne!(again.claims["sid"], sid, "SES-04: {name}={value}");
            assert_eq!(again.claims["sub"], first.claims["sub"]);
            (before, sid) = (moved, again.claims["sid"].clone());
        }
    }

    /// OID-12: `prompt=select_account` shows the accounts and takes the live one without a new code.
    async fn oid_12_select_account_lets_choose(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let first = signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        world.wait(TimeDelta::seconds(1));
        let asked = web.asks().with("prompt", "select_account").build();
        gina.opens(asked.url.as_str()).sees("G02").reads(GINA).await;
        gina.presses(&format!("{GINA} Signed in")).sees("app").await;
        let again = web.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!(again.claims["auth_time"], first.claims["auth_time"]);
    }

    /// OID-17: scopes are split, bounded, and only those that exist are granted.
    async fn oid_17_scopes_are_bounded_and_known(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let wanted = "email  openid admin https://graph.microsoft.com/.default email";
        let asked = web.asks().with("scope", wanted).build();
        walk(&mut gina, asked.url.as_str(), GINA).await;
        let came = house.callbacks.next().await.unwrap();
        let tokens = exchange(world, &web, &asked, came.get("code").unwrap()).await;
        assert_eq!(tokens.text("scope"), "email openid");
        let many = vec!["x"; 50].join(" ") + " openid";
        assert_eq!(error(world, &house, web.asks().with("scope", &many)).await, "invalid_scope");
        let wide = format!("openid {}", "x".repeat(1020));
        assert_eq!(error(world, &house, web.asks().with("scope", &wide)).await, "invalid_scope");
        assert_eq!(error(world, &house, web.asks().with("scope", "openid \"x\"")).await, "invalid_scope");
        let flood = web.asks().with("scope", &"s ".repeat(100_000)).build();
        let answer = get(world, flood.url.as_str()).await;
        assert!(matches!(answer.status, 400 | 414 | 431) && !answer.has("location"), "{}", answer.status);
    }

    /// OID-19: `sub` is one per person and sector, and what people rename does not move it.
    async fn oid_19_sub_is_pairwise_and_stays(world) {
        let (house, web) = desk(world).await;
        let spa = another(world, &house, ApplicationType::Spa).await;
        let mut gina = world.person().await;
        let first = signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let at_spa = signs_in(&mut gina, &spa, &house, spa.asks(), GINA).await;
        assert_ne!(first.claims["sub"], at_spa.claims["sub"], "another application, another sub");
        assert_eq!(first.claims["sid"], at_spa.claims["sid"], "single sign-on");
        assert_eq!(first.claims["tid"], house.tenant.id.to_string());
        let (tenant, oid) = (house.tenant.id, first.claims["oid"].as_str().unwrap().parse().unwrap());
        let renamed = world.server.app().db.write(move |c| {
            changes::set_display_name(c, tenant, oid, Some("Another Name"))?;
            changes::set_name(c, tenant, "Another Tenant")?;
            tenants::raise_change(c, tenant).map(drop)
        });
        renamed.await.unwrap().unwrap();
        let again = signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        assert_eq!(again.claims["name"], "Another Name");
        for name in ["sub", "tid", "oid"] {
            assert_eq!(again.claims[name], first.claims[name], "{name}");
        }
        // At another tenant the same mailbox is somebody else.
        let beta = world.office().house("beta.test").await;
        world.office().invite(beta.tenant.id, GINA).await;
        let there = rp(world, &beta.registration).await;
        let abroad = signs_in(&mut gina, &there, &beta, there.asks(), GINA).await;
        for name in ["sub", "tid", "oid", "iss", "sid"] {
            assert_ne!(abroad.claims[name], first.claims[name], "{name}");
        }
    }

    /// OID-23: hints and preferences are bounded, and no cache is filled by them.
    async fn oid_23_hints_are_bounded_and_fill_no_cache(world) {
        let (house, web) = desk(world).await;
        let claims = format!("{{\"id_token\":{{\"{}\":null}}}}", "x".repeat(6 * 1024));
        assert_eq!(error(world, &house, web.asks().with("claims", &claims)).await, "invalid_request");
        let deep = "{\"id_token\":".repeat(40);
        assert_eq!(error(world, &house, web.asks().with("claims", &deep)).await, "invalid_request");
        let twice = "{\"id_token\":{\"acr\":{\"essential\":true},\"acr\":null}}";
        assert_eq!(error(world, &house, web.asks().with("claims", twice)).await, "invalid_request");
        assert_eq!(error(world, &house, web.asks().with("acr_values", &"a".repeat(2000))).await, "invalid_request");
        let before = world.server.app().cache_stats();
        for number in 0..200 {
            let asked = web.asks().with("ui_locales", &format!("x-{number} q{number}")).build();
            let answer = get(world, asked.url.as_str()).await;
            assert!(answer.header("location").contains("/signin"), "{answer:?}");
        }
        let after = world.server.app().cache_stats();
        assert_eq!(before.map(|cache| cache.entries), after.map(|cache| cache.entries));
        let mut gina = world.person().await;
        let odd = web.asks().with("ui_locales", "tlh xx-YY").and("display", "hologram").and("claims_locales", "se");
        let page = gina.opens(odd.and("login_hint", &"a".repeat(2000)).and("acr_values", "1 2").build().url.as_str()).await;
        assert_eq!((page.test_id.as_str(), page.lang.as_str()), ("G01", "en"));
        let german = gina.opens(web.asks().with("ui_locales", "fr de-CH en").build().url.as_str()).await;
        assert_eq!((german.test_id.as_str(), german.lang.as_str()), ("G01", "de"));
    }

    /// OID-10: a form post's values cannot leave their attributes, and its page may post to the application alone.
    pages async fn oid_10_web_04_form_post_is_inert_and_arrives(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let state = "\"></form><script>document.title='owned'</script>'";
        let ask = || web.asks().with("response_mode", "form_post").with("state", state);
        let asked = ask().build();
        gina.opens(asked.url.as_str()).sees("G01").types(GINA).sees("G06").reads_code().enters_code().await;
        gina.sees("G15").presses("primary").await;
        if gina.page().await.test_id == "G25" && world.driver != vestibule_testkit::world::Driver::Chromium {
            gina.presses("primary").await;
        }
        gina.sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        assert_eq!((came.method.as_str(), came.get("state")), ("POST", Some(state)));
        let tokens = exchange(world, &web, &asked, came.get("code").unwrap()).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        if world.driver == vestibule_testkit::world::Driver::Http {
            let page = gina.opens(ask().build().url.as_str()).sees("G25").await;
            assert_eq!((page.forms.len(), page.html.contains("<script>document")), (1, false));
            let policy = gina.last().header("content-security-policy").to_owned();
            let forms = policy.split("form-action").nth(1).unwrap_or_default();
            assert!(forms.trim().starts_with(house.callbacks.origin()), "{policy}");
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(gina.last().header("cache-control"), "no-store");
        }
    }

    /// WEB-01: another site's POST to the authorization endpoint reads no cookie; the GET that it becomes finds the session.
    async fn web_01_ses_02_post_authorize_becomes_the_same_get(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let asked = web.asks().build();
        let (path, query) = (asked.url.path().to_owned(), asked.url.query().unwrap().to_owned());
        let elsewhere = url::Url::parse("https://evil.test/").unwrap();
        let mut endpoint = asked.url.clone();
        endpoint.set_query(None);
        let request = vestibule_testkit::browser::Request::post(endpoint, query.clone());
        let answer = gina.http().send(&request, Some(&elsewhere)).await.unwrap();
        assert!(!answer.sent.contains_key("cookie"), "Lax");
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, format!("{path}?{query}").as_str()));
        assert!(answer.set_cookies().is_empty());
        gina.opens(answer.location().unwrap().as_str()).sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        assert!(web.exchange(&asked, &came).await.is_ok());
    }
}
