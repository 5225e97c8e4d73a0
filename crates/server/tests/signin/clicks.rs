//! Buttons pressed twice, answers lost, *Back*, reload and tabs: one effect each, and no dead end.

use chrono::TimeDelta;
use vestibule_testkit::browser::Request;
use vestibule_testkit::office::ApplicationChange;
use vestibule_testkit::trip::{GINA, accepted, copies, invited, rows, sends, storm, submission};
use vestibule_testkit::walk::{audited, discovers, signs_in, silently};

vestibule_testkit::flows! {
    /// OTP-14, OTP-15, CON-01, CON-05: of 64 presses over two nodes one opens one session; the browser that threw that
    /// answer away is given it again, until its code was exchanged; a restart remembers all of it.
    async fn otp_14_otp_15_con_01_con_05_64_presses_make_one_session(world) {
        let (house, rp) = accepted(world).await;
        let nodes = [0, world.server.add_node(None).await];
        for round in 1..=2 {
            let mut gina = world.person().await;
            let asked = rp.asks().build();
            gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
            let code = gina.code().to_owned();
            let (press, from) = submission(&mut gina, &code).await;
            let answers = storm(&copies(world, &mut gina, &nodes), &press, &from, 64).await;
            assert_eq!(rows(world, "sessions"), 1 + round, "one session each");
            for answer in &answers {
                assert!(!answer.status.is_server_error(), "{}: {}", answer.status, answer.text());
            }
            let live = "authorization_codes WHERE used_at IS NULL AND cancelled_at IS NULL AND interaction_id = \
                (SELECT id FROM interactions ORDER BY id DESC LIMIT 1)";
            assert_eq!(rows(world, live), 1, "one code for the application");
            // The press whose answer is kept, within the minute: the session and a code that works.
            gina.enters(&code).sees("app").await;
            assert_eq!(rows(world, live), 1, "the earlier one died");
            let came = house.callbacks.next().await.unwrap();
            rp.exchange(&asked, &came).await.unwrap();
            assert_eq!(silently(&mut gina, &house, &rp).await, None, "the new secret is the good one");
            // After the exchange there is nothing to be given again (OTP-14).
            let late = sends(&mut gina, &press, &from).await;
            assert!(late.status.is_client_error() && late.set_cookies().is_empty(), "{}", late.text());
            world.server.restart().await;
            world.server.add_node(None).await;
            let later = sends(&mut gina, &press, &from).await;
            assert!(later.status.is_client_error() && later.set_cookies().is_empty(), "{}", later.text());
            assert_eq!(rows(world, "sessions"), 1 + round);
            world.wait(TimeDelta::hours(1));
        }
    }

    /// OTP-14, CON-01: a code that leads to the review page is as single: one proof, one redemption, one session; after
    /// a minute the repeat is over.
    async fn otp_14_con_01_16_presses_of_each_button_redeem_once(world) {
        let (house, rp) = invited(world).await;
        let nodes = [0, world.server.add_node(None).await];
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        let code = gina.code().to_owned();
        let (press, from) = submission(&mut gina, &code).await;
        storm(&copies(world, &mut gina, &nodes), &press, &from, 16).await;
        assert_eq!(rows(world, "passcodes WHERE state = 'used'"), 1);
        assert_eq!(rows(world, "sessions"), 0, "nothing before Accept");
        let old = copies(world, &mut gina, &[0]);
        gina.enters(&code).sees("G15").await;
        let (accept, page) = (gina.http().pressed("Accept").unwrap(), gina.page().await.url);
        // The secret of before the proof opens no page but that of the code, and presses no other button (SES-04).
        let refused = old[0].send(&accept, Some(&page)).await.unwrap();
        assert!(refused.status.is_client_error(), "{}", refused.status);
        let sent_back = old[0].send(&Request::get(page.clone()), None).await.unwrap();
        assert!(sent_back.location().unwrap().path().ends_with("/signin/code"), "{:?}", sent_back.location());
        storm(&copies(world, &mut gina, &nodes), &accept, &page, 16).await;
        assert_eq!(audited(world, &house, "invitation.redeem").await, 1);
        assert_eq!(rows(world, "sessions"), 1);
        gina.presses("Accept").sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        world.wait(TimeDelta::seconds(61));
        let late = old[0].send(&press, Some(&from)).await.unwrap();
        assert!(late.status.is_client_error(), "a minute later: {}", late.status);
        assert_eq!((rows(world, "sessions"), audited(world, &house, "invitation.redeem").await), (1, 1));
    }

    /// INV-04: one person at the review page in two browsers. Whoever accepts second is let in too, as the guest that
    /// exists by now, whether invited or signing up, and at once from both.
    async fn inv_04_the_second_browser_of_one_person_is_let_in_too(world) {
        let (house, rp) = invited(world).await;
        let on = ApplicationChange { sign_up: Some(true), ..ApplicationChange::default() };
        world.office().change(house.tenant.id, &house.registration.client_id, on).await;
        let nodes = [0, world.server.add_node(None).await];
        for (number, address) in [GINA, "nora@guest.test", "ned@guest.test"].into_iter().enumerate() {
            let mut pairs = Vec::new();
            for _ in 0..2 {
                let mut person = world.person().await;
                let asked = rp.asks().build();
                person.opens(asked.url.as_str()).types(address).sees("G06").reads_code().enters_code().sees("G15").await;
                pairs.push((person, asked));
                world.wait(TimeDelta::seconds(61));
            }
            if number < 2 {
                for (person, asked) in &mut pairs {
                    person.presses("Accept").sees("app").await;
                    rp.exchange(asked, &house.callbacks.next().await.unwrap()).await.unwrap();
                }
            } else {
                let mut presses = Vec::new();
                for (place, (person, _)) in pairs.iter_mut().enumerate() {
                    let (accept, page) = (person.http().pressed("Accept").unwrap(), person.page().await.url);
                    let copy = copies(world, person, &nodes[place..=place]).remove(0);
                    presses.push(async move { copy.send(&accept, Some(&page)).await.unwrap() });
                }
                let second = presses.pop().unwrap();
                let (one, two) = tokio::join!(presses.pop().unwrap(), second);
                for answer in [one, two] {
                    assert_eq!(answer.status, 303, "{}", answer.text());
                    assert!(answer.location().unwrap().query().unwrap().contains("code="), "{:?}", answer.location());
                }
            }
            let key = format!("user_addresses WHERE address_key = '{address}'");
            assert_eq!(rows(world, &key), 1, "one guest");
        }
        assert_eq!(audited(world, &house, "invitation.redeem").await, 3, "one redemption each");
    }

    /// INV-04, HRD-14: a stranger who proved the mailbox and was invited, or blocked, before *Accept* is met as that.
    pages async fn inv_04_invited_or_blocked_between_proof_and_accept(world) {
        let (house, rp) = invited(world).await;
        let on = ApplicationChange { sign_up: Some(true), ..ApplicationChange::default() };
        world.office().change(house.tenant.id, &house.registration.client_id, on).await;
        for (address, blocked) in [("nora@guest.test", false), ("ned@guest.test", true)] {
            let mut person = world.person().await;
            let asked = rp.asks().build();
            person.opens(asked.url.as_str()).types(address).sees("G06").reads_code().enters_code().sees("G15").await;
            let guest = world.office().invite(house.tenant.id, address).await.guest;
            if blocked {
                world.office().enable(house.tenant.id, guest, false).await;
                person.presses("Accept").sees("G24").reads("switched off").await;
            } else {
                person.presses("Accept").sees("G15").presses("Accept").sees("app").await;
                let signed_in = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
                assert_eq!(signed_in.claims["oid"].as_str(), Some(guest.to_string().as_str()));
            }
        }
        assert_eq!(rows(world, "sessions"), 1);
    }

    /// OTP-03, OTP-16, SES-05: a code ends by its time and not by the sweep; a fresh one leads back to what was opened.
    pages async fn otp_03_otp_16_ses_05_a_fresh_code_leads_on(world) {
        let (house, rp) = invited(world).await;
        let mut gina = world.person().await;
        let deep = "documents/4711?version=3#comments";
        let asked = rp.asks().with("state", deep).build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        let first = gina.code().to_owned();
        world.wait(TimeDelta::minutes(30) + TimeDelta::seconds(1));
        gina.enters(&first).sees("G06").reads("ask for a new code").await;
        assert_eq!(rows(world, "passcodes WHERE state = 'live' AND tries = 0"), 1, "the row is there, and costs no try");
        gina.presses("/resend").sees("G06").reads_code().enters(&first).sees("G06").enters_code().await;
        gina.sees("G15").presses("Accept").sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        assert_eq!((came.get("state"), came.get("code").is_some()), (Some(deep), true));
        // Rows go a day after their end.
        let app = world.server.app();
        world.wait(TimeDelta::hours(23));
        vestibule_jobs::sweep::once(app).await.unwrap();
        assert_eq!(rows(world, "passcodes"), 2);
        world.wait(TimeDelta::minutes(122));
        vestibule_jobs::sweep::once(app).await.unwrap();
        assert_eq!(rows(world, "passcodes"), 0);
    }

    /// OTP-08, OTP-07, OTP-14, INV-04: a double click on each button of the walk, where the browser throws the first
    /// answer away: one mail each, one redemption, one session, no dead end.
    pages async fn otp_08_otp_07_otp_14_double_clicks(world) {
        let (house, rp) = invited(world).await;
        world.office().policy(house.tenant.id, r#"settings={"code":{"autoSubmit":false}}"#).await;
        let mut gina = world.person().await;
        gina.is_called(GINA);
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).sees("G01").fills("email", GINA).double_presses("primary").sees("G06").await;
        gina.reads_code().await;
        assert_eq!((rows(world, "passcodes"), world.mail.messages_to(GINA).len()), (1, 1));
        world.wait(TimeDelta::seconds(61));
        gina.reloads().double_presses("/resend").sees("G06").reads("Only the newest code works").reads_code().await;
        assert_eq!((rows(world, "passcodes"), world.mail.messages_to(GINA).len()), (2, 2));
        let code = gina.code().to_owned();
        gina.fills("code", &code).double_presses("Continue").sees("G15").double_presses("Accept").sees("app").await;
        let mut came = house.callbacks.next().await.unwrap();
        while let Some(later) = house.callbacks.came().await {
            came = later;
        }
        rp.exchange(&asked, &came).await.unwrap();
        assert_eq!((audited(world, &house, "invitation.redeem").await, rows(world, "sessions")), (1, 1));
        assert_eq!(silently(&mut gina, &house, &rp).await, None);
        // A guest of before: *Continue* ends at the application at once.
        world.wait(TimeDelta::hours(2));
        let asked = rp.asks().with("prompt", "login").build();
        gina.opens(asked.url.as_str()).sees("G01").types(GINA).sees("G05").double_presses("Send code").sees("G06").await;
        gina.reads_code().await;
        assert_eq!(world.mail.messages_to(GINA).len(), 3);
        let code = gina.code().to_owned();
        gina.fills("code", &code).double_presses("Continue").sees("app").await;
        let mut came = house.callbacks.next().await.unwrap();
        while let Some(later) = house.callbacks.came().await {
            came = later;
        }
        rp.exchange(&asked, &came).await.unwrap();
        assert_eq!(silently(&mut gina, &house, &rp).await, None);
    }

    /// OTP-08, OTP-07, OTP-14: the same where the whole answer to the first press is lost, and the button is pressed again.
    pages async fn otp_08_otp_07_otp_14_lost_answers(world) {
        let (house, rp) = invited(world).await;
        world.office().policy(house.tenant.id, r#"settings={"code":{"autoSubmit":false}}"#).await;
        let mut gina = world.person().await;
        gina.is_called(GINA);
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).sees("G01").fills("email", GINA).presses_and_loses("primary").sees("G06").await;
        gina.reads_code().await;
        world.wait(TimeDelta::seconds(61));
        gina.reloads().presses_and_loses("/resend").sees("G06").reads("Only the newest code works").reads_code().await;
        assert_eq!((rows(world, "passcodes"), world.mail.messages_to(GINA).len()), (2, 2));
        let code = gina.code().to_owned();
        gina.fills("code", &code).presses_and_loses("Continue").await;
        if gina.page().await.test_id == "G24" {
            // A browser that kept the lost answer's cookie has a newer secret than its page.
            gina.reads("Nothing was lost").follows("Continue").await;
        }
        gina.sees("G15").presses_and_loses("Accept").sees("app").await;
        let mut came = house.callbacks.next().await.unwrap();
        while let Some(later) = house.callbacks.came().await {
            came = later;
        }
        rp.exchange(&asked, &came).await.unwrap();
        assert_eq!((audited(world, &house, "invitation.redeem").await, rows(world, "sessions")), (1, 1));
        assert_eq!(silently(&mut gina, &house, &rp).await, None);
    }

    /// HRD-01, OTP-08: *Back*, reload and a second tab lead to where the trip stands, and send nothing.
    pages async fn hrd_01_otp_08_back_reload_and_tabs(world) {
        let (house, rp) = invited(world).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).sees("G01").types(GINA).sees("G06").reads_code().await;
        gina.reloads().sees("G06").back().await;
        gina.sees("G06").await;
        // A second tab for the same application, opened too early for another code.
        let other = rp.asks().build();
        gina.new_tab().opens(other.url.as_str()).sees("G01").types(GINA).sees("G05").reads("You can ask for a code at").await;
        gina.to_tab(0).enters_code().sees("G15").reloads().sees("G15").back().await;
        gina.sees("G15").presses("Accept").sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        rp.exchange(&asked, &came).await.unwrap();
        // *Back* from the application: the trip is done, and the page says so.
        gina.back().reads("You are already signed in").await;
        // The second tab goes on by the session that the first one began.
        let waiting = gina.to_tab(1).await.url;
        gina.opens(waiting.as_str()).sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        rp.exchange(&other, &came).await.unwrap();
        assert_eq!(world.mail.messages_to(GINA).len(), 1);
    }

    /// HRD-01, SES-04: a browser that lost the answer to its proof, and asks for a new code instead, is led back to the page
    /// where the same digits answer it again.
    async fn hrd_01_ses_04_another_code_after_a_lost_proof(world) {
        let (house, rp) = invited(world).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).sees("G01").types(GINA).sees("G06").reads_code().await;
        let before = gina.http().jar.clone();
        let resend = gina.http().pressed("/resend").unwrap();
        let from = gina.page().await.url;
        gina.enters_code().sees("G15").await;
        gina.http().jar = before;
        let led = gina.http().send(&resend, Some(&from)).await.unwrap();
        assert_eq!(led.status, 303, "{}", led.text());
        gina.opens(from.as_str()).sees("G06").enters_code().sees("G15").presses("Accept").sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        rp.exchange(&asked, &came).await.unwrap();
        assert_eq!(world.mail.messages_to(GINA).len(), 1);
    }

    /// INV-01, HRD-01: an invitation that is on its way when the same browser signs in at an application in another tab
    /// goes on to its own proof.
    async fn inv_01_hrd_01_an_invitation_beside_a_sign_in(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        let invited = world.office().invite(house.tenant.id, GINA).await;
        let mut gina = world.person().await;
        gina.is_called(GINA);
        gina.opens(&invited.redeem_url).sees("G17").presses("Send me a code").sees("G06").reads_code().await;
        let first = gina.code().to_owned();
        world.wait(TimeDelta::seconds(61));
        let asked = rp.asks().build();
        gina.new_tab().opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().enters_code().sees("G15").await;
        gina.presses("Accept").sees("app").await;
        gina.to_tab(0).reloads().sees("G06").fills("code", &first).presses("Continue").sees("G17").await;
        gina.reads("You are done").await;
        assert_eq!(rows(world, "sign_ins WHERE outcome = 'success'"), 2);
    }

    /// OID-12, HRD-01: who wants to choose is asked, whoever is signed in; who must prove anew gets a fresh code.
    pages async fn oid_12_hrd_01_select_account_and_login(world) {
        let (house, rp) = invited(world).await;
        world.office().invite(house.tenant.id, "hugo@guest.test").await;
        let mut gina = world.person().await;
        let first = signs_in(&mut gina, &house, &rp, GINA).await;
        world.wait(TimeDelta::seconds(1));
        let asked = rp.asks().with("prompt", "select_account").build();
        gina.opens(asked.url.as_str()).sees("G02").presses("gina@guest.test Signed in").sees("app").await;
        let picked = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!((&picked.claims["sid"], &picked.claims["auth_time"]), (&first.claims["sid"], &first.claims["auth_time"]));
        world.wait(TimeDelta::seconds(61));
        let asked = rp.asks().with("prompt", "login").build();
        gina.opens(asked.url.as_str()).sees("G01").types(GINA).sees("G05").presses("Send code").sees("G06").await;
        gina.reads_code().enters_code().sees("app").await;
        let fresh = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_ne!(fresh.claims["auth_time"], first.claims["auth_time"]);
        assert_eq!(fresh.claims["sub"], first.claims["sub"]);
        // Another account, with gina's session still there.
        world.wait(TimeDelta::seconds(1));
        let asked = rp.asks().with("prompt", "select_account").build();
        gina.opens(asked.url.as_str()).sees("G02").follows("/signin").sees("G01").types("hugo@guest.test").sees("G06").await;
        gina.reads_code().enters_code().sees("G15").presses("Accept").sees("app").await;
        let hugo = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!((hugo.claims["email"].as_str(), world.mail.messages_to(GINA).len()), (Some("hugo@guest.test"), 2));
    }
}
