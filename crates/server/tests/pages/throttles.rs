//! Limits: of tries, of sends, of sources and of rows; and the clocks by which they and everything else end.

use std::sync::Arc;

use chrono::TimeDelta;
use http::HeaderValue;
use tokio::task::JoinSet;
use vestibule_admin::guest::{Block, GuestRef, Unblock};
use vestibule_core::lifecycle::MailState;
use vestibule_core::secret::Digest;
use vestibule_store::testing;
use vestibule_testkit::browser::cookies::Jar;
use vestibule_testkit::office::perform;
use vestibule_testkit::rp::Rp;
use vestibule_testkit::trip::{GINA, NOBODY, accepted, all_mail_left, invited, rows, sql, submission};
use vestibule_testkit::walk::{discovers, queue, reloads_until, signs_in, silently};
use vestibule_testkit::{Database, HttpOptions, PageView, Person, Setup, World};

/// Opens the application and types an address; whatever page comes.
async fn asks(person: &mut Person, rp: &Rp, address: &str) -> PageView {
    person.opens(rp.asks().build().url.as_str()).sees("G01").types(address).await
}

/// Somebody whose requests go to a node.
fn at_node(world: &World, node: usize) -> Person {
    let via = Some((world.server.base_url().to_owned(), world.server.node(node).listen));
    world.person_with(&HttpOptions { via, ..HttpOptions::default() })
}

/// Somebody behind the front, at this address.
fn from(world: &World, source: &str) -> Person {
    let mut person = world.person_with(&HttpOptions::default());
    person.http().extra.insert("x-forwarded-for", HeaderValue::from_str(source).unwrap());
    person
}

async fn tries_wrong(person: &mut Person, times: usize) -> PageView {
    let mut page = person.page().await;
    for _ in 0..times {
        let (press, from) = submission(person, "00000000").await;
        let answer = person.http().send(&press, Some(&from)).await.unwrap();
        page = PageView::parse(&from, answer.status.as_u16(), &answer.text(), false);
    }
    page
}

