//! Mail as it really arrives, over STARTTLS with a private authority: OTP-20 to 22, MAIL-01, 02, 03, 05, 08, 09, WEB-06,
//! ADR-07.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use url::Url;
use vestibule_admin::{application, invitation, tenant};
use vestibule_core::Domain;
use vestibule_core::client::{ApplicationType, SigningAlgorithm};
use vestibule_core::lifecycle::MailState;
use vestibule_testkit::browser::Request;
use vestibule_testkit::office::address;
use vestibule_testkit::smtp::{Mail, SinkOptions, TestCa, self_signed};
use vestibule_testkit::walk::{discovers, plain, queue, queued, reloads_until};
use vestibule_testkit::{HttpOptions, PageView, Setup, World};

const GINA: &str = "gina@guest.test";
const NORA: &str = "nora@guest.test";
const CANARY: &str = "'\"><svg/onload=x>";
const SCRIPT: &str = "');x('";
const LURE: &str = "Win at http://evil.test <b>x";

/// A deployment whose mail goes over STARTTLS, checked against an authority of the test.
async fn over_tls(world: &World, more: SinkOptions) -> World {
    let ca = TestCa::new().unwrap();
    let tls = Some(ca.server(&["localhost"]).unwrap());
    let setup = Setup {
        mail_server: SinkOptions { tls, ..more },
        mail_ca: Some(ca.pem().into_bytes()),
        ..Setup::default()
    };
    world.another(setup).await
}

/// The HTML part as a person sees it.
fn shown(mail: &Mail) -> PageView {
    PageView::parse(&Url::parse("http://mail.test/").unwrap(), 0, &mail.html, false)
}

/// Words of both parts, without addresses of links, which the one part shows and the other hides in anchors.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| c.is_whitespace() || c == '\u{a0}');
    let words = words.filter(|word| !word.contains("://") && !word.starts_with('>'));
    words
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
        .filter(|w| w.len() > 1)
        .collect()
}

/// What must hold of each mail.
fn is_sound(mail: &Mail, own: &str) {
    assert!(mail.header("content-type").unwrap().starts_with("multipart/alternative"), "{:?}", mail.headers);
    assert_eq!(mail.header("auto-submitted"), Some("auto-generated"));
    assert_eq!(mail.header("reply-to"), None, "nobody's address is verified in walk A");
    for name in ["message-id", "date", "from", "to", "subject", "mime-version"] {
        let count = mail.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).count();
        assert_eq!(count, 1, "{name}: {:?}", mail.headers);
    }
    let digits: String = mail.subject.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    assert!(!digits.contains("9999"), "a code in the subject: {}", mail.subject);
    let lower = mail.html.to_ascii_lowercase();
    for loads in
        ["<img", "<link", "<script", "<svg", "<iframe", "src=", "url(", "@import", "background=\"http"]
    {
        assert!(!lower.contains(loads), "{loads} in {}", mail.html);
    }
    for link in shown(mail).links {
        assert!(link.href.as_str().starts_with(own), "a foreign link: {}", link.href);
    }
    for link in mail.links() {
        assert!(link.starts_with(own), "a foreign link: {link}");
    }
    assert!(!mail.text.to_lowercase().contains("ignore this") && !lower.contains("ignore this"));
    let (text, html) = (words(&mail.text), words(&shown(mail).text));
    let missing: Vec<_> = text.difference(&html).collect();
    assert!(missing.is_empty(), "only in the text part: {missing:?}\n{}\n{}", mail.text, shown(mail).text);
}

