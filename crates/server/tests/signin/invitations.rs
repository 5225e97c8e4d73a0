//! Mailed links and invitations: LNK-01 to 04, INV-01 to 05, 11, 12, 14.

use chrono::TimeDelta;
use http::Method;
use url::Url;
use vestibule_admin::invitation;
use vestibule_core::client::ApplicationType;
use vestibule_store::{self as store};
use vestibule_testkit::browser::Request;
use vestibule_testkit::office::{ApplicationChange, House, address};
use vestibule_testkit::walk::{audited, discovers, is_pending, plain, sign_ins, signs_in, silently};
use vestibule_testkit::{HttpOptions, Setup, World};

const GINA: &str = "gina@guest.test";
const EVE: &str = "eve@evil.test";

/// The invitation's state in its row.
async fn state(world: &World, house: &House, address: &str) -> String {
    let (tenant, guest) = (house.tenant.id, world.office().guest(house.tenant.id, address).await.id);
    let read = world.server.app().db.read(move |c| store::invitations::newest_of_user(c, tenant, guest));
    read.await.unwrap().unwrap().state.to_string()
}

/// What a scanner does: asks, follows, keeps cookies or not, presses nothing.
async fn scans(world: &World, link: &str, times: usize) {
    let mut robot = world.person_with(&HttpOptions::default());
    for _ in 0..times {
        robot.opens(link).await;
        for method in [Method::HEAD, Method::OPTIONS] {
            let request = Request { method, ..Request::get(Url::parse(link).unwrap()) };
            let answer = robot.http().send(&request, None).await.unwrap();
            assert!(answer.method == Method::OPTIONS || answer.body.is_empty());
        }
    }
}