vestibule_testkit::flows! {
    /// OTP-05, CON-05: five wrong tries at each of two nodes use up the address's tries: the next send and any digits
    /// are answered by the pause, at both; after N-04's window a new code works.
    async fn otp_05_con_05_tries_are_counted_over_codes_and_nodes(world) {
        let (house, rp) = invited(world).await;
        let node = world.server.add_node(None).await;
        let (mut one, mut two) = (at_node(world, 0), at_node(world, node));
        asks(&mut one, &rp, GINA).await;
        one.sees("G06").reads_code().await;
        let first = one.code().to_owned();
        let press_one = submission(&mut one, &first).await;
        assert_eq!(tries_wrong(&mut one, 5).await.test_id, "G07");
        world.wait(TimeDelta::seconds(61));
        asks(&mut two, &rp, GINA).await;
        two.sees("G06").reads_code().await;
        let second = two.code().to_owned();
        let press_two = submission(&mut two, &second).await;
        assert_eq!(tries_wrong(&mut two, 5).await.test_id, "G07");
        world.wait(TimeDelta::seconds(61));
        for (person, press) in [(&mut one, press_one), (&mut two, press_two)] {
            let right = person.http().send(&press.0, Some(&press.1)).await.unwrap();
            let paused = tries_wrong(person, 1).await;
            assert_eq!((right.status.as_u16(), paused.status, paused.test_id.as_str()), (429, 429, "G07"));
            assert!(paused.text.contains("There were too many wrong codes"), "{}", paused.text);
            assert!(right.headers.contains_key("retry-after") && right.set_cookies().is_empty());
            let send = person.reloads().presses("/resend").await;
            assert_eq!((send.status, send.test_id.as_str()), (429, "G07"), "{}", send.summary());
            let fresh = asks(person, &rp, GINA).await;
            assert_eq!((fresh.status, fresh.test_id.as_str()), (429, "G05"), "{}", fresh.summary());
        }
        assert_eq!((rows(world, "sessions"), rows(world, "passcodes"), world.mail.messages_to(GINA).len()), (0, 2, 2));
        world.wait(TimeDelta::minutes(60));
        signs_in(&mut two, &house, &rp, GINA).await;
    }

    /// CON-06, OTP-04, OTP-05: a restart before each step changes nothing of it.
    async fn con_06_a_restart_before_each_step(world) {
        let (_, rp) = invited(world).await;
        let mut gina = world.person().await;
        asks(&mut gina, &rp, GINA).await;
        gina.sees("G06").reads_code().await;
        let code = gina.code().to_owned();
        let (press, from) = submission(&mut gina, &code).await;
        for _ in 0..5 {
            world.server.restart().await;
            tries_wrong(&mut gina, 1).await;
        }
        world.server.restart().await;
        let refused = gina.http().send(&press, Some(&from)).await.unwrap();
        assert_eq!((refused.status.as_u16(), rows(world, "sessions")), (422, 0));
        world.server.restart().await;
        let early = gina.reloads().presses("/resend").await;
        assert_eq!(early.status, 429, "the gap is remembered: {}", early.summary());
        world.wait(TimeDelta::seconds(61));
        gina.presses("/resend").sees("G06").await;
        for _ in 0..5 {
            world.server.restart().await;
            tries_wrong(&mut gina, 1).await;
        }
        world.server.restart().await;
        assert_eq!(tries_wrong(&mut gina, 1).await.status, 429, "ten in all");
    }

    /// DOS-08, OTP-05: a hundred failures in a row suspend codes to an address for a day and no longer; it looks the same
    /// for nobody.
    async fn dos_08_otp_05_a_suspension_ends(world) {
        let (house, rp) = invited(world).await;
        let mut pages = Vec::new();
        for address in [GINA, NOBODY] {
            let mut stranger = world.person().await;
            asks(&mut stranger, &rp, address).await;
            stranger.sees("G06").await;
            all_mail_left(world).await;
            tries_wrong(&mut stranger, 1).await;
            testing::execute(world.server.database_url(), "UPDATE throttles SET streak = 99 WHERE streak = 1").unwrap();
            tries_wrong(&mut stranger, 1).await;
            let page = tries_wrong(&mut stranger, 1).await;
            assert_eq!((page.status, page.test_id.as_str()), (429, "G07"));
            assert!(page.text.contains("can let you in sooner"), "{}", page.text);
            world.wait(TimeDelta::hours(23));
            let refused = asks(&mut stranger, &rp, address).await;
            assert_eq!((refused.status, refused.test_id.as_str()), (429, "G05"));
            pages.push((page.h1, refused.h1));
            world.wait(TimeDelta::minutes(61));
        }
        assert_eq!(pages[0], pages[1]);
        signs_in(&mut world.person().await, &house, &rp, GINA).await;
        assert_eq!(rows(world, "throttles WHERE streak > 1"), 1, "a success ends the row of failures of gina's");
    }

    /// OTP-08: N-06 to N-08 bound the mails to an address over all tenants, whatever asks for them.
    async fn otp_08_an_address_gets_twenty_mails_a_day(world) {
        let mut houses = Vec::new();
        for domain in ["alpha.test", "beta.test", "gamma.test"] {
            let house = world.office().house(domain).await;
            world.office().invite(house.tenant.id, GINA).await;
            let rp = discovers(world, &house).await;
            houses.push((house, rp));
        }
        let mut gina = world.person().await;
        let mut answers = Vec::new();
        for _ in 0..10 {
            for (_, rp) in &houses {
                answers.push(asks(&mut gina, rp, GINA).await.test_id == "G06");
            }
            // The gap at once, and five an hour.
            let page = asks(&mut gina, &houses[0].1, GINA).await;
            assert_eq!((page.status, page.test_id.as_str()), (429, "G05"), "{}", page.summary());
            world.wait(TimeDelta::minutes(16));
        }
        assert_eq!(answers.iter().filter(|sent| **sent).count(), 20);
        assert_eq!(rows(world, "outbox WHERE kind = 'code'"), 20);
        world.wait(TimeDelta::hours(24));
        assert_eq!(asks(&mut gina, &houses[0].1, GINA).await.test_id, "G06");
    }

    /// OTP-08: five sends an hour, by *Send a new code* too; the page says when.
    async fn otp_08_five_sends_an_hour(world) {
        let (_, rp) = invited(world).await;
        for address in [GINA, NOBODY] {
            let mut person = world.person().await;
            asks(&mut person, &rp, address).await;
            for _ in 0..4 {
                world.wait(TimeDelta::seconds(61));
                person.presses("/resend").sees("G06").does_not_read("Enough codes").await;
            }
            world.wait(TimeDelta::seconds(61));
            let page = person.presses("/resend").sees("G06").reads("Enough codes were asked for").await;
            assert_eq!(page.status, 429);
            world.wait(TimeDelta::minutes(61));
            person.presses("/resend").sees("G06").does_not_read("Enough codes").await;
        }
        assert_eq!(rows(world, "outbox WHERE kind = 'code'"), 6);
        assert_eq!(rows(world, "outbox WHERE kind = 'no_access'"), 1);
    }

    /// OTP-08, OTP-29: N-09 bounds the addresses of a source: a host, a /64, a /48; mapped addresses are the same host.
    async fn otp_08_otp_29_addresses_of_a_source(world) {
        let setup = Setup { trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()], ..Setup::default() };
        let world = world.another(setup).await;
        let house = world.office().house("alpha.test").await;
        let rp = discovers(&world, &house).await;
        let mut numbers = 0..;
        let mut address = || format!("nobody{}@guest.test", numbers.next().unwrap_or(0));
        for number in 0..20 {
            let source = if number % 2 == 0 { "192.0.2.7".to_owned() } else { "::ffff:192.0.2.7".to_owned() };
            assert_eq!(asks(&mut from(&world, &source), &rp, &address()).await.test_id, "G06", "{number}");
        }
        for source in ["192.0.2.7", "::ffff:192.0.2.7"] {
            let page = asks(&mut from(&world, source), &rp, &address()).await;
            assert_eq!((page.status, page.test_id.as_str()), (429, "G08"), "{}", page.summary());
        }
        assert_eq!(asks(&mut from(&world, "192.0.2.8"), &rp, &address()).await.test_id, "G06");
        for host in 0..20 {
            let source = format!("2001:db8:1:1:{host:x}:{:x}:9:{host:x}", host * 977 % 65_536);
            assert_eq!(asks(&mut from(&world, &source), &rp, &address()).await.test_id, "G06");
        }
        assert_eq!(asks(&mut from(&world, "2001:db8:1:1:ffff::1"), &rp, &address()).await.test_id, "G08");
        assert_eq!(asks(&mut from(&world, "2001:db8:1:2::1"), &rp, &address()).await.test_id, "G06");
        assert_eq!(rows(&world, "outbox WHERE kind = 'no_access'"), 42, "nothing for those that were refused");
        // An hour later they may again.
        world.wait(TimeDelta::minutes(61));
        assert_eq!(asks(&mut from(&world, "192.0.2.7"), &rp, &address()).await.test_id, "G06");
    }

    /// DOS-04: requests without a send, try or proof leave no row; of 101 sends of one source 100 rows stay open, and
    /// another source's stays too.
    async fn dos_04_rows_of_a_source_are_bounded(world) {
        let setup = Setup {
            trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
            source_limits: vec![("192.0.2.0/24".parse().unwrap(), 30)],
            ..Setup::default()
        };
        let world = Arc::new(world.another(setup).await);
        let house = world.office().house("alpha.test").await;
        let rp = Arc::new(discovers(&world, &house).await);
        let mut stranger = from(&world, "198.51.100.1");
        for _ in 0..40 {
            stranger.opens(rp.asks().build().url.as_str()).sees("G01").await;
            stranger.http().fill("email", GINA).unwrap();
            let (mut forged, page) = (stranger.http().pressed("primary").unwrap(), stranger.page().await.url);
            forged.body = forged.body.replace("csrf=", "csrf=A");
            assert_eq!(stranger.http().send(&forged, Some(&page)).await.unwrap().status, 403);
        }
        let left = ["interactions", "passcodes", "outbox", "throttles", "throttle_sources", "sign_ins", "sessions"];
        for table in left {
            assert_eq!(rows(&world, table), 0, "{table}");
        }
        assert_eq!(asks(&mut stranger, &rp, "first@guest.test").await.test_id, "G06");
        let theirs = sql(&world, "SELECT mark AS line FROM passcodes");
        for round in 0..5 {
            let mut tasks = JoinSet::new();
            for number in 0..if round == 4 { 1 } else { 25 } {
                let (world, rp) = (Arc::clone(&world), Arc::clone(&rp));
                tasks.spawn(async move {
                    let mut person = from(&world, "192.0.2.9");
                    asks(&mut person, &rp, &format!("nobody{number}@guest.test")).await.test_id
                });
            }
            assert!(tasks.join_all().await.iter().all(|page| page == "G06"));
            world.wait(TimeDelta::seconds(61));
        }
        assert_eq!(rows(&world, "interactions"), 101, "100 of one source and one of another");
        assert_eq!(rows(&world, &format!("interactions i JOIN passcodes p ON p.interaction_id = i.id WHERE p.mark = '{}'", theirs[0])), 1);
    }

    /// N-21, OTP-14: who comes back to a trip whose row had to make room is sent another code, as often as that happens; the
    /// code of before is none any more, and its report link still works.
    async fn n_21_a_trip_that_made_room_goes_on(world) {
        let (house, rp) = invited(world).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        let report = gina.mail().links().into_iter().find(|l| l.contains("/report/")).unwrap();
        for _ in 0..2 {
            world.wait(TimeDelta::seconds(61));
            sql(world, "DELETE FROM interactions");
            gina.reloads().sees("G05").presses("Send code").sees("G06").reads_code().await;
        }
        assert_eq!(rows(world, "passcodes"), 3);
        assert_eq!(rows(world, "passcodes WHERE state <> 'superseded'"), 1);
        gina.enters_code().sees("G15").presses("Accept").sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        rp.exchange(&asked, &came).await.unwrap();
        world.person().await.opens(&report).sees("G20").await;
    }

    /// DOS-07, OTP-18: a mail server that does not answer stops nobody: a code at hand still signs in, and sending looks
    /// the same; what was queued goes out when it answers again.
    async fn dos_07_a_silent_mail_server_stops_nobody(world) {
        let (house, rp) = invited(world).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        world.mail.stall(true);
        for address in ["hugo@guest.test", NOBODY] {
            assert_eq!(asks(&mut world.person().await, &rp, address).await.test_id, "G06");
        }
        gina.enters_code().sees("G15").presses("Accept").sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        world.mail.stall(false);
    }

    /// MAIL-06, OTP-07, HRD-03: a code that was replaced, or whose trip was given up, while the mail server was silent is
    /// not sent any more.
    async fn mail_06_stale_codes_are_not_sent(world) {
        let (house, rp) = invited(world).await;
        world.office().invite(house.tenant.id, "hugo@guest.test").await;
        world.mail.stall(true);
        let mut gina = world.person().await;
        gina.is_called(GINA);
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").follows("/signin").sees("G01").await;
        gina.types("hugo@guest.test").sees("G06").await;
        world.wait(TimeDelta::seconds(61));
        gina.presses("/resend").sees("G06").await;
        world.mail.stall(false);
        gina.reads_code().await;
        let live = sql(world, "SELECT mark AS line FROM passcodes WHERE state = 'live'");
        assert!(gina.mail().text.contains(&live[0]) && live.len() == 1, "the newest one");
        for _ in 0..300 {
            if queue(world).await.iter().filter(|mail| mail.state == MailState::Dropped).count() == 2 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(queue(world).await.iter().filter(|mail| mail.state == MailState::Dropped).count(), 2);
        assert_eq!((world.mail.messages_to(GINA).len(), world.mail.messages_to("hugo@guest.test").len()), (0, 1));
    }

    /// CON-07: a sender that died with a mail in its hands: the next one sends the same code, and nobody another.
    async fn con_07_a_mail_is_said_again_with_the_same_code(world) {
        let world = world.another(Setup { without_jobs: true, ..Setup::default() }).await;
        let (_, rp) = invited(&world).await;
        let mut gina = world.person().await;
        gina.is_called(GINA);
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").await;
        let app = world.server.app();
        // After DATA the server says that it is busy: it may have taken the mail all the same.
        world.mail.answer_data(Some("451 4.3.0 try again later"));
        world.server.node(0).outbox.drain().await.unwrap();
        let sealed = sql(&world, "SELECT CAST(COUNT(*) AS TEXT) AS line FROM outbox WHERE sealed IS NOT NULL AND state = 'queued'");
        assert_eq!(sealed, ["1"]);
        // And one that was claimed by a process that is no more.
        world.wait(TimeDelta::seconds(30));
        let now = app.now();
        let claim = vestibule_store::outbox::ClaimLimits { limit: 20, share: 5, lease: TimeDelta::seconds(60) };
        let claimed = app.db.write(move |c| vestibule_store::outbox::claim(c, claim, now)).await.unwrap().unwrap();
        assert_eq!(claimed.len(), 1);
        world.mail.answer_data(None);
        world.server.node(0).outbox.drain().await.unwrap();
        assert_eq!(world.mail.messages_to(GINA).len(), 0, "it is in other hands");
        world.wait(TimeDelta::seconds(61));
        world.server.node(0).outbox.drain().await.unwrap();
        world.server.node(0).outbox.drain().await.unwrap();
        assert_eq!(world.mail.messages_to(GINA).len(), 1);
        gina.reads_code().enters_code().sees("G15").await;
        assert_eq!(rows(&world, "passcodes"), 1);
    }

    /// CON-02: another process blocks guests on the same database while people sign in: no error in either, and what it
    /// changes holds on the next request.
    async fn con_02_hrd_09_a_second_process_beside_the_server(world) {
        let (house, rp) = accepted(world).await;
        let other = world.server.add_node(None).await;
        let app = Arc::clone(&world.server.node(other).app);
        let tenant = house.tenant.id;
        let guest = world.office().invite(tenant, "hugo@guest.test").await.guest;
        let switching = tokio::spawn(async move {
            for turn in 0..30 {
                let guest = GuestRef::Id(guest);
                if turn % 2 == 0 {
                    perform(&app, Unblock { tenant, guest }).await.unwrap();
                } else {
                    perform(&app, Block { tenant, guest }).await.unwrap();
                }
            }
        });
        let mut people = Vec::new();
        for number in 0..4 {
            let address = format!("guest{number}@guest.test");
            world.office().invite(tenant, &address).await;
            let mut person = world.person().await;
            signs_in(&mut person, &house, &rp, &address).await;
            people.push(person);
        }
        switching.await.unwrap();
        assert_eq!(rows(world, "sessions"), 5);
        let first = world.office().guest(tenant, "guest0@guest.test").await.id;
        let block = Block { tenant, guest: GuestRef::Id(first) };
        perform(&world.server.node(other).app, block).await.unwrap();
        assert!(silently(&mut people[0], &house, &rp).await.is_some(), "on the next request");
        assert_eq!(silently(&mut people[1], &house, &rp).await, None);
    }

    /// TIM-01: a code, a session and an authorization code end at the same moment at two nodes, whatever their own clocks
    /// say (PostgreSQL; a file has one process and one clock).
    async fn tim_01_one_moment_for_all_nodes(world) {
        if world.database == Database::Sqlite {
            return;
        }
        for minutes in [10, -10] {
            let world = world.another(Setup::default()).await;
            let mut world = world;
            let (house, rp) = accepted(&world).await;
            let clock = Arc::new(world.clock.skewed(TimeDelta::minutes(minutes)));
            let node = world.server.add_node(Some(Arc::clone(&clock))).await;
            let wait = |world: &World, delta: TimeDelta| {
                world.wait(delta);
                clock.advance(delta);
            };
            let (mut here, mut there) = (at_node(&world, 0), at_node(&world, node));
            // Asked for at the node whose clock is wrong, used there and here, a little before and after its end.
            for (person, seconds, good) in [(0, 29 * 60, true), (1, 29 * 60, true), (0, 31 * 60, false), (1, 31 * 60, false)] {
                wait(&world, TimeDelta::hours(6));
                let mut asked_at = at_node(&world, node);
                let asked = rp.asks().build();
                asked_at.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
                let (code, page) = (asked_at.code().to_owned(), asked_at.page().await.url);
                wait(&world, TimeDelta::seconds(seconds));
                let at = if person == 0 { &mut here } else { &mut there };
                at.http().jar = asked_at.http().jar.clone();
                let shown = at.opens(page.as_str()).sees("G06").await;
                if good {
                    assert!(shown.form_with("code").is_some(), "{}", shown.summary());
                    at.enters(&code).sees("app").await;
                    let came = house.callbacks.next().await.unwrap();
                    rp.exchange(&asked, &came).await.unwrap();
                } else {
                    assert!(shown.form_with("code").is_none(), "{}: {}", person, shown.summary());
                }
            }
            // A session and its authorization code: made there, ended here and there.
            wait(&world, TimeDelta::hours(6));
            there.http().jar = Jar::default();
            signs_in(&mut there, &house, &rp, GINA).await;
            let asked = rp.asks().build();
            there.opens(asked.url.as_str()).sees("app").await;
            let came = house.callbacks.next().await.unwrap();
            wait(&world, TimeDelta::seconds(50));
            rp.exchange(&asked, &came).await.unwrap();
            there.opens(asked.url.as_str()).sees("app").await;
            let came = house.callbacks.next().await.unwrap();
            wait(&world, TimeDelta::seconds(62));
            assert!(rp.exchange(&asked, &came).await.is_err(), "a minute is a minute");
            here.http().jar = there.http().jar.clone();
            wait(&world, TimeDelta::hours(24) - TimeDelta::minutes(3));
            for person in [&mut here, &mut there] {
                assert_eq!(silently(person, &house, &rp).await, None);
            }
            wait(&world, TimeDelta::minutes(2));
            for person in [&mut here, &mut there] {
                assert_eq!(silently(person, &house, &rp).await.as_deref(), Some("login_required"));
            }
        }
    }

    /// TIM-02: a clock that goes back by hours revives nothing: nobody is signed in until it is right again.
    async fn tim_02_a_clock_set_back_revives_nothing(world) {
        let (house, rp) = accepted(world).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &house, &rp, GINA).await;
        world.wait(TimeDelta::hours(24) + TimeDelta::seconds(1));
        assert_eq!(silently(&mut gina, &house, &rp).await.as_deref(), Some("login_required"));
        let mut late = world.person().await;
        asks(&mut late, &rp, GINA).await;
        late.sees("G06").reads_code().await;
        let code = late.code().to_owned();
        let (press, from) = submission(&mut late, &code).await;
        world.wait(TimeDelta::minutes(31));
        assert_eq!(late.http().send(&press, Some(&from)).await.unwrap().status, 422);
        world.wait(TimeDelta::hours(-2));
        let refused = late.http().send(&press, Some(&from)).await.unwrap();
        assert_eq!((refused.status.as_u16(), refused.set_cookies().len()), (503, 0));
        let page = gina.opens(rp.asks().with("prompt", "none").build().url.as_str()).await;
        assert_eq!(page.status, 503, "{}", page.summary());
        assert_eq!(rows(world, "sessions"), 2);
        world.wait(TimeDelta::hours(2));
        assert_eq!(late.http().send(&press, Some(&from)).await.unwrap().status, 422, "ended stays ended");
        late.presses("/resend").sees("G06").reads_code().enters_code().sees("app").await;
    }

    /// OTP-16, PRV-02: one round of the sweep takes all that has ended, however much came in since the last one.
    async fn otp_16_prv_02_a_round_of_the_sweep_takes_all(world) {
        let (app, now) = (world.server.app(), world.server.app().now());
        let many = 450_u16;
        let fill = move |c: &mut vestibule_store::Conn| {
            for number in 0..many {
                let mut address = Digest([0; 32]);
                address.0[..2].copy_from_slice(&number.to_be_bytes());
                vestibule_store::throttle::source_insert(c, &Digest([7; 32]), &address, TimeDelta::hours(1), now)?;
            }
            Ok::<_, vestibule_store::QueryError>(())
        };
        app.db.write(fill).await.unwrap().unwrap();
        vestibule_jobs::sweep::once(app).await.unwrap();
        assert_eq!(rows(world, "throttle_sources"), i64::from(many), "what counts still stays");
        world.wait(TimeDelta::hours(2));
        vestibule_jobs::sweep::once(app).await.unwrap();
        assert_eq!(rows(world, "throttle_sources"), 0);
    }

    /// DOS-05, F7: a round writes nothing where nothing has ended, however many tenants there are; what has ended in each
    /// of 10,000, and in the accounts realm, goes in one round, by as many writes as its rows fill.
    async fn dos_05_the_sweep_does_not_grow_with_tenants(world) {
        let quiet = world.another(Setup { without_jobs: true, ..Setup::default() }).await;
        let app = quiet.server.app();
        testing::execute(quiet.server.database_url(), &ten_thousand_tenants(quiet.database)).unwrap();
        let round = async || {
            let before = app.db.stats();
            vestibule_jobs::sweep::once(app).await.unwrap();
            let after = app.db.stats();
            (after.write_jobs - before.write_jobs, after.reads - before.reads)
        };
        let (writes, reads) = round().await;
        assert_eq!(writes, 10_001_u64.div_ceil(200), "200 rows a write");
        assert!(reads <= 12 + 11, "a look at each table, one more for each 1,000 rows: {reads}");
        assert_eq!(rows(&quiet, "passcodes"), 0);
        assert_eq!(round().await, (0, 12), "a look at each table");
    }

    /// MAIL-09, OTP-18: an address that the mail server refuses shows as such, a guest's and nobody's alike, to the
    /// browser that typed it.
    pages async fn mail_09_otp_18_a_refused_address_shows(world) {
        let (house, rp) = invited(world).await;
        let mut pages = Vec::new();
        for address in [GINA, NOBODY] {
            world.mail.refuse(address);
            let mut person = world.person().await;
            person.opens(rp.asks().build().url.as_str()).types(address).sees("G06").await;
            for _ in 0..300 {
                if person.reloads().await.text.contains("was returned by the mail system") {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            let page = person.reads("was returned by the mail system of guest.test").await;
            pages.push(page.text.replace(address, "…").chars().filter(|c| !c.is_ascii_digit()).collect::<String>());
        }
        for mark in sql(world, "SELECT mark AS line FROM passcodes") {
            pages = pages.iter().map(|page| page.replace(&mark, "MARK")).collect();
        }
        assert_eq!(pages[0], pages[1]);
        // OTP-18: nor does a mailbox tell that was tried by a plus tag before, which used its one notice up (N-22).
        let mut probed = Vec::new();
        for local in ["eve", "ned"] {
            if local == "eve" {
                world.office().invite(house.tenant.id, "eve@guest.test").await;
            }
            for address in [format!("{local}+probe@guest.test"), format!("{local}@guest.test")] {
                world.mail.refuse(&address);
                let mut person = world.person().await;
                person.opens(rp.asks().build().url.as_str()).types(&address).sees("G06").await;
                let page = reloads_until(&mut person, "was returned by the mail system").await;
                probed.push(page.text.replace(&address, "…").chars().filter(|c| !c.is_ascii_digit()).collect::<String>());
                world.wait(TimeDelta::seconds(62));
            }
        }
        for mark in sql(world, "SELECT mark AS line FROM passcodes") {
            probed = probed.iter().map(|page| page.replace(&mark, "MARK")).collect();
        }
        assert_eq!(probed[1], probed[3]);
        let failed = queue(world).await;
        assert!(failed.iter().all(|mail| mail.state == MailState::Failed && mail.reason.is_some()), "{failed:?}");
    }
}

/// 10,000 tenants, and in the realm of each, and in the accounts realm, a passcode that ended long ago.
fn ten_thousand_tenants(database: Database) -> String {
    let (numbers, realm, key, old) = match database {
        Database::Sqlite => (
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)",
            "CAST(printf('%016d', i) AS BLOB)",
            "x'01'",
            "1",
        ),
        Database::Postgres => (
            "WITH n (i) AS (SELECT generate_series(0, 10000))",
            "CAST(lpad(CAST(i AS text), 32, '0') AS uuid)",
            "'\\x01'",
            "to_timestamp(1)",
        ),
    };
    let (accounts, zero) = match database {
        Database::Sqlite => ("x'acc00000000000000000000000000001'", "zeroblob(16)"),
        Database::Postgres => {
            ("CAST('acc00000-0000-0000-0000-000000000001' AS uuid)", "'00000000-0000-0000-0000-000000000000'")
        }
    };
    let decoy = if database == Database::Sqlite { "0" } else { "false" };
    format!(
        "{numbers} INSERT INTO tenants (id, name, state, change_number, applications_number, pairwise_key, created_at) \
         SELECT {realm}, 'n', 'active', 1, 1, {key}, {old} FROM n WHERE i > 0; \
         {numbers}, realms (id) AS (SELECT {realm} FROM n WHERE i > 0 UNION ALL SELECT {accounts}) \
         INSERT INTO passcodes (realm_id, id, interaction_id, ordinal, purpose, subject_key, digest, decoy, mark, tries, \
         state, expires_at, created_at, context) SELECT id, {zero}, {zero}, 1, 'sign_in', {key}, {key}, {decoy}, \
         'ABCD', 0, 'live', {old}, {old}, {key} FROM realms;"
    )
}
