//! Sessions and their cookies: SES-01, 02, 03, 04, 07; single sign-on, the end after a day, a guest switched off.

use chrono::TimeDelta;
use http::header::{COOKIE, HeaderValue};
use tokio::io::AsyncReadExt as _;
use url::Url;
use vestibule_core::client::ApplicationType;
use vestibule_core::ids::InteractionId;
use vestibule_core::numbers::CONNECTIONS_PER_SOURCE;
use vestibule_core::urls::locator;
use vestibule_core::{Clock, Realm};
use vestibule_store as store;
use vestibule_testkit::browser::Request;
use vestibule_testkit::browser::cookies::Cookie;
use vestibule_testkit::office::{ApplicationChange, House};
use vestibule_testkit::rp::{Rp, RpError};
use vestibule_testkit::smtp::TestCa;
use vestibule_testkit::walk::{discovers, goes_through, is_pending, signs_in, silently};
use vestibule_testkit::{HttpOptions, Person, Setup, World};

const GINA: &str = "gina@guest.test";
const EVE: &str = "eve@evil.test";

/// The session cookie of a browser.
fn session(person: &mut Person) -> Cookie {
    let cookies = person.http().jar.cookies();
    cookies.iter().find(|cookie| cookie.name.contains("vs.")).unwrap().clone()
}

/// Whether a fresh browser with this one cookie is signed in.
async fn is_good(world: &World, house: &House, rp: &Rp, cookie: Cookie) -> bool {
    let mut person = world.person().await;
    person.http().jar.put(cookie);
    silently(&mut person, house, rp).await.is_none()
}

/// A deployment at `https://id.test` with TLS of its own, and how a browser gets there.
async fn secure(world: &World) -> (World, HttpOptions) {
    let ca = TestCa::new().unwrap();
    let (chain, key) = ca.leaf(&["id.test"]).unwrap();
    let setup = Setup {
        origin: Some("https://id.test".to_owned()),
        tls: Some((chain.into_bytes(), key.into_bytes())),
        ..Setup::default()
    };
    let world = world.another(setup).await;
    let hosts = vec![("id.test".to_owned(), world.server.node(0).listen)];
    (world, HttpOptions { ca_pem: Some(ca.pem()), hosts, ..HttpOptions::default() })
}