vestibule_testkit::flows! {
    /// LNK-01, LNK-04: 50 GETs and HEADs and a browser that loads but does not click change nothing; a click works once.
    pages async fn lnk_01_lnk_04_looking_at_an_invitation_does_nothing(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        let invited = world.office().invite(house.tenant.id, GINA).await;
        let link = invited.redeem_url.as_str();
        scans(world, link, 50).await;
        let mut gina = world.person().await;
        gina.opens(link).sees("G17").await;
        assert_eq!(silently(&mut gina, &house, &rp).await.as_deref(), Some("login_required"));
        assert_eq!(state(world, &house, GINA).await, "pending");
        assert!(is_pending(world, &house, GINA).await);
        assert!(world.mail.messages().is_empty(), "nothing was sent");
        gina.is_called(GINA);
        gina.opens(link).sees("G17").presses("Send me a code").sees("G06").reads_code().enters_code().sees("G15").await;
        gina.presses("Accept").sees("G17").reads("You are done").await;
        assert_eq!(silently(&mut gina, &house, &rp).await, None);
        assert_eq!(state(world, &house, GINA).await, "accepted");
        assert_eq!(audited(world, &house, "invitation.redeem").await, 1);
    }

    /// LNK-01: not one write comes of a GET or HEAD of an invitation.
    async fn lnk_01_no_statement_writes_for_a_get(world) {
        let world = world.another(Setup { without_jobs: true, ..Setup::default() }).await;
        let house = world.office().house("alpha.test").await;
        let invited = world.office().invite(house.tenant.id, GINA).await;
        let before = world.server.stats();
        scans(&world, &invited.redeem_url, 10).await;
        assert_eq!(world.server.stats().write_jobs, before.write_jobs);
    }

    /// LNK-02: a token is 256 opaque bits, stored as a digest; one other character, or the other purpose, is nothing.
    async fn lnk_02_a_token_is_opaque_and_of_one_purpose(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        let invited = world.office().invite(house.tenant.id, GINA).await;
        let (base, token) = invited.redeem_url.rsplit_once('/').unwrap();
        assert!(token.len() == 43 && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        let dump = vestibule_store::testing::dump(world.server.database_url()).unwrap();
        assert!(!String::from_utf8_lossy(&dump).contains(token), "the token itself is stored");
        let mut eve = world.person().await;
        for place in [0, 21, 41] {
            let other = if token.as_bytes()[place] == b'A' { "B" } else { "A" };
            let mut flipped = token.to_owned();
            flipped.replace_range(place..=place, other);
            eve.opens(&format!("{base}/{flipped}")).sees("G18").does_not_read("guest.test").await;
        }
        let report = format!("{}/{}/report/{token}", world.server.base_url(), house.tenant.id);
        eve.opens(&report).sees("G20").reads("This link has ended").await;
        assert_eq!(eve.page().await.status, 404);
        eve.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let mailed = eve.mail().links().into_iter().find(|l| l.contains("/report/")).unwrap();
        let (_, reported) = mailed.rsplit_once('/').unwrap();
        assert_eq!(reported.len(), 43);
        eve.opens(&format!("{base}/{reported}")).sees("G18").await;
    }

    /// LNK-03: the landing takes the token out of the address bar at once, is not cached, and tells no referrer.
    async fn lnk_03_the_landing_hides_the_token(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        let invited = world.office().invite(house.tenant.id, GINA).await;
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let report = gina.mail().links().into_iter().find(|l| l.contains("/report/")).unwrap();
        for (link, page) in [(&invited.redeem_url, "G17"), (&report, "G20")] {
            let (_, token) = link.rsplit_once('/').unwrap();
            gina.opens(link).sees(page).await;
            let hops: Vec<_> = gina.http().exchanges().iter().rev().take(2).cloned().collect();
            for hop in &hops {
                assert_eq!(hop.header("referrer-policy"), "no-referrer", "{}", hop.url);
                assert_eq!(hop.header("cache-control"), "no-store", "{}", hop.url);
                assert!(!hop.text().contains(token));
            }
            let (shown, landing) = (&hops[0], &hops[1]);
            assert_eq!(landing.status, 303);
            assert_eq!(shown.status, 200);
            assert!(!landing.header("location").contains(token) && !shown.url.as_str().contains(token));
            assert!(landing.set_cookies().iter().all(|c| !c.contains(token) && c.contains("HttpOnly")));
            let foreign = gina.page().await.html.matches("://").count()
                - gina.page().await.html.matches(world.server.base_url()).count();
            assert_eq!(foreign, 0, "the landing loads or links something foreign");
        }
    }

    /// INV-01, INV-12: whoever is signed in as somebody else gets neither the invitation nor its address, only the choice.
    async fn inv_01_inv_12_somebody_else_is_signed_in(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        for who in [GINA, EVE] {
            world.office().invite(house.tenant.id, who).await;
        }
        let link = world.office().invite_with(house.tenant.id, GINA, None, true).await.redeem_url;
        world.mail.wait_for(GINA, 1).await;
        let mut eve = world.person().await;
        let signed_in = signs_in(&mut eve, &house, &rp, EVE).await;
        let page = eve.opens(&link).sees("G17").await;
        assert!(page.text.contains("g***@g***.test") && page.text.contains(EVE), "{}", page.text);
        for hidden in [GINA, "guest.test", "admin@alpha.test", "Project Portal"] {
            assert!(!page.text.contains(hidden), "{hidden} stands on {}", page.text);
        }
        // The button of the usual page, forged: still the choice, still nothing sent.
        let mut forged = eve.http().pressed("switch").unwrap();
        forged.body = forged.body.replace("do=switch", "do=send");
        let from = page.url.clone();
        let answer = eve.http().send(&forged, Some(&from)).await.unwrap();
        assert!(answer.text().contains("You are signed in with another address"), "{}", answer.text());
        assert_eq!(world.mail.messages_to(GINA).len(), 1, "the invitation alone was mailed");
        let kept = eve.presses("keep").await;
        assert_ne!(kept.status, 404, "a dead end: {}", kept.summary());
        assert_eq!(silently(&mut eve, &house, &rp).await, None, "eve stays signed in");
        world.mail.clear();
        // Switching ends eve's session and asks for gina's mailbox, which eve has not.
        eve.opens(&link).presses("switch").sees("G06").await;
        eve.new_tab().opens(house.callbacks.origin()).sees("app").await;
        assert_eq!(silently(&mut eve, &house, &rp).await.as_deref(), Some("login_required"));
        eve.to_tab(0).sees("G06").await;
        assert!(rp.userinfo(&signed_in).await.is_err(), "eve's tokens end with the session");
        eve.is_called(GINA).reads_code().await;
        assert!(is_pending(world, &house, GINA).await);
        // Whoever holds the link in another browser needs the mailbox too: a code that was read elsewhere is not enough.
        let code = eve.code().to_owned();
        world.wait(TimeDelta::seconds(61));
        let mut robber = world.person().await;
        robber.opens(&link).presses("Send me a code").sees("G06").enters(&code).sees("G06").await;
        eve.enters(&code).sees("G15").presses("Accept").await;
        assert_eq!(silently(&mut eve, &house, &rp).await, None);
        assert!(!is_pending(world, &house, GINA).await);
    }

    /// INV-02: everything is read from the row; a request that carries more is refused; another tenant's token is none.
    async fn inv_02_the_request_carries_nothing(world) {
        let (alpha, beta) = (world.office().house("alpha.test").await, world.office().house("beta.test").await);
        let link = world.office().invite(alpha.tenant.id, GINA).await.redeem_url;
        let mut eve = world.person().await;
        eve.opens(&link).sees("G17").await;
        let good = eve.http().pressed("Send me a code").unwrap();
        let from = eve.page().await.url;
        for more in ["tenantId=x", "roles=admin", "email=eve%40evil.test", "redirect=https%3A%2F%2Fevil.test", "csrf=x"] {
            let mut request = good.clone();
            request.body = format!("{}&{more}", good.body);
            let answer = eve.http().send(&request, Some(&from)).await.unwrap();
            assert_eq!(answer.status, 400, "{more}: {}", answer.text());
        }
        assert!(world.mail.messages().is_empty());
        let foreign = link.replace(&alpha.tenant.id.to_string(), &beta.tenant.id.to_string());
        let at_beta = eve.opens(&foreign).sees("G18").await;
        let unknown = eve.opens(&format!("{}/{}/invite/{}", world.server.base_url(), beta.tenant.id, "A".repeat(43))).await;
        assert_eq!(plain(&at_beta), plain(&unknown));
        eve.is_called(GINA);
        eve.opens(&link).presses("Send me a code").sees("G06").reads_code().await;
    }

    /// INV-03: what was switched off after the invitation was sent stops the redemption, with the reason in the log.
    async fn inv_03_redeeming_asks_again(world) {
        let office = world.office();
        let cases = ["expired", "suspended", "withdrawn", "inviter blocked", "inviter without role", "application off",
            "domain blocked", "guest blocked", "guest gone"];
        for (number, case) in cases.iter().enumerate() {
            let house = world.office().house(&format!("t{number}.test")).await;
            let (to, who) = (house.callbacks.redirect_uri(), format!("gina{number}@guest.test"));
            let invited = office.invite_with(house.tenant.id, &who, Some(&to), false).await;
            let (tenant, invitation, guest) = (house.tenant.id, invited.id, invited.guest);
            let mut gina = world.person().await;
            gina.is_called(&who);
            gina.opens(&invited.redeem_url).presses("Send me a code").sees("G06").reads_code().enters_code().sees("G15").await;
            let app = world.server.app();
            let url = world.server.database_url();
            match *case {
                // The trip lives 30 minutes; the invitation is made to end before it.
                "expired" => vestibule_store::testing::execute(url, "UPDATE invitations SET expires_at = created_at").unwrap(),
                "suspended" => {
                    assert!(app.db.write(move |c| store::invitations::suspend(c, tenant, invitation)).await.unwrap().unwrap());
                }
                "withdrawn" => {
                    assert!(app.db.write(move |c| store::testing::changes::withdraw(c, tenant, invitation)).await.unwrap().unwrap());
                }
                "inviter blocked" => {
                    let admin = office.guest(tenant, &format!("admin@t{number}.test")).await.id;
                    office.enable(tenant, admin, false).await;
                }
                "inviter without role" => vestibule_store::testing::execute(url, "DELETE FROM role_assignments").unwrap(),
                "application off" => {
                    let off = ApplicationChange { enabled: Some(false), ..ApplicationChange::default() };
                    office.change(tenant, &house.registration.client_id, off).await;
                }
                "domain blocked" => office.policy(tenant, r#"domains={"block":[{"domain":"guest.test"}]}"#).await,
                "guest blocked" => drop(office.enable(tenant, guest, false).await),
                _ => vestibule_store::testing::execute(url, "UPDATE users SET deleted_at = created_at WHERE kind = 'guest'").unwrap(),
            }
            let page = gina.presses("Accept").await;
            let expected = if *case == "guest blocked" { "G24" } else { "G18" };
            assert_eq!(page.test_id, expected, "{case}: {}", page.summary());
            if *case != "guest gone" {
                assert!(is_pending(world, &house, &who).await, "{case}: redeemed");
            }
            assert_eq!(audited(world, &house, "invitation.redeem").await, 0, "{case}");
            let last = sign_ins(world, &house).await.pop().unwrap();
            assert_eq!((last.outcome.as_str(), last.error.is_some()), ("failure", true), "{case}: {last:?}");
            // Who opens the link now is told so at once (INV-14).
            let mut later = world.person().await;
            let page = later.opens(&invited.redeem_url).await;
            if !matches!(*case, "application off" | "domain blocked" | "guest blocked") {
                assert_eq!(page.test_id, "G18", "{case}: {}", page.summary());
            }
            world.wait(TimeDelta::hours(2));
        }
    }

    /// INV-04: of many presses of *Accept* one redeems.
    async fn inv_04_one_redemption_of_many_presses(world) {
        let house = world.office().house("alpha.test").await;
        let link = world.office().invite(house.tenant.id, GINA).await.redeem_url;
        let mut gina = world.person().await;
        gina.is_called(GINA);
        gina.opens(&link).presses("Send me a code").sees("G06").reads_code().enters_code().sees("G15").await;
        let press = gina.http().pressed("Accept").unwrap();
        let from = gina.page().await.url;
        let browser = gina.http();
        let (a, b, c, d) = tokio::join!(
            presses(browser, &press, &from), presses(browser, &press, &from),
            presses(browser, &press, &from), presses(browser, &press, &from),
        );
        for status in [a, b, c, d].concat() {
            assert!([200, 303].contains(&status), "{status}");
        }
        assert_eq!(audited(world, &house, "invitation.redeem").await, 1);
        assert_eq!(sign_ins(world, &house).await.iter().filter(|row| row.outcome == "success").count(), 1);
        // It is used up: the same link is a way back now.
        gina.opens(&link).sees("G17").reads("Welcome back").await;
    }

    /// INV-05: where an invitation leads is registered, when it is made and when it ends; the page names the host.
    async fn inv_05_where_an_invitation_leads(world) {
        let office = world.office();
        let (house, beta) = (office.house("alpha.test").await, office.house("beta.test").await);
        let other = office.application(&house.tenant, ApplicationType::Web, "https://app.alpha.test/cb").await;
        let homepage = Some("https://app.alpha.test/docs".to_owned());
        let change = ApplicationChange { homepage, ..ApplicationChange::default() };
        office.change(house.tenant.id, &other.client_id, change).await;
        office.invite_with(house.tenant.id, "ida@guest.test", Some("https://app.alpha.test/docs/7?x=1"), false).await;
        office.application(&beta.tenant, ApplicationType::Web, "https://app.beta.test/cb").await;
        for bad in ["https://app.alpha.test@evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)",
            "https://app.alpha.test.evil.test", "https://app.beta.test/cb", "https://app.alpha.test/cb#x",
            "https://app.alpha.test/other", "https://app.alpha.test/docsx", "https://eve@app.alpha.test/docs/7",
            "https://app.alpha.test/docs/7#x", "https://app.alpha.test/docs/../other", "https://app.alpha.test:8443/docs/7",
            "https://evil.test\\@app.alpha.test/cb", "http://app.alpha.test/cb"]
        {
            let plain = invitation::Create::of(house.tenant.id, address(GINA));
            let made = office.perform(invitation::Create { redirect_url: Some(bad.to_owned()), ..plain }).await;
            assert!(made.is_err(), "{bad} was taken: {made:?}");
        }
        let to = house.callbacks.redirect_uri();
        let link = office.invite_with(house.tenant.id, GINA, Some(&to), false).await.redeem_url;
        let mut gina = world.person().await;
        gina.is_called(GINA);
        gina.opens(&link).reads("Project Portal").presses("Send me a code").reads_code().enters_code().sees("G15")
            .reads("127.0.0.1").presses("Accept").sees("app").is_at("/cb").await;
        // De-registered meanwhile: the page at the end names what there is instead.
        let link = office.invite_with(house.tenant.id, EVE, Some(&to), false).await.redeem_url;
        let mut eve = world.person().await;
        eve.is_called(EVE);
        eve.opens(&link).presses("Send me a code").reads_code().enters_code().sees("G15").await;
        let gone = ApplicationChange {
            add_redirect_uris: vec!["http://127.0.0.1:9/cb".to_owned()], remove_redirect_uris: vec![to],
            ..ApplicationChange::default()
        };
        office.change(house.tenant.id, &house.registration.client_id, gone).await;
        eve.reloads().does_not_read("at 127.0.0.1").presses("Accept").sees("G17").reads("You are done").reads("Project Portal").await;
    }

    /// INV-11: the page says who, what and for whom; until the click nothing is activated, by whatever way.
    pages async fn inv_11_nothing_before_accept(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        let settings = r#"settings={"privacyUrl":"https://alpha.test/privacy"}"#;
        world.office().policy(house.tenant.id, settings).await;
        let to = house.callbacks.redirect_uri();
        let link = world.office().invite_with(house.tenant.id, GINA, Some(&to), false).await.redeem_url;
        let mut gina = world.person().await;
        gina.is_called(GINA);
        let before = gina.opens(&link).sees("G17").await;
        for said in ["Alder Works", "admin@alpha.test", "Project Portal", GINA] {
            assert!(before.text.contains(said), "{said} is missing: {}", before.text);
        }
        let page = gina.presses("Send me a code").sees("G06").reads_code().enters_code().sees("G15").await;
        for said in ["Alder Works would like to add you", "alpha.test", "admin@alpha.test", "Project Portal",
            "receives your name and email address", "Privacy statement", GINA]
        {
            assert!(page.text.contains(said), "{said} is missing: {}", page.text);
        }
        let code_page = page.url.as_str().replace("/review", "/code");
        // The tab is closed. The old code page, the application's request and the silent one give nothing.
        gina.new_tab().opens(&code_page).sees("G15").await;
        assert_eq!(silently(&mut gina, &house, &rp).await.as_deref(), Some("login_required"));
        let asked = rp.asks().build();
        let page = gina.opens(asked.url.as_str()).await;
        assert!(["G01", "G05"].contains(&page.test_id.as_str()), "{}", page.summary());
        assert!(is_pending(world, &house, GINA).await);
        assert_eq!(audited(world, &house, "invitation.redeem").await, 0);
        assert_eq!(house.callbacks.came().await, None);
    }

    /// INV-14: dead links of every class give the same answer; an expired one its date; an accepted one is a way back.
    async fn inv_14_links_that_lead_nowhere(world) {
        let office = world.office();
        let (house, beta) = (office.house("alpha.test").await, office.house("beta.test").await);
        let (tenant, app) = (house.tenant.id, world.server.app());
        let at = |token: &str| format!("{}/{tenant}/invite/{token}", world.server.base_url());
        let foreign = office.invite(beta.tenant.id, GINA).await.redeem_url;
        let foreign = at(foreign.rsplit_once('/').unwrap().1);
        let withdrawn = office.invite(tenant, "w@guest.test").await;
        let id = withdrawn.id;
        app.db.write(move |c| store::testing::changes::withdraw(c, tenant, id)).await.unwrap().unwrap();
        let suspended = office.invite(tenant, "s@guest.test").await;
        let id = suspended.id;
        app.db.write(move |c| store::invitations::suspend(c, tenant, id)).await.unwrap().unwrap();
        let gone = office.invite(tenant, "x@guest.test").await;
        let remove = "UPDATE users SET deleted_at = created_at WHERE address = 'x@guest.test'";
        vestibule_store::testing::execute(world.server.database_url(), remove).unwrap();
        // Whatever a node keeps between requests is there before anything is compared.
        world.person().await.opens(&at("warm")).sees("G18").await;
        let mut first = None;
        for (class, link) in [("unknown", at(&"A".repeat(43))), ("malformed", at("%21%3Cx%3E")), ("foreign", foreign),
            ("withdrawn", withdrawn.redeem_url), ("suspended", suspended.redeem_url),
            ("gone", gone.redeem_url)]
        {
            let before = world.server.stats();
            let mut eve = world.person().await;
            let page = eve.opens(&link).sees("G18").await;
            let after = world.server.stats();
            assert_eq!(page.status, 404);
            let told = (plain(&page), after.statements - before.statements);
            let same = first.get_or_insert_with(|| told.clone());
            assert_eq!(*same, told, "{class}");
        }
        let used = office.invite_with(tenant, GINA, Some(&house.callbacks.redirect_uri()), false).await.redeem_url;
        let mut gina = world.person().await;
        gina.is_called(GINA);
        gina.opens(&used).presses("Send me a code").reads_code().enters_code().presses("Accept").sees("app").await;
        house.callbacks.next().await.unwrap();
        let late = office.invite(tenant, EVE).await.redeem_url;
        world.wait(TimeDelta::days(31));
        let mut eve = world.person().await;
        eve.opens(&late).sees("G18").reads("This invitation has ended").does_not_read(EVE).await;
        assert!(is_pending(world, &house, EVE).await);
        // A month later, in a new browser, the accepted link leads to sign-in with the address kept, not to a session.
        world.mail.clear();
        let mut back = world.person().await;
        back.is_called(GINA);
        let rp = discovers(world, &house).await;
        back.opens(&used).sees("G17").reads("Welcome back").await;
        assert_eq!(silently(&mut back, &house, &rp).await.as_deref(), Some("login_required"));
        back.opens(&used).presses("Send me a code").sees("G06").reads(GINA).reads_code().enters_code().sees("app").await;
        house.callbacks.next().await.unwrap();
        assert_eq!(silently(&mut back, &house, &rp).await, None);
    }
}

/// Presses a button eight times, whatever comes.
async fn presses(browser: &vestibule_testkit::browser::HttpBrowser, press: &Request, from: &Url) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(browser.send(press, Some(from)).await.unwrap().status.as_u16());
    }
    statuses
}
