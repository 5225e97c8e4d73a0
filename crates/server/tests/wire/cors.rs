//! What other sites may do, and what browsers are told (WEB-01 to WEB-05, WEB-09, WEB-10, ADM-18, SEC-06).

use vestibule_core::client::ApplicationType;
use vestibule_testkit::browser::Request;
use vestibule_testkit::protocol::*;
use vestibule_testkit::smtp::TestCa;
use vestibule_testkit::world::Driver;
use vestibule_testkit::{HttpOptions, Setup};

const SPA: &str = "https://spa.alpha.test";

fn opened_to(answer: &Answer) -> &str {
    assert!(!answer.has("access-control-allow-credentials"), "never with credentials");
    answer.header("access-control-allow-origin")
}

vestibule_testkit::flows! {
    /// WEB-10: documents for everybody, tokens for the origins of the application, pages for nobody.
    async fn web_10_client_08_cors_per_endpoint(world) {
        let world = &*world;
        let house = world.office().house("alpha.test").await;
        let beta = world.office().house("beta.test").await;
        let spa = world.office().application(&house.tenant, ApplicationType::Spa, &format!("{SPA}/cb")).await;
        let tenant = house.tenant.id.to_string();
        let ask = |method: &'static str, target: String, origin: &'static str| async move {
            let headers = [("Origin", origin), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization")];
            send(world, Wire { method, target: &target, headers: &headers, body: b"" }).await
        };
        // Documents: `*`, also in errors and preflights.
        for path in ["v2.0/.well-known/openid-configuration", "discovery/v2.0/keys"] {
            for place in [tenant.as_str(), "common", "alpha.test", "nobody.test"] {
                for method in ["GET", "OPTIONS"] {
                    let answer = ask(method, format!("/{place}/{path}"), "https://evil.test").await;
                    assert_eq!(opened_to(&answer), "*", "{method} {place}/{path}");
                    assert!(method != "GET" || answer.header("cross-origin-resource-policy") == "cross-origin");
                }
            }
        }
        // Tokens, userinfo, revocation: preflight for any application's origin of this tenant, byte for byte.
        let endpoints = ["oauth2/v2.0/token", "oauth2/v2.0/revoke", "oidc/userinfo"];
        for endpoint in endpoints {
            let open = ask("OPTIONS", format!("/{tenant}/{endpoint}"), SPA).await;
            assert_eq!((open.status, opened_to(&open)), (204, SPA), "{endpoint}");
            let headers = open.header("access-control-allow-headers").to_owned();
            for name in ["authorization", "content-type", "dpop"] {
                assert!(headers.split(", ").any(|one| one == name), "{headers}");
            }
            assert!(open.header("access-control-allow-methods").contains("POST"));
            assert!(open.header("vary").contains("Origin"));
            for foreign in [
                "https://evil.test", "null", "http://spa.alpha.test", "https://spa.alpha.test:8443", "https://SPA.alpha.test",
                "https://spa.alpha.test.evil.test", "https://spa.alpha.tes", "https://spa.alpha.test/", "https://", "https:", "",
            ] {
                let shut = ask("OPTIONS", format!("/{tenant}/{endpoint}"), foreign).await;
                assert_eq!(opened_to(&shut), "", "{endpoint} {foreign}");
            }
            let abroad = ask("OPTIONS", format!("/{}/{endpoint}", beta.tenant.id), SPA).await;
            assert_eq!(opened_to(&abroad), "", "another tenant's application");
        }
        // Answers: to the application's own origin alone.
        let target = format!("/{tenant}/oauth2/v2.0/revoke");
        for (origin, allowed) in [(SPA, SPA), ("https://evil.test", ""), ("https://app.alpha.test", "")] {
            let done = post(world, &target, &[("Origin", origin)], &[("token", "x"), ("client_id", &spa.client_id)]).await;
            assert_eq!((done.status, opened_to(&done)), (200, allowed), "{origin}");
            assert_eq!((done.body.as_str(), done.has("content-type")), ("", false), "an empty 200 without a type");
            let pairs = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", spa.client_id.as_str())];
            let failed = post(world, &format!("/{tenant}/oauth2/v2.0/token"), &[("Origin", origin)], &pairs).await;
            assert_eq!((failed.status, opened_to(&failed)), (400, allowed), "an error can be read too: {origin}");
            assert!(failed.header("vary").contains("Origin"));
            let info = ask("GET", format!("/{tenant}/oidc/userinfo"), origin).await;
            assert_eq!((info.status, opened_to(&info)), (401, allowed), "{origin}");
        }
        // Another application of the tenant gets its answers at its own origins, not at this one's.
        let authorization = basic(&house.registration);
        let headers = [("Origin", SPA), ("Authorization", authorization.as_str())];
        let done = post(world, &target, &headers, &[("token", "x")]).await;
        assert_eq!((done.status, opened_to(&done)), (200, ""));
        // Everything else: none, preflights included.
        for path in ["oauth2/v2.0/authorize", "oauth2/v2.0/logout", "signin", "signin/code", "signin/help", "invite", "report"] {
            for method in ["GET", "POST", "OPTIONS"] {
                let answer = ask(method, format!("/{tenant}/{path}"), SPA).await;
                assert_eq!(opened_to(&answer), "", "{method} {path}");
                assert!(!answer.has("access-control-allow-methods"), "{method} {path}");
            }
        }
        // A switched-off application opens nothing.
        let off = vestibule_testkit::office::ApplicationChange { enabled: Some(false), ..Default::default() };
        world.office().change(house.tenant.id, &spa.client_id, off).await;
        assert_eq!(opened_to(&ask("OPTIONS", format!("/{tenant}/oauth2/v2.0/token"), SPA).await), "");
    }

    /// WEB-01: a POST on a cookie route comes from our own pages, with the token of this very interaction.
    async fn web_01_posts_come_from_our_own_pages(world) {
        let (_house, web) = desk(world).await;
        let (mut gina, mut other) = (world.person().await, world.person().await);
        let asked = web.asks().build();
        gina.opens(asked.url.as_str()).sees("G01").fills("email", GINA).await;
        other.opens(asked.url.as_str()).sees("G01").fills("email", GINA).await;
        let good = gina.http().pressed("primary").unwrap();
        let others = other.http().pressed("primary").unwrap();
        let cookies = gina.http().jar.header(&good.url, vestibule_testkit::browser::cookies::Relation::SameOrigin, true).unwrap();
        let (origin, target) = (world.server.base_url().to_owned(), good.url.as_str().replace(world.server.base_url(), ""));
        let without_token = "email=gina%40guest.test".to_owned();
        let altered = good.body.replace("csrf=", "csrf=A");
        for (what, headers, body, status) in [
            ("another site", vec![("Sec-Fetch-Site", "cross-site")], &good.body, 403),
            ("a sibling", vec![("Sec-Fetch-Site", "same-site")], &good.body, 403),
            ("typed", vec![("Sec-Fetch-Site", "none")], &good.body, 403),
            ("another site that says so twice", vec![("Sec-Fetch-Site", "cross-site"), ("Origin", origin.as_str())], &good.body, 403),
            ("another origin", vec![("Origin", "https://evil.test")], &good.body, 403),
            ("our host by another port", vec![("Origin", "http://127.0.0.1:1")], &good.body, 403),
            ("nothing said, no token", vec![], &without_token, 403),
            ("no origin, no token", vec![("Origin", "null")], &without_token, 403),
            ("our page, no token", vec![("Sec-Fetch-Site", "same-origin")], &without_token, 403),
            ("our page, altered token", vec![("Sec-Fetch-Site", "same-origin")], &altered, 403),
            ("our page, another's token", vec![("Sec-Fetch-Site", "same-origin")], &others.body, 403),
            ("nothing said, the token", vec![], &good.body, 303),
        ] {
            let headers = [headers, vec![("Cookie", cookies.as_str()), ("Content-Type", "application/x-www-form-urlencoded")]].concat();
            let answer = send(world, Wire { method: "POST", target: &target, headers: &headers, body: body.as_bytes() }).await;
            assert_eq!(answer.status, status, "{what}: {}", answer.body);
            assert_eq!(answer.has("location"), status == 303, "{what}");
            if status == 403 {
                assert!(!answer.has("set-cookie"), "{what}");
                assert_eq!(world.mail.messages_to(GINA).len(), 0, "{what}");
            }
        }
        // A bearer token is no cookie: pages ignore it.
        let headers = [("Authorization", "Bearer x"), ("Content-Type", "application/x-www-form-urlencoded")];
        let bare = send(world, Wire { method: "POST", target: &target, headers: &headers, body: good.body.as_bytes() }).await;
        assert_eq!((bare.status >= 400, bare.has("location")), (true, false), "{}", bare.body);
    }

    /// WEB-09: no POST of the walk is answered by 307 or 308.
    async fn web_09_posts_end_in_303(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        signs_in(&mut gina, &web, &house, web.asks(), GINA).await;
        gina.opens(web.logout_url(&[]).unwrap().as_str()).sees("G23").presses("primary").await;
        let posts: Vec<_> = gina.http().exchanges().iter().filter(|e| e.method == "POST").cloned().collect();
        let paths: Vec<_> = posts.iter().map(|e| e.url.path().rsplit('/').next().unwrap().to_owned()).collect();
        assert_eq!(paths, ["signin", "code", "review", "logout"]);
        for exchange in posts {
            let status = exchange.status.as_u16();
            assert!(status == 303 || (200..300).contains(&status), "{} {status}", exchange.url);
        }
    }

    /// WEB-04, client_13: the code page's POST arrives at an application whose callback goes on to a third origin.
    pages async fn web_04_client_13_the_callback_may_go_on_to_a_third_origin(world) {
        let (house, ca) = (world.office().house("alpha.test").await, TestCa::new().unwrap());
        world.office().invite(house.tenant.id, GINA).await;
        let (chain, key) = ca.leaf(&["third.localhost"]).unwrap();
        let tls = Some((chain.into_bytes(), key.into_bytes()));
        let third = world.another(Setup { origin: Some("https://third.localhost".to_owned()), tls, ..Setup::default() }).await;
        let hop = Hop::start(format!("{}/common/signin/help", third.server.base_url())).await;
        let registration = world.office().application(&house.tenant, ApplicationType::Web, &hop.uri).await;
        let web = rp(world, &registration).await;
        let hosts = vec![("third.localhost".to_owned(), third.server.node(0).listen)];
        let mut gina = match world.driver {
            Driver::Http => world.person_with(&HttpOptions { ca_pem: Some(ca.pem()), hosts, ..HttpOptions::default() }),
            _ => world.person().await,
        };
        gina.opens(web.asks().build().url.as_str()).sees("G01").types(GINA).sees("G06").await;
        if world.driver == Driver::Http {
            let policy = gina.last().header("content-security-policy").to_owned();
            let own = hop.uri.trim_end_matches("/cb");
            assert!(policy.ends_with(&format!("form-action 'self' https: {own}")), "{policy}");
        }
        gina.reads_code().enters_code().sees("G15").presses("primary").sees("G30").is_at("https://third.localhost").is_at("code=").await;
        // Again from the code page itself, where the review is behind her: its POST is the one that leads out.
        world.wait(chrono::TimeDelta::minutes(16));
        let again = web.asks().with("prompt", "login").build();
        let page = gina.opens(again.url.as_str()).sees("G01").await;
        goes_on(&mut gina, page, GINA).await;
        gina.sees("G30").is_at("https://third.localhost").is_at(&again.state).await;
        if let Some(chromium) = gina.browser().chromium() {
            let complaints = chromium.console().await.unwrap();
            assert!(!complaints.iter().any(|line| line.contains("Content Security Policy")), "{complaints:?}");
        } else {
            // A page that leads nowhere else has 'self' alone.
            gina.opens(&format!("{}/{}/signin/help", world.server.base_url(), house.tenant.id)).sees("G30").await;
            assert!(gina.last().header("content-security-policy").ends_with("form-action 'self'"));
        }
    }

    /// WEB-03: in a real browser no page of the walk breaks its own policy, and an injected script does not run.
    pages async fn web_03_no_violation_and_no_injected_script(world) {
        let (house, web) = desk(world).await;
        let mut gina = world.person().await;
        let canary = "'\"><script>document.title='owned'</script><svg/onload=document.title='owned'>";
        let asked = web.asks().with("login_hint", "x@y.test\"><script>document.title='owned'</script>").with("state", canary).build();
        for page in ["G01", "G06", "G15"] {
            let shown = match page {
                "G01" => gina.opens(asked.url.as_str()).sees("G01").await,
                "G06" => gina.types(GINA).sees("G06").await,
                _ => gina.reads_code().enters_code().sees("G15").await,
            };
            assert_ne!(shown.title, "owned");
            if let Some(chromium) = gina.browser().chromium().filter(|_| world.driver == Driver::Chromium) {
                let inject = "const s = document.createElement('script'); s.textContent = \"document.title='owned'\"; \
                              document.body.append(s); const d = document.createElement('div'); d.setAttribute('onclick', \
                              \"document.title='owned'\"); document.body.append(d); d.click(); return document.title";
                let before = chromium.console().await.unwrap();
                assert!(!before.iter().any(|line| line.contains("Content Security Policy")), "{page}: {before:?}");
                assert_ne!(chromium.run(inject, Vec::new()).await.unwrap(), "owned", "{page}");
                let after = chromium.console().await.unwrap();
                assert!(after.iter().any(|line| line.contains("Content Security Policy")), "{page}: it was the policy");
            }
        }
        assert!(house.callbacks.came().await.is_none());
    }

    /// SEC-06, ADM-18: health and metrics stand on the other listener alone.
    async fn sec_06_adm_18_management_is_elsewhere(world) {
        for path in ["/healthz", "/readyz", "/metrics", "/debug", "/debug/pprof", "/actuator", "/demo/mailbox", "/demo/mailbox/1", "/.env", "/server-status"] {
            for method in ["GET", "POST"] {
                let answer = send(world, Wire { method, target: path, headers: &[], body: b"" }).await;
                assert_eq!((answer.status, answer.page_id().as_str()), (404, "G26"), "{method} {path}");
                for name in ["server", "x-powered-by"] {
                    assert!(!answer.has(name));
                }
                assert!(!answer.body.contains(env!("CARGO_PKG_VERSION")) && !answer.body.to_lowercase().contains("actix"));
            }
        }
        let node = world.server.node(0);
        let (from, management) = (std::net::Ipv4Addr::LOCALHOST.into(), node.management);
        for path in ["/healthz", "/readyz", "/metrics"] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {management}\r\nConnection: close\r\n\r\n");
            assert_eq!(bytes_from(from, management, request.as_bytes()).await.status, 200, "{path}");
        }
        let page = format!("GET /common/signin/help HTTP/1.1\r\nHost: {management}\r\nConnection: close\r\n\r\n");
        assert_eq!(bytes_from(from, management, page.as_bytes()).await.status, 404);
        assert_ne!(node.listen, node.management);
    }

    /// WEB-05, WEB-02: outside loopback mode each answer says HSTS, and pages keep openers only where the application asks.
    async fn web_05_hsts_and_openers(world) {
        let behind = world.another(Setup { origin: Some("https://id.test".to_owned()), ..Setup::default() }).await;
        let tenant = behind.office().tenant("Alder Works", "alpha.test").await;
        let app = behind.office().application(&tenant, ApplicationType::Spa, &format!("{SPA}/cb")).await;
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbGJSstw-cM0";
        let query = encoded(&[("response_type", "code"), ("client_id", &app.client_id), ("redirect_uri", &app.redirect_uri),
            ("scope", "openid"), ("code_challenge", challenge), ("code_challenge_method", "S256")]);
        for target in [format!("/{}/oauth2/v2.0/authorize?{query}", tenant.id), format!("/{}/signin/help", tenant.id),
            "/common/v2.0/.well-known/openid-configuration".to_owned(), "/nothing".to_owned(), "/robots.txt".to_owned()] {
            let answer = get(&behind, &target).await;
            let hsts = answer.header("strict-transport-security");
            let age: u64 = hsts.trim_start_matches("max-age=").split(';').next().unwrap().parse().unwrap();
            assert!(age >= 31_536_000 && hsts.contains("includeSubDomains"), "{target}: {hsts}");
            for line in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
                assert!(line.1.starts_with("__Host-") && line.1.contains("; Secure") && line.1.contains("HttpOnly"), "{line:?}");
                assert!(line.1.contains("Path=/") && line.1.contains("SameSite=Lax") && !line.1.contains("Domain"), "{line:?}");
            }
        }
        let here = get(world, "/nothing").await;
        assert!(!here.has("strict-transport-security"), "loopback mode: none");
        let (house, web) = desk(world).await;
        let mut gina = world.person_with(&HttpOptions::default());
        for (popups, opener) in [(false, "same-origin"), (true, "unsafe-none")] {
            set(world, &house, &house.registration.client_id, move |s| s.popups = popups).await;
            gina.opens(web.asks().build().url.as_str()).sees("G01").await;
            assert_eq!(gina.last().header("cross-origin-opener-policy"), opener);
        }
        let help = Request::get(format!("{}/{}/signin/help", world.server.base_url(), house.tenant.id).parse().unwrap());
        assert_eq!(gina.http().send(&help, None).await.unwrap().header("cross-origin-opener-policy"), "same-origin");
    }
}

/// An application whose callback sends the browser on to another origin.
struct Hop {
    uri: String,
    task: tokio::task::JoinHandle<()>,
}

impl Hop {
    async fn start(to: String) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let uri = format!("http://{}/cb", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = vec![0; 8192];
                let read = tokio::io::AsyncReadExt::read(&mut stream, &mut head).await.unwrap_or_default();
                let text = String::from_utf8_lossy(&head[..read]).into_owned();
                let query = text
                    .split(' ')
                    .nth(1)
                    .and_then(|t| t.split_once('?'))
                    .map(|(_, q)| q)
                    .unwrap_or_default();
                let answer = format!(
                    "HTTP/1.1 302 Found\r\nLocation: {to}?{query}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
                drop(tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes()).await);
            }
        });
        Self { uri, task }
    }
}

impl Drop for Hop {
    fn drop(&mut self) {
        self.task.abort();
    }
}
