//! Codes and tokens at the token endpoint and its kin (OID-06, OID-07, TOK-*, CLA-*, SES-05, MFA-05, PRV-04).

use chrono::TimeDelta;
use serde_json::{Value, json};
use vestibule_core::client::{ApplicationType, ClaimsLayout, SigningAlgorithm};

use vestibule_store::testing::changes;
use vestibule_testkit::protocol::*;
use vestibule_testkit::rp::{Registration, RpError};
use vestibule_testkit::{Database, World};

fn keys_of(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
    keys.sort();
    keys
}

vestibule_testkit::flows! {
    /// OID-06: of 32 exchanges at once one succeeds; the second use takes along what the first gave; 61 s are too late.
    async fn oid_06_a_code_is_good_once_and_for_a_minute(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let tenant = house.tenant.id.to_string();
        let asked = offline(&web).build();
        let value = code(&mut gina, &house, &asked).await;
        let answers = at_once((0..32).map(|_| exchange(world, &web, &asked, &value))).await;
        let won: Vec<_> = answers.iter().filter(|a| a.status == 200).collect();
        assert_eq!((answers.len(), won.len()), (32, 1));
        assert!(answers.iter().all(|a| a.status == 200 || a.error() == "invalid_grant"));
        // One after the other: the first lives until the second comes.
        let asked = offline(&web).build();
        let value = code(&mut gina, &house, &asked).await;
        let first = exchange(world, &web, &asked, &value).await;
        let (access, token) = (first.text("access_token"), first.text("refresh_token"));
        assert_eq!(userinfo(world, &tenant, &access).await.status, 200);
        let rotated = refresh(world, &house.registration, &token).await;
        assert_eq!(rotated.status, 200, "{}", rotated.body);
        world.wait(TimeDelta::seconds(30));
        // Whoever lacks the verifier ends nothing.
        let stolen = exchange_with(world, &house.registration, &value, &house.registration.redirect_uri, None).await;
        refused(&stolen, 400, "invalid_grant", "without verifier");
        assert_eq!(userinfo(world, &tenant, &access).await.status, 200);
        refused(&exchange(world, &web, &asked, &value).await, 400, "invalid_grant", "second use");
        for token in [access, rotated.text("access_token")] {
            assert_eq!(userinfo(world, &tenant, &token).await.status, 401, "revoked with its code");
        }
        refused(&refresh(world, &house.registration, &rotated.text("refresh_token")).await, 400, "invalid_grant", "family");
        let asked = web.asks().build();
        let value = code(&mut gina, &house, &asked).await;
        world.wait(TimeDelta::seconds(61));
        refused(&exchange(world, &web, &asked, &value).await, 400, "invalid_grant", "61 s");
        // 128 bits at least, in an alphabet that needs no escape.
        assert!(value.len() >= 43 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    }

    /// OID-07: a stranger's presentation is refused and burns nothing; the right client's mistake burns the code.
    async fn oid_07_client_06_strangers_burn_no_code(world) {
        let (house, web) = desk(world).await;
        let spa = another(world, &house, ApplicationType::Spa).await;
        let beta = world.office().house("beta.test").await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let redirect = &house.registration.redirect_uri;
        let asked = spa.asks().build();
        let value = code(&mut gina, &house, &asked).await;
        let verifier = asked.verifier.as_deref();
        refused(&exchange_with(world, &house.registration, &value, redirect, verifier).await, 400, "invalid_grant", "web");
        refused(&exchange_with(world, &beta.registration, &value, redirect, verifier).await, 400, "invalid_grant", "beta");
        let abroad = Registration { issuer: beta.registration.issuer.clone(), ..spa.registration().clone() };
        refused(&exchange_with(world, &abroad, &value, redirect, verifier).await, 401, "invalid_client", "spa at beta");
        assert_eq!(exchange(world, &spa, &asked, &value).await.status, 200, "the owner still can");
        // A failed authentication burns nothing (Go tries Basic, then the form).
        let asked = web.asks().build();
        let value = code(&mut gina, &house, &asked).await;
        let verifier = asked.verifier.as_deref();
        let wrong = Registration { client_secret: Some("w".repeat(43)), ..house.registration.clone() };
        refused(&exchange_with(world, &wrong, &value, redirect, verifier).await, 401, "invalid_client", "wrong secret");
        let open = Registration { client_secret: None, ..house.registration.clone() };
        refused(&exchange_with(world, &open, &value, redirect, verifier).await, 401, "invalid_client", "no secret");
        assert_eq!(exchange(world, &web, &asked, &value).await.status, 200);
        for (verifier, redirect) in [(Some("w".repeat(43)), redirect.as_str()), (None, "https://evil.test/cb")] {
            let asked = web.asks().build();
            let value = code(&mut gina, &house, &asked).await;
            let verifier = verifier.or(asked.verifier.clone());
            let first = exchange_with(world, &house.registration, &value, redirect, verifier.as_deref()).await;
            refused(&first, 400, "invalid_grant", redirect);
            refused(&exchange(world, &web, &asked, &value).await, 400, "invalid_grant", "burnt");
        }
    }

    /// TOK-03: at most one successor lives, a lost answer loses nobody's session, a replay ends the family, also after a
    /// restart.
    async fn tok_03_con_06_refresh_rotates(world) {
        let (house, web) = desk(world).await;
        let spa = another(world, &house, ApplicationType::Spa).await;
        let mut gina = world.person().await;
        let tenant = house.tenant.id.to_string();
        for (rp, registration) in [(&web, &house.registration), (&spa, spa.registration())] {
            let first = signs_in(&mut gina, rp, &house, offline(rp), GINA).await.refresh_token.unwrap();
            // Lost: the same once more gives another successor, and the lost one ends the family.
            let lost = refresh(world, registration, &first).await;
            let second = refresh(world, registration, &first).await;
            assert_eq!((lost.status, second.status), (200, 200), "{} {}", lost.body, second.body);
            assert_ne!(lost.text("refresh_token"), second.text("refresh_token"));
            refused(&refresh(world, registration, &lost.text("refresh_token")).await, 400, "invalid_grant", "lost");
            refused(&refresh(world, registration, &second.text("refresh_token")).await, 400, "invalid_grant", "family");
            assert_eq!(userinfo(world, &tenant, &second.text("access_token")).await.status, 401, "family dead");
            // Lost, answered, and used: the old one is old.
            let one = signs_in(&mut gina, rp, &house, offline(rp), GINA).await.refresh_token.unwrap();
            let two = refresh(world, registration, &one).await.text("refresh_token");
            let three = refresh(world, registration, &one).await.text("refresh_token");
            let four = refresh(world, registration, &three).await;
            assert_eq!(four.status, 200, "{}", four.body);
            refused(&refresh(world, registration, &one).await, 400, "invalid_grant", "replay of one, after {two}");
            refused(&refresh(world, registration, &four.text("refresh_token")).await, 400, "invalid_grant", "dead");
            assert!(!two.is_empty());
        }
        // Three rotations within one second, then generation 1.
        let one = signs_in(&mut gina, &web, &house, offline(&web), GINA).await.refresh_token.unwrap();
        let mut last = one.clone();
        for _ in 0..3 {
            last = refresh(world, &house.registration, &last).await.text("refresh_token");
        }
        refused(&refresh(world, &house.registration, &one).await, 400, "invalid_grant", "generation 1");
        refused(&refresh(world, &house.registration, &last).await, 400, "invalid_grant", "family dead");
        // 32 at once.
        let one = signs_in(&mut gina, &web, &house, offline(&web), GINA).await.refresh_token.unwrap();
        let answers = at_once((0..32).map(|_| refresh(world, &house.registration, &one))).await;
        assert!(answers.iter().all(|a| a.status == 200 || a.error() == "invalid_grant"));
        let successors: Vec<_> =
            answers.iter().filter(|a| a.status == 200).map(|a| a.text("refresh_token")).collect();
        assert!(!successors.is_empty() && successors.len() <= 2, "{}", successors.len());
        let mut alive = 0;
        for token in successors {
            alive += usize::from(refresh(world, &house.registration, &token).await.status == 200);
        }
        assert!(alive <= 1, "{alive}");
        // All nodes restarted: what is old stays old.
        let one = signs_in(&mut gina, &web, &house, offline(&web), GINA).await.refresh_token.unwrap();
        let two = refresh(world, &house.registration, &one).await.text("refresh_token");
        let three = refresh(world, &house.registration, &two).await.text("refresh_token");
        world.server.restart().await;
        refused(&refresh(world, &house.registration, &one).await, 400, "invalid_grant", "after the restart");
        refused(&refresh(world, &house.registration, &three).await, 400, "invalid_grant", "after the restart");
    }

    /// TOK-04, OID-17: a refresh asks again who may, gives no more than was granted, and belongs to one client.
    async fn tok_04_oid_17_refresh_checks_again(world) {
        let (house, web) = desk(world).await;
        let spa = another(world, &house, ApplicationType::Spa).await;
        let mut gina = world.person().await;
        let first = signs_in(&mut gina, &web, &house, offline(&web), GINA).await;
        let narrow = narrowed(world, &house.registration, first.refresh_token.as_deref().unwrap(), "openid email").await;
        assert_eq!((narrow.status, narrow.text("scope")), (200, "openid email".to_owned()), "{}", narrow.body);
        let claims = userinfo(world, &house.tenant.id.to_string(), &narrow.text("access_token")).await.json();
        assert_eq!(keys_of(&claims), ["email", "email_verified", "sub"]);
        let only = signs_in(&mut gina, &web, &house, web.asks().with("scope", "openid offline_access"), GINA).await;
        let token = only.refresh_token.unwrap();
        for wider in ["openid offline_access profile", "openid profile", "admin"] {
            refused(&narrowed(world, &house.registration, &token, wider).await, 400, "invalid_scope", wider);
        }
        let kept = refresh(world, &house.registration, &token).await;
        assert_eq!((kept.status, kept.text("scope")), (200, "openid offline_access".to_owned()), "a mistake ends nothing");
        // Another client: refused, and the family ends.
        let token = kept.text("refresh_token");
        refused(&refresh(world, spa.registration(), &token).await, 400, "invalid_grant", "spa");
        refused(&refresh(world, &house.registration, &token).await, 400, "invalid_grant", "revoked");
        // Without authentication, nothing happens at all (CLA-03).
        let token = signs_in(&mut gina, &web, &house, offline(&web), GINA).await.refresh_token.unwrap();
        let open = Registration { client_secret: None, ..house.registration.clone() };
        refused(&refresh(world, &open, &token).await, 401, "invalid_client", "no secret");
        let next = refresh(world, &house.registration, &token).await;
        assert_eq!(next.status, 200, "{}", next.body);
        // The guest blocked: the next refresh, exchange and userinfo say so, and unblocking brings nothing back.
        let asked = web.asks().build();
        let value = code(&mut gina, &house, &asked).await;
        let oid = first.claims["oid"].as_str().unwrap().parse().unwrap();
        world.office().enable(house.tenant.id, oid, false).await;
        refused(&refresh(world, &house.registration, &next.text("refresh_token")).await, 400, "invalid_grant", "blocked");
        refused(&exchange(world, &web, &asked, &value).await, 400, "invalid_grant", "blocked");
        let tenant = house.tenant.id.to_string();
        assert_eq!(userinfo(world, &tenant, &next.text("access_token")).await.status, 401);
        world.office().enable(house.tenant.id, oid, true).await;
        refused(&refresh(world, &house.registration, &next.text("refresh_token")).await, 400, "invalid_grant", "for good");
    }

    /// SES-05, N-14: 24 hours after the proof everything ends, and nothing moves that end.
    async fn ses_05_tok_04_a_day_is_a_day(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let first = signs_in(&mut gina, &web, &house, offline(&web), GINA).await;
        let mut token = first.refresh_token.unwrap();
        // Twenty hops and refreshes over the day move nothing.
        for _ in 0..20 {
            world.wait(TimeDelta::minutes(71));
            let came = silently(&mut gina, &house, &web.asks().with("prompt", "none").build()).await;
            assert!(came.get("code").is_some(), "{came:?}");
            token = refresh(world, &house.registration, &token).await.text("refresh_token");
        }
        // To 23:59:50.
        world.wait(TimeDelta::minutes(20) - TimeDelta::seconds(10));
        let asked = web.asks().with("prompt", "none").build();
        let value = code(&mut gina, &house, &asked).await;
        let late = refresh(world, &house.registration, &token).await;
        assert_eq!(late.status, 200, "{}", late.body);
        let left = late.json()["expires_in"].as_i64().unwrap();
        // A little more on PostgreSQL, whose own clock flows while a test's stands still.
        assert!((1..=20).contains(&left), "the access token ends with the session: {left}");
        world.wait(TimeDelta::seconds(11));
        assert_eq!(silently(&mut gina, &house, &web.asks().with("prompt", "none").build()).await.get("error"), Some("login_required"));
        refused(&refresh(world, &house.registration, &late.text("refresh_token")).await, 400, "invalid_grant", "24 h");
        refused(&exchange(world, &web, &asked, &value).await, 400, "invalid_grant", "24 h");
        let tenant = house.tenant.id.to_string();
        assert_eq!(userinfo(world, &tenant, &late.text("access_token")).await.status, 401);
        let page = gina.opens(web.asks().build().url.as_str()).await;
        assert!(matches!(page.test_id.as_str(), "G01" | "G05"), "{}", page.summary());
    }

    /// TOK-01, TOK-09: each token is good for its one purpose, and in one place.
    async fn tok_01_tok_09_client_10_no_token_stands_for_another(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let tokens = signs_in(&mut gina, &web, &house, offline(&web), GINA).await;
        let (tenant, refresh_token) = (house.tenant.id.to_string(), tokens.refresh_token.clone().unwrap());
        assert_eq!(part(&tokens.id_token, 0)["typ"], "JWT");
        let fresh = code(&mut gina, &house, &web.asks().build()).await;
        for (what, token) in [("id", &tokens.id_token), ("refresh", &refresh_token), ("code", &fresh), ("nothing", &String::new())] {
            let answer = userinfo(world, &tenant, token).await;
            refused(&answer, 401, "invalid_token", what);
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{what}");
            assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""), "{what}");
        }
        for token in [&tokens.id_token, &tokens.access_token, &fresh] {
            refused(&refresh(world, &house.registration, token).await, 400, "invalid_grant", token);
        }
        for token in [&tokens.id_token, &tokens.access_token, &refresh_token] {
            let asked = web.asks().build();
            refused(&exchange(world, &web, &asked, token).await, 400, "invalid_grant", token);
        }
        // TOK-09: the header, and the form of a POST; never the query, never both, never a cookie.
        let target = format!("/{tenant}/oidc/userinfo");
        let bearer = format!("bearer {}", tokens.access_token);
        let by_header = [("Authorization", bearer.as_str())];
        let get_it = Wire { method: "GET", target: &target, headers: &by_header, body: b"" };
        assert_eq!(send(world, get_it).await.status, 200, "the scheme has no case");
        assert_eq!(send(world, Wire { method: "POST", ..get_it }).await.status, 200);
        let pairs = [("access_token", tokens.access_token.as_str())];
        assert_eq!(post(world, &target, &[], &pairs).await.status, 200);
        assert!(post(world, &target, &by_header, &pairs).await.status >= 400, "two at once");
        let in_query = format!("{target}?access_token={}", tokens.access_token);
        refused(&get(world, &in_query).await, 401, "invalid_token", "query");
        refused(&post(world, &in_query, &[], &[]).await, 401, "invalid_token", "query of a POST");
        let cookie = format!("access_token={}", tokens.access_token);
        let by_cookie = Wire { headers: &[("Cookie", &cookie)], ..get_it };
        refused(&send(world, by_cookie).await, 401, "invalid_token", "cookie");
        // The session's cookie is none either (WEB-01).
        let url = format!("{}{target}", world.server.base_url());
        assert_eq!(gina.opens(&url).await.status, 401);
    }

    /// TOK-02, KEY-02, OID-07: one tenant's token is worth nothing at another, and nothing when what stands behind it goes.
    async fn tok_02_key_02_tokens_live_in_one_tenant(world) {
        let (house, web) = desk(world).await;
        let beta = world.office().house("beta.test").await;
        let mut gina = world.person().await;
        let tokens = signs_in(&mut gina, &web, &house, offline(&web), GINA).await;
        let (alpha, other) = (house.tenant.id.to_string(), beta.tenant.id.to_string());
        refused(&userinfo(world, &other, &tokens.access_token).await, 401, "invalid_token", "beta");
        assert_eq!(userinfo(world, &alpha, &tokens.access_token).await.status, 200);
        let refresh_token = tokens.refresh_token.unwrap();
        refused(&refresh(world, &beta.registration, &refresh_token).await, 400, "invalid_grant", "beta");
        assert_eq!(refresh(world, &house.registration, &refresh_token).await.status, 200, "and that ended nothing here");
        // As a hint at beta it is as if absent: no session ends, nobody is sent away.
        let bye = format!("{}/{other}/oauth2/v2.0/logout?id_token_hint={}", world.server.base_url(), tokens.id_token);
        assert_eq!(gina.opens(&bye).await.test_id, "G23");
        assert!(silently(&mut gina, &house, &web.asks().with("prompt", "none").build()).await.get("code").is_some());
        // The document: shared keys, each with its thumbprint, its use, and nothing private.
        let keys = get(world, &format!("/{alpha}/discovery/v2.0/keys")).await.json();
        assert_eq!(keys, get(world, &format!("/{other}/discovery/v2.0/keys")).await.json());
        for key in keys["keys"].as_array().unwrap() {
            for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
                assert!(key.get(private).is_none(), "{private}");
            }
            let names = if key["kty"] == "EC" { &["crv", "kty", "x", "y"][..] } else { &["e", "kty", "n"][..] };
            let members: Vec<_> = names.iter().map(|name| format!("\"{name}\":{}", key[*name])).collect();
            let canonical = format!("{{{}}}", members.join(","));
            let digest = sha256(&canonical);
            assert_eq!(key["kid"], digest, "RFC 7638");
            assert_eq!(key["use"], "sig");
            assert!(key["alg"] == "RS256" || key["alg"] == "ES256", "{key}");
        }
        let kid = part(&tokens.id_token, 0)["kid"].clone();
        assert!(keys["keys"].as_array().unwrap().iter().any(|key| key["kid"] == kid));
    }

    /// TOK-07: a token that was shortened, padded or lengthened is another token.
    async fn tok_07_no_spelling_but_the_issued_one(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let tokens = signs_in(&mut gina, &web, &house, offline(&web), GINA).await;
        let tenant = house.tenant.id.to_string();
        let token = tokens.access_token.as_str();
        let (short, last) = token.split_at(token.len() - 1);
        let last_bit = format!("{short}{}", char::from(last.as_bytes()[0] ^ 1));
        for other in [
            short.to_owned(), token.split_at(1).1.to_owned(), format!("{token}="), format!("{token}A"),
            last_bit, token.to_ascii_uppercase(), format!("{token}%20"), format!("\"{token}\""), format!("{token} {token}"),
        ] {
            refused(&userinfo(world, &tenant, &other).await, 401, "invalid_token", &other);
        }
        let token = tokens.refresh_token.clone().unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        for other in [
            token.split_at(token.len() - 1).0.to_owned(), format!("{token}="), format!("{token}."), format!("{token}.x"),
            format!("{}.1", parts[0]), format!("{}..{}", parts[0], parts[2]), format!("{}=.1.{}", parts[0], parts[2]),
        ] {
            refused(&refresh(world, &house.registration, &other).await, 400, "invalid_grant", &other);
        }
        // None of these had the form of a token: they end nothing.
        assert_eq!(refresh(world, &house.registration, &token).await.status, 200);
        // A hint with white space, padding, stray bits or a name said twice identifies nobody: the button comes first.
        let [head, body, signature] = [0, 1, 2].map(|at| tokens.id_token.split('.').nth(at).unwrap());
        let claims = String::from_utf8(data_encoding::BASE64URL_NOPAD.decode(body.as_bytes()).unwrap()).unwrap();
        let twice = claims.replacen('{', "{\"aud\":\"x\",", 1);
        let twice = data_encoding::BASE64URL_NOPAD.encode(twice.as_bytes());
        for hint in [
            format!("{head}.{body}.{signature}="), format!("{head}.{body}={signature}"), format!("{head}.{twice}.{signature}"),
            format!(" {head}.{body}.{signature}"), format!("{head}.{body}."), format!("{head}.{body}"),
        ] {
            let after = format!("{}/", house.callbacks.origin());
            let url = web.logout_url(&[("id_token_hint", &hint), ("post_logout_redirect_uri", &after)]).unwrap();
            assert_eq!(gina.opens(url.as_str()).await.test_id, "G23", "{hint}");
            assert_eq!(gina.last().status.as_u16(), 200);
        }
        assert!(silently(&mut gina, &house, &web.asks().with("prompt", "none").build()).await.get("code").is_some());
    }

    /// TOK-08, MFA-05: ID tokens of exchange and refresh have one form, and a mailed code is one factor.
    async fn tok_08_mfa_05_id_tokens_have_one_form(world) {
        let (house, web) = desk(world).await;
        let callbacks = house.callbacks.redirect_uri();
        let office = world.office();
        let es256 = office.application_with(&house.tenant, ApplicationType::Web, &callbacks, SigningAlgorithm::Es256).await;
        let es256 = rp(world, &es256).await;
        let mut gina = world.person().await;
        for (rp, algorithm) in [(&web, "RS256"), (&es256, "ES256")] {
            let before = world.now().timestamp();
            let first = signs_in(&mut gina, rp, &house, offline(rp), GINA).await;
            world.wait(TimeDelta::seconds(30));
            let next = rp.refresh(first.refresh_token.as_deref().unwrap()).await.unwrap();
            let mut expected: Vec<&str> = "acct acr amr aud auth_time email email_verified exp iat idp iss name nbf oid preferred_username sid sub tid uti ver".split(' ').collect();
            expected.retain(|claim| *claim != "name"); // gina has none
            assert_eq!(keys_of(&Value::Object(next.claims.clone())), expected);
            for (claims, when) in [(&first.claims, before), (&next.claims, before + 30)] {
                let at = |name: &str| claims[name].as_i64().unwrap();
                assert_eq!(at("iat"), at("nbf"));
                // The moment of the request is the database's, and PostgreSQL's clock flows while a test's stands still.
                let flowed = if world.database == Database::Postgres { 5 } else { 0 };
                assert!((when..=when + flowed).contains(&at("iat")), "{} {when}", at("iat"));
                assert!(at("exp") - at("iat") <= 3600 && at("exp") > at("iat"));
                assert!(at("auth_time") <= at("iat"), "nobody is signed in later than the token is made");
                assert_eq!(claims["aud"], rp.registration().client_id.as_str(), "the client and nobody else");
                assert_eq!(claims["amr"], json!(["otp"]), "MFA-05");
                assert_eq!(claims["acr"], "urn:vestibule:acr:mailbox");
                assert_eq!((&claims["idp"], &claims["ver"], &claims["acct"]), (&json!("mail"), &json!("2.0"), &json!(1)));
                assert_eq!(claims["email_verified"], true);
            }
            assert!(first.claims.contains_key("nonce") && !next.claims.contains_key("nonce"));
            for name in ["iss", "sub", "aud", "auth_time", "sid", "tid", "oid"] {
                assert_eq!(first.claims[name], next.claims[name], "{name}");
            }
            assert_eq!(part(&first.id_token, 0)["alg"], algorithm);
            assert_eq!(keys_of(&Value::Object(part(&first.id_token, 0))), ["alg", "kid", "typ"]);
        }
    }

    /// PRV-04: per scope and layout, exactly these claims and no others.
    async fn prv_04_client_04_claims_per_scope_and_layout(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let (tenant, id) = (house.tenant.id, world.office().guest(house.tenant.id, GINA).await.id);
        let named = world.server.app().db.write(move |c| changes::set_display_name(c, tenant, id, Some("Gina")));
        named.await.unwrap().unwrap();
        let always = ["acr", "amr", "aud", "auth_time", "exp", "iat", "iss", "nbf", "nonce", "sid", "sub"];
        let entra = ["acct", "idp", "oid", "tid", "uti", "ver"];
        let standard = ["acct", "idp", "oid", "tid"];
        let client = house.registration.client_id.clone();
        for layout in [ClaimsLayout::Entra, ClaimsLayout::Standard] {
            set(world, &house, &client, move |s| s.claims_layout = layout).await;
            for (scope, mine) in [
                ("openid", vec![]),
                ("openid email", vec!["email", "email_verified"]),
                ("openid profile", vec!["name", "preferred_username"]),
                ("email profile openid", vec!["email", "email_verified", "name", "preferred_username"]),
                ("openid address phone", vec![]),
            ] {
                let tokens = signs_in(&mut gina, &web, &house, web.asks().with("scope", scope), GINA).await;
                let info = userinfo(world, &tenant.to_string(), &tokens.access_token).await.json();
                let (extra, directory): (&[&str], &[&str]) = match layout {
                    ClaimsLayout::Entra => (&entra, &[]),
                    ClaimsLayout::Standard => (&[], &standard),
                };
                let in_token = if layout == ClaimsLayout::Entra { mine.clone() } else { vec![] };
                let mut wanted = [&always[..], extra, &in_token[..]].concat();
                wanted.sort_unstable();
                assert_eq!(keys_of(&Value::Object(tokens.claims.clone())), wanted, "{layout} {scope}");
                let mut wanted = [&["sub"][..], directory, &mine[..]].concat();
                wanted.sort_unstable();
                assert_eq!(keys_of(&info), wanted, "userinfo: {layout} {scope}");
                assert_eq!(info["sub"], tokens.claims["sub"]);
                assert!(info.get("email_verified").is_none_or(Value::is_boolean));
            }
        }
        let wished = web.asks().with("scope", "openid profile").with("claims", "{\"id_token\":{\"name\":{\"essential\":true}}}");
        let tokens = signs_in(&mut gina, &web, &house, wished, GINA).await;
        assert_eq!(tokens.claims["name"], "Gina", "by name, in the standard layout too");
    }

    /// KEY-04: a key is known a day before it signs, and goes an hour after the last token that it signed.
    async fn key_04_rotation_surprises_no_cache(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let first = signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        let jwks = format!("/{}/discovery/v2.0/keys", house.tenant.id);
        let kids = |answer: &Answer| -> Vec<String> {
            answer.json()["keys"].as_array().unwrap().iter().filter(|k| k["alg"] == "RS256").map(|k| k["kid"].as_str().unwrap().to_owned()).collect()
        };
        let old = part(&first.id_token, 0)["kid"].as_str().unwrap().to_owned();
        world.office().perform(vestibule_admin::key::Rotate).await.unwrap();
        world.wait(TimeDelta::seconds(2));
        let both = get(world, &jwks).await;
        assert_eq!((kids(&both).len(), kids(&both).contains(&old)), (2, true), "published at once");
        let age = both.header("cache-control").rsplit('=').next().unwrap().parse::<u32>().unwrap();
        assert!(age <= 900, "{age}");
        let new = kids(&both).into_iter().find(|kid| *kid != old).unwrap();
        // 900 s before the switch an application reads the keys for the last time; the switch is a day after publication.
        world.wait(TimeDelta::hours(24) - TimeDelta::seconds(902));
        let early = rp(world, &house.registration).await;
        let still = signs_in(&mut gina, &early, &house, early.asks().with("prompt", "login"), GINA).await;
        assert_eq!(part(&still.id_token, 0)["kid"], old.as_str(), "the old one signs until then");
        world.wait(TimeDelta::seconds(905));
        let after = signs_in(&mut gina, &early, &house, early.asks(), GINA).await;
        assert_eq!(part(&after.id_token, 0)["kid"], new.as_str(), "and the application knows it already");
        // The last token of the old key ends an hour after the switch; an hour later the key is gone, job or not.
        world.wait(TimeDelta::hours(2) - TimeDelta::seconds(30));
        assert_eq!(kids(&get(world, &jwks).await).len(), 2);
        world.wait(TimeDelta::seconds(30));
        assert_eq!(kids(&get(world, &jwks).await), [new.as_str()]);
        vestibule_jobs::rotation::once(world.server.app()).await.unwrap();
        world.wait(TimeDelta::seconds(2));
        assert_eq!(kids(&get(world, &jwks).await), [new.as_str()]);
        // A token that it signed identifies nobody any more.
        let came = silently(&mut gina, &house, &web.asks().with("prompt", "none").with("id_token_hint", &first.id_token).build()).await;
        assert!(came.get("code").is_some(), "as if there were no hint");
    }

    /// TOK-03, TOK-04 by the library: single-page and native applications refresh without a secret.
    async fn tok_03_client_07_public_applications_get_refresh_tokens(world) {
        let (house, _) = desk(world).await;
        let mut gina = world.person().await;
        for kind in [ApplicationType::Spa, ApplicationType::Native] {
            let rp = another(world, &house, kind).await;
            assert_eq!(rp.registration().client_secret, None);
            let ask = offline(&rp).with("prompt", if kind == ApplicationType::Spa { "consent" } else { "" });
            let first = signs_in(&mut gina, &rp, &house, ask, GINA).await;
            let next = rp.refresh(first.refresh_token.as_deref().unwrap()).await.unwrap();
            let again = rp.refresh(next.refresh_token.as_deref().unwrap()).await.unwrap();
            assert_eq!(rp.userinfo(&again).await.unwrap()["sub"], first.claims["sub"]);
            let replayed = rp.refresh(first.refresh_token.as_deref().unwrap()).await;
            assert_eq!(replayed.unwrap_err(), RpError::OAuth("invalid_grant".to_owned()));
            assert!(rp.refresh(again.refresh_token.as_deref().unwrap()).await.is_err(), "the family is dead");
        }
    }
}

/// Refreshes and asks for these scopes.
async fn narrowed(world: &World, registration: &Registration, token: &str, scope: &str) -> Answer {
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
    as_client(world, registration, "token", &pairs).await
}

/// Lets requests run side by side.
async fn at_once<F: Future<Output = Answer>>(requests: impl Iterator<Item = F>) -> Vec<Answer> {
    let mut running: Vec<_> = requests.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(move |context| {
        running.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                done.push(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        if running.is_empty() {
            std::task::Poll::Ready(std::mem::take(&mut done))
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

/// base64url of SHA-256.
fn sha256(text: &str) -> String {
    let suite = rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
    let hash = suite.tls13().unwrap().common.hash_provider;
    data_encoding::BASE64URL_NOPAD.encode(hash.hash(text.as_bytes()).as_ref())
}
