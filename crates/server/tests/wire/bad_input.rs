//! Rubbish at every endpoint (acceptance 7, WEB-02, WEB-05, WEB-11, WEB-14, WEB-15, DOS-01, DOS-02, ADM-18): the right form of
//! error, never a fault of ours, never a way out, and the security headers on each answer.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use vestibule_server::Patience;
use vestibule_testkit::protocol::*;
use vestibule_testkit::{Setup, World};

/// Who asks at a route, and so in which form it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A person: a page.
    Page,
    /// A program: JSON.
    Json,
    /// A program that reads a document: JSON, open to every site.
    Document,
    /// A file, and what browsers ask for by themselves.
    File,
}

/// Every public route: its pattern, its form, the methods that it knows.
const ROUTES: &[(&str, Form, &str)] = &[
    ("/{tenant}/oauth2/v2.0/authorize", Form::Page, "GET, HEAD, POST"),
    ("/{tenant}/oauth2/v2.0/token", Form::Json, "POST, OPTIONS"),
    ("/{tenant}/signin/code", Form::Page, "GET, HEAD, POST"),
    ("/{tenant}/signin/code/send", Form::Page, "GET, HEAD, POST"),
    ("/{tenant}/signin", Form::Page, "GET, HEAD, POST"),
    ("/{tenant}/v2.0/.well-known/openid-configuration", Form::Document, "GET, HEAD, OPTIONS"),
    ("/{tenant}/discovery/v2.0/keys", Form::Document, "GET, HEAD, OPTIONS"),
    ("/{tenant}/oidc/userinfo", Form::Json, "GET, HEAD, POST, OPTIONS"),
    ("/static/{file}", Form::File, "GET, HEAD"),
    ("/{tenant}/signin/code/resend", Form::Page, "POST"),
    ("/{tenant}/signin/review", Form::Page, "GET, HEAD, POST"),
    ("/{tenant}/signin/accounts", Form::Page, "GET, HEAD, POST"),
    ("/{tenant}/signin/help", Form::Page, "GET, HEAD"),
    ("/{tenant}/signin/help/{page}", Form::Page, "GET, HEAD"),
    ("/{tenant}/oauth2/v2.0/logout", Form::Page, "GET, HEAD, POST"),
    ("/{tenant}/oauth2/v2.0/revoke", Form::Json, "POST, OPTIONS"),
    ("/{tenant}/invite/{token}", Form::Page, "GET, HEAD"),
    ("/{tenant}/invite", Form::Page, "GET, HEAD, POST"),
    ("/{tenant}/report/{token}", Form::Page, "GET, HEAD"),
    ("/{tenant}/report", Form::Page, "GET, HEAD, POST"),
    ("/redeem", Form::Page, "GET, HEAD"),
    ("/.well-known/oauth-authorization-server/{tenant}/v2.0", Form::Document, "GET, HEAD, OPTIONS"),
    ("/favicon.ico", Form::File, "GET, HEAD"),
    ("/robots.txt", Form::File, "GET, HEAD"),
];

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// A path of a route.
fn path_of(route: &str, tenant: &str) -> String {
    route
        .replace("{tenant}", tenant)
        .replace("{file}", "x.css")
        .replace("{page}", "x")
        .replace("{token}", "x")
}

