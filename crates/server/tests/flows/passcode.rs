//! The passcode from the button that asks for it to the session that it opens.

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::Url;
use vestibule_core::access::Actor;
use vestibule_service::admin::applications::ApplicationChange;
use vestibule_service::admin::tenants;
use vestibule_store::testing;
use vestibule_testkit::browser::{Exchange, HttpBrowser, Request};
use vestibule_testkit::office::House;
use vestibule_testkit::rp::Rp;
use vestibule_testkit::{Database, HttpOptions, Person, World};

use crate::walk::{audited, discovers, plain, signs_in, silently};

pub(crate) const GINA: &str = "gina@guest.test";
pub(crate) const NOBODY: &str = "nobody@guest.test";

/// A tenant with an application, and gina invited.
pub(crate) async fn invited(world: &World) -> (House, Rp) {
    let house = world.office().house("alpha.test").await;
    world.office().invite(house.tenant.id, GINA).await;
    let rp = discovers(world, &house).await;
    (house, rp)
}

/// The same, and she has accepted; in a browser that is not used again.
pub(crate) async fn accepted(world: &World) -> (House, Rp) {
    let (house, rp) = invited(world).await;
    let mut before = world.person_with(&HttpOptions::default());
    signs_in(&mut before, &house, &rp, GINA).await;
    world.wait(TimeDelta::hours(1));
    (house, rp)
}

/// What SQL finds, one text per row.
pub(crate) fn sql(world: &World, query: &str) -> Vec<String> {
    testing::lines(world.server.database_url(), query).unwrap()
}