vestibule_testkit::flows! {
    /// OTP-21, OTP-22, MAIL-03, MAIL-08: the code mail, received over STARTTLS: sound, complete, and its code works.
    async fn otp_21_otp_22_mail_03_mail_08_the_code_mail_as_it_arrives(world) {
        let world = over_tls(world, SinkOptions::default()).await;
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(&world, &house).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        let (mail, page) = (gina.mail().clone(), gina.page().await);
        is_sound(&mail, world.server.base_url());
        assert!(world.mail.commands().iter().any(|c| c == "STARTTLS"), "{:?}", world.mail.commands());
        assert_eq!(mail.to, [GINA]);
        assert_eq!(mail.from_name, "Alder Works (via 127.0.0.1)");
        let received = world.mail.wait_for(GINA, 1).await.remove(0);
        assert_eq!(received.from, mail.from_address, "the envelope's sender is the deployment's address");
        assert_eq!(mail.header("list-unsubscribe"), None);
        assert_eq!(mail.text.matches(gina.code()).count(), 1, "one code per message: {}", mail.text);
        assert!(!mail.subject.contains(gina.code()));
        let before_code = mail.html.split(gina.code()).next().unwrap();
        assert!(before_code.contains("</div>"), "the preview comes before the code and does not hold it");
        let mark = page.text.split("marked ").nth(1).and_then(|rest| rest.split('.').next()).unwrap();
        let now = world.now();
        let time = format!("{} UTC", now.format("%H:%M"));
        let until = (now + TimeDelta::minutes(30)).format("%H:%M").to_string();
        for part in [&mail.text, &shown(&mail).text] {
            for said in ["Alder Works", "Project Portal", "Chrome on Linux", "127.0.0.x", &time, &until, mark,
                "only at 127.0.0.1", "Nobody from Alder Works will ask you for this code"]
            {
                assert!(part.contains(said), "{said} is missing: {part}");
            }
        }
        gina.enters_code().sees("G15").presses("Accept").sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
    }

    /// OTP-22 in German, OTP-29's E13 and E02: each sound, none with a code but E01, none that says to ignore it.
    async fn otp_22_otp_29_every_other_mail_as_it_arrives(world) {
        let world = over_tls(world, SinkOptions::default()).await;
        let house = world.office().house("alpha.test").await;
        world.office().invite_with(house.tenant.id, GINA, Some(&house.callbacks.redirect_uri()), true).await;
        let invitation = world.mail.wait_for(GINA, 1).await.remove(0).parse();
        is_sound(&invitation, world.server.base_url());
        assert_eq!(invitation.code(), None);
        for said in ["admin@alpha.test", "Alder Works", "Project Portal", GINA, "Only accept if you know"] {
            assert!(invitation.text.contains(said), "{said} is missing: {}", invitation.text);
        }
        let rp = discovers(&world, &house).await;
        let mut nora = world.person_with(&HttpOptions { language: Some("de".to_owned()), ..HttpOptions::default() });
        nora.opens(rp.asks().build().url.as_str()).types(NORA).sees("G06").reads_mail().await;
        let notice = nora.mail().clone();
        is_sound(&notice, world.server.base_url());
        assert_eq!(notice.header("content-language"), Some("de"));
        assert_eq!(notice.code(), None);
        let mut gina = world.person_with(&HttpOptions { language: Some("de".to_owned()), ..HttpOptions::default() });
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let mail = gina.mail().clone();
        is_sound(&mail, world.server.base_url());
        assert!(!mail.text.to_lowercase().contains("ignorier"), "{}", mail.text);
        for said in ["Alder Works", "Project Portal", "127.0.0.x", "UTC"] {
            assert!(mail.text.contains(said), "{said} is missing: {}", mail.text);
        }
    }

    /// MAIL-03: a server that offers no TLS, has it stripped, or shows a false certificate gets neither mail nor password.
    async fn mail_03_a_false_mail_server_gets_nothing(world) {
        let ca = TestCa::new().unwrap();
        let good = || Some(ca.server(&["localhost"]).unwrap());
        let cases = [
            ("none", SinkOptions::default()),
            ("stripped", SinkOptions { tls: good(), strip_starttls: true, ..SinkOptions::default() }),
            ("self-signed", SinkOptions { tls: Some(self_signed(&["localhost"]).unwrap()), ..SinkOptions::default() }),
            ("wrong name", SinkOptions { tls: Some(ca.server(&["mail.test"]).unwrap()), ..SinkOptions::default() }),
        ];
        for (case, mail_server) in cases {
            let setup = Setup { mail_server, mail_ca: Some(ca.pem().into_bytes()), ..Setup::default() };
            let world = world.another(setup).await;
            let house = world.office().house("alpha.test").await;
            world.office().invite(house.tenant.id, GINA).await;
            let rp = discovers(&world, &house).await;
            let mut gina = world.person().await;
            gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").await;
            let tried = queued(&world, |row| row.attempts > 0 && row.reason.is_some()).await;
            assert!(["queued", "failed"].contains(&tried.state.as_str()), "{case}: {tried:?}");
            assert!(world.mail.messages().is_empty() && !world.mail.saw_auth(), "{case}");
            assert!(!world.mail.commands().iter().any(|c| c.starts_with("MAIL")), "{case}: {:?}", world.mail.commands());
        }
    }

    /// MAIL-05: whatever a request says of hosts, links and redirects name the deployment's own.
    async fn mail_05_hosts_of_a_request_decide_nothing(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        for (name, value) in [("x-forwarded-host", "evil.test"), ("x-forwarded-proto", "javascript"),
            ("forwarded", "host=evil.test;proto=http"), ("x-forwarded-for", "203.0.113.9"), ("x-original-url", "//evil.test/")]
        {
            gina.http().extra.insert(name, value.parse().unwrap());
        }
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        is_sound(gina.mail(), world.server.base_url());
        assert!(gina.mail().text.contains("127.0.0.x"), "no untrusted front names the network: {}", gina.mail().text);
        for exchange in gina.http().exchanges() {
            let all = format!("{:?}{}", exchange.headers, exchange.text());
            assert!(!all.contains("evil.test") && !all.contains("javascript:"), "{all}");
        }
        let url = rp.asks().build().url;
        let mut request = Request::get(url);
        request.headers.insert("host", "evil.test".parse().unwrap());
        assert_eq!(gina.http().send(&request, None).await.unwrap().status, 421);
    }

    /// MAIL-09, OTP-18: an address that the mail server refuses shows so on the page, for a guest and for nobody alike, and
    /// in the queue; nothing of it names the person.
    pages async fn mail_09_a_refused_address_shows_as_such(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        let mut pages = Vec::new();
        for address in [GINA, NORA] {
            world.mail.refuse(address);
            let mut person = world.person().await;
            person.opens(rp.asks().build().url.as_str()).types(address).sees("G06").await;
            let page = reloads_until(&mut person, "was returned by the mail system of").await;
            assert_eq!(page.test_id, "G06");
            pages.push(without_own(&plain(&page), address));
        }
        let (guest, nobody) = (&pages[0], &pages[1]);
        assert_eq!(guest, nobody);
        let rows = queue(world).await;
        assert_eq!(rows.len(), 2);
        for row in rows {
            let reason = row.reason.unwrap();
            assert_eq!((row.state.as_str(), row.destination.as_str()), ("failed", "guest.test"));
            assert!(reason.contains("550") && reason.contains("5.1.1"), "{reason}");
            assert!(!reason.contains("gina") && !reason.contains("nora"), "{reason}");
        }
        assert!(world.mail.messages().is_empty());
    }

    /// MAIL-01, ADR-07: names with line breaks, control or direction-changing characters are refused; a row that has them
    /// all the same sends no mail, and shows without them.
    async fn mail_01_adr_07_names_that_lie(world) {
        let house = world.office().house("alpha.test").await;
        for bad in ["A\r\nBcc: x@evil.test", "A\nB", "A\0", "A\u{85}B", "A\u{202e}krow", "A\u{200b}B", "A\u{2066}B", "", &"x".repeat(65)] {
            let domain = Domain::parse("evil.test").unwrap();
            let new = tenant::Create { name: bad.to_owned(), domain, id: None, admin: None };
            assert!(world.office().perform(new).await.is_err(), "{bad:?} names a tenant");
            let new = application::Create {
                tenant: house.tenant.id, name: bad.to_owned(), kind: ApplicationType::Web,
                redirect_uris: vec!["https://a.test/cb".to_owned()], post_logout_redirect_uris: Vec::new(),
                algorithm: SigningAlgorithm::Rs256, client: None, homepage: None,
            };
            assert!(world.office().perform(new).await.is_err(), "{bad:?} names an application");
        }
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        let url = world.server.database_url();
        let chr = if url.starts_with("sqlite") { "char" } else { "chr" };
        let legacy = |name: &str| {
            let sql = format!("UPDATE tenants SET name = {name}, change_number = change_number + 1");
            vestibule_store::testing::execute(url, &sql).unwrap();
        };
        // A name that turns what follows it: shown without the sign that does so.
        legacy(&format!("'Alder' || {chr}(8238) || 'skroW'"));
        let mut gina = world.person().await;
        let page = gina.opens(rp.asks().build().url.as_str()).sees("G01").await;
        assert!(!page.html.contains('\u{202e}') && page.text.contains("AlderskroW"), "{}", page.text);
        // A name with a line break: no mail at all rather than one with a header of its own.
        legacy(&format!("'A' || {chr}(13) || {chr}(10) || 'Bcc: x@evil.test'"));
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").await;
        let row = queued(world, |row| row.state != MailState::Queued && row.state != MailState::Sending).await;
        assert_eq!(row.state, MailState::Failed, "{row:?}");
        assert!(row.reason.is_some() && world.mail.messages().is_empty());
    }

    /// WEB-06, MAIL-02: canaries in every stored name are inert on every page and in every mail.
    async fn web_06_mail_02_canaries_in_every_name(world) {
        let office = world.office();
        for (number, canary) in [CANARY, SCRIPT, LURE].iter().enumerate() {
            let new = tenant::Create {
                name: (*canary).to_owned(), domain: Domain::parse(&format!("t{number}.test")).unwrap(), id: None,
                admin: Some(address(&format!("admin@t{number}.test"))),
            };
            let tenant = office.perform(new).await.unwrap();
            let mut house = world.office().house(&format!("h{number}.test")).await;
            let new = application::Create {
                tenant: tenant.id, name: (*canary).to_owned(), kind: ApplicationType::Web,
                redirect_uris: vec![house.callbacks.redirect_uri()], post_logout_redirect_uris: Vec::new(),
                algorithm: SigningAlgorithm::Rs256, client: None, homepage: None,
            };
            let made = office.perform(new).await.unwrap();
            house.registration.issuer = made.issuer;
            house.registration.client_id = made.application.client_id.0;
            house.registration.client_secret = made.secret.map(|s| s.expose().to_owned());
            house.tenant = tenant;
            let gina = format!("gina{number}@guest.test");
            let invitation = invitation::Create {
                redirect_url: Some(house.callbacks.redirect_uri()), display_name: Some((*canary).to_owned()),
                message: Some(format!("{canary}\n{canary}")),
                ..invitation::Create::of(house.tenant.id, address(&gina))
            };
            let (invited, address) = (office.perform(invitation).await.unwrap(), gina);
            let mail = world.mail.wait_for(&address, 1).await.remove(0).parse();
            is_inert_mail(&mail, world.server.base_url());
            let mut gina = world.person().await;
            gina.is_called(&address);
            world.mail.clear();
            gina.opens(&invited.redeem_url).sees("G17").presses("Send me a code").sees("G06").reads_code().await;
            is_inert_mail(gina.mail(), world.server.base_url());
            gina.enters("1").sees("G06").enters_code().sees("G15").await;
            gina.presses("Accept").sees("app").await;
            let rp = discovers(world, &house).await;
            world.wait(TimeDelta::seconds(61));
            let hinted = rp.asks().with("prompt", "select_account").with("login_hint", canary).with("state", canary).build();
            let mut eve = world.person().await;
            eve.opens(hinted.url.as_str()).types(canary).sees("G01").types(&format!("nora{number}@guest.test")).sees("G06").reads_mail().await;
            is_inert_mail(eve.mail(), world.server.base_url());
            eve.opens(rp.asks().with("client_id", canary).build().url.as_str()).sees("G24").await;
            eve.opens(rp.asks().with("redirect_uri", canary).build().url.as_str()).sees("G24").await;
            let out = rp.logout_url(&[("state", canary), ("logout_hint", canary)]).unwrap();
            gina.opens(out.as_str()).sees("G23").await;
            for exchange in gina.http().exchanges().iter().chain(eve.http().exchanges()) {
                is_inert(&exchange.text());
            }
            world.wait(TimeDelta::hours(2));
        }
    }

    /// ADR-07: beside a domain that is not ASCII stands its A-label.
    async fn adr_07_other_alphabets_show_their_a_label(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, "gina@bücher.test").await;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        let page = gina.opens(asked.url.as_str()).types("gina@bücher.test").sees("G06").await;
        assert!(page.text.contains("xn--bcher-kva.test"), "{}", page.text);
        gina.is_called("gina@xn--bcher-kva.test").reads_code().enters_code().sees("G15").reads("xn--bcher-kva.test").await;
    }

    /// OTP-20: neither the code nor a token lies in any table or in a queued mail, before or after it was sent.
    async fn otp_20_key_12_no_code_or_secret_in_any_table(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        world.mail.stall(true);
        let asked = rp.asks().with("scope", "openid email offline_access").build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").await;
        let queued = vestibule_store::testing::dump(world.server.database_url()).unwrap();
        world.mail.stall(false);
        gina.reads_code().await;
        let mut secrets = vec![gina.code().to_owned()];
        secrets.extend(gina.mail().links().iter().filter_map(|l| l.rsplit_once('/')).map(|(_, token)| token.to_owned()).filter(|t| t.len() == 43));
        gina.enters_code().presses("Accept").sees("app").await;
        let came = house.callbacks.next().await.unwrap();
        let signed_in = rp.exchange(&asked, &came).await.unwrap();
        secrets.push(came.get("code").unwrap().to_owned());
        secrets.push(signed_in.access_token.clone());
        secrets.push(signed_in.refresh_token.clone().unwrap());
        secrets.push(house.registration.client_secret.clone().unwrap());
        for cookie in gina.http().jar.cookies() {
            secrets.extend(cookie.value.rsplit('.').next().filter(|part| part.len() > 20).map(str::to_owned));
        }
        let after = vestibule_store::testing::dump(world.server.database_url()).unwrap();
        for dump in [queued, after] {
            let text = String::from_utf8_lossy(&dump);
            for secret in &secrets {
                let hex = data_encoding::HEXLOWER.encode(secret.as_bytes());
                let base64 = data_encoding::BASE64.encode(secret.as_bytes());
                for form in [secret, &hex, &base64] {
                    assert!(!text.contains(form.as_str()), "{form} is stored");
                }
            }
        }
    }
}

