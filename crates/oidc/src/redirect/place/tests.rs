use proptest::prelude::*;
use vestibule_core::client::RedirectUri;

use super::*;
use crate::testing::{cli, web};

/// `web` with a home page below the root.
fn homely() -> Application {
    let mut app = web();
    app.settings.homepage = Some("https://app.alpha.test/portal/".to_owned());
    app
}

fn admitted(apps: &[Application], url: &str) -> bool {
    admits_redirect(apps, url).is_some()
}

/// INV-05: registered redirect and sign-out URLs, the home page and what lies below it; nothing beside or above them.
#[test]
fn inv_05_leads_to_registered_places_only() {
    let apps = [homely()];
    for url in [
        "https://app.alpha.test/cb",
        "https://app.alpha.test/bye",
        "https://app.alpha.test/portal/",
        "https://app.alpha.test/portal",
        "https://app.alpha.test/portal/deep/er?x=1",
        "https://app.alpha.test/portal?x=1",
        "https://app.alpha.test/x/../portal/a",
        "https://app.alpha.test:443/cb",
    ] {
        assert_eq!(admits_redirect(&apps, url), Some(ClientId("web".to_owned())), "{url}");
    }
    for url in [
        "",
        "/portal/",
        "portal",
        "https://app.alpha.test",
        "https://app.alpha.test/",
        "https://app.alpha.test/cb/",
        "https://app.alpha.test/cb?x=1",
        "https://app.alpha.test/bye/bye",
        "https://app.alpha.test/portals",
        "https://app.alpha.test/portal.evil",
        "https://app.alpha.test/PORTAL/",
        "https://app.alpha.test/portal/../admin",
        "https://app.alpha.test/portal/%2e%2e/admin",
        "https://app.alpha.test:8443/portal/",
        "http://app.alpha.test/portal/",
        "https://evil.test/portal/",
        "https://app.alpha.test.evil.test/portal/",
        "https://app.alpha.test@evil.test/portal/",
        "https://me@app.alpha.test/portal/",
        "https://:secret@app.alpha.test/portal/",
        "https://app.alpha.test/portal/#part",
        "https://app.alpha.test\\portal/",
        "https://app.alpha.test/portal/\\evil.test",
        "//app.alpha.test/portal/",
        "javascript:alert(1)",
        "data:text/html,x",
    ] {
        assert_eq!(admits_redirect(&apps, url), None, "{url}");
    }
}

/// INV-05: a home page at the root admits its whole origin, one in no usable form nothing.
#[test]
fn inv_05_a_home_page_admits_what_lies_below_it() {
    let at = |homepage: &str| {
        let mut app = Application { redirect_uris: vec![], post_logout_redirect_uris: vec![], ..web() };
        app.settings.homepage = Some(homepage.to_owned());
        [app]
    };
    assert!(admitted(&at("https://app.alpha.test"), "https://app.alpha.test/any/where"));
    assert!(admitted(&at("https://app.alpha.test/"), "https://app.alpha.test"));
    assert!(!admitted(&at("https://app.alpha.test/"), "https://alpha.test/"));
    assert!(!admitted(&at("not a URL"), "https://app.alpha.test/"));
    assert!(!admitted(&at("http://app.alpha.test/"), "http://app.alpha.test/"), "WEB-07: no plain http");
    assert!(
        !admitted(&at("com.example.app:/"), "com.example.app:/x"),
        "such a scheme has no origin to lie below"
    );
}

/// INV-05: an application that is switched off leads nowhere; another one of the tenant still does.
#[test]
fn inv_05_an_application_that_is_off_leads_nowhere() {
    let off = Application { enabled: false, ..homely() };
    let spa = Application { client_id: ClientId("spa".to_owned()), ..homely() };
    assert_eq!(admits_redirect(&[], "https://app.alpha.test/cb"), None);
    assert_eq!(admits_redirect(std::slice::from_ref(&off), "https://app.alpha.test/cb"), None);
    assert_eq!(admits_redirect(&[off, spa], "https://app.alpha.test/cb"), Some(ClientId("spa".to_owned())));
    assert_eq!(admits_redirect(&[web(), cli()], "com.example.app:/cb"), Some(ClientId("cli".to_owned())));
    assert_eq!(admits_redirect(&[cli()], "http://127.0.0.1:1/cb"), None, "an invitation knows no free port");
}

/// The page at the end of an invitation opens the home page, else the origin of the first redirect URI, if it has one.
#[test]
fn an_application_opens_at_its_home_page() {
    let first = |uri: &str| Application {
        redirect_uris: vec![
            RedirectUri { position: 0, uri: uri.to_owned() },
            RedirectUri { position: 1, uri: "https://second.alpha.test/cb".to_owned() },
        ],
        ..web()
    };
    assert_eq!(place_of(&homely()).as_deref(), Some("https://app.alpha.test/portal/"));
    for (uri, place) in [
        ("https://app.alpha.test/deep/cb?x=1", Some("https://app.alpha.test/")),
        ("https://app.alpha.test:8443/cb", Some("https://app.alpha.test:8443/")),
        ("http://127.0.0.1:7000/cb", Some("http://127.0.0.1:7000/")),
        ("com.example.app:/cb", None),
        ("nonsense", None),
    ] {
        assert_eq!(place_of(&first(uri)).as_deref(), place, "{uri}");
    }
    assert_eq!(place_of(&Application { redirect_uris: vec![], ..web() }), None);
}

proptest! {
    /// INV-05: whatever is admitted for a home page is, as browsers read it, on its origin and below its path; and what
    /// is plainly below it is admitted.
    #[test]
    fn inv_05_admits_nothing_beside_the_home_page(
        host in "(app\\.alpha\\.test|evil\\.test)?",
        rest in "(/portal|/|\\.\\.|%2e|@|:|#|\\?|\\\\|\\.evil\\.test|[a-z0-9]){0,6}",
        plain in "(/[a-z0-9]{1,5}){0,3}(\\?[a-z0-9=&]{0,5})?",
    ) {
        let mut app = Application { redirect_uris: vec![], post_logout_redirect_uris: vec![], ..web() };
        app.settings.homepage = Some("https://app.alpha.test/portal".to_owned());
        let apps = [app];
        for text in [format!("https://{host}{rest}"), format!("https://app.alpha.test/portal{rest}")] {
            if admitted(&apps, &text) {
                let url = Url::parse(&text).unwrap();
                prop_assert_eq!(url.origin().ascii_serialization(), "https://app.alpha.test");
                prop_assert!(url.path() == "/portal" || url.path().starts_with("/portal/"), "{}", text);
                prop_assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
            }
        }
        let below = format!("https://app.alpha.test/portal{plain}");
        prop_assert!(admitted(&apps, &below), "{}", below);
    }
}
