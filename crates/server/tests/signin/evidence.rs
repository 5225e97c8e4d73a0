//! What a proof is told as, and to whom: one sign-in in every token, levels that are asked for, a person who is gone,
//! the tenant that a hint names, pages of methods that do not exist yet, and logs that are followed.

use chrono::TimeDelta;
use serde_json::{Map, Value};
use vestibule_admin::log;
use vestibule_core::ids::{TraceId, ordered_uuid};
use vestibule_core::interaction::PageKind;
use vestibule_core::method::Method;
use vestibule_jobs::numbering;
use vestibule_store::logs::{NewSignIn, insert_sign_in};
use vestibule_store::testing;
use vestibule_testkit::browser::Request;
use vestibule_testkit::office::{ApplicationChange, House};
use vestibule_testkit::protocol::*;
use vestibule_testkit::rp::{Ask, Registration, RpError};
use vestibule_testkit::trip::{accepted, invited, rows, sends, submission};
use vestibule_testkit::walk::is_pending;
use vestibule_testkit::{Person, Setup, World};

const MAILBOX: &str = "urn:vestibule:acr:mailbox";
const SINGLE: &str = "urn:vestibule:acr:single";
const MFA: &str = "urn:vestibule:acr:mfa";

/// An ID token without what two tokens of one sign-in may differ in.
fn told(id_token: &str) -> Map<String, Value> {
    let mut claims = part(id_token, 1);
    assert!(claims.contains_key("sub"), "no ID token: {id_token:?}");
    for own in ["iat", "exp", "nbf", "uti", "c_hash", "at_hash"] {
        claims.remove(own);
    }
    claims
}

/// A request that must have one of these levels.
fn essential(ask: Ask, values: &[&str]) -> Ask {
    let claims = serde_json::json!({ "id_token": { "acr": { "essential": true, "values": values } } });
    ask.with("claims", &claims.to_string())
}

/// Goes as far as a request leads; what the application was told of it in the end, if it got no code.
async fn unmet(world: &World, house: &House, person: &mut Person, ask: Ask) -> String {
    world.wait(TimeDelta::hours(1));
    let codes = rows(world, "authorization_codes");
    let page = walk(person, ask.build().url.as_str(), GINA).await;
    assert_eq!((page.test_id.as_str(), page.status), ("G27", 403), "{}", page.summary());
    assert_eq!(rows(world, "authorization_codes"), codes, "never a code");
    person.follows("Back to Project Portal").sees("app").await;
    let came = house.callbacks.next().await.unwrap();
    assert_eq!(came.get("code"), None);
    came.get("error").unwrap().to_owned()
}

/// Every page of a sign-in; one that is new does not compile before it stands here.
fn pages() -> impl Iterator<Item = PageKind> {
    let after = |page: &PageKind| match page {
        PageKind::Address => Some(PageKind::Accounts),
        PageKind::Accounts => Some(PageKind::SendCode),
        PageKind::SendCode => Some(PageKind::CreateAccount),
        PageKind::CreateAccount => Some(PageKind::Enrol),
        PageKind::Enrol => Some(PageKind::SecondFactor),
        PageKind::SecondFactor => Some(PageKind::Review),
        PageKind::Review => Some(PageKind::AppConsent),
        PageKind::AppConsent => Method::ALL.first().copied().map(PageKind::Prove),
        PageKind::Prove(method) => {
            Method::ALL.iter().copied().skip_while(|m| m != method).nth(1).map(PageKind::Prove)
        }
    };
    std::iter::successors(Some(PageKind::Address), after)
}

/// The status that a GET ends with, after how many redirects; nothing that is set on the way is kept.
async fn ends_with(person: &mut Person, url: url::Url) -> (u16, usize) {
    let mut request = Request::get(url);
    for hops in 0.. {
        let answer = person.http().send(&request, None).await.unwrap();
        match answer.location().filter(|_| answer.status.is_redirection() && hops < 9) {
            Some(next) => request = Request::get(next),
            None => return (answer.status.as_u16(), hops),
        }
    }
    unreachable!("a GET leads somewhere")
}

