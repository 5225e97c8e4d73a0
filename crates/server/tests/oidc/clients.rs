//! What real client libraries demand (reference/clients.md), as far as this walk goes and no other flow shows it, and pages
//! that carry codes (OID-24). The rest is cited where it stands: 1 to 3 in `documents`, 4, 6, 7, 9, 10 in `tokens`, 8 and 13
//! in `cors`, 11 in `logout`.

use vestibule_core::client::ApplicationType;
use vestibule_testkit::protocol::*;
use vestibule_testkit::rp::Registration;
use vestibule_testkit::world::Driver;

/// What MSAL and others send along.
const NOISE: [(&str, &str); 9] = [
    ("client_info", "1"),
    ("clidata", "1"),
    ("x-client-SKU", "msal.js.node"),
    ("x-client-VER", "7.2"),
    ("X-AnchorMailbox", "Oid:x"),
    ("client-request-id", "00000000-0000-4000-8000-000000000000"),
    ("claims_locales", "se"),
    ("instance_aware", "false"),
    ("extra", "foobar"),
];

vestibule_testkit::flows! {
    /// client_05, OID-23: what is not known is ignored at both endpoints, and a query at the token endpoint gives nothing.
    async fn client_05_oid_23_unknown_parameters_are_ignored(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let mut ask = web.asks().with("claims", "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}},\"x\":{}}").with("domain_hint", "organizations")
            .with("login_hint", GINA).with("ui_locales", "en").with("display", "popup").with("acr_values", "urn:vestibule:acr:mailbox");
        for (name, value) in NOISE {
            ask = ask.with(name, value);
        }
        let asked = ask.build();
        gina.is_called(GINA);
        walk(&mut gina, asked.url.as_str(), GINA).await;
        let came = house.callbacks.next().await.unwrap();
        let redirect = house.registration.redirect_uri.clone();
        let code = came.get("code").unwrap();
        let mut pairs = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect.as_str()),
            ("code_verifier", asked.verifier.as_deref().unwrap()), ("scope", "openid profile offline_access"), ("resource", "x")];
        pairs.extend(NOISE);
        let target = format!("/{}/oauth2/v2.0/token?client-request-id=1&scope=admin&redirect_uri=https://evil.test/", house.tenant.id);
        let authorization = basic(&house.registration);
        let headers = [("Authorization", authorization.as_str()), ("client-request-id", "1"), ("Accept", "application/json")];
        let tokens = post(world, &target, &headers, &pairs).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        assert_eq!(tokens.text("scope"), "openid profile email", "what the code was given for, not what a form says later");
        assert_eq!(tokens.json()["expires_in"], 600);
        assert_eq!((tokens.text("token_type").as_str(), tokens.header("cache-control"), tokens.header("pragma")), ("Bearer", "no-store", "no-cache"));
        assert!(tokens.json().get("refresh_token").is_none(), "offline_access was not asked for");
    }

    /// client_04: every token names the person as MSAL and the Go and Rust clients expect.
    async fn client_04_the_person_has_a_name_in_both_places(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let tokens = signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        assert_eq!((&tokens.claims["preferred_username"], &tokens.claims["email"]), (&GINA.into(), &GINA.into()));
        let info = web.userinfo(&tokens).await.unwrap();
        assert_eq!((&info["sub"], &info["email"], &info["email_verified"]), (&tokens.claims["sub"], &GINA.into(), &true.into()));
    }

    /// client_06, client_09: one secret is good for Basic and for the form, also after the other was tried wrongly.
    async fn client_06_client_09_basic_first_then_the_form(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let asked = web.asks().build();
        let value = code(&mut gina, &house, &asked).await;
        let wrong = Registration { client_secret: Some("wrong-secret".repeat(4)), ..house.registration.clone() };
        let verifier = asked.verifier.as_deref();
        let refused = exchange_with(world, &wrong, &value, &wrong.redirect_uri, verifier).await;
        assert_eq!((refused.status, refused.error().as_str()), (401, "invalid_client"));
        let secret = house.registration.client_secret.as_deref().unwrap();
        let pairs = [("client_id", house.registration.client_id.as_str()), ("client_secret", secret), ("grant_type", "authorization_code"),
            ("code", value.as_str()), ("redirect_uri", house.registration.redirect_uri.as_str()), ("code_verifier", verifier.unwrap())];
        let target = format!("/{}/oauth2/v2.0/token", house.tenant.id);
        assert_eq!(post(world, &target, &[], &pairs).await.status, 200);
    }

    /// client_12: requests and answers by POST between sites need no cookie of ours that Lax would hold back.
    async fn client_12_form_posts_between_sites(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let asked = web.asks().with("response_mode", "form_post").build();
        let (path, query) = (asked.url.path(), asked.url.query().unwrap());
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", "https://app.alpha.test"), ("Sec-Fetch-Site", "cross-site")];
        let posted = send(world, Wire { method: "POST", target: path, headers: &headers, body: query.as_bytes() }).await;
        assert_eq!((posted.status, posted.has("set-cookie")), (303, false));
        let place = format!("{}{}", world.server.base_url(), posted.header("location"));
        gina.opens(&place).sees("G25").presses("primary").sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        assert_eq!((came.method.as_str(), came.get("state")), ("POST", Some(asked.state.as_str())));
        for line in gina.http().exchanges().iter().flat_map(|e| e.set_cookies().into_iter().map(str::to_owned)) {
            assert!(line.contains("SameSite=Lax") && !line.contains("SameSite=None"), "{line}");
        }
    }

    /// client_14, OID-15: no URL that a request names is ever fetched.
    async fn client_14_no_request_makes_us_call_anybody(world) {
        let (house, web) = desk(world).await;
        let canary = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/r", canary.local_addr().unwrap());
        for name in ["request_uri", "jwks_uri", "sector_identifier_uri", "logo_uri", "policy_uri", "initiate_login_uri", "x5u", "resource"] {
            let answer = get(world, web.asks().with(name, &url).build().url.as_str()).await;
            assert_eq!(answer.status, 303);
            assert_eq!(answer.told("error"), if name == "request_uri" { "request_uri_not_supported" } else { "" }, "{name}");
        }
        let claims = format!("{{\"_claim_sources\":{{\"a\":{{\"endpoint\":\"{url}\"}}}}}}");
        get(world, web.asks().with("claims", &claims).build().url.as_str()).await;
        let head = data_encoding::BASE64URL_NOPAD.encode(format!("{{\"alg\":\"RS256\",\"typ\":\"JWT\",\"jku\":\"{url}\"}}").as_bytes());
        let hint = format!("{head}.e30.AAAA");
        get(world, web.asks().with("id_token_hint", &hint).build().url.as_str()).await;
        get(world, web.logout_url(&[("id_token_hint", &hint)]).unwrap().as_str()).await;
        as_client(world, &house.registration, "token", &[("grant_type", "refresh_token"), ("refresh_token", &hint), ("request_uri", &url)]).await;
        let came = std::future::poll_fn(|context| std::task::Poll::Ready(canary.poll_accept(context).is_ready())).await;
        assert!(!came, "somebody called");
    }

    /// client_16, OID-24: pages have an icon, need no script and nothing from elsewhere, and say what their fields are for.
    pages async fn client_16_oid_24_pages_for_every_browser(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let asked = web.asks().with("response_mode", "form_post").with("login_hint", "someone@else.test").build();
        let shown = gina.opens(asked.url.as_str()).await;
        assert!(shown.text.contains("someone@else.test") || shown.html.contains("someone@else.test"), "{}", shown.summary());
        let asked = web.asks().with("response_mode", "form_post").build();
        let own = url::Url::parse(world.server.base_url()).unwrap();
        for id in ["G01", "G06", "G15"] {
            let page = match id {
                "G01" => gina.opens(asked.url.as_str()).sees(id).await,
                "G06" => gina.types(GINA).sees(id).await,
                _ => gina.reads_code().enters_code().sees(id).await,
            };
            assert!(page.html.contains("rel=\"icon\""), "{id}");
            for attribute in ["src=\"", "srcset=\"", "poster=\""] {
                for source in page.html.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                    assert!(source.starts_with('/') && !source.starts_with("//") || source.starts_with("data:image/"), "{id}: {source}");
                }
            }
            for link in page.html.split("<link ").skip(1).map(|rest| rest.split('>').next().unwrap()) {
                assert!(!link.contains("href=\"http") && !link.contains("href=\"//"), "{id}: {link}");
            }
            let field = |name: &str| page.html.split("<input").find(|tag| tag.contains(&format!("name=\"{name}\""))).unwrap_or_default().to_owned();
            match id {
                "G01" => assert!(field("email").contains("type=\"email\"") && field("email").contains("autocomplete=\"email"), "{}", field("email")),
                "G06" => assert!(field("code").contains("inputmode=\"numeric\"") && field("code").contains("autocomplete=\"one-time-code\""), "{}", field("code")),
                _ => {}
            }
            assert_eq!(page.url.origin(), own.origin());
        }
        gina.presses("primary").await;
        if world.driver != Driver::Chromium {
            let page = gina.page().await;
            assert_eq!(page.test_id, "G25");
            assert!(!page.html.contains("src=\"http") && !page.html.contains("href=\"http"), "OID-24: {}", page.html);
            if let Some(http) = gina.browser().http() {
                let last = http.exchanges().last().unwrap();
                assert_eq!((last.header("referrer-policy"), last.header("cache-control")), ("no-referrer", "no-store"));
            }
            gina.presses("primary").await;
        }
        gina.sees("app").await;
        assert!(house.callbacks.next().await.unwrap().get("code").is_some());
        let icon = get(world, "/favicon.ico").await;
        assert_eq!(icon.status, 301);
        let icon = get(world, icon.header("location")).await;
        assert_eq!((icon.status, icon.header("content-type")), (200, "image/svg+xml"));
    }

    /// OID-24: what carries a code says nothing of where it came from, and stands in no cache.
    async fn oid_24_web_05_answers_with_codes_leave_no_trace(world) {
        let (house, web) = desk(world).await;
        let spa = another(world, &house, ApplicationType::Spa).await;
        let mut gina = world.person().await;
        let tokens = signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        silently(&mut gina, &house, &spa.asks().with("prompt", "none").build()).await;
        let with_codes: Vec<_> = gina.http().exchanges().iter().filter(|e| e.header("location").contains("code=")).cloned().collect();
        assert_eq!(with_codes.len(), 2);
        for answer in with_codes {
            assert_eq!((answer.header("referrer-policy"), answer.header("cache-control")), ("no-referrer", "no-store"));
            assert!(answer.body.is_empty());
        }
        let info = userinfo(world, &house.tenant.id.to_string(), &tokens.access_token).await;
        assert_eq!((info.status, info.header("cache-control")), (200, "no-store"));
        // No page of ours was ever asked for with a code or token in its URL.
        for exchange in gina.http().exchanges().iter().filter(|e| e.url.as_str().starts_with(world.server.base_url())) {
            for part in ["code=", "token="] {
                let known = exchange.url.query().unwrap_or_default().replace("code_challenge", "");
                assert!(!known.contains(part), "{}", exchange.url);
            }
        }
    }
}
