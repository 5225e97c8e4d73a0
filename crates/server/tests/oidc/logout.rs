//! Sign-out as applications ask for it (OID-13, OID-14, SES-12, rows RL of the conformance table).

use chrono::TimeDelta;
use vestibule_core::client::ApplicationType;
use vestibule_testkit::Person;
use vestibule_testkit::World;
use vestibule_testkit::browser::Request;
use vestibule_testkit::office::House;
use vestibule_testkit::protocol::*;
use vestibule_testkit::rp::Rp;

/// Whether the browser is signed in.
async fn signed_in(person: &mut Person, house: &House, rp: &Rp) -> bool {
    let came = silently(person, house, &rp.asks().with("prompt", "none").build()).await;
    assert!(came.get("code").is_some() || came.get("error") == Some("login_required"), "{came:?}");
    came.get("code").is_some()
}

/// The hints that prove nothing: of another tenant, of another kind, signed by nobody or by somebody else.
async fn bad_hints(world: &World, id_token: &str, access: &str) -> Vec<(&'static str, String)> {
    let encode = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
    let [head, body, signature] = [0, 1, 2].map(|at| id_token.split('.').nth(at).unwrap().to_owned());
    let mut claims = part(id_token, 1);
    claims.insert("sub".to_owned(), "somebody".into());
    let altered = encode(&serde_json::to_string(&claims).unwrap());
    let kid = part(id_token, 0)["kid"].as_str().unwrap().to_owned();
    let at_jwt = encode(&format!("{{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"{kid}\"}}"));
    let hmac = encode(&format!("{{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"{kid}\"}}"));
    // The same claims signed by a provider with keys of its own.
    let stranger = world.another(vestibule_testkit::Setup::default()).await;
    let (there, theirs) = desk(&stranger).await;
    let mut gina = stranger.person().await;
    let foreign = signs_in(&mut gina, &theirs, &there, theirs.asks(), GINA).await.id_token;
    let stolen = foreign.split('.').nth(2).unwrap().to_owned();
    vec![
        ("unsigned", format!("{}.{body}.", encode("{\"alg\":\"none\",\"typ\":\"JWT\"}"))),
        (
            "unsigned, with a kid",
            format!(
                "{}.{body}.{signature}",
                encode(&format!("{{\"alg\":\"none\",\"typ\":\"JWT\",\"kid\":\"{kid}\"}}"))
            ),
        ),
        ("altered", format!("{head}.{altered}.{signature}")),
        ("another's signature", format!("{head}.{body}.{stolen}")),
        ("another provider", foreign),
        ("another type", format!("{at_jwt}.{body}.{signature}")),
        ("HMAC", format!("{hmac}.{body}.{signature}")),
        ("access token", access.to_owned()),
        ("rubbish", "x.y.z".to_owned()),
    ]
}