vestibule_testkit::flows! {
    /// OID-10, OID-19, OIDC Core 3.3.3.6: the two ID tokens of one sign-in and userinfo say the same of a guest, a member
    /// and a newcomer, however they typed their address: what is told is what is stored.
    async fn oid_10_oid_19_front_channel_and_token_endpoint_say_the_same(world) {
        let (house, web) = desk(world).await;
        let (client, tenant) = (house.registration.client_id.clone(), house.tenant.id.to_string());
        set(world, &house, &client, |s| {
            s.response_types = vec!["code id_token".to_owned()];
            s.sign_up = true;
        })
        .await;
        testing::execute(world.server.database_url(), "UPDATE users SET display_name = 'Somebody'").unwrap();
        let hybrid = || web.asks().with("response_type", "code id_token").with("response_mode", "form_post");
        for (typed, stored, acct) in [
            ("GINA@GUEST.TEST", GINA, 1), ("ADMIN@Alpha.Test", "admin@alpha.test", 0), ("NORA@GUEST.TEST", "NORA@guest.test", 1),
        ] {
            let mut person = world.person().await;
            let mut seen = Vec::new();
            for round in ["the sign-in", "single sign-on", "a code pressed again"] {
                let mut asked = hybrid().build();
                if round == "a code pressed again" {
                    world.wait(TimeDelta::hours(1));
                    asked = hybrid().with("prompt", "login").build();
                    person.opens(asked.url.as_str()).types(typed).sees("G05").presses("Send code").sees("G06").reads_code().await;
                    let digits = person.code().to_owned();
                    person.fills("code", &digits).presses_and_loses("Continue").sees("G25").presses("primary").await;
                } else {
                    walk(&mut person, asked.url.as_str(), typed).await;
                }
                let page = person.page().await;
                assert_eq!(page.test_id, "app", "{typed}, {round}: {}", page.summary());
                let came = house.callbacks.next().await.unwrap();
                let tokens = exchange(world, &web, &asked, came.get("code").unwrap()).await;
                let (mut front, mut back) = (told(came.get("id_token").unwrap()), told(&tokens.text("id_token")));
                assert_eq!(front, back, "{typed}, {round}");
                assert_eq!((&front["email"], &front["preferred_username"]), (&stored.into(), &stored.into()), "{typed}");
                assert_eq!((&front["acct"], &front["acr"], &front["idp"]), (&acct.into(), &MAILBOX.into(), &"mail".into()));
                assert_eq!(front.remove("nonce").unwrap(), asked.nonce.as_str());
                let info = userinfo(world, &tenant, &tokens.text("access_token")).await.json();
                for claim in ["sub", "email", "email_verified", "preferred_username", "name"] {
                    assert_eq!(info.get(claim), back.get(claim), "userinfo, {claim} of {typed}");
                }
                back.remove("nonce");
                seen.push(back);
            }
            assert_eq!(seen[0], seen[1], "{typed}: by the session as by the proof");
            assert_eq!((&seen[0]["sub"], &seen[0]["oid"]), (&seen[2]["sub"], &seen[2]["oid"]), "{typed}");
        }
    }

    /// OTP-26, MFA-05: a mailbox meets a voluntary level that lists it, or one that nobody knows; no essential one above it,
    /// nor one of words that do not exist here, with a live session or without.
    async fn otp_26_mfa_05_levels_that_are_asked_for(world) {
        let (house, web) = desk(world).await;
        let either = web.asks().with("acr_values", &format!("{MAILBOX} {MFA}"));
        let mut gina = world.person().await;
        let unknown = ["urn:other:acr:gold", "2"];
        for values in [&[MFA][..], &[SINGLE], &[SINGLE, MFA], &unknown] {
            let told = unmet(world, &house, &mut world.person().await, essential(web.asks(), values)).await;
            assert_eq!(told, "unmet_authentication_requirements", "{values:?}");
            assert!(is_pending(world, &house, GINA).await, "{values:?}");
        }
        assert_eq!(rows(world, "sessions"), 0);
        world.wait(TimeDelta::hours(1));
        let signed_in = signs_in(&mut gina, &web, &house, either.clone(), GINA).await;
        assert_eq!(signed_in.claims["acr"], MAILBOX);
        for values in [&[MFA][..], &[SINGLE], &unknown] {
            let silent = essential(web.asks(), values).with("prompt", "none").build();
            let came = silently(&mut gina, &house, &silent).await;
            assert!(came.get("error").is_some() && came.get("code").is_none(), "{values:?}: {came:?}");
            let told = unmet(world, &house, &mut gina, essential(web.asks(), values)).await;
            assert_eq!(told, "unmet_authentication_requirements", "{values:?}, with a session");
        }
        assert_eq!(rows(world, "sessions"), 1);
        let unknown = unknown.join(" ");
        for ask in [either, web.asks().with("acr_values", &unknown), essential(web.asks(), &[MAILBOX, MFA]), essential(web.asks(), &[])] {
            let asked = ask.build();
            let came = silently(&mut gina, &house, &asked).await;
            assert!(came.get("code").is_some(), "{}: {came:?}", asked.url);
        }
        // What is asked for besides still counts: the essential level is the higher one.
        let both = essential(web.asks().with("acr_values", MAILBOX), &[MFA]);
        assert_eq!(unmet(world, &house, &mut gina, both).await, "unmet_authentication_requirements");
    }

    /// ADR-11: somebody who is gone, by one mark in their row, is nobody: the address can be invited again, whoever accepts
    /// is another person, and what the one before held opens nothing.
    async fn adr_11_one_mark_ends_a_person(world) {
        let (house, web) = desk(world).await;
        let mut before = world.person().await;
        let first = signs_in(&mut before, &web, &house, offline(&web), GINA).await;
        let kept = web.asks().build();
        let unused = silently(&mut before, &house, &kept).await;
        let gone = "UPDATE users SET deleted_at = created_at WHERE address_key = 'gina@guest.test'";
        testing::execute(world.server.database_url(), gone).unwrap();
        world.wait(TimeDelta::hours(1));
        let mut again = None;
        for round in ["gone", "invited again", "signed in again"] {
            let none = web.asks().with("prompt", "none").build();
            assert_eq!(silently(&mut before, &house, &none).await.get("error"), Some("login_required"), "{round}");
            let refused = |answer: Result<_, RpError>| assert!(answer.is_err(), "{round}");
            refused(web.refresh(first.refresh_token.as_deref().unwrap()).await);
            refused(web.exchange(&kept, &unused).await);
            assert!(web.userinfo(&first).await.is_err(), "{round}");
            if round == "gone" {
                world.office().invite(house.tenant.id, GINA).await;
            } else if again.is_none() {
                again = Some(signs_in(&mut world.person().await, &web, &house, offline(&web), GINA).await);
            }
        }
        let again = again.unwrap();
        assert_eq!(again.claims["email"], first.claims["email"]);
        for name in ["oid", "sub", "sid"] {
            assert_ne!(again.claims[name], first.claims[name], "{name}");
        }
        assert!(web.userinfo(&again).await.is_ok(), "the new one is in");
    }

    /// OID-20: at an application of many tenants a hint leads to the tenant that it names, the fourth too, and to none where
    /// the application is not present, or the domain is not verified.
    async fn oid_20_a_hint_names_one_of_many_tenants(world) {
        let (house, web) = desk(world).await;
        let (client, office, url) = (house.registration.client_id.clone(), world.office(), world.server.database_url());
        let mut tenants = Vec::new();
        for domain in ["beta.test", "gamma.test", "delta.test", "absent.test"] {
            tenants.push(office.tenant(domain, domain).await);
        }
        testing::execute(url, &format!(
            "UPDATE applications SET audience = 'multi' WHERE client_id = '{client}';
             INSERT INTO service_principals (tenant_id, id, client_id, enabled, created_at)
             SELECT t.id, t.id, p.client_id, p.enabled, p.created_at FROM tenants t, service_principals p
             WHERE p.client_id = '{client}' AND t.name IN ('beta.test', 'gamma.test', 'delta.test')")).unwrap();
        let common: url::Url = format!("{}/common/oauth2/v2.0/authorize", world.server.base_url()).parse().unwrap();
        let ask = |hint: &str| web.asks().at(common.clone()).with("domain_hint", hint);
        for (domain, tenant) in [("alpha.test", &house.tenant), ("beta.test", &tenants[0]), ("gamma.test", &tenants[1]),
            ("DELTA.test", &tenants[2])] {
            let answer = get(world, ask(domain).build().url.as_str()).await;
            let place = format!("/{}/signin?", tenant.id);
            assert!(answer.status == 303 && answer.header("location").starts_with(&place), "{domain}: {answer:?}");
        }
        testing::execute(url, "UPDATE tenant_domains SET verified_at = NULL WHERE domain = 'gamma.test'").unwrap();
        for hint in ["absent.test", "nowhere.test", "gamma.test", "sub.delta.test", "", "\0"] {
            let answer = get(world, ask(hint).build().url.as_str()).await;
            assert_eq!((answer.status, answer.page_id().as_str(), answer.has("location")), (400, "G24", false), "{hint}");
        }
        // The whole way, at the fourth: its issuer, its guest.
        office.invite(tenants[2].id, GINA).await;
        let issuer = house.registration.issuer.replace(&house.tenant.id.to_string(), &tenants[2].id.to_string());
        let there = rp(world, &Registration { issuer: issuer.clone(), ..house.registration.clone() }).await;
        let asked = there.asks().at(common).with("domain_hint", "delta.test");
        let signed_in = signs_in(&mut world.person().await, &there, &house, asked, GINA).await;
        assert_eq!((&signed_in.claims["iss"], &signed_in.claims["tid"]), (&issuer.into(), &tenants[2].id.to_string().into()));
    }

    /// HRD-01, HRD-09: whatever page of a sign-in is asked for, those of methods that do not exist here too: the answer is a
    /// page or a refusal, after three redirects at most.
    async fn hrd_01_hrd_09_every_page_of_a_sign_in_ends(world) {
        let (house, web) = invited(world).await;
        let ours = [PageKind::Address, PageKind::Accounts, PageKind::SendCode, PageKind::Prove(Method::Passcode), PageKind::Review];
        for state in ["identify", "send", "code", "review", "lost", "accepted"] {
            world.wait(TimeDelta::hours(5));
            let mut gina = world.person().await;
            let ask = if state == "send" { web.asks().with("login_hint", GINA) } else { web.asks() };
            gina.opens(ask.build().url.as_str()).await;
            if !matches!(state, "identify" | "send") {
                gina.types(GINA).sees("G06").reads_code().await;
            }
            let before = gina.http().jar.clone();
            if matches!(state, "review" | "lost" | "accepted") {
                gina.enters_code().sees("G15").await;
            }
            if state == "accepted" {
                // In another browser, meanwhile: this one's button has nothing to ask any more.
                let accepted = "UPDATE users SET state = 'accepted', pinned_method = 'passcode' WHERE kind = 'guest'";
                testing::execute(world.server.database_url(), accepted).unwrap();
            }
            if state == "lost" {
                gina.http().jar = before;
            }
            let mut url = gina.page().await.url;
            for page in pages() {
                url.set_path(format!("/{}/signin/{}", house.tenant.id, page.path()).trim_end_matches('/'));
                let (status, hops) = ends_with(&mut gina, url.clone()).await;
                assert!(hops <= 3, "{state} at {page:?}: {hops} redirects");
                let expected = if ours.contains(&page) { 200 } else { 404 };
                assert_eq!(status, expected, "{state} at {page:?} after {hops} redirects");
            }
            for path in ["nothing", "code/", "code/nothing", "review/x", "Code", "code%2fsend"] {
                url.set_path(&format!("/{}/signin/{path}", house.tenant.id));
                assert_eq!(ends_with(&mut gina, url.clone()).await, (404, 0), "{state} at {path}");
            }
        }
    }

    /// AUD-01: who follows the sign-in log by its numbers sees what is committed later under an earlier moment and a smaller
    /// id, once and in the order of commits.
    async fn aud_01_a_follower_of_the_log_misses_nothing(world) {
        let world = world.another(Setup { without_jobs: true, ..Setup::default() }).await;
        let house = world.office().house("alpha.test").await;
        let (app, tenant, now) = (world.server.app(), house.tenant.id, world.now());
        let row = |seconds: i64| {
            let at = now + TimeDelta::seconds(seconds);
            let id = ordered_uuid(at, app.random.as_ref());
            let text = ToString::to_string;
            NewSignIn {
                tenant_id: tenant, id, at, trace_id: TraceId(id), interaction_id: None, user_id: None, client_id: None,
                address_masked: text("g***@guest.test"), outcome: text("success"), error: None, method: None,
                steps: Value::Array(vec![]), trail: Value::Array(vec![]), client_address: text("127.0.0.1"),
                browser: None, session_id: None,
            }
        };
        let follow = async |after: i64| {
            let rows = world.office().perform(log::SignIns { tenant, after: Some(after), limit: 10 }).await;
            rows.unwrap().into_iter().map(|r| (r.id, r.number.unwrap())).collect::<Vec<_>>()
        };
        let (late, early, between) = (row(20), row(-20), row(0));
        assert!(early.id < between.id && between.id < late.id);
        let (mut after, mut seen) = (0, Vec::new());
        for new in [&late, &early, &between] {
            let new = new.clone();
            app.db.write(move |c| insert_sign_in(c, &new)).await.unwrap().unwrap();
            assert_eq!(follow(after).await, [], "what has no number yet is not followed");
            numbering::once(app).await.unwrap();
            let came = follow(after).await;
            assert!(came.len() == 1 && came[0].1 > after, "{came:?} after {after}");
            seen.push(came[0].0);
            after = came[0].1;
            numbering::once(app).await.unwrap();
            assert_eq!(follow(after).await, [], "once");
        }
        assert_eq!(seen, [late.id, early.id, between.id]);
        assert_eq!(follow(0).await.len(), 3, "and from the beginning");
        let head = world.office().perform(log::Head { tenant }).await.unwrap();
        assert_eq!(head, after);
    }

    /// OTP-14, HRD-09, ADR-05: what is switched off before a lost answer is asked for again is off: no session, no code, and
    /// no ID token by the front channel.
    async fn otp_14_hrd_09_adr_05_switched_off_before_the_repeat(world) {
        let (house, web) = accepted(world).await;
        let (office, tenant, client) = (world.office(), house.tenant.id, house.registration.client_id.clone());
        set(world, &house, &client, |s| s.response_types = vec!["code id_token".to_owned()]).await;
        let blocked = r#"domains={"block":[{"domain":"guest.test","subdomains":true}]}"#;
        let closed = r#"access=[{"name":"closed","control":{"kind":"block"}}]"#;
        let switches = [
            ("nothing", "otp=on", "otp=on"), ("codes", "otp=off", "otp=on"), ("domain", blocked, "domains={}"),
            ("access", closed, "access=[]"), ("application", "", ""), ("guest", "", ""),
        ];
        let guest = office.guest(tenant, GINA).await.id;
        let mut faults = Vec::new();
        for (what, off, on) in switches {
            world.wait(TimeDelta::hours(13));
            let mut gina = world.person().await;
            let asked = web.asks().with("response_type", "code id_token").with("response_mode", "form_post").build();
            gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
            let (digits, before) = (gina.code().to_owned(), gina.http().jar.clone());
            let (press, from) = submission(&mut gina, &digits).await;
            gina.enters_code().sees("G25").await;
            gina.http().jar = before;
            let codes = rows(world, "authorization_codes");
            for (enabled, assignment) in [(false, off), (true, on)] {
                match what {
                    "application" => {
                        let change = ApplicationChange { enabled: Some(enabled), ..ApplicationChange::default() };
                        office.change(tenant, &client, change).await;
                    }
                    "guest" => drop(office.enable(tenant, guest, enabled).await),
                    _ => office.policy(tenant, assignment).await,
                }
                if enabled {
                    continue;
                }
                let answer = sends(&mut gina, &press, &from).await;
                let given = [
                    ("a session", answer.set_cookies().iter().any(|line| line.starts_with("vs"))),
                    ("a code", rows(world, "authorization_codes") > codes),
                    ("an ID token", answer.text().contains("name=\"id_token\"")),
                ];
                for (thing, given) in given {
                    if given != (what == "nothing") {
                        faults.push(format!("{what} off: {thing}: {given}, {}", answer.status));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
