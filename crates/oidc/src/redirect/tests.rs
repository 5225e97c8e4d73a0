use proptest::prelude::*;

use super::*;
use crate::testing::{cli, web};

fn validate(kind: ApplicationType, uri: &str) -> Result<(), RedirectUriError> {
    validate_registration(kind, &ApplicationSettings::default(), uri)
}

/// OID-01: only the registered bytes are the registered URI.
#[test]
fn oid_01_refuses_every_spelling_but_the_registered_one() {
    let app = web();
    assert_eq!(find(&app, "https://app.alpha.test/cb").map(|r| r.position), Some(3));
    for other in [
        "",
        "https://app.alpha.test/cb/",
        "https://app.alpha.test/cb?x",
        "https://app.alpha.test/cb?",
        "https://app.alpha.test/cb#f",
        "https://app.alpha.test/cb#",
        "https://app.alpha.test/CB",
        "https://app.alpha.test:443/cb",
        "HTTPS://app.alpha.test/cb",
        "https://APP.alpha.test/cb",
        "https://app.alpha.test/cb/..;/x",
        "https://app.alpha.test/x/../cb",
        "https://app.alpha.test/%63b",
        "https://a@app.alpha.test/cb",
        "https://app.alpha.test@evil.test/cb",
        "https://evil.test\\@app.alpha.test/cb",
        "https://app.alpha.test.evil.test/cb",
        "https://app.alpha.test/cb\0",
        " https://app.alpha.test/cb",
        "http://app.alpha.test/cb",
        "https://app.alpha.test./cb",
    ] {
        assert_eq!(find(&app, other), None, "{other}");
    }
}

proptest! {
    /// OID-01: a URI with one byte changed, added or taken away is not the registered one.
    #[test]
    fn oid_01_refuses_any_mutation(at in 0_usize..25, with in proptest::option::of("[ -~]{1,3}")) {
        let app = web();
        let registered = "https://app.alpha.test/cb";
        let mut text = registered.to_owned();
        text.replace_range(at..=at, with.as_deref().unwrap_or_default());
        prop_assert_eq!(find(&app, &text).is_some(), text == registered);
    }

    /// OID-02: the port is free, and only the port.
    #[test]
    fn oid_02_takes_any_port(port in 1_u16..) {
        let app = cli();
        let uri = format!("http://127.0.0.1:{port}/cb");
        prop_assert_eq!(find(&app, &uri).map(|r| r.position), Some(0));
        let uri = format!("http://[::1]:{port}/cb?a=1");
        prop_assert_eq!(find(&app, &uri).map(|r| r.position), Some(1));
    }
}

/// OID-02: native, `http`, a literal host, the rest identical; nothing that merely resolves there.
#[test]
fn oid_02_frees_only_the_port_of_a_native_loopback_uri() {
    let app = cli();
    assert_eq!(find(&app, "http://127.0.0.1:49152/cb").map(|r| r.position), Some(0));
    assert_eq!(find(&app, "http://[::1]/cb?a=1").map(|r| r.position), Some(1), "without a port too");
    for other in [
        "https://127.0.0.1:49152/cb",
        "http://127.0.0.1:49152/cb/",
        "http://127.0.0.1:49152/cb?x",
        "http://127.0.0.1:49152/cb#f",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:99999/cb",
        "http://127.0.0.1:080/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:+80/cb",
        "http://127.1:49152/cb",
        "http://0x7f000001:49152/cb",
        "http://127.0.0.2:49152/cb",
        "http://127.0.0.1.evil.test:49152/cb",
        "http://127.0.0.1:49152@evil.test/cb",
        "http://a@127.0.0.1:49152/cb",
        "http://localhost:49152/cb",
        "http://[::1]:49152/cb",
        "http://[0:0:0:0:0:0:0:1]:49152/cb?a=1",
        "HTTP://127.0.0.1:49152/cb",
        "http:/127.0.0.1:49152/cb",
        "com.example.app:/cb:80",
    ] {
        assert_eq!(find(&app, other), None, "{other}");
    }
    let not_native = Application { kind: ApplicationType::Web, ..cli() };
    assert_eq!(find(&not_native, "http://127.0.0.1:49152/cb"), None);
}