/// A request of a native application whose redirect leaves the browser.
fn native(world: &World, tenant: &str, client: &str, more: &[(&str, &str)]) -> String {
    let mut url = Url::parse(&format!("{}/{tenant}/oauth2/v2.0/authorize", world.server.base_url())).unwrap();
    let fixed = [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", "com.example.app:/cb"),
        ("scope", "openid"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    url.query_pairs_mut().extend_pairs(fixed).extend_pairs(more);
    url.to_string()
}

vestibule_testkit::flows! {
    /// DOS-02: with TLS of our own a source's connections are counted before the handshake: one that says nothing takes
    /// none of its places from others, and one too many is shut without one.
    async fn dos_02_silent_connections_are_counted_before_the_handshake(world) {
        let (world, options) = secure(world).await;
        let node = world.server.node(0).listen;
        let mut silent = Vec::new();
        for _ in 0..CONNECTIONS_PER_SOURCE {
            silent.push(tokio::net::TcpStream::connect(node).await.unwrap());
        }
        let mut more = tokio::net::TcpStream::connect(node).await.unwrap();
        let read = more.read(&mut [0; 16]).await;
        assert!(matches!(read, Ok(0) | Err(_)), "one more is shut: {read:?}");
        let first = silent[0].try_read(&mut [0; 16]);
        assert!(first.is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock), "and those before are not yet");
        let mut other = world.person_with(&HttpOptions { from: Some("127.0.0.2".parse().unwrap()), ..options });
        let robots = format!("{}/robots.txt", world.server.base_url());
        assert_eq!(other.opens(&robots).await.status, 200, "another source is served");
        drop(silent);
    }

    /// SES-01: what lies in the database opens nothing; one other character in a cookie is anonymous.
    async fn ses_01_what_is_stored_opens_nothing(world) {
        let house = world.office().house("alpha.test").await;
        let guest = world.office().invite(house.tenant.id, GINA).await.guest;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").await;
        let interaction = gina.http().jar.cookies().iter().find(|c| c.name.starts_with("vi.")).unwrap().clone();
        let code_page = gina.page().await.url;
        gina.reads_code().enters_code().presses("Accept").sees("app").await;
        house.callbacks.next().await.unwrap();
        let good = session(&mut gina);
        assert!(is_good(world, &house, &rp, good.clone()).await);
        let (id, secret) = good.value.split_once('.').unwrap();
        assert_eq!(secret.len(), 43, "256 bits");
        let dump = vestibule_store::testing::dump(world.server.database_url()).unwrap();
        assert!(!String::from_utf8_lossy(&dump).contains(secret));
        let (realm, now) = (Realm::Tenant(house.tenant.id), world.server.app().now());
        let read = world.server.app().db.read(move |c| store::testing::changes::sessions_of_user(c, realm, guest, now));
        let row = read.await.unwrap().remove(0);
        let stored = [row.secret_digest.bytes().to_vec(), row.id.0.as_bytes().to_vec(), row.interaction_id.0.as_bytes().to_vec(),
            row.user_id.0.as_bytes().to_vec()];
        let mut forged: Vec<String> = stored
            .iter()
            .map(|bytes| data_encoding::BASE64URL_NOPAD.encode(bytes))
            .flat_map(|text| [format!("{id}.{text}"), text.clone(), format!("{text}.{text}"), format!("{text}.{secret}")])
            .filter(|value| *value != good.value && !value.starts_with(&format!("{id}.{secret}")))
            .collect();
        for place in [0, 5, good.value.len() - 2] {
            let other = if good.value.as_bytes()[place] == b'A' { "B" } else { "A" };
            let mut value = good.value.clone();
            value.replace_range(place..=place, other);
            forged.push(value);
        }
        for value in forged {
            let cookie = Cookie { value: value.clone(), ..good.clone() };
            if value.split_once('.') == Some((locator(InteractionId(row.id.0)).as_str(), secret)) {
                continue;
            }
            assert!(!is_good(world, &house, &rp, cookie).await, "{value} signs in");
        }
        // A sealed interaction, altered: the trip is lost.
        let mut eve = world.person().await;
        let mut altered = interaction.clone();
        altered.value.replace_range(20..21, if interaction.value.as_bytes()[20] == b'A' { "B" } else { "A" });
        eve.http().jar.put(altered);
        eve.opens(code_page.as_str()).sees("G24").await;
    }

    /// SES-02: every cookie of a walk is `__Host-`, `Secure`, `HttpOnly`, `Lax`, at `/`, without a domain; the plain form is
    /// not read there.
    async fn ses_02_cookies_of_an_https_deployment(world) {
        let (world, options) = secure(world).await;
        let tenant = world.office().tenant("Alder Works", "alpha.test").await;
        let app = world.office().application(&tenant, ApplicationType::Native, "com.example.app:/cb").await;
        let link = world.office().invite(tenant.id, GINA).await.redeem_url;
        assert!(link.starts_with("https://id.test:"), "{link}");
        let mut gina = world.person_with(&options);
        gina.is_called(GINA);
        gina.opens(&link).presses("Send me a code").sees("G06").reads_code().await;
        let report = gina.mail().links().into_iter().find(|l| l.contains("/report/")).unwrap();
        assert!(report.starts_with("https://id.test:"), "{report}");
        gina.enters_code().sees("G15").presses("Accept").sees("G17").await;
        gina.opens(&report).sees("G20").await;
        gina.opens(&native(&world, "alpha.test", &app.client_id, &[("ui_locales", "de"), ("prompt", "select_account")])).await;
        let silent = native(&world, "alpha.test", &app.client_id, &[("prompt", "none")]);
        let end = gina.opens(&silent).await;
        assert!(end.url.as_str().starts_with("com.example.app:/cb?code="), "{}", end.url);
        let set: Vec<String> = gina.http().exchanges().iter().flat_map(|e| e.set_cookies().into_iter().map(str::to_owned)).collect();
        let mut kinds: Vec<String> = set.iter().map(|line| line.split(['.', '=']).next().unwrap_or_default().to_owned()).collect();
        kinds.sort();
        kinds.dedup();
        assert_eq!(kinds, ["__Host-va", "__Host-vi", "__Host-vl", "__Host-vn", "__Host-vr", "__Host-vs"]);
        for line in &set {
            let attributes: Vec<&str> = line.split("; ").skip(1).collect();
            for wanted in ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"] {
                assert!(attributes.contains(&wanted), "{wanted} is missing: {line}");
            }
            assert!(!line.to_ascii_lowercase().contains("domain"), "{line}");
        }
        assert!(gina.http().jar.refused().is_empty(), "{:?}", gina.http().jar.refused());
        let good = session(&mut gina);
        let mut eve = world.person_with(&options);
        eve.http().jar.put(Cookie { name: good.name.trim_start_matches("__Host-").to_owned(), ..good });
        assert!(eve.opens(&silent).await.url.as_str().contains("error=login_required"), "the unprefixed form signs in");
    }

    /// SES-02: loopback mode has the plain form, and reads no other; a browser keeps three interactions, below 4 KiB.
    async fn ses_02_cookies_of_loopback_mode(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &house, &rp, GINA).await;
        for line in gina.http().exchanges().iter().flat_map(vestibule_testkit::browser::Exchange::set_cookies) {
            assert!(!line.contains("Secure") && !line.contains("__Host-") && line.contains("HttpOnly; SameSite=Lax"), "{line}");
        }
        let good = session(&mut gina);
        assert!(!is_good(world, &house, &rp, Cookie { name: format!("__Host-{}", good.name), ..good }).await);
        gina.http().jar.forget("vs.");
        gina.http().jar.forget("vi.");
        let state = "s".repeat(900);
        for number in 0..6 {
            gina.opens(rp.asks().with("state", &state).build().url.as_str()).await;
            let kept = gina.http().jar.cookies().iter().filter(|c| c.name.starts_with("vi."));
            let (count, bytes) = kept.fold((0, 0), |(n, b), c| (n + 1, b + c.name.len() + c.value.len()));
            assert!((1..=3).contains(&count) && bytes < 4096, "request {number}: {count} cookies, {bytes} bytes");
        }
        // The newest goes on.
        world.wait(TimeDelta::seconds(61));
        gina.opens(rp.asks().build().url.as_str()).presses("primary").sees("G06").await;
        let page = gina.opens(rp.asks().with("state", &"s".repeat(2_000)).with("nonce", &"n".repeat(2_000)).build().url.as_str()).await;
        assert!(page.url.query().is_some_and(|q| q.contains("error=invalid_request")) || page.status == 400, "{}", page.summary());
    }

    /// SES-03: names are read byte by byte: no percent-decoding, no trimming of other spaces, no `$Version`, no second value.
    async fn ses_03_cookie_names_are_bytes(world) {
        let (world, options) = secure(world).await;
        let tenant = world.office().tenant("Alder Works", "alpha.test").await;
        let app = world.office().application(&tenant, ApplicationType::Native, "com.example.app:/cb").await;
        world.office().invite(tenant.id, GINA).await;
        let mut gina = world.person_with(&options);
        gina.opens(&native(&world, "alpha.test", &app.client_id, &[])).types(GINA).reads_code().enters_code().presses("Accept").await;
        let Cookie { name, value, .. } = session(&mut gina);
        let silent = Url::parse(&native(&world, "alpha.test", &app.client_id, &[("prompt", "none")])).unwrap();
        let bare = name.strip_prefix("__Host-").unwrap();
        let fresh = world.person_with(&options);
        let mut fresh = fresh;
        let ask = async |fresh: &mut Person, header: &[u8]| {
            let mut request = Request::get(silent.clone());
            request.headers.insert(COOKIE, HeaderValue::from_bytes(header).unwrap());
            fresh.http().send(&request, None).await.unwrap().header("location").to_owned()
        };
        let good = format!("{name}={value}");
        assert!(ask(&mut fresh, good.as_bytes()).await.contains("code="));
        assert!(ask(&mut fresh, format!("a=1;\t{good} ; b=2").as_bytes()).await.contains("code="));
        let mut spaced = b"\xE2\x80\x80".to_vec();
        spaced.extend(good.as_bytes());
        for bad in [
            format!("%5F%5FHost-{bare}={value}").into_bytes(),
            spaced,
            format!("$Version=1;{good};{good}").into_bytes(),
            format!("{good}; {name}=other").into_bytes(),
            format!("{name}=other; {good}").into_bytes(),
            format!("{name}=\"{value}\"").into_bytes(),
            format!("{bare}={value}").into_bytes(),
        ] {
            let location = ask(&mut fresh, &bad).await;
            assert!(location.contains("error=login_required"), "{}: {location}", String::from_utf8_lossy(&bad));
        }
    }

    /// SES-04: what a browser held before a sign-in or re-authentication is dead after it; another person gets another `sid`.
    async fn ses_04_new_cookies_with_every_proof(world) {
        let house = world.office().house("alpha.test").await;
        for who in [GINA, EVE] {
            world.office().invite(house.tenant.id, who).await;
        }
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        let code_page = gina.page().await.url.to_string();
        let before = gina.http().jar.clone();
        gina.enters_code().sees("G15").await;
        let review_page = gina.page().await.url.to_string();
        let proven = gina.http().jar.clone();
        gina.presses("Accept").sees("app").await;
        let first = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        world.wait(TimeDelta::seconds(61));
        for (jar, page) in [(before.clone(), &code_page), (before, &review_page), (proven.clone(), &review_page), (proven, &code_page)] {
            let mut thief = world.person().await;
            thief.http().jar = jar;
            assert_eq!(silently(&mut thief, &house, &rp).await.as_deref(), Some("login_required"));
            thief.opens(page).sees("G24").await;
        }
        // Again as herself: a new session, the old cookie dead at once.
        let old = session(&mut gina);
        let asked = rp.asks().with("prompt", "login").build();
        goes_through(&mut gina, &asked, GINA).await;
        let second = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_ne!(first.claims["sid"], second.claims["sid"]);
        assert_ne!(old.value, session(&mut gina).value);
        assert!(!is_good(world, &house, &rp, old).await, "the session of before the re-authentication lives on");
        assert!(rp.userinfo(&second).await.is_ok());
        // As somebody else: nothing of the session before is inherited.
        world.wait(TimeDelta::seconds(61));
        let old = session(&mut gina);
        let asked = rp.asks().with("prompt", "login").build();
        goes_through(&mut gina, &asked, EVE).await;
        let third = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_ne!(third.claims["sid"], second.claims["sid"]);
        assert_ne!(third.claims["sub"], second.claims["sub"]);
        assert!(!is_good(world, &house, &rp, old).await, "gina's session lives on below eve's");
    }

    /// SES-07: a session is one tenant's; its value under the other's name is nothing there, and the other asks anew.
    async fn ses_07_a_session_belongs_to_one_tenant(world) {
        let (alpha, beta) = (world.office().house("alpha.test").await, world.office().house("beta.test").await);
        for house in [&alpha, &beta] {
            world.office().invite(house.tenant.id, GINA).await;
        }
        let (at_alpha, at_beta) = (discovers(world, &alpha).await, discovers(world, &beta).await);
        let mut gina = world.person().await;
        signs_in(&mut gina, &alpha, &at_alpha, GINA).await;
        let page = gina.opens(at_beta.asks().build().url.as_str()).await;
        assert!(["G01", "G05"].contains(&page.test_id.as_str()), "{}", page.summary());
        assert_eq!(silently(&mut gina, &beta, &at_beta).await.as_deref(), Some("login_required"));
        let of_alpha = session(&mut gina);
        let tag = data_encoding::BASE64URL_NOPAD.encode(beta.tenant.id.0.as_bytes());
        let moved = Cookie { name: format!("vs.{tag}"), ..of_alpha.clone() };
        assert!(!is_good(world, &beta, &at_beta, moved).await, "alpha's session opens beta");
        // Side by side they live in peace.
        signs_in(&mut gina, &beta, &at_beta, GINA).await;
        assert_eq!(silently(&mut gina, &alpha, &at_alpha).await, None);
    }

    /// Single sign-on: a second application of the tenant gets its code without a page, with a subject of its own.
    pages async fn single_sign_on_to_a_second_application(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let rp = discovers(world, &house).await;
        let second = world.office().application(&house.tenant, ApplicationType::Web, &house.callbacks.redirect_uri()).await;
        let other = Rp::discover(second, world.clock.clone()).await.unwrap();
        let mut gina = world.person().await;
        let first = signs_in(&mut gina, &house, &rp, GINA).await;
        let asked = other.asks().build();
        gina.opens(asked.url.as_str()).sees("app").await;
        let there = other.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!((&first.claims["sid"], &first.claims["oid"]), (&there.claims["sid"], &there.claims["oid"]));
        assert_ne!(first.claims["sub"], there.claims["sub"]);
        assert_eq!(first.claims["auth_time"], there.claims["auth_time"]);
        assert_eq!(world.mail.messages_to(GINA).len(), 1);
    }

    /// SES-05: after 24 hours the portal's deep link asks for a fresh code and ends on that very document.
    pages_everywhere async fn ses_05_the_day_ends_and_the_deep_link_stays(world) {
        let house = world.office().house("alpha.test").await;
        world.office().invite(house.tenant.id, GINA).await;
        let portal = Portal::start(world, &house).await;
        let document = format!("{}{}", portal.url, vestibule_portal::documents()[2].path());
        let title = vestibule_portal::documents()[2].title;
        let mut gina = world.person().await;
        gina.opens(&document).sees("G01").types(GINA).sees("G06").reads_code().enters_code().sees("G15").presses("Accept").await;
        let arrived = gina.reads(title).await;
        assert_eq!(arrived.url.as_str(), document);
        world.wait(TimeDelta::hours(23));
        gina.opens(&document).reads(title).await;
        world.wait(TimeDelta::hours(1) + TimeDelta::minutes(1));
        gina.opens(&document).sees("G05").reads(GINA).presses("Send code").sees("G06").reads_code().enters_code().await;
        let arrived = gina.reads(title).await;
        assert_eq!(arrived.url.as_str(), document);
        portal.stop().await;
    }

    /// SES-08 in walk A: a guest who is switched off is out with the next request, everywhere.
    async fn a_guest_switched_off_is_out_at_once(world) {
        let house = world.office().house("alpha.test").await;
        let guest = world.office().invite(house.tenant.id, GINA).await.guest;
        let rp = discovers(world, &house).await;
        let mut gina = world.person().await;
        let asked = rp.asks().with("scope", "openid email offline_access").build();
        goes_through(&mut gina, &asked, GINA).await;
        let signed_in = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        let refresh = signed_in.refresh_token.clone().unwrap();
        let silent = rp.asks().with("prompt", "none").build();
        gina.opens(silent.url.as_str()).sees("app").await;
        let unused = house.callbacks.next().await.unwrap();
        world.wait(TimeDelta::seconds(61));
        gina.new_tab().opens(rp.asks().with("prompt", "login").build().url.as_str()).types(GINA).sees("G05").presses("Send code").sees("G06").reads_code().await;
        world.office().enable(house.tenant.id, guest, false).await;
        assert_eq!(silently(&mut gina, &house, &rp).await.as_deref(), Some("login_required"));
        assert!(rp.userinfo(&signed_in).await.is_err());
        assert_eq!(rp.refresh(&refresh).await.unwrap_err(), RpError::OAuth("invalid_grant".to_owned()));
        assert!(rp.exchange(&silent, &unused).await.is_err(), "a code from before");
        gina.back().await;
        gina.opens(rp.asks().build().url.as_str()).await;
        let page = gina.new_tab().opens(rp.asks().build().url.as_str()).await;
        assert!(["G01", "G05"].contains(&page.test_id.as_str()), "{}", page.summary());
        // Let in again: what was ended stays so.
        world.office().enable(house.tenant.id, guest, true).await;
        assert_eq!(silently(&mut gina, &house, &rp).await.as_deref(), Some("login_required"));
        assert_eq!(rp.refresh(&refresh).await.unwrap_err(), RpError::OAuth("invalid_grant".to_owned()));
    }

    /// OTP-29, HRD-14: with sign-up switched on a stranger gets a code and the review; the record is made by *Accept* alone.
    pages async fn otp_29_sign_up_makes_the_guest_by_accept(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        let on = ApplicationChange { sign_up: Some(true), ..ApplicationChange::default() };
        world.office().change(house.tenant.id, &house.registration.client_id, on).await;
        let guests = async || {
            let list = vestibule_admin::guest::List::of(house.tenant.id);
            world.office().perform(list).await.unwrap().rows.len()
        };
        let mut nora = world.person().await;
        let asked = rp.asks().build();
        nora.opens(asked.url.as_str()).types("nora@guest.test").sees("G06").reads_code().enters_code().sees("G15").await;
        assert_eq!(guests().await, 0, "nobody before Accept");
        nora.presses("Accept").sees("app").await;
        let signed_in = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!((signed_in.claims["email"].as_str(), signed_in.claims["acct"].as_i64()), (Some("nora@guest.test"), Some(1)));
        assert_eq!(guests().await, 1);
        assert!(!is_pending(world, &house, "nora@guest.test").await);
    }
}

/// The sample application on the test's time.
struct Portal {
    url: String,
    stop: Box<dyn FnOnce() -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> + Send>,
}

impl Portal {
    async fn start(world: &World, house: &House) -> Self {
        let listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listen.local_addr().unwrap());
        let callback = format!("{url}{}", vestibule_portal::CALLBACK_PATH);
        let registered = world.office().application(&house.tenant, ApplicationType::Web, &callback).await;
        let clock = world.clock.clone();
        let (handle, server) = vestibule_portal::start(vestibule_portal::Config {
            listen,
            public_url: url.clone(),
            issuer: registered.issuer,
            client_id: registered.client_id,
            client_secret: registered.client_secret.unwrap(),
            name: "Project Portal".to_owned(),
            ca_pem: None,
            form_post: false,
            clock: vestibule_portal::Clock::from_fn(move || clock.now()),
        })
        .unwrap();
        tokio::spawn(server);
        Self { url, stop: Box::new(move || Box::pin(async move { handle.stop(false).await })) }
    }

    async fn stop(self) {
        (self.stop)().await;
    }
}
