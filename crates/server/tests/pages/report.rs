//! "This wasn't me": OTP-23.

use chrono::TimeDelta;
use http::Method;
use url::Url;
use vestibule_admin::discovery::{Explain, ExplainedOutcome};
use vestibule_store::{self as store};
use vestibule_testkit::browser::Request;
use vestibule_testkit::office::House;
use vestibule_testkit::walk::{audited, discovers, goes_through, is_pending, silently};
use vestibule_testkit::{HttpOptions, Person, World};

const GINA: &str = "gina@guest.test";
const SECURITY: &str = "security@alpha.test";
const SPONSOR: &str = "admin@alpha.test";

/// A tenant with a security contact, and gina invited by its administrator.
async fn furnished(world: &World) -> House {
    let house = world.office().house("alpha.test").await;
    let settings = format!(r#"settings={{"securityContact":"{SECURITY}"}}"#);
    world.office().policy(house.tenant.id, &settings).await;
    world.office().invite(house.tenant.id, GINA).await;
    house
}

/// The link in the mail that was read last.
fn link(person: &Person) -> String {
    person.mail().links().into_iter().find(|link| link.contains("/report/")).unwrap()
}

/// Gina at her mail program: another browser, signed out, with the link.
async fn at_home(world: &World) -> Person {
    world.person().await
}

vestibule_testkit::flows! {
    /// OTP-23: opening the link, as scanners do, shows what the mail said and changes nothing.
    pages async fn otp_23_lnk_01_looking_changes_nothing(world) {
        let house = furnished(world).await;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        let report = link(&gina);
        let mut scanner = world.person_with(&HttpOptions::default());
        for _ in 0..50 {
            scanner.opens(&report).sees("G20").await;
            let head = Request { method: Method::HEAD, ..Request::get(Url::parse(&report).unwrap()) };
            assert_eq!(scanner.http().send(&head, None).await.unwrap().status, 303);
        }
        let page = at_home(world).await.opens(&report).sees("G20").await;
        for said in [GINA, "Project Portal", "Alder Works", "The code still works."] {
            assert!(page.text.contains(said), "{said} is missing: {}", page.text);
        }
        assert!(!page.text.contains(gina.code()), "the page does not tell the code");
        gina.enters_code().sees("G15").presses("Accept").sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!(audited(world, &house, "otp.reported").await, 0);
        assert_eq!(world.mail.messages_to(SECURITY).len(), 0);
        at_home(world).await.opens(&report).sees("G20").reads("The code was used at").presses("It was me")
            .reads("Nothing was changed").await;
        assert_eq!(silently(&mut gina, &house, &rp).await, None, "It was me: nothing was changed");
    }

    /// OTP-23: POST kills the code, the trip and every other live code of the address, tells both, and only once.
    async fn otp_23_stopping_a_sign_in_under_way(world) {
        let house = furnished(world).await;
        let rp = discovers(world, &house).await;
        let (mut thief, mut other) = (world.person().await, world.person().await);
        let asked = rp.asks().build();
        thief.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        let report = link(&thief);
        world.wait(TimeDelta::seconds(61));
        other.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let mut gina = at_home(world).await;
        gina.opens(&report).presses("Stop this sign-in").sees("G20").reads("The code does not work").await;
        let contact = world.mail.wait_for(SECURITY, 1).await.remove(0).parse();
        let sponsor = world.mail.wait_for(SPONSOR, 1).await.remove(0).parse();
        for mail in [&contact, &sponsor] {
            assert!(mail.subject.contains("A guest reported a code"), "{}", mail.subject);
            for said in [GINA, "Project Portal", "Chrome on Linux", "127.0.0.x", "that sign-in is closed"] {
                assert!(mail.text.contains(said), "{said} is missing: {}", mail.text);
            }
            assert!(!mail.text.contains("suspended") && !mail.text.contains(thief.code()));
        }
        // Again, in this browser and in another one: the same page, no second mail.
        let first = gina.page().await.h1;
        for person in [&mut gina, &mut at_home(world).await] {
            let page = person.opens(&report).presses("cancel").sees("G20").await;
            assert_eq!(page.h1, first);
        }
        let page = thief.enters_code().await;
        assert_eq!(page.test_id, "G24", "{}", page.summary());
        let page = other.enters_code().await;
        assert_ne!(page.test_id, "G15", "another live code of the address works on: {}", page.summary());
        assert!(is_pending(world, &house, GINA).await && house.callbacks.came().await.is_none());
        assert_eq!((world.mail.messages_to(SECURITY).len(), world.mail.messages_to(SPONSOR).len()), (1, 1));
        assert!(world.office().guest(house.tenant.id, GINA).await.enabled, "the link cannot disable anybody");
        // The guest herself begins anew at once.
        world.wait(TimeDelta::seconds(61));
        let asked = rp.asks().build();
        goes_through(&mut gina, &asked, GINA).await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
    }

    /// OTP-23: POST after the code was used ends the session and every token made with it.
    async fn otp_23_stopping_a_finished_sign_in(world) {
        let house = furnished(world).await;
        let rp = discovers(world, &house).await;
        let mut thief = world.person().await;
        let asked = rp.asks().with("scope", "openid email offline_access").build();
        goes_through(&mut thief, &asked, GINA).await;
        let report = link(&thief);
        let signed_in = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        let refresh = signed_in.refresh_token.clone().unwrap();
        let silent = rp.asks().with("prompt", "none").build();
        thief.opens(silent.url.as_str()).await;
        let unused = house.callbacks.next().await.unwrap();
        assert!(rp.userinfo(&signed_in).await.is_ok());
        at_home(world).await.opens(&report).reads("The code was used at").presses("Stop this sign-in").reads("Done").await;
        assert_eq!(silently(&mut thief, &house, &rp).await.as_deref(), Some("login_required"));
        assert!(rp.userinfo(&signed_in).await.is_err());
        let refused = rp.refresh(&refresh).await.unwrap_err();
        assert_eq!(refused, vestibule_testkit::rp::RpError::OAuth("invalid_grant".to_owned()));
        assert!(rp.exchange(&silent, &unused).await.is_err(), "a code of the session is dead too");
        let mail = world.mail.wait_for(SECURITY, 1).await.remove(0).parse();
        assert!(mail.text.contains("The session made with it was ended"), "{}", mail.text);
        assert_eq!(audited(world, &house, "otp.reported").await, 1);
    }

    /// OTP-23: a sign-in that came by an invitation link suspends the invitation, until it is made anew.
    async fn otp_23_an_invitation_is_suspended(world) {
        let house = furnished(world).await;
        let rp = discovers(world, &house).await;
        let invited = world.office().invite(house.tenant.id, GINA).await;
        let mut thief = world.person().await;
        thief.is_called(GINA);
        thief.opens(&invited.redeem_url).presses("Send me a code").sees("G06").reads_code().await;
        let report = link(&thief);
        at_home(world).await.opens(&report).presses("Stop this sign-in").sees("G20").await;
        let mail = world.mail.wait_for(SECURITY, 1).await.remove(0).parse();
        assert!(mail.text.contains("The invitation that it came from is suspended"), "{}", mail.text);
        let (tenant, id) = (house.tenant.id, invited.id);
        let row = world.server.app().db.read(move |c| store::invitations::by_id(c, tenant, id)).await.unwrap().unwrap();
        assert_eq!(row.state.as_str(), "suspended");
        let explain = Explain { tenant, address: vestibule_testkit::office::address(GINA), client: None };
        let told = world.office().perform(explain).await.unwrap();
        assert_eq!(told.outcome, ExplainedOutcome::Reported, "the operator is told why there is no code");
        let mut later = world.person().await;
        later.opens(&invited.redeem_url).sees("G18").await;
        world.wait(TimeDelta::hours(2));
        // Neither by the application: what was withheld stays so, until somebody invites anew.
        later.is_called(GINA);
        let page = later.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_mail().await;
        assert_eq!(later.mail().code(), None, "{}", page.summary());
        world.wait(TimeDelta::hours(2));
        let link = world.office().invite(house.tenant.id, GINA).await.redeem_url;
        later.opens(&link).presses("Send me a code").reads_code().enters_code().presses("Accept").sees("G17").await;
        assert!(!is_pending(world, &house, GINA).await);
    }

    /// OTP-23: the box stops codes for 24 hours; the same link starts them again. Without it the page says nothing of it.
    pages async fn otp_23_pausing_codes(world) {
        let house = furnished(world).await;
        let rp = discovers(world, &house).await;
        let mut thief = world.person().await;
        thief.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let report = link(&thief);
        let mut gina = at_home(world).await;
        gina.opens(&report).ticks("pause").presses("Stop this sign-in").sees("G20").reads("are stopped until").await;
        let mail = world.mail.wait_for(SECURITY, 1).await.remove(0).parse();
        assert!(mail.text.contains("Codes to this guest are stopped until"), "{}", mail.text);
        let before = world.mail.messages_to(GINA).len();
        world.wait(TimeDelta::hours(23));
        thief.opens(rp.asks().build().url.as_str()).types(GINA).sees("G05").reads("You can ask for a code at").await;
        assert_eq!(world.mail.messages_to(GINA).len(), before);
        gina.opens(&report).sees("G20").presses("Start codes again").reads("Codes are on again").await;
        thief.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        assert_eq!(world.mail.messages_to(GINA).len(), before + 1);
    }

    /// OTP-23, N-15: a day after the end of the code the link says only that it has ended; a forged press does nothing.
    async fn otp_23_the_link_ends(world) {
        let house = furnished(world).await;
        let rp = discovers(world, &house).await;
        let mut thief = world.person().await;
        thief.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let report = link(&thief);
        let mut gina = at_home(world).await;
        gina.opens(&report).sees("G20").await;
        let good = gina.http().pressed("Stop this sign-in").unwrap();
        let mut evil = good.clone();
        evil.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        evil.headers.insert("origin", "https://evil.test".parse().unwrap());
        let mut bare = good.clone();
        bare.body = "do=cancel".to_owned();
        let mut stale = good.clone();
        stale.body = format!("csrf={}&do=cancel", "A".repeat(43));
        let from = gina.page().await.url;
        for request in [evil, bare, stale] {
            assert_eq!(gina.http().send(&request, Some(&from)).await.unwrap().status, 403);
        }
        let mut odd = good.clone();
        odd.body = good.body.replace("do=cancel", "do=bogus");
        assert_ne!(odd.body, good.body);
        assert_eq!(gina.http().send(&odd, Some(&from)).await.unwrap().status, 400, "what cannot be meant stops nothing");
        assert_eq!(audited(world, &house, "otp.reported").await, 0);
        world.wait(TimeDelta::minutes(30) + TimeDelta::hours(23));
        gina.opens(&report).reads("The code has expired. Nobody used it.").await;
        world.wait(TimeDelta::hours(1) + TimeDelta::minutes(1));
        let page = gina.opens(&report).reads("This link has ended").does_not_read(GINA).await;
        assert_eq!(page.status, 404);
    }
}