/// OID-02: `localhost` needs the registration and the setting, also when it was switched off later.
#[test]
fn oid_02_takes_localhost_by_setting_only() {
    let mut app = cli();
    app.redirect_uris.push(RedirectUri { position: 9, uri: "http://localhost/cb".to_owned() });
    for uri in ["http://localhost:5000/cb", "http://localhost/cb"] {
        app.settings.localhost_redirects = false;
        assert_eq!(find(&app, uri), None, "{uri}");
        app.settings.localhost_redirects = true;
        assert_eq!(find(&app, uri).map(|r| r.position), Some(9), "{uri}");
    }
    assert_eq!(find(&app, "http://localhost.evil.test:5000/cb"), None);
}

/// OID-03: what may be registered.
#[test]
fn oid_03_takes_https_loopback_and_private_use() {
    use ApplicationType::{Native, Spa, Web};
    for (kind, uri) in [
        (Web, "https://app.alpha.test/cb"),
        (Web, "https://app.alpha.test:8443/cb?tenant=%20x&y"),
        (Spa, "https://xn--bcher-kva.example"),
        (Native, "https://app.alpha.test/cb"),
        (Native, "http://127.0.0.1/cb"),
        (Native, "http://127.0.0.1:8000"),
        (Native, "http://[::1]:8000/cb"),
        (Native, "com.example.app:/cb"),
        (Native, "com.example.app://auth/cb"),
    ] {
        assert_eq!(validate(kind, uri), Ok(()), "{uri}");
    }
    let settings = ApplicationSettings { localhost_redirects: true, ..Default::default() };
    assert_eq!(validate_registration(Native, &settings, "http://localhost/cb"), Ok(()));
}

/// OID-03: each violation, with its own reason.
#[test]
fn oid_03_refuses_each_violation() {
    use ApplicationType::{Native, Spa, Web};
    use RedirectUriError::{
        Characters, Form, Fragment, NativeOnly, Plain, Scheme, TooLong, UserInfo, Wildcard,
    };
    let long = format!("https://app.alpha.test/{}", "a".repeat(2048));
    for (kind, uri, reason) in [
        (Web, long.as_str(), TooLong),
        (Web, "https://app.alpha.test/c b", Characters),
        (Web, "https://app.alpha.test/cb\n", Characters),
        (Web, "https://app.alpha.test\\cb", Characters),
        (Web, "https://app.alpha.test/%zz", Characters),
        (Web, "https://app.alpha.test/a%", Characters),
        (Web, "https://bücher.example/cb", Characters),
        (Web, "https://app.alpha.test/\"x", Characters),
        (Web, "https://*.alpha.test/cb", Wildcard),
        (Web, "https://app.alpha.test/*", Wildcard),
        (Web, "https://app.alpha.test/cb#", Fragment),
        (Web, "https://u:p@app.alpha.test/cb", UserInfo),
        (Web, "/cb", Form),
        (Web, "app.alpha.test/cb", Form),
        (Web, "HTTPS://app.alpha.test/cb", Form),
        (Web, "https:app.alpha.test/cb", Form),
        (Web, "https:///cb", Form),
        (Web, "https://app.alpha.test:/cb", Form),
        (Web, "https://app.alpha.test:99999/cb", Form),
        (Web, "https://APP.alpha.test/cb", Form),
        (Web, "https://0x7f000001/cb", Form),
        (Web, "https://%61pp.alpha.test/cb", Form),
        (Web, "https://app.alpha.test/a/../cb", Form),
        (Web, "https://app.alpha.test/a/%2E./cb", Form),
        (Web, "http://app.alpha.test/cb", Plain),
        (Native, "http://app.alpha.test/cb", Plain),
        (Native, "http://localhost/cb", Plain),
        (Native, "http://127.1/cb", Plain),
        (Web, "http://127.0.0.1/cb", NativeOnly),
        (Spa, "http://[::1]/cb", NativeOnly),
        (Web, "com.example.app:/cb", NativeOnly),
        (Native, "myapp:/cb", Scheme),
        (Native, "javascript:alert(1)", Scheme),
        (Native, "java.script:alert(1)", Scheme),
        (Native, "data:text/html,x", Scheme),
        (Native, "com..app:/cb", Scheme),
        (Native, "com.example.app:", Scheme),
    ] {
        assert_eq!(validate(kind, uri), Err(reason), "{uri}");
    }
}