/// How many rows a table has, or those of it that a condition names.
pub(crate) fn rows(world: &World, from: &str) -> i64 {
    let found = sql(world, &format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {from}"));
    found[0].parse().unwrap()
}

/// Eight digits that are not these.
pub(crate) fn wrong(code: &str) -> String {
    let last = code.bytes().last().unwrap_or(b'0');
    let other = if last == b'9' { '0' } else { char::from(last + 1) };
    format!("{}{other}", &code[..7])
}

/// What *Continue* sends for these digits, and from where.
pub(crate) async fn submission(person: &mut Person, digits: &str) -> (Request, Url) {
    let from = person.page().await.url;
    person.http().fill("code", digits).unwrap();
    (person.http().pressed("Continue").unwrap(), from)
}

/// Sends something with this browser's cookies, which it keeps as they are.
pub(crate) async fn sends(person: &mut Person, request: &Request, from: &Url) -> Exchange {
    person.http().send(request, Some(from)).await.unwrap()
}

/// Browsers with the cookies of this person, one at each node.
fn copies(world: &World, person: &mut Person, nodes: &[usize]) -> Vec<Arc<HttpBrowser>> {
    let jar = person.http().jar.clone();
    let at = |node: &usize| {
        let via = Some((world.server.base_url().to_owned(), world.server.node(*node).listen));
        let mut browser = HttpBrowser::new(&HttpOptions { via, ..HttpOptions::default() });
        browser.jar = jar.clone();
        Arc::new(browser)
    };
    nodes.iter().map(at).collect()
}

/// Sends the same request many times at once, the browsers taking turns.
async fn storm(browsers: &[Arc<HttpBrowser>], request: &Request, from: &Url, times: usize) -> Vec<Exchange> {
    let mut tasks = JoinSet::new();
    for browser in browsers.iter().cycle().take(times) {
        let (browser, request, from) = (Arc::clone(browser), request.clone(), from.clone());
        tasks.spawn(async move { browser.send(&request, Some(&from)).await.unwrap() });
    }
    tasks.join_all().await
}

/// Waits until SQL finds this; for what the server does after nobody listens any more.
async fn becomes(world: &World, query: &str, wanted: &str) {
    for _ in 0..500 {
        if sql(world, query).first().map(String::as_str) == Some(wanted) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(sql(world, query).first().map(String::as_str), Some(wanted), "{query}");
}

/// Writes a request to a socket as a browser would, and slams the connection.
async fn slams(world: &World, request: &Request, cookies: &str) {
    let mut stream = TcpStream::connect(world.server.node(0).listen).await.unwrap();
    let target = &request.url[url::Position::BeforePath..];
    let (host, body) = (request.url.authority(), &request.body);
    let text = format!(
        "POST {target} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.set_zero_linger().unwrap();
}

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

    /// OTP-04: five wrong tries burn a code for the right digits too; a connection that is slammed, and a handler that
    /// fails after the comparison, count as well. OTP-20: the trail tells the finer reason and no digits.
    async fn otp_04_every_try_counts(world) {
        let (house, rp) = invited(world).await;
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let (code, bad) = (gina.code().to_owned(), wrong(gina.code()));
        for left in ["not right", "not right", "2 tries left", "1 try left"] {
            gina.enters(&bad).sees("G06").reads(left).await;
        }
        let (press, from) = submission(&mut gina, &code).await;
        gina.enters(&bad).sees("G07").await;
        let refused = sends(&mut gina, &press, &from).await;
        assert_eq!((refused.status.as_u16(), refused.set_cookies().len()), (422, 0));
        assert_eq!(rows(world, "sessions") + rows(world, "passcodes WHERE state = 'used'"), 0);

        world.wait(TimeDelta::minutes(61));
        world.office().invite(house.tenant.id, "hugo@guest.test").await;
        let mut hugo = world.person().await;
        hugo.opens(rp.asks().build().url.as_str()).types("hugo@guest.test").sees("G06").reads_code().await;
        let (code, bad) = (hugo.code().to_owned(), wrong(hugo.code()));
        let (press, from) = submission(&mut hugo, &bad).await;
        // A failure behind the comparison: the log of the try cannot be written.
        let database = world.server.database_url().to_owned();
        testing::execute(&database, "ALTER TABLE sign_ins RENAME TO sign_ins_away").unwrap();
        let failed = sends(&mut hugo, &press, &from).await;
        assert!(failed.status.is_server_error(), "{}", failed.status);
        testing::execute(&database, "ALTER TABLE sign_ins_away RENAME TO sign_ins").unwrap();
        let tries = "SELECT CAST(tries AS TEXT) AS line FROM passcodes ORDER BY id DESC LIMIT 1";
        assert_eq!(sql(world, tries), ["1"]);
        let cookies = hugo.http().jar.header(&from, vestibule_testkit::browser::cookies::Relation::SameOrigin, true);
        for counted in ["2", "3", "4", "5"] {
            slams(world, &press, cookies.as_deref().unwrap()).await;
            becomes(world, tries, counted).await;
        }
        hugo.reloads().sees("G07").await;
        let (press, from) = (Request { body: press.body.replace(&bad, &code), ..press }, from);
        let refused = sends(&mut hugo, &press, &from).await;
        assert_eq!((refused.status.as_u16(), refused.set_cookies().len()), (422, 0));
        assert_eq!(rows(world, "sessions"), 0);
    }

    /// OTP-11: in another browser the right and wrong digits get one answer, nothing is compared, and the browser that
    /// asked still signs in.
    async fn otp_11_another_browser_is_told_one_thing(world) {
        let (house, rp) = invited(world).await;
        let (mut gina, mut thief) = (world.person().await, world.person().await);
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        let code = gina.code().to_owned();
        let (press, from) = submission(&mut gina, &code).await;
        // The thief has a trip of his own, the address of her page, and even the token of her form.
        thief.opens(rp.asks().build().url.as_str()).sees("G01").await;
        let seen = thief.opens(from.as_str()).reads("another browser").await;
        let mut answers = vec![sends(&mut thief, &press, &from).await];
        let bad = Request { body: press.body.replace(&code, &wrong(&code)), ..press.clone() };
        for _ in 0..5 {
            answers.push(sends(&mut thief, &bad, &from).await);
        }
        for answer in &answers {
            let page = vestibule_testkit::PageView::parse(&from, answer.status.as_u16(), &answer.text(), false);
            assert_eq!((page.status, page.h1.as_str()), (seen.status, seen.h1.as_str()));
            assert_eq!(without_trace(&plain(&page)), without_trace(&plain(&seen)), "right and wrong read alike");
            assert!(answer.set_cookies().is_empty());
        }
        assert_eq!(rows(world, "passcodes WHERE tries > 0 OR state <> 'live'"), 0, "nothing was compared");
        gina.enters(&code).sees("G15").presses("Accept").sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
    }

    /// OTP-11, OTP-12: a code is good in its own trip alone: not in another of the same browser, of another application,
    /// or of another tenant.
    async fn otp_11_otp_12_codes_cannot_be_swapped(world) {
        let (house, rp) = invited(world).await;
        let beta = world.office().house("beta.test").await;
        world.office().invite(beta.tenant.id, GINA).await;
        let callbacks = &house.callbacks;
        let kind = vestibule_core::client::ApplicationType::Spa;
        let spa = world.office().application(&house.tenant, kind, &callbacks.redirect_uri()).await;
        let spa = Rp::discover(spa, world.clock.clone()).await.unwrap();
        let beta_rp = discovers(world, &beta).await;
        let mut gina = world.person().await;
        let mut codes = Vec::new();
        for (tab, rp) in [&rp, &spa, &beta_rp].into_iter().enumerate() {
            let url = rp.asks().build().url;
            world.wait(TimeDelta::seconds(61));
            let steps = if tab > 0 { gina.new_tab().opens(url.as_str()) } else { gina.opens(url.as_str()) };
            steps.types(GINA).sees("G06").reads_code().await;
            codes.push(gina.code().to_owned());
        }
        for (tab, other) in [(0, 1), (1, 2), (2, 0)] {
            gina.to_tab(tab).enters(&codes[other]).sees("G06").reads("That code is not right").await;
        }
        assert_eq!(rows(world, "passcodes WHERE state = 'used'"), 0);
        // The page of one tenant's trip at another tenant is nobody's.
        gina.to_tab(0).await;
        let (mut press, from) = submission(&mut gina, &codes[0]).await;
        let path = press.url.path().replacen(&house.tenant.id.to_string(), &beta.tenant.id.to_string(), 1);
        press.url.set_path(&path);
        let answer = sends(&mut gina, &press, &from).await;
        assert_eq!((answer.status.as_u16(), answer.set_cookies().len()), (400, 0), "{}", answer.text());
        for tab in 0..3 {
            gina.to_tab(tab).enters(&codes[tab]).sees("G15").await;
        }
        assert_eq!(rows(world, "passcodes WHERE state = 'used'"), 3, "each is good at its place");
    }

    /// OTP-07, OTP-19: a new code replaces the old one and keeps the failures; page and newest mail show the same
    /// letters; a repeat of the form is answered as the first press; a stranger's trip touches nothing.
    async fn otp_07_only_the_newest_code_of_a_trip_lives(world) {
        let (house, rp) = invited(world).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        let first = gina.code().to_owned();
        let (resend, from) = (gina.http().pressed("/resend").unwrap(), gina.page().await.url);
        gina.enters(&wrong(&first)).sees("G06").await;
        // Too early: the page says when, and the code stays.
        let early = gina.presses("/resend").sees("G06").reads("You can ask for a new code at").await;
        assert_eq!((early.status, rows(world, "passcodes")), (429, 1));
        world.wait(TimeDelta::seconds(61));
        let page = gina.presses("/resend").sees("G06").reads("Only the newest code works").reads_code().await;
        let mark = sql(world, "SELECT mark AS line FROM passcodes WHERE state = 'live'").remove(0);
        assert!(page.text.contains(&format!("marked {mark}")), "{}", page.text);
        assert!(gina.mail().text.contains(&mark), "{}", gina.mail().text);
        let second = gina.code().to_owned();
        let again = sends(&mut gina, &resend, &from).await;
        assert_eq!((again.status.as_u16(), again.location().unwrap().path()), (303, from.path()));
        assert_eq!((rows(world, "passcodes"), world.mail.messages_to(GINA).len()), (2, 2), "a repeat sends nothing");
        // The same presses at once, where the first has not been answered yet: one code, and no complaint about a wait.
        world.wait(TimeDelta::seconds(61));
        let (resend, from) = (gina.http().pressed("/resend").unwrap(), gina.page().await.url);
        for answer in storm(&copies(world, &mut gina, &[0]), &resend, &from, 8).await {
            assert_eq!((answer.status.as_u16(), answer.location().unwrap().path()), (303, from.path()));
        }
        assert_eq!(rows(world, "passcodes"), 3);
        gina.reloads().sees("G06").reads_code().await;
        let third = gina.code().to_owned();
        let counters = "SELECT CAST(SUM(count1) AS TEXT) AS line FROM throttles WHERE limit1 = 10";
        assert_eq!(sql(world, counters), ["1"], "failures are kept");

        let mut stranger = world.person().await;
        world.wait(TimeDelta::seconds(61));
        stranger.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").await;
        for _ in 0..4 {
            stranger.enters("00000000").sees("G06").await;
        }
        gina.enters(&first).sees("G06").reads("That code is not right").await;
        gina.enters(&second).sees("G06").reads("That code is not right").await;
        gina.enters(&third).sees("G15").presses("Accept").sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
    }

    /// OTP-02, ADR-03, OTP-10, OTP-28: shapes that are no code and fields that are none cost no try and change nothing;
    /// digits of other scripts and text around them are read; the recipient is never taken from a request.
    async fn otp_02_adr_03_otp_10_otp_28_what_forms_may_carry(world) {
        let (_, rp) = invited(world).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).sees("G01").await;
        for typed in ["gina@guest.test,x@evil.test", "gina@guest.test;x@evil.test", "gina@guest.test x@evil.test",
            "[\"gina@guest.test\",\"x@evil.test\"]", ""] {
            let page = gina.types(typed).sees("G01").await;
            assert_eq!((page.status, page.errors.len()), (422, 1), "{typed}: {}", page.summary());
        }
        gina.http().fill("email", GINA).unwrap();
        let (next, from) = (gina.http().pressed("primary").unwrap(), gina.page().await.url);
        let json = |body: &str| {
            let mut request = Request { body: body.to_owned(), ..next.clone() };
            request.headers.insert("content-type", http::HeaderValue::from_static("application/json"));
            request
        };
        let twice = Request { body: format!("{}&email=x%40evil.test", next.body), ..next.clone() };
        for request in [twice, json(r#"{"email":["gina@guest.test","x@evil.test"]}"#)] {
            assert_eq!(sends(&mut gina, &request, &from).await.status, 400);
        }
        assert_eq!(rows(world, "passcodes"), 0);
        gina.types(GINA).sees("G06").reads_code().await;
        let code = gina.code().to_owned();
        let (press, from) = submission(&mut gina, &code).await;
        let csrf = press.body.split('&').find(|pair| pair.starts_with("csrf=")).unwrap().to_owned();
        let bodies = ["code=", "code=null", "code=%5B%5D", "code=%7B%22%24ne%22%3A1%7D", "code=1234567", "code=123456789",
            "code=12345678%00", &format!("code={}", "1".repeat(65)), ""];
        for body in bodies {
            let request = Request { body: format!("{csrf}&{body}"), ..press.clone() };
            let answer = sends(&mut gina, &request, &from).await;
            assert_eq!((answer.status.as_u16(), answer.set_cookies().len()), (422, 0), "{body}: {}", answer.text());
        }
        let repeated = Request { body: format!("{}&code={code}", press.body), ..press.clone() };
        let mut number = press.clone();
        number.body = format!(r#"{{"code":{code}}}"#);
        number.headers.insert("content-type", http::HeaderValue::from_static("application/json"));
        for request in [repeated, number] {
            assert_eq!(sends(&mut gina, &request, &from).await.status, 400);
        }
        // In the query it is as if it were absent (OTP-28).
        let mut asked_for = from.clone();
        asked_for.query_pairs_mut().append_pair("code", &code);
        let page = gina.opens(asked_for.as_str()).sees("G06").await;
        assert_eq!((page.status, page.errors.len()), (200, 0));
        assert!(!page.html.contains(&code));
        assert_eq!(rows(world, "passcodes WHERE tries > 0 OR state <> 'live'"), 0, "no try was counted");
        // The recipient is that of the trip (OTP-10).
        world.wait(TimeDelta::seconds(61));
        let (resend, from) = (gina.http().pressed("/resend").unwrap(), gina.page().await.url);
        let other = Request { body: format!("{}&email=attacker%40evil.test&email%5B%5D=x%40evil.test", resend.body), ..resend };
        assert_eq!(sends(&mut gina, &other, &from).await.status, 303);
        gina.reloads().reads_code().await;
        assert_eq!(world.mail.messages().iter().flat_map(|m| m.to.clone()).collect::<Vec<_>>(), [GINA, GINA]);
        let persian: String = gina.code().chars().map(|c| char::from_u32(0x6f0 + c.to_digit(10).unwrap()).unwrap()).collect();
        let pasted = format!("Your code is {}-{}", &persian[..8], &persian[8..]);
        gina.enters(&pasted).sees("G15").await;
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
        vestibule_service::jobs::sweep::once(app).await.unwrap();
        assert_eq!(rows(world, "passcodes"), 2);
        world.wait(TimeDelta::minutes(122));
        vestibule_service::jobs::sweep::once(app).await.unwrap();
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

    /// OTP-13, HRD-09, ADR-05: what is switched off between the send and the code, or between the code and its exchange
    /// or refresh, is off.
    async fn otp_13_hrd_09_adr_05_switched_off_on_the_way(world) {
        let (house, rp) = accepted(world).await;
        let guest = world.office().guest(house.tenant.id, GINA).await.id;
        let blocked = r#"domains={"block":[{"domain":"guest.test","subdomains":true}]}"#;
        for what in ["method", "domain", "guest", "client", "tenant"] {
            world.wait(TimeDelta::hours(13));
            let mut gina = world.person().await;
            gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
            let (mut other, asked) = (world.person().await, rp.asks().with("scope", "openid offline_access").build());
            world.wait(TimeDelta::seconds(61));
            other.opens(asked.url.as_str()).types(GINA).reads_code().enters_code().sees("app").await;
            let tokens = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
            let asked = rp.asks().build();
            other.opens(asked.url.as_str()).sees("app").await;
            let came = house.callbacks.next().await.unwrap();
            let sessions = rows(world, "sessions");
            for on in [false, true] {
                match what {
                    "method" => world.office().policy(house.tenant.id, if on { "otp=on" } else { "otp=off" }).await,
                    "domain" => world.office().policy(house.tenant.id, if on { "domains={}" } else { blocked }).await,
                    "guest" => drop(world.office().enable(house.tenant.id, guest, on).await),
                    "client" => {
                        let change = ApplicationChange { enabled: Some(on), ..ApplicationChange::default() };
                        world.office().change(house.tenant.id, &house.registration.client_id, change).await;
                    }
                    _ => {
                        let ctx = world.office().context();
                        let set = tenants::set_state(world.server.app(), &ctx, &Actor::Operator, house.tenant.id, on);
                        set.await.unwrap();
                    }
                }
                if on {
                    continue;
                }
                let page = gina.enters_code().await;
                assert!(page.status >= 400 && page.test_id != "G06", "{what}: {}", page.summary());
                let again = other.opens(rp.asks().build().url.as_str()).await;
                assert_ne!(again.test_id, "app", "{what}: {}", again.summary());
                let refused = rp.exchange(&asked, &came).await;
                assert!(refused.is_err(), "{what}: a code was exchanged");
                let refused = rp.refresh(tokens.refresh_token.as_deref().unwrap()).await;
                assert!(refused.is_err(), "{what}: a token was refreshed");
                assert!(rp.userinfo(&tokens).await.is_err(), "{what}: userinfo answered");
                assert_eq!(rows(world, "sessions"), sessions, "{what}");
            }
        }
    }

    /// ADR-05: a rule about domains compares whole labels and holds for everybody at the address page, unless guests of
    /// before it are exempt: then they get in, and nobody else does.
    async fn adr_05_domain_rules_on_the_walk(world) {
        let (house, rp) = accepted(world).await;
        let office = world.office();
        office.invite(house.tenant.id, "hugo@guest.test").await;
        office.invite(house.tenant.id, "ida@notguest.test").await;
        office.policy(house.tenant.id, r#"domains={"block":[{"domain":"guest.test","subdomains":true}]}"#).await;
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).sees("G01").await;
        for typed in ["gina@GUEST.test", "x@sub.guest.test", "x@ｇuest.test", "x@guest.te\u{ad}st", "x@guest.test."] {
            let page = gina.types(typed).sees("G01").await;
            assert_eq!((page.status, page.errors.len()), (422, 1), "{typed}: {}", page.summary());
        }
        assert_eq!(world.mail.messages_to(GINA).len(), 1, "that of before the rule");
        gina.types("ida@notguest.test").sees("G06").reads_code().await;
        let exempt = r#"domains={"block":[{"domain":"guest.test","subdomains":true}],"exemptAccepted":true}"#;
        office.policy(house.tenant.id, exempt).await;
        let mut back = world.person().await;
        signs_in(&mut back, &house, &rp, GINA).await;
        let mut hugo = world.person().await;
        hugo.opens(rp.asks().build().url.as_str()).types("hugo@guest.test").sees("G06").reads_mail().await;
        assert_eq!(hugo.mail().code(), None, "pending when the rule came: no code");
    }

    /// HRD-03, HRD-02, OTP-12: another address is another trip: in a second tab, by *Back*, and by putting an old sealed
    /// interaction back. No code of one address opens anything for another.
    async fn hrd_03_hrd_02_another_address_is_another_trip(world) {
        let (house, rp) = invited(world).await;
        let office = world.office();
        office.invite(house.tenant.id, "paul@pass.test").await;
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let code = gina.code().to_owned();
        let (press, from) = submission(&mut gina, &code).await;
        let changed = gina.follows("/signin").sees("G01").types("paul@pass.test").sees("G06").await;
        assert_ne!(changed.url, from, "a new id");
        assert_eq!(rows(world, "interactions WHERE state = 'cancelled'"), 1);
        let dead = sends(&mut gina, &press, &from).await;
        assert!(dead.status.is_client_error() && dead.set_cookies().is_empty(), "{}", dead.status);
        gina.enters(&code).sees("G06").reads("That code is not right").await;
        assert_eq!(rows(world, "passcodes WHERE state = 'used'"), 0);

        // Gina asks with her own address, then for paul in the same trip; the sealed interaction of before is put back.
        let mut thief = world.person().await;
        world.wait(TimeDelta::seconds(61));
        thief.opens(rp.asks().with("login_hint", GINA).build().url.as_str()).sees("G05").await;
        let hers = thief.http().jar.clone();
        thief.follows("/signin").sees("G01").types("paul@pass.test").sees("G06").await;
        let (resend, from) = (thief.http().pressed("/resend").unwrap(), thief.page().await.url);
        let sent = world.mail.messages_to(GINA).len();
        thief.http().jar = hers;
        for request in [resend, submission(&mut thief, &code).await.0] {
            let answer = sends(&mut thief, &request, &from).await;
            assert_eq!(answer.status, 400, "{}", answer.text());
        }
        thief.opens(from.as_str()).sees("G01").await;
        assert_eq!(world.mail.messages_to(GINA).len(), sent, "no code for her address in his trip");
        assert_eq!(rows(world, "passcodes WHERE state = 'live'"), 2, "paul's own, and that of the first trip");
        assert_eq!(rows(world, "sessions"), 0);
    }

    /// HRD-01: every step at every endpoint: only the diagonal goes on, a repeat leads to where the trip stands, all else
    /// is refused; and what was sealed before the send leads there too, without another mail.
    async fn hrd_01_every_state_at_every_endpoint(world) {
        let (house, rp) = invited(world).await;
        // (state, endpoint) → what a body good for that endpoint gets: a page's path, or a status.
        let endpoints = ["", "accounts", "code/send", "code", "code/resend", "review"];
        let table: [(&str, [&str; 6]); 4] = [
            ("identify", ["code", "", "400", "400", "400", "400"]),
            ("send", ["code", "", "code", "400", "400", "400"]),
            ("code", ["code", "", "code", "422", "429", "400"]),
            ("review", ["review", "", "review", "review", "review", "app"]),
        ];
        for (state, row) in table {
            for (endpoint, expected) in endpoints.into_iter().zip(row) {
                for body in ["", "csrf", "full"] {
                    if body != "full" && endpoint != "code" && state != "code" {
                        continue; // every state meets its own endpoint bare, and the code's endpoint
                    }
                    world.wait(TimeDelta::hours(5));
                    let mut gina = world.person().await;
                    let ask = if state == "send" { rp.asks().with("login_hint", GINA) } else { rp.asks() };
                    gina.opens(ask.build().url.as_str()).await;
                    if matches!(state, "code" | "review") {
                        gina.types(GINA).sees("G06").reads_code().await;
                    }
                    if state == "review" {
                        gina.enters_code().sees("G15").await;
                    }
                    let page = gina.page().await;
                    let csrf = page.forms.iter().flat_map(|f| &f.fields).find(|f| f.name == "csrf").unwrap().value.clone();
                    let fields = match endpoint {
                        "" => "&email=gina%40guest.test",
                        "accounts" => "&account=gina%40guest.test",
                        "code" => "&code=00000000",
                        "code/resend" => "&ordinal=1",
                        "review" => "&do=accept",
                        _ => "",
                    };
                    let mut url = page.url.clone();
                    url.set_path(format!("/{}/signin/{endpoint}", house.tenant.id).trim_end_matches('/'));
                    let text = match body {
                        "" => String::new(),
                        "csrf" => format!("csrf={csrf}"),
                        _ => format!("csrf={csrf}{fields}"),
                    };
                    let before = (world.mail.messages_to(GINA).len(), rows(world, "sessions"));
                    let answer = sends(&mut gina, &Request::post(url, text), &page.url).await;
                    let place = answer.location().map(|l| l.path().rsplit("/signin").next().unwrap_or_default().trim_matches('/').to_owned());
                    let case = format!("{state} at {endpoint:?} with {body:?}: {} {place:?}", answer.status);
                    match body {
                        "" => assert_eq!(answer.status, 403, "{case}"),
                        "csrf" => assert!(!matches!(place.as_deref(), Some("review" | "cb")) || state == "review", "{case}"),
                        _ if expected == "app" => assert!(answer.location().unwrap().path().ends_with("/cb"), "{case}"),
                        _ if expected.parse::<u16>().is_ok() => assert_eq!(answer.status.as_str(), expected, "{case}"),
                        _ => assert_eq!(place.as_deref(), Some(expected), "{case}"),
                    }
                    if expected != "app" {
                        assert_eq!(rows(world, "sessions"), before.1, "{case}");
                    }
                    if expected == "app" && body == "full" {
                        testing::execute(world.server.database_url(), "UPDATE users SET state = 'pending' WHERE state = 'accepted';
                            UPDATE invitations SET state = 'pending' WHERE state = 'accepted'; DELETE FROM identities").unwrap();
                    }
                }
            }
        }
    }

    /// HRD-01, N-21: what was sealed before the send, put back after it, leads to where the row stands; when the row has
    /// ended, no proof of it is left.
    async fn hrd_01_the_row_alone_counts(world) {
        let (_, rp) = invited(world).await;
        let mut gina = world.person().await;
        gina.is_called(GINA).opens(rp.asks().with("login_hint", GINA).build().url.as_str()).sees("G05").await;
        let before = gina.http().jar.clone();
        let (send, page) = (gina.http().pressed("Send code").unwrap(), gina.page().await.url);
        gina.presses("Send code").sees("G06").reads_code().await;
        let there = gina.page().await.url;
        gina.http().jar = before.clone();
        let again = sends(&mut gina, &send, &page).await;
        assert_eq!((again.status.as_u16(), again.location()), (303, Some(there.clone())));
        assert_eq!((rows(world, "passcodes"), world.mail.messages_to(GINA).len()), (1, 1), "nothing was sent");
        gina.opens(there.as_str()).sees("G06").enters_code().sees("G15").await;
        // The proof is the new secret's: the sealed interaction of before it cannot use it.
        let accept = gina.http().pressed("Accept").unwrap();
        let proven = gina.page().await.url;
        let now = gina.http().jar.clone();
        gina.http().jar = before;
        assert!(sends(&mut gina, &accept, &proven).await.status.is_client_error());
        gina.http().jar = now;
        world.wait(TimeDelta::minutes(31));
        let late = sends(&mut gina, &accept, &proven).await;
        assert!(late.status.is_client_error(), "{}: the row has ended", late.status);
        assert_eq!(rows(world, "sessions"), 0);
        gina.opens(proven.as_str()).sees("G05").presses("Send code").sees("G06").reads_code().enters_code().sees("G15").await;
    }

    /// OTP-09, HRD-10: looking sends nothing, whatever the link says: only a button that says so does.
    async fn otp_09_hrd_10_nothing_is_sent_before_a_button(world) {
        let (house, rp) = invited(world).await;
        let link = world.office().invite(house.tenant.id, "hugo@guest.test").await.invite_redeem_url;
        let mut gina = world.person().await;
        gina.is_called(GINA);
        for number in 0..50 {
            let ask = rp.asks().with("login_hint", GINA);
            let ask = if number % 2 == 0 { ask.with("prompt", "none") } else { ask };
            gina.opens(ask.build().url.as_str()).await;
        }
        gina.sees("G05").reloads().sees("G05").opens(&link).sees("G17").await;
        assert_eq!(rows(world, "outbox") + rows(world, "interactions"), 0);
        assert_eq!(world.mail.messages().len(), 0);
        // Typed over the hint, *Next* says that it sends; for the hint itself there is a page of its own.
        gina.opens(rp.asks().with("login_hint", GINA).build().url.as_str()).sees("G05").follows("/signin").sees("G01").await;
        gina.presses("primary").sees("G05").presses("Send code").sees("G06").reads_mail().await;
    }

    /// OTP-21, OTP-22, MAIL-05: what the mail says and does not say, and that no header of a request gets into it.
    async fn otp_21_otp_22_mail_05_the_mail_of_a_code(world) {
        let (_, rp) = invited(world).await;
        let mut gina = world.person().await;
        for (name, value) in [("x-forwarded-host", "evil.test"), ("x-forwarded-proto", "javascript"), ("forwarded", "host=evil.test")] {
            gina.http().extra.insert(name, http::HeaderValue::from_static(value));
        }
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        let mark = sql(world, "SELECT mark AS line FROM passcodes").remove(0);
        let (mail, host) = (gina.mail().clone(), Url::parse(world.server.base_url()).unwrap());
        let grouped = |text: &str| text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 4);
        assert!(!grouped(&mail.subject), "{}", mail.subject);
        for part in [&mail.text, &mail.html] {
            for said in ["Alder Works", "Project Portal", "Chrome on Linux", "127.0.0.x", "UTC", &mark, host.host_str().unwrap()] {
                assert!(part.contains(said), "{said:?} is missing in {part}");
            }
            assert!(part.matches(gina.code()).count() >= 1 && !part.to_lowercase().contains("ignore this"));
        }
        assert_eq!(mail.text.matches(gina.code()).count(), 1, "one code");
        for link in mail.links() {
            assert!(link.starts_with(world.server.base_url()), "{link}");
        }
        assert!(!mail.html.contains("src=\"http") && !mail.html.contains("url(") && !mail.html.contains("evil"));
        for exchange in gina.http().exchanges() {
            assert!(!exchange.header("location").contains("evil") && !exchange.text().contains("evil"));
        }
        let mut misled = Request::get(asked.url.clone());
        misled.headers.insert("host", http::HeaderValue::from_static("evil.test"));
        assert_eq!(gina.http().send(&misled, None).await.unwrap().status, 421);
    }

    /// OTP-20, OTP-16: a whole walk leaves the code nowhere: in no table, no log line, no metric, no address.
    async fn otp_20_otp_16_the_code_is_nowhere(world) {
        let lines = listens();
        let (house, rp) = invited(world).await;
        let mut gina = world.person().await;
        world.mail.stall(true);
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").await;
        let queued = testing::dump(world.server.database_url()).unwrap();
        world.mail.stall(false);
        gina.reads_code().await;
        let (code, bad) = (gina.code().to_owned(), wrong(gina.code()));
        gina.enters(&bad).sees("G06").enters(&code).sees("G15").presses("Accept").sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        let done = testing::dump(world.server.database_url()).unwrap();
        let metrics = format!("http://{}/metrics", world.server.node(0).management);
        let mut operator = world.person_with(&HttpOptions::default());
        operator.opens(&metrics).await;
        let metrics = operator.last().text();
        assert!(metrics.contains("vestibule") || metrics.contains("# TYPE"), "{metrics}");
        let log = lines.lock().unwrap().clone();
        assert!(log.windows(6).any(|w| w == b"access"), "the log was listened to");
        for digits in [&code, &bad] {
            let base64 = data_encoding::BASE64.encode(digits.as_bytes());
            let hex = data_encoding::HEXLOWER.encode(digits.as_bytes());
            let digest = data_encoding::HEXLOWER.encode(ring_sha256(digits).as_ref());
            for form in [digits.as_str(), base64.trim_end_matches('='), &hex, &digest] {
                let found = |place: &[u8]| place.windows(form.len()).any(|window| window.eq_ignore_ascii_case(form.as_bytes()));
                for (name, place) in [("queue", &queued), ("database", &done), ("log", &log)] {
                    assert!(!found(place), "{form} lies in the {name}");
                }
                assert!(!found(metrics.as_bytes()));
            }
        }
        for exchange in gina.http().exchanges() {
            assert!(!exchange.url.as_str().contains(&code), "{}", exchange.url);
        }
        if world.database == Database::Sqlite {
            let raw = ring_sha256(&code);
            assert!(!done.windows(32).any(|window| window == raw.as_ref()), "an unkeyed digest");
        }
        assert_eq!(rows(world, "outbox WHERE sealed IS NOT NULL"), 0, "erased once sent");
    }

    /// OTP-26, ADR-10: what a mailbox proof says in tokens, and that nothing else is ever said of it.
    async fn otp_26_adr_10_a_mailbox_is_a_mailbox(world) {
        let (house, rp) = invited(world).await;
        assert_eq!(rows(world, "user_addresses WHERE address_key = 'gina@guest.test' AND verified_at IS NULL"), 1);
        let mut gina = world.person().await;
        let signed_in = signs_in(&mut gina, &house, &rp, GINA).await;
        let claims = &signed_in.claims;
        assert_eq!(claims["acr"], "urn:vestibule:acr:mailbox");
        assert_eq!((&claims["amr"], claims["idp"].as_str()), (&serde_json::json!(["otp"]), Some("mail")));
        assert_eq!(claims["email_verified"], true);
        assert_eq!(rows(world, "user_addresses WHERE address_key = 'gina@guest.test' AND verified_at IS NOT NULL"), 1);
        world.wait(TimeDelta::seconds(61));
        for acr in ["urn:vestibule:acr:mfa", "urn:vestibule:acr:single"] {
            let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{acr}"]}}}}}}"#);
            let page = gina.opens(rp.asks().with("claims", &claims).build().url.as_str()).await;
            assert_ne!(page.test_id, "app", "a session of a mailbox is no answer: {}", page.summary());
        }
        assert_eq!(rows(world, "authorization_codes"), 1, "never a code");
    }
}

/// A page of an error without what is drawn for each answer.
fn without_trace(html: &str) -> String {
    let mut out = String::new();
    for word in html.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        let hex = word.bytes().filter(u8::is_ascii_hexdigit).count();
        out.push_str(if hex >= 30 && word.len() <= 40 { "#" } else { word });
    }
    out
}

fn ring_sha256(text: &str) -> impl AsRef<[u8]> {
    use sha2::Digest as _;
    sha2::Sha256::digest(text.as_bytes())
}

/// Everything that this process logs from now on, at the finest level.
fn listens() -> Arc<std::sync::Mutex<Vec<u8>>> {
    static LINES: std::sync::OnceLock<Arc<std::sync::Mutex<Vec<u8>>>> = std::sync::OnceLock::new();
    let lines = LINES.get_or_init(|| {
        let lines = Arc::new(std::sync::Mutex::new(Vec::new()));
        let writer = Ear(Arc::clone(&lines));
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
        subscriber.with_writer(move || writer.clone()).init();
        lines
    });
    Arc::clone(lines)
}

#[derive(Clone)]
struct Ear(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
