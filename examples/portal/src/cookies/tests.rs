use actix_web::test::TestRequest;

use super::*;

const ONE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const TWO: &str = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

fn read(cookies: Cookies, line: &str) -> Option<String> {
    let request = TestRequest::default().insert_header((header::COOKIE, line)).to_http_request();
    cookies.read(&request, Kind::Session)
}

#[test]
fn one_cookie_of_our_form_is_read_and_nothing_else() {
    let plain = Cookies::new("http://localhost:8081");
    let tls = Cookies::new("https://portal.test");
    assert_eq!(read(plain, &format!("a=b; portal_session={ONE}; c")).as_deref(), Some(ONE));
    assert_eq!(
        read(plain, &format!("portal_session={ONE}; portal_session={TWO}")),
        None,
        "one may be somebody else's"
    );
    assert_eq!(read(plain, &format!("Portal_session={ONE}")), None);
    assert_eq!(read(plain, "portal_session=short"), None);
    assert_eq!(read(plain, &format!("portal_session=%41{}", "A".repeat(40))), None);
    assert_eq!(read(tls, &format!("portal_session={ONE}")), None, "over TLS the prefix is asked for");
    assert_eq!(read(tls, &format!("__Host-portal_session={ONE}")).as_deref(), Some(ONE));
}

#[test]
fn cookies_are_set_strictly() {
    let line = Cookies::new("https://portal.test").set(Kind::Browser, ONE);
    assert_eq!(line, format!("__Host-portal_browser={ONE}; Path=/; HttpOnly; SameSite=Lax; Secure"));
    let gone = Cookies::new("http://localhost:1").clear(Kind::Session);
    assert_eq!(gone, "portal_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
}