vestibule_testkit::flows! {
    /// OID-14, SES-12, OID-13: a hint for this very session signs out at once and goes where it is registered, with the
    /// same state; afterwards nothing of the session is left.
    async fn oid_14_ses_12_client_11_a_valid_hint_signs_out_at_once(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let after = format!("{}/", house.callbacks.origin());
        for state in [None, Some("a\"b&c")] {
            let tokens = signs_in(&mut gina, &web, &house, web.asks().with("scope", "openid offline_access"), GINA).await;
            let refresh_token = tokens.refresh_token.clone().unwrap();
            let pending = code(&mut gina, &house, &web.asks().build()).await;
            let mut asks = vec![("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", after.as_str())];
            asks.extend(state.map(|state| ("state", state)));
            let page = gina.opens(web.logout_url(&asks).unwrap().as_str()).await;
            assert_eq!(page.test_id, "app", "{}", page.summary());
            let back: Vec<(String, String)> = page.url.query_pairs().into_owned().collect();
            let wanted: Vec<_> = state.map(|state| ("state".to_owned(), state.to_owned())).into_iter().collect();
            assert_eq!(back, wanted, "the state and nothing else");
            let gone = gina.http().exchanges().iter().rev().find(|e| e.url.path().ends_with("/logout")).unwrap().clone();
            assert_eq!(gone.status.as_u16(), 303);
            assert_eq!(gone.header("clear-site-data"), "\"cache\", \"storage\"");
            assert_eq!(gone.header("cache-control"), "no-store");
            assert!(gone.set_cookies().iter().any(|line| line.starts_with("vs.") && line.contains("Max-Age=0")));
            assert!(!signed_in(&mut gina, &house, &web).await);
            let tenant = house.tenant.id.to_string();
            assert_eq!(userinfo(world, &tenant, &tokens.access_token).await.status, 401, "SES-08");
            assert_eq!(refresh(world, &house.registration, &refresh_token).await.error(), "invalid_grant");
            let late = exchange_with(world, &house.registration, &pending, &house.registration.redirect_uri, None).await;
            assert_eq!(late.error(), "invalid_grant");
            // A second press of the same link: nobody is signed in any more, and the hint still proves the application.
            assert_eq!(gina.opens(web.logout_url(&asks).unwrap().as_str()).await.test_id, "app");
            world.wait(TimeDelta::minutes(16));
        }
        // An expired hint identifies too (OID-13).
        let tokens = signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        world.wait(TimeDelta::hours(3));
        let asks = [("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", after.as_str())];
        assert_eq!(gina.opens(web.logout_url(&asks).unwrap().as_str()).await.test_id, "app");
        assert!(!signed_in(&mut gina, &house, &web).await);
    }

    /// SES-12, WEB-01: without a hint for this session there is a button first, and only our own page presses it.
    async fn ses_12_web_01_without_a_hint_the_button_comes_first(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        for asks in [vec![], vec![("state", "s")], vec![("client_id", house.registration.client_id.as_str())]] {
            let page = gina.opens(web.logout_url(&asks).unwrap().as_str()).await;
            assert_eq!((page.test_id.as_str(), page.status), ("G23", 200), "{asks:?}");
            assert!(page.text.contains(GINA), "{}", page.text);
            assert!(signed_in(&mut gina, &house, &web).await, "{asks:?}");
        }
        // From elsewhere, with every cookie: the token is missing, another's, or the page is not ours.
        gina.opens(web.logout_url(&[]).unwrap().as_str()).await;
        let good = gina.http().pressed("primary").unwrap();
        let evil = url::Url::parse("https://evil.test/").unwrap();
        let sibling = url::Url::parse("http://127.0.0.1:1/").unwrap();
        let ours = good.url.clone();
        for (from, body, status) in [
            (&evil, good.body.clone(), 403), (&sibling, good.body.clone(), 403),
            (&ours, good.body.replace("csrf=", "csrf=A"), 403), (&ours, "request=&csrf=AAAA".to_owned(), 403),
        ] {
            let mut request = Request::post(good.url.clone(), body);
            let cookies = gina.http().jar.header(&good.url, vestibule_testkit::browser::cookies::Relation::SameOrigin, true);
            request.headers.insert("cookie", cookies.unwrap().parse().unwrap());
            let answer = gina.http().send(&request, Some(from)).await.unwrap();
            assert_eq!(answer.status.as_u16(), status, "{from}: {}", answer.text());
            assert!(answer.set_cookies().is_empty());
        }
        assert!(signed_in(&mut gina, &house, &web).await);
        // The application's own POST form is the same request as GET (RP-Initiated Logout 1.0 section 2).
        let mut endpoint = web.logout_url(&[]).unwrap();
        endpoint.set_query(None);
        let posted = gina.http().send(&Request::post(endpoint, "state=s".to_owned()), Some(&evil)).await.unwrap();
        assert_eq!((posted.status.as_u16(), posted.location().unwrap().query()), (303, Some("state=s")));
        gina.opens(posted.location().unwrap().as_str()).sees("G23").presses("primary").sees("G23").await;
        let pressed = gina.last();
        assert_eq!(pressed.header("clear-site-data"), "\"cache\", \"storage\"");
        assert!(!signed_in(&mut gina, &house, &web).await);
        // Back: the page is asked for again, and shows nothing of the person.
        let page = gina.opens(web.logout_url(&[]).unwrap().as_str()).await;
        assert!(page.test_id == "G23" && !page.text.contains(GINA), "{}", page.summary());
        assert_eq!(gina.last().header("cache-control"), "no-store");
    }

    /// OID-14: nobody is sent to what is not registered for the very application, nor without its proof or a press.
    async fn oid_14_web_07_signing_out_ends_at_registered_uris_only(world) {
        let (house, web) = desk(world).await;
        let other = world.office().application(&house.tenant, ApplicationType::Web, "https://other.alpha.test/cb").await;
        let mut gina = world.person().await;
        let after = format!("{}/", house.callbacks.origin());
        let tokens = signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let with_query = format!("{after}?foo=bar");
        // With a valid hint the person is signed out each time, and told so on our page.
        for uri in [
            with_query.as_str(), "https://evil.test/", "https://other.alpha.test/", "javascript:alert(1)", "JaVa\tScript:alert(1)",
            "\u{1}javascript:alert(1)", "data:text/html,x", "//evil.test/", "/x", &after.replace("127.0.0.1", "127.0.0.1."), "",
        ] {
            let asks = [("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", uri), ("state", "s")];
            let page = gina.opens(web.logout_url(&asks).unwrap().as_str()).await;
            assert_eq!((page.test_id.as_str(), page.status), ("G23", 200), "{uri}: {}", page.summary());
            assert!(!gina.last().headers.contains_key("location"));
            assert!(!page.html.contains("evil.test") && !page.html.to_ascii_lowercase().contains("javascript:"), "{uri}");
        }
        assert!(!signed_in(&mut gina, &house, &web).await);
        // Without a hint: no way out for somebody who is not signed in, and after the button only by `client_id`.
        for asks in [vec![("post_logout_redirect_uri", after.as_str())],
            vec![("post_logout_redirect_uri", after.as_str()), ("client_id", house.registration.client_id.as_str())]] {
            assert_eq!(gina.opens(web.logout_url(&asks).unwrap().as_str()).await.test_id, "G23", "{asks:?}");
            assert!(!gina.last().headers.contains_key("location"));
        }
        world.wait(TimeDelta::minutes(2));
        for (client, arrives) in [(None, false), (Some(other.client_id.as_str()), false), (Some(house.registration.client_id.as_str()), true)] {
            signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
            let mut asks = vec![("post_logout_redirect_uri", after.as_str()), ("state", "s")];
            asks.extend(client.map(|client| ("client_id", client)));
            let page = gina.opens(web.logout_url(&asks).unwrap().as_str()).sees("G23").presses("primary").await;
            assert_eq!(page.test_id == "app", arrives, "{client:?}: {}", page.summary());
            world.wait(TimeDelta::minutes(14));
        }
        // A hint for one application and the name of another do not go together.
        let tokens = signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let asks = [("id_token_hint", tokens.id_token.as_str()), ("client_id", other.client_id.as_str()), ("post_logout_redirect_uri", after.as_str())];
        assert_eq!(gina.opens(web.logout_url(&asks).unwrap().as_str()).await.test_id, "G23");
        assert!(signed_in(&mut gina, &house, &web).await, "the button comes first");
        // WEB-14: a parameter twice, broken encoding: a page, and the session lives.
        for query in ["state=1&state=2", "id_token_hint=%ff", "post_logout_redirect_uri=%zz"] {
            let url = format!("{}?{query}", web.logout_url(&[]).unwrap().as_str().trim_end_matches('?'));
            assert_eq!(gina.opens(&url).await.test_id, "G23", "{query}");
        }
        assert!(signed_in(&mut gina, &house, &web).await);
    }

    /// OID-13: a hint that is none of ours counts as absent at authorize and decides nothing at sign-out.
    async fn oid_13_tok_01_hints_that_prove_nothing_are_as_if_absent(world) {
        let (house, web) = desk(world).await;
        let spa = another(world, &house, ApplicationType::Spa).await;
        let mut gina = world.person().await;
        let tokens = signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let at_spa = signs_in(&mut gina, &spa, &house, spa.asks(), GINA).await;
        let after = format!("{}/", house.callbacks.origin());
        let mut hints = bad_hints(world, &tokens.id_token, &tokens.access_token).await;
        for (what, hint) in &hints {
            let asks = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", after.as_str())];
            let page = gina.opens(web.logout_url(&asks).unwrap().as_str()).await;
            assert_eq!((page.test_id.as_str(), page.status), ("G23", 200), "{what}: {}", page.summary());
            assert!(signed_in(&mut gina, &house, &web).await, "{what}");
            let pressed = gina.opens(web.logout_url(&asks[..1]).unwrap().as_str()).await;
            assert_eq!(pressed.test_id, "G23", "{what}");
        }
        // At authorize: as if absent, also one of another application of the tenant.
        hints.push(("another application", at_spa.id_token.clone()));
        for (what, hint) in &hints {
            let asked = web.asks().with("prompt", "none").with("id_token_hint", hint).build();
            assert!(silently(&mut gina, &house, &asked).await.get("code").is_some(), "{what}");
        }
        // It identifies and never authenticates.
        let mut nobody = world.person().await;
        let asked = web.asks().with("prompt", "none").with("id_token_hint", &tokens.id_token).build();
        assert_eq!(silently(&mut nobody, &house, &asked).await.get("error"), Some("login_required"));
        nobody.opens(web.asks().with("id_token_hint", &tokens.id_token).build().url.as_str()).sees("G01").await;
        // A hint of an ended session of the same person is for no session of this browser: the button comes first.
        world.wait(TimeDelta::minutes(16));
        let newer = signs_in(&mut gina, &web, &house, web.asks().with("prompt", "login"), GINA).await;
        assert_ne!(newer.claims["sid"], tokens.claims["sid"]);
        let asks = [("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", after.as_str())];
        assert_eq!(gina.opens(web.logout_url(&asks).unwrap().as_str()).await.test_id, "G23");
        assert!(signed_in(&mut gina, &house, &web).await);
        // In another person's browser the hint ends nothing.
        world.office().invite(house.tenant.id, PAUL).await;
        let mut paul = world.person().await;
        signs_in(&mut paul, &web, &house, web.asks(), PAUL).await;
        let hers = [("id_token_hint", newer.id_token.as_str())];
        assert_eq!(paul.opens(web.logout_url(&hers).unwrap().as_str()).await.test_id, "G23");
        assert!(signed_in(&mut paul, &house, &web).await);
    }

    /// SES-12, OID-14 in a real browser: the button, and arrival at the application.
    pages async fn ses_12_oid_14_the_button_leads_back_to_the_application(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        gina.opens(web.asks().build().url.as_str()).sees("G01").types(GINA).sees("G06").reads_code().enters_code().await;
        gina.sees("G15").presses("primary").sees("app").await;
        house.callbacks.next().await.unwrap();
        let after = format!("{}/", house.callbacks.origin());
        let asks = [("client_id", house.registration.client_id.as_str()), ("post_logout_redirect_uri", after.as_str())];
        gina.opens(web.logout_url(&asks).unwrap().as_str()).sees("G23").presses("primary").sees("app").await;
        gina.opens(web.asks().with("prompt", "none").build().url.as_str()).sees("app").await;
        assert_eq!(house.callbacks.next().await.unwrap().get("error"), Some("login_required"));
    }
}
