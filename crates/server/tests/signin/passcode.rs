//! The passcode from the button that asks for it to the session that it opens.

use chrono::TimeDelta;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use url::Url;
use vestibule_store::testing;
use vestibule_testkit::browser::Request;
use vestibule_testkit::rp::Rp;
use vestibule_testkit::trip::{GINA, becomes, copies, invited, rows, sends, sql, storm, submission, wrong};
use vestibule_testkit::walk::{discovers, plain};
use vestibule_testkit::{Database, HttpOptions, World};

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

    /// OTP-11, OTP-12, OTP-16: a code is good in its own trip alone: not in another of the same browser, of another application,
    /// or of another tenant.
    async fn otp_11_otp_12_otp_16_codes_cannot_be_swapped(world) {
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
        // Not even whoever writes to the database can move a digest from one to another (OTP-16).
        let (database, ids) = (world.server.database_url().to_owned(), "SELECT mark AS line FROM passcodes ORDER BY id");
        let marks = sql(world, ids);
        testing::execute(&database, "CREATE TABLE kept AS SELECT mark, digest FROM passcodes").unwrap();
        let moved = |to: &str, from: &str| {
            let digest = format!("(SELECT kept.digest FROM kept WHERE kept.mark = '{from}')");
            let change = format!("UPDATE passcodes SET digest = {digest} WHERE mark = '{to}'");
            testing::execute(&database, &change).unwrap();
        };
        for (tab, other) in [(0, 1), (1, 2), (2, 0)] {
            moved(&marks[tab], &marks[other]);
            gina.to_tab(tab).enters(&codes[other]).sees("G06").reads("That code is not right").await;
        }
        for mark in &marks {
            moved(mark, mark);
        }
        assert_eq!(rows(world, "passcodes WHERE state = 'used'"), 0);
        // The page of one tenant's trip at another tenant is nobody's.
        gina.to_tab(0).await;
        let (mut press, from) = submission(&mut gina, &codes[0]).await;
        let path = press.url.path().replacen(&house.tenant.id.to_string(), &beta.tenant.id.to_string(), 1);
        press.url.set_path(&path);
        let answer = sends(&mut gina, &press, &from).await;
        assert_eq!((answer.status.as_u16(), answer.set_cookies().len()), (400, 0), "{}", answer.text());
        for (tab, code) in codes.iter().enumerate() {
            gina.to_tab(tab).enters(code).sees("G15").await;
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

    /// OTP-20, OTP-16: a whole walk leaves the code nowhere: in no table, no metric, no address (logs.rs looks at the log).
    async fn otp_20_otp_16_the_code_is_nowhere(world) {
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
        for digits in [&code, &bad] {
            let base64 = data_encoding::BASE64.encode(digits.as_bytes());
            let hex = data_encoding::HEXLOWER.encode(digits.as_bytes());
            let digest = data_encoding::HEXLOWER.encode(ring_sha256(digits).as_ref());
            for form in [digits.as_str(), base64.trim_end_matches('='), &hex, &digest] {
                let found = |place: &[u8]| place.windows(form.len()).any(|window| window.eq_ignore_ascii_case(form.as_bytes()));
                for (name, place) in [("queue", &queued), ("database", &done)] {
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
