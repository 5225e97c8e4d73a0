use super::Link;

/// WEB-07: what could run as script cannot be represented, however it is written.
#[test]
fn web_07_only_safe_schemes_are_links() {
    for bad in [
        "javascript:alert(1)",
        "JaVa\tScript:alert(1)",
        "\u{1}javascript:alert(1)",
        " javascript:x",
        "data:text/html,x",
        "vbscript:x",
        "blob:https://a.example/x",
        "file:///etc/passwd",
        "http://portal.example/",
        "//evil.test",
        "/path",
        "ftp://a.example",
        "about:blank",
        "view-source:https://a.example",
        "",
        "https://",
        "mailto:a@b.example",
    ] {
        assert_eq!(Link::parse(bad), None, "{bad}");
    }
    for good in [
        "https://portal.alder.example/cb?x=1#y",
        "http://127.0.0.1:49152/cb",
        "http://[::1]:8080/",
        "http://localhost/cb",
        "com.example.app:/cb",
        "com.example.app://cb",
    ] {
        assert_eq!(Link::parse(good).map(|link| link.to_string()).as_deref(), Some(good));
    }
}

/// WEB-07: a path of ours stays with us.
#[test]
fn web_07_paths_are_ours() {
    for bad in ["//evil.test", "/\\evil.test", "evil", "https://a.example", "/a b", "/a\nb", ""] {
        assert_eq!(Link::path(bad), None, "{bad}");
    }
    assert!(Link::path("/alder.example/signin?i=8Qn4vYkT&change=1").is_some());
}