/// What holds for each answer, whatever was asked.
fn checked(answer: &Answer, form: Form, what: &str) {
    assert!((200..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
    assert_eq!(answer.header("x-frame-options"), "DENY", "WEB-02: {what}: {answer:?}");
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.starts_with("default-src 'none'"),
        "{what}: {policy}"
    );
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{what}");
    assert!(answer.has("permissions-policy"), "{what}");
    let resource = answer.header("cross-origin-resource-policy");
    assert!(
        resource == "same-origin" || form == Form::Document && resource == "cross-origin",
        "{what}: {resource}"
    );
    let kind = answer.header("content-type");
    if kind.starts_with("text/html") {
        for part in [
            "script-src 'nonce-",
            "style-src 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "WEB-03: {what}: {part} in {policy}");
        }
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
        assert!(nonce.len() >= 22, "{what}: {nonce}");
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{what}");
    }
    // WEB-11: nothing about us, and nothing of what was sent comes back as markup.
    for leak in
        ["SELECT", "sqlite", "postgres", "diesel", "actix", "panicked", "/crates/", ".rs:", "<svg/onload"]
    {
        assert!(!answer.body.contains(leak), "{what}: {leak}: {}", answer.body);
    }
    if answer.status >= 400 && !answer.body.is_empty() {
        match form {
            Form::Page | Form::File => {
                assert!(kind.starts_with("text/html"), "{what}: a page, not {kind}: {}", answer.body);
                assert!(answer.page_id().starts_with('G'), "{what}: {}", answer.body);
            }
            Form::Json | Form::Document => {
                assert_eq!(kind, "application/json", "{what}: {}", answer.body);
                assert_eq!(answer.header("cache-control"), "no-store", "{what}");
                assert!(!answer.error().is_empty(), "{what}: {}", answer.body);
                assert!(answer.text("error_description").is_ascii(), "{what}");
            }
        }
    }
}

/// No redirect at all, or back to a page of ours (303, a path, one slash).
fn leads_nowhere(answer: &Answer, what: &str) {
    assert!(!answer.has("location"), "{what}: {} {}", answer.status, answer.header("location"));
}

/// What a query can be made of.
fn bad_queries() -> Vec<String> {
    let mut queries: Vec<String> = [
        "%",
        "%zz",
        "%ff",
        "a=%ff",
        "a=%c3%28",
        "a=%00",
        "i=%00",
        "i=",
        "i=x",
        "i=AAAAAAAAAAAAAAAAAAAAAA",
        "i=..%2f",
        "=",
        "&&&",
        "a=b=c",
        "client_id=x&client_id=x",
        "client_id=%ff",
        "client_id=%00&redirect_uri=x",
        "client_id=a%00b",
        "client_id=nobody&redirect_uri=https://evil.test/cb",
        "redirect_uri=https://evil.test/",
        "redirect_uri=javascript:alert(1)&client_id=x",
        "ui_locales=%ff",
        "ui_locales=%3Csvg/onload=x%3E",
        "rd=https://evil.test/x/invite/y",
        "rd=//evil.test/x/invite/y",
        "rd=/\\evil.test/x/invite/y",
        "rd=/x/invite/y/../../z",
        "rd=javascript:x",
        "token=x&token=y",
        "state=%3Csvg/onload=x%3E",
        "login_hint=%3Csvg/onload=x%3E",
        "post_logout_redirect_uri=https://evil.test/",
        "id_token_hint=x.y.z",
        "access_token=x",
        "change=1",
        "error=x&error_description=%3Csvg/onload=x%3E",
    ]
    .map(str::to_owned)
    .to_vec();
    queries.push((0..150).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&"));
    queries.push(format!("state={}", "s".repeat(7 * 1024)));
    queries.push(format!("i={}", "A".repeat(4000)));
    queries
}

/// Bodies with the type that they are said to have.
fn bad_bodies() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let form = FORM.1;
    let mut bodies: Vec<(&str, &str, Vec<u8>)> = vec![
        ("none", form, vec![]), ("no type", "", b"email=a".to_vec()), ("JSON", "application/json", b"{\"code\":12345678}".to_vec()),
        ("deep JSON", "application/json", "[".repeat(10_000).into_bytes()), ("duplicate keys", "application/json", b"{\"a\":1,\"a\":2}".to_vec()),
        ("multipart", "multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na\r\n--x--\r\n".to_vec()),
        ("text", "text/plain", b"email=a".to_vec()), ("no UTF-8", form, b"email=\xff\xfe&csrf=x".to_vec()), ("escaped no UTF-8", form, b"email=%ff&csrf=x".to_vec()),
        ("broken escape", form, b"email=%zz".to_vec()), ("NUL", form, b"code=12345678%00&csrf=x".to_vec()), ("raw NUL", form, b"code=1\0".to_vec()),
        ("twice", form, b"email=a@b.test&email=c@d.test&csrf=x&csrf=x".to_vec()), ("codes", form, b"code=1&code=2&csrf=x".to_vec()),
        ("clients", form, b"client_id=x&client_id=y&grant_type=refresh_token&refresh_token=x&token=x".to_vec()),
        ("NULs", form, b"client_id=%00&client_secret=%00&token=%00&grant_type=refresh_token&refresh_token=%00&email=%00&csrf=%00&do=%00".to_vec()),
        ("arrays", form, b"code[]=12345678&code[$ne]=1".to_vec()), ("unknown", form, b"x=1&y=2".to_vec()), ("CR LF", form, b"email=a%0d%0aBcc:x&do=accept".to_vec()),
        ("markup", form, b"email=<svg/onload=x>&csrf=<svg/onload=x>".to_vec()), ("a stranger's token", form, format!("csrf={}&do=accept&email=a@b.test&code=12345678", "A".repeat(43)).into_bytes()),
        ("evil", form, b"redirect_uri=https://evil.test/&client_id=x&request=https://evil.test/&csrf=x".to_vec()),
    ];
    bodies.push((
        "many pairs",
        form,
        (0..200).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&").into_bytes(),
    ));
    bodies.push(("long value", form, format!("email={}&csrf=x", "a".repeat(15_000)).into_bytes()));
    bodies
}

/// Where rubbish may be answered by one of our own pages, by 303 and a path: the POST of another site becomes the same GET.
fn own_get(route: &str, target: &str, answer: &Answer) -> bool {
    let path = target.split('?').next().unwrap();
    let location = answer.header("location");
    let posted = route.ends_with("/authorize") || route.ends_with("/logout");
    // A mailed link moves its token from the address bar into a cookie (LNK-03).
    if answer.status == 303 && route.ends_with("/{token}") {
        return path.strip_suffix("/x") == Some(location);
    }
    posted
        && answer.status == 303
        && location.starts_with(&format!("{path}?"))
        && location.starts_with('/')
        && !location.starts_with("//")
}

async fn play(world: &World, route: &(&str, Form, &str), wire: Wire<'_>, what: &str) -> Answer {
    let answer = send(world, wire).await;
    let what = format!("{} {} {what}", wire.method, route.0);
    checked(&answer, route.1, &what);
    if !own_get(route.0, wire.target, &answer) && route.0 != "/favicon.ico" {
        leads_nowhere(&answer, &what);
    }
    answer
}

vestibule_testkit::flows! {
    /// ADM-18: the routes are these and no others, and each knows its methods only.
    async fn adm_18_routes_and_their_methods(world) {
        let house = world.office().house("alpha.test").await;
        let source = include_str!("../../src/routes.rs");
        let (public, _) = source.split_once("The demo's own page").unwrap();
        let listed: BTreeSet<&str> = public.split('"').filter(|text| text.starts_with('/') && !text.contains('\n')).collect();
        assert_eq!(listed, ROUTES.iter().map(|(route, ..)| *route).collect(), "a route without a row, or a row without a route");
        let tenant = house.tenant.id.to_string();
        for route in ROUTES {
            let target = path_of(route.0, &tenant);
            for method in ["TRACE", "DELETE", "PUT", "PATCH", "GET", "POST", "OPTIONS", "PROPFIND", "get"] {
                if route.2.split(", ").any(|known| known == method) {
                    continue;
                }
                let answer = play(world, route, Wire { method, target: &target, headers: &[("Sec-Fetch-Site", "same-origin")], body: b"" }, "").await;
                assert_eq!((answer.status, answer.header("allow")), (405, route.2), "{method} {target}");
            }
            if route.2.contains("HEAD") {
                let head = send(world, Wire { method: "HEAD", target: &target, headers: &[], body: b"" }).await;
                let read = get(world, &target).await;
                assert_eq!((head.status, head.body.as_str()), (read.status, ""), "{target}");
            }
        }
    }

    /// Acceptance 7: queries of every bad kind, at every route by every method that it knows.
    async fn web_02_web_05_web_11_web_14_bad_queries_everywhere(world) {
        let house = world.office().house("alpha.test").await;
        let tenant = house.tenant.id.to_string();
        for route in ROUTES {
            for query in bad_queries() {
                let target = format!("{}?{query}", path_of(route.0, &tenant));
                for method in route.2.split(", ") {
                    let answer = play(world, route, Wire { method, target: &target, headers: &[FORM], body: b"" }, &query).await;
                    let harmless = route.0.contains("help") || route.1 != Form::Page || matches!(method, "HEAD" | "OPTIONS")
                        || route.0.ends_with("/logout") || own_get(route.0, &target, &answer) || route.0.ends_with("/report") || answer.status == 404;
                    assert!(harmless || answer.status >= 400, "{method} {target}: {}", answer.status);
                }
            }
        }
    }

    /// Acceptance 7: bodies of every bad kind, at every route that takes one; with and without our own page as origin.
    async fn web_02_web_11_web_14_dos_01_bad_bodies_everywhere(world) {
        let house = world.office().house("alpha.test").await;
        let tenant = house.tenant.id.to_string();
        for route in ROUTES.iter().filter(|route| route.2.contains("POST")) {
            for query in ["", "?i=AAAAAAAAAAAAAAAAAAAAAA", "?i=%ff"] {
                let target = format!("{}{query}", path_of(route.0, &tenant));
                for (what, kind, body) in bad_bodies() {
                    for site in ["same-origin", "cross-site"] {
                        let mut headers = vec![("Sec-Fetch-Site", site)];
                        headers.extend((!kind.is_empty()).then_some(("Content-Type", kind)));
                        let wire = Wire { method: "POST", target: &target, headers: &headers, body: &body };
                        let answer = play(world, route, wire, what).await;
                        let asked_anew = own_get(route.0, &target, &answer);
                        let nobody = route.0.ends_with("/logout"); // nobody is signed in: a page says so
                        assert!(answer.status >= 400 || asked_anew || nobody, "{target} {what}: {} {}", answer.status, answer.body);
                        assert!(site == "same-origin" || route.1 == Form::Json || asked_anew || nobody || matches!(answer.status, 400 | 403 | 404), "{target} {what}");
                    }
                }
            }
        }
        assert_eq!(world.mail.messages().len(), 0, "nothing was sent");
    }

    /// DOS-01, N-20: what is too large is refused before it is read, in the form of its endpoint; nothing is unpacked.
    async fn dos_01_web_11_client_10_too_large_and_packed_bodies_are_refused_unread(world) {
        let house = world.office().house("alpha.test").await;
        let tenant = house.tenant.id.to_string();
        let large = vec![b'a'; 17 * 1024];
        let chunked = [b"4400\r\n".as_slice(), &vec![b'a'; 0x4400], b"\r\n0\r\n\r\n"].concat();
        let long = "a".repeat(17 * 1024);
        // gzip of "token=x&client_id=x", and the head of a bomb: neither is looked into.
        let packed = data_encoding::HEXLOWER.decode(b"1f8b08000000000002032bc9cfcecdb3ad504bcec94ccd2b89cf4cb1ad00008c5bbb3b13000000").unwrap();
        for route in ROUTES {
            let target = path_of(route.0, &tenant);
            let method = if route.2.contains("POST") { "POST" } else { "GET" };
            let answer = play(world, route, Wire { method, target: &target, headers: &[FORM], body: &large }, "large").await;
            assert_eq!(answer.status, 413, "{target}");
            assert!(!answer.body.is_empty(), "{target}: the right form of error");
            assert_eq!(answer.header("connection"), "close", "{target}: the rest is no next request");
            let headers = [FORM, ("Transfer-Encoding", "chunked")];
            let answer = play(world, route, Wire { method, target: &target, headers: &headers, body: &chunked }, "chunked").await;
            assert_eq!(answer.status, 413, "{target}, chunked");
            for coding in ["gzip", "deflate", "br", "zstd", "x", "identity, gzip"] {
                let headers = [FORM, ("Content-Encoding", coding)];
                let answer = play(world, route, Wire { method, target: &target, headers: &headers, body: &packed }, coding).await;
                assert_eq!(answer.status, 415, "{target} {coding}");
            }
            let headers = [("X-Long", long.as_str())];
            let answer = play(world, route, Wire { method, target: &target, headers: &headers, body: b"" }, "head").await;
            assert_eq!(answer.status, 431, "{target}");
            let far = format!("{target}?state={}", "s".repeat(8 * 1024));
            let answer = play(world, route, Wire { method, target: &far, headers: &[], body: b"" }, "URI").await;
            assert_eq!(answer.status, 414, "{target}");
            let exact = format!("{target}?s={}", "s".repeat(8 * 1024 - target.len() - 3));
            assert_ne!(play(world, route, Wire { method, target: &exact, headers: &[], body: b"" }, "8 KiB").await.status, 414);
        }
    }

    /// DOS-02: a head or body that does not come ends the connection, in the right form where there is one.
    async fn dos_02_slow_heads_and_bodies_end(world) {
        let patience = Patience { head: Duration::from_millis(1500), body: Duration::from_millis(200) };
        let impatient = world.another(Setup { patience, ..Setup::default() }).await;
        let house = impatient.office().house("alpha.test").await;
        let (from, node) = (Ipv4Addr::LOCALHOST.into(), impatient.server.node(0).listen);
        let head = bytes_from(from, node, b"GET /robots.txt HT").await;
        assert!(matches!(head.status, 0 | 408), "closed by its limit: {}", head.status);
        let host = impatient.server.base_url().split_once("://").unwrap().1.to_owned();
        for (path, json) in [("oauth2/v2.0/token", true), ("signin", false), ("oidc/userinfo", true), ("oauth2/v2.0/authorize", false)] {
            let request = format!(
                "POST /{}/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {}\r\nContent-Length: 100\r\n\r\na=",
                house.tenant.id, FORM.1
            );
            let answer = bytes_from(from, node, request.as_bytes()).await;
            assert_eq!(answer.status, 408, "{path}: {}", answer.body);
            checked(&answer, if json { Form::Json } else { Form::Page }, path);
        }
        // A length that is merely stated is enough for a refusal; nobody waits for the rest.
        let target = format!("/{}/oauth2/v2.0/token", house.tenant.id);
        let headers = [FORM, ("Content-Length", "999999999999")];
        let stated = send(&impatient, Wire { method: "POST", target: &target, headers: &headers, body: b"" }).await;
        assert_eq!((stated.status, stated.error().as_str()), (413, "invalid_request"), "{}", stated.body);
        // In time nothing changes.
        assert_eq!(get(&impatient, "/robots.txt").await.status, 200);
    }

    /// WEB-15, WEB-07, acceptance 7: a tenant's part that can name none is never given back in a URL, nor anything else of it.
    async fn web_07_web_15_odd_tenants_are_no_way_out(world) {
        world.office().house("alpha.test").await;
        let odd = [
            "%5Cevil.test", "%5C%5Cevil.test", "%2F%2Fevil.test", "%0d%0aLocation:%20https:%2f%2fevil.test", "evil.test%3f", "evil.test%23", "%00", "%ff%fe",
            "%E2%80%AE", "a;b", "a%20b", "%3Csvg%2fonload=x%3E", "@evil.test", "evil.test:443", ".", "%2e%2e", "%2e", "~", "*", "a'b", "a%22b", "https:",
        ];
        for route in ROUTES.iter().filter(|route| route.0.contains("{tenant}")) {
            for tenant in odd {
                let target = path_of(route.0, tenant);
                for method in route.2.split(", ") {
                    for body in [b"".as_slice(), b"response_type=code&client_id=x&redirect_uri=https://evil.test/"] {
                        if !body.is_empty() && method != "POST" {
                            continue;
                        }
                        let headers = [FORM, ("Sec-Fetch-Site", "same-origin")];
                        let answer = send(world, Wire { method, target: &target, headers: &headers, body }).await;
                        let what = format!("{method} {target}");
                        assert!((200..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
                        leads_nowhere(&answer, &what);
                        assert!(method == "OPTIONS" || answer.status >= 400, "{what}: {}", answer.status);
                        for name in ["set-cookie", "refresh"] {
                            assert!(!answer.has(name), "{what}: {name}: {}", answer.header(name));
                        }
                        assert!(!answer.body.contains("<svg/onload") && !answer.body.contains("\"/\\"), "{what}");
                    }
                }
            }
        }
    }

    /// Acceptance 7: cookies and credentials that are rubbish count as none.
    async fn web_11_ses_03_rubbish_in_headers_counts_as_nothing(world) {
        let house = world.office().house("alpha.test").await;
        let tenant = house.tenant.id.to_string();
        for route in ROUTES {
            let target = path_of(route.0, &tenant);
            for (name, value) in [
                ("Cookie", "vs.x=y; vi.=; va=\"; =; ;;; vl=<svg/onload=x>"), ("Cookie", "vi.AAAAAAAAAAAAAAAAAAAAAA=AAAA; vn=x; vr=%00; vl=tlh"),
                ("Authorization", "Basic"), ("Authorization", "Basic !!!"), ("Authorization", "Basic Og=="), ("Authorization", "Bearer"),
                ("Authorization", "Bearer \u{e9}"), ("Authorization", "Digest x"), ("Accept-Language", "\u{e9},;q=,-,*;q=9"),
                ("Content-Type", "application/x-www-form-urlencoded; charset=utf-16"), ("Origin", "\u{e9}"), ("Sec-Fetch-Site", "\u{e9}"),
                ("User-Agent", "<svg/onload=x>"), ("X-Forwarded-For", "\u{e9}, a, ,"), ("X-Forwarded-Host", "evil.test"), ("Forwarded", "host=evil.test"),
                ("If-None-Match", "\u{e9}"), ("X-HTTP-Method-Override", "DELETE"), ("Accept", "\u{e9}"), ("Range", "bytes=0-0"),
            ] {
                for method in route.2.split(", ") {
                    let answer = play(world, route, Wire { method, target: &target, headers: &[(name, value)], body: b"" }, value).await;
                    assert!(!answer.body.contains("evil.test"), "{target} {name}");
                }
            }
        }
    }
}