/// The page without the address itself.
fn without_own(html: &str, address: &str) -> String {
    let mut out = without_clock(&html.replace(address, "THEM"));
    for (before, after) in [
        ("?i=", "\""),
        ("name=\"i\" value=", ">"),
        ("name=\"ordinal\"", ">"),
        ("marked", "</"),
        // PostgreSQL's clock goes on between the two pages.
        ("datetime=\"", "\""),
        ("data-wait=\"", "\""),
        ("<span>Send a new code", "</span>"),
    ] {
        out = out
            .split(before)
            .enumerate()
            .map(|(n, part)| {
                if n == 0 {
                    part.to_owned()
                } else {
                    part.split_once(after).map_or(String::new(), |(_, rest)| rest.to_owned())
                }
            })
            .collect::<Vec<_>>()
            .join(before);
    }
    out
}

/// Times of day, `14:02`, as `00:00`.
fn without_clock(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for at in 2..chars.len().saturating_sub(2) {
        let near = [at - 2, at - 1, at + 1, at + 2];
        if chars[at] == ':' && near.iter().all(|n| chars[*n].is_ascii_digit()) {
            for n in near {
                chars[n] = '0';
            }
        }
    }
    chars.into_iter().collect()
}

fn is_inert(html: &str) {
    for alive in ["<svg/onload", "<b>x", "');x('"] {
        assert!(!html.contains(alive), "{alive} stands raw in {html}");
    }
}

fn is_inert_mail(mail: &Mail, own: &str) {
    is_inert(&mail.html);
    assert!(!mail.text.contains("http://evil") && !mail.html.contains("http://evil"), "{}", mail.text);
    for link in shown(mail).links {
        assert!(link.href.as_str().starts_with(own), "{}", link.href);
    }
}
