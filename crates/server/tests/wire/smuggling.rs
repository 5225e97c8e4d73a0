//! Requests that a front and we might read differently, and addresses that a header claims (WEB-12, WEB-13).

use std::net::{IpAddr, Ipv4Addr};

use vestibule_testkit::Setup;
use vestibule_testkit::protocol::*;
use vestibule_testkit::rp::Registration;

/// What the forwarding header says in the n-th request.
type Said = Box<dyn Fn(usize) -> String>;

/// Sends bytes as they are; the answer, and how many there were.
async fn raw(world: &vestibule_testkit::World, request: &[u8]) -> (Answer, usize) {
    let answer = bytes_from(IpAddr::V4(Ipv4Addr::LOCALHOST), world.server.node(0).listen, request).await;
    let more = answer.body.matches("HTTP/1.1 ").count();
    (answer, more + 1)
}

vestibule_testkit::flows! {
    /// WEB-12: another host is misdirected, and what two readers could read differently is refused and the connection closed:
    /// never is a second request taken out of the first.
    async fn web_12_dos_01_no_second_request_is_smuggled(world) {
        let host = world.server.base_url().split_once("://").unwrap().1.to_owned();
        let port = host.rsplit(':').next().unwrap().to_owned();
        let good = format!("GET /robots.txt HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(raw(world, good.as_bytes()).await.0.status, 200);
        for other in ["evil.test".to_owned(), format!("evil.test:{port}"), "127.0.0.1".to_owned(), "127.0.0.1:1".to_owned(), format!("127.0.0.1.:{port}"),
            format!("127.0.0.1:{port}.evil.test"), format!("evil@127.0.0.1:{port}"), String::new(), format!("127.0.0.1:{port}, evil.test")] {
            let request = format!("GET /common/signin/help HTTP/1.1\r\nHost: {other}\r\nConnection: close\r\n\r\n");
            let (answer, count) = raw(world, request.as_bytes()).await;
            assert!(matches!(answer.status, 421 | 400), "{other}: {}", answer.status);
            assert!(count == 1 && !answer.has("location") && !answer.body.contains("evil"), "{other}");
        }
        let (answer, _) = raw(world, b"GET /robots.txt HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n").await;
        assert_eq!((answer.status, answer.header("x-frame-options")), (421, "DENY"));
        let inner = format!("GET /common/v2.0/.well-known/openid-configuration HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let length = inner.len();
        let chunk = format!("{length:x}");
        let start = |line: &str| format!("POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n{line}\r\n\r\n");
        for (what, request) in [
            ("two hosts", format!("GET /robots.txt HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n{inner}")),
            ("two other hosts", format!("GET /robots.txt HTTP/1.1\r\nHost: {host}\r\nHost: evil.test\r\n\r\n{inner}")),
            ("absolute form, another host", format!("GET http://evil.test/robots.txt HTTP/1.1\r\nHost: {host}\r\n\r\n{inner}")),
            ("length and chunks", format!("{}0\r\n\r\n{inner}", start("Content-Length: 4\r\nTransfer-Encoding: chunked"))),
            ("chunks and length", format!("{}0\r\n\r\n{inner}", start("Transfer-Encoding: chunked\r\nContent-Length: 4"))),
            ("two lengths", format!("{}{inner}", start(&format!("Content-Length: 0\r\nContent-Length: {length}")))),
            ("a list of lengths", format!("{}{inner}", start("Content-Length: 0, 0"))),
            ("a signed length", format!("{}{inner}", start("Content-Length: +0"))),
            ("a negative length", format!("{}{inner}", start("Content-Length: -1"))),
            ("a length in hex", format!("{}{inner}", start("Content-Length: 0x0"))),
            ("chunked by another name", format!("{}0\r\n\r\n{inner}", start("Transfer-Encoding: xchunked"))),
            ("chunked, then not", format!("{}0\r\n\r\n{inner}", start("Transfer-Encoding: chunked, identity"))),
            ("chunked twice", format!("{}0\r\n\r\n{inner}", start("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"))),
            ("a folded line", format!("{}{inner}", start("X: a\r\n Content-Length: 0"))),
            ("a space before the colon", format!("{}{inner}", start("Content-Length : 0"))),
            ("a line without colon", format!("{}{inner}", start("Content-Length"))),
            ("a bad chunk size", format!("{}zz\r\nab\r\n0\r\n\r\n{inner}", start("Transfer-Encoding: chunked"))),
            ("a chunk longer than it says", format!("{}2\r\nabcd\r\n0\r\n\r\n{inner}", start("Transfer-Encoding: chunked"))),
            ("an overflowing chunk size", format!("{}fffffffffffffffff\r\n{inner}", start("Transfer-Encoding: chunked"))),
            ("a bare CR in a header", format!("GET /robots.txt HTTP/1.1\r\nHost: {host}\r\nX: a\rb\r\n\r\n{inner}")),
            ("a NUL in a header", format!("GET /robots.txt HTTP/1.1\r\nHost: {host}\r\nX: a\0b\r\n\r\n{inner}")),
            ("no such version", format!("GET /robots.txt HTTP/3.7\r\nHost: {host}\r\n\r\n{inner}")),
            ("HTTP/2 without being asked", format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{inner}")),
        ] {
            let (answer, count) = raw(world, request.as_bytes()).await;
            assert!(answer.status == 0 || (400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
            // Bytes that the library has read already may be answered once more, by a bare 400; nothing of them is looked at.
            let (_, rest) = answer.body.split_once("HTTP/1.1 ").unwrap_or_default();
            assert!(count == 1 || count == 2 && rest.starts_with("400 ") && rest.contains("content-length: 0"), "{what}: {answer:?}");
            assert!(!answer.body.contains("authorization_endpoint"), "{what}: a second request was processed: {answer:?}");
        }
        // A body that is longer than it may be is not read as the next request.
        let long = format!("{}{}\r\n{}", start("Transfer-Encoding: chunked"), "8000", "a".repeat(0x8000));
        let (answer, count) = raw(world, format!("{long}\r\n0\r\n\r\n{inner}").as_bytes()).await;
        assert!(answer.status == 413 && count <= 2 && !answer.body.contains("authorization_endpoint"), "{answer:?}");
        // The same behind a head that is too long: the connection was said to end.
        let far = format!("GET /robots.txt?{} HTTP/1.1\r\nHost: {host}\r\n\r\n{inner}", "s".repeat(9 * 1024));
        let (answer, _) = raw(world, far.as_bytes()).await;
        assert!(answer.status == 414 && !answer.body.contains("authorization_endpoint"), "{answer:?}");
        // What is said properly is two requests.
        let twice = format!("{}{}\r\n{inner}\r\n0\r\n\r\nGET /robots.txt HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", start("Transfer-Encoding: chunked"), chunk);
        let (answer, count) = raw(world, twice.as_bytes()).await;
        assert_eq!((answer.status, count), (401, 2), "{answer:?}");
    }

    /// WEB-13, CLA-02: the client's address is the peer's, unless that is a front that we trust; nothing in a header gets
    /// around a limit.
    async fn web_13_cla_02_no_header_gets_around_a_limit(world) {
        let front = Ipv4Addr::new(127, 0, 0, 9);
        let setup = Setup { trusted_proxies: vec!["127.0.0.9/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()], ..Setup::default() };
        let behind = world.another(setup).await;
        let house = behind.office().house("alpha.test").await;
        let node = behind.server.node(0).listen;
        let target = format!("/{}/oauth2/v2.0/revoke", house.tenant.id);
        let zone = |n: usize| format!("fe80::1%eth{n}");
        let hops = |n: usize| format!("198.51.100.{n}, 203.0.113.7{}", ", 10.0.0.2".repeat(15));
        let cases: Vec<(&str, Ipv4Addr, bool, Said)> = vec![
            ("untrusted, another address each", Ipv4Addr::new(127, 0, 0, 3), true, Box::new(|n| format!("198.51.100.{n}"))),
            ("untrusted, rubbish", Ipv4Addr::new(127, 0, 0, 4), true, Box::new(|n| format!("a{n}"))),
            ("trusted, rubbish", front, true, Box::new(|n| format!("a{n}"))),
            ("trusted, zones", front, true, Box::new(zone)),
            ("trusted, the right-most counts", front, true, Box::new(|n| format!("198.51.100.{n}, 203.0.113.8"))),
            ("trusted, many trusted hops", front, true, Box::new(hops)),
            ("trusted, one address each", front, false, Box::new(|n| format!("203.0.113.9, 198.51.100.{n}"))),
        ];
        for (number, (what, from, limited, said)) in cases.iter().enumerate() {
            // An id of its own: failures are counted per application and source.
            let caller = Registration { client_id: format!("case-{number}"), client_secret: Some("w".repeat(43)), ..house.registration.clone() };
            let authorization = basic(&caller);
            behind.wait(chrono::TimeDelta::minutes(2));
            let mut statuses = Vec::new();
            for n in 0..31 {
                let said = said(n);
                let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", authorization.as_str()), ("X-Forwarded-For", said.as_str()),
                    ("X-Real-IP", "198.51.100.1"), ("Forwarded", "for=198.51.100.1")];
                let wire = Wire { method: "POST", target: &target, headers: &headers, body: b"token=x" };
                statuses.push(bytes_from(IpAddr::V4(*from), node, &wire.bytes(&behind)).await.status);
            }
            assert!(statuses[..30].iter().all(|status| *status == 401), "{what}: {statuses:?}");
            assert_eq!(matches!(statuses[30], 429 | 503), *limited, "{what}: {statuses:?}");
        }
    }
}