/// WEB-07: dangerous schemes cannot be represented, however they are spelled.
#[test]
fn web_07_cannot_represent_script_urls() {
    for text in [
        "javascript:alert(1)",
        "JaVa\tScript:alert(1)",
        "\u{1}javascript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "javascript://https://app.alpha.test/%0aalert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "blob:https://app.alpha.test/x",
        "file:///etc/passwd",
        "//evil.test/x",
        "/relative",
        "",
        "http://app.alpha.test/",
        "http://127.0.0.1.evil.test/",
        "https://u@app.alpha.test/",
        "https://evil.test\\@app.alpha.test/",
        "https://app.alpha.test/\r\nSet-Cookie: a=b",
        "https://app.alpha.test/\"onclick",
        "ftp://app.alpha.test/",
    ] {
        assert_eq!(SafeUrl::parse(text), Err(SafeUrlError), "{text}");
    }
}

/// WEB-07: what can be, stays byte for byte, and says what a `form-action` and a page need.
#[test]
fn web_07_keeps_what_is_safe() {
    for (text, origin, display) in [
        ("https://app.alpha.test/cb?x=%20", None, "app.alpha.test"),
        ("https://app.alpha.test:8443/cb", None, "app.alpha.test:8443"),
        ("http://127.0.0.1:49152/cb", Some("http://127.0.0.1:49152"), "127.0.0.1:49152"),
        ("http://localhost/cb", Some("http://localhost"), "localhost"),
        ("http://[::1]:7000/cb", Some("http:"), "[::1]:7000"),
        ("com.example.app:/cb", Some("com.example.app:"), "com.example.app"),
    ] {
        let url = SafeUrl::parse(text).unwrap();
        assert_eq!((url.as_str(), url.origin().as_deref(), url.host_display()), (text, origin, display));
    }
}

proptest! {
    /// WEB-07: whatever parses has one of the three forms, and no byte that leaves an attribute or a header.
    #[test]
    fn web_07_admits_three_forms_only(text in "([a-zA-Z.]{0,12}:)?[/]{0,3}[ -~\t\r\n]{0,40}") {
        if let Ok(url) = SafeUrl::parse(&text) {
            prop_assert!(url.as_str().bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\".contains(&b)));
            let scheme = text.split(':').next().unwrap();
            prop_assert!(scheme == "https" || scheme == "http" || scheme.contains('.'));
        }
    }

    #[test]
    fn an_added_query_can_be_read_back(value in any::<String>(), existing in "[a-z=&%+]{0,10}") {
        let url = format!("https://app.alpha.test/cb?{existing}");
        let added = add_query(&url, &[("state", &value)]);
        prop_assert!(added.starts_with(&url), "what was there stays byte for byte");
        let parsed = url::Url::parse(&added).unwrap();
        let last = parsed.query_pairs().last().unwrap();
        prop_assert_eq!(last, ("state".into(), value.into()));
    }
}

#[test]
fn adds_a_query_where_it_belongs() {
    for (url, expected) in [
        ("https://a.test/cb", "https://a.test/cb?x=1+2"),
        ("https://a.test/cb?", "https://a.test/cb?x=1+2"),
        ("https://a.test/cb?y=%2b", "https://a.test/cb?y=%2b&x=1+2"),
        ("https://a.test/cb#f", "https://a.test/cb?x=1+2#f"),
        ("com.example.app:/cb", "com.example.app:/cb?x=1+2"),
    ] {
        assert_eq!(add_query(url, &[("x", "1 2")]), expected);
    }
    assert_eq!(add_query("https://a.test/cb", &[]), "https://a.test/cb");
}

#[test]
fn sign_out_ends_at_registered_addresses_only() {
    let app = web();
    assert!(post_logout_matches(&app, "https://app.alpha.test/bye"));
    for other in
        ["https://app.alpha.test/bye?foo=bar", "https://app.alpha.test/bye/", "https://app.alpha.test/cb", ""]
    {
        assert!(!post_logout_matches(&app, other), "{other}");
    }
}
