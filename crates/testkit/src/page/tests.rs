use super::*;

const PAGE: &str = r#"<!doctype html><html lang="de" dir="ltr"><head><title> Check &amp; go </title>
<script>ignored()</script></head><body><main id="main" data-testid="G06"><h1>Check your <b>email</b></h1>
<p hidden>not seen</p><p class="error" id="e">That is wrong</p><div class="notice notice--danger">Mail is down</div>
<form method="post" novalidate><input type="hidden" name="csrf" value="a&amp;b"><input name="code">
<input type="checkbox" name="terms" value="1"><select name="lang"><option value="en"><option selected>de</select>
<button type="button">Copy</button><button class="btn btn--primary">Continue</button>
<button name="do" value="cancel" formaction="/x/cancel">Cancel</button></form>
<form method="POST" action="code/resend"><button>Send a new code</button></form>
<a href="?change=1" aria-label="Change email address">Change</a></main></body></html>"#;

fn page() -> PageView {
    let url = Url::parse("http://127.0.0.1:1/alpha/signin/code?i=abc").unwrap();
    PageView::parse(&url, 422, PAGE, false)
}

#[test]
fn a_page_tells_what_it_is() {
    let page = page();
    assert_eq!((page.test_id.as_str(), page.lang.as_str(), page.status), ("G06", "de", 422));
    assert_eq!((page.title.as_str(), page.h1.as_str()), ("Check & go", "Check your email"));
    assert!(!page.text.contains("not seen") && !page.text.contains("ignored"), "{}", page.text);
    assert_eq!(page.errors, ["That is wrong", "Mail is down"]);
    assert_eq!(page.notices, ["Mail is down"]);
}

#[test]
fn a_form_sends_what_a_browser_would() {
    let page = page();
    let form = page.form_with("code").unwrap();
    assert!(form.post);
    assert_eq!(form.action.as_str(), "http://127.0.0.1:1/alpha/signin/code?i=abc");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let sent = form.data(&[pair("code", "12345678")], form.buttons.first());
    assert_eq!(sent, [pair("csrf", "a&b"), pair("code", "12345678"), pair("lang", "de")]);
    let (_, cancel) = page.button("do=cancel").unwrap();
    let sent = form.data(&[pair("terms", "")], Some(cancel));
    assert_eq!(
        sent,
        [pair("csrf", "a&b"), pair("code", ""), pair("terms", "1"), pair("lang", "de"), pair("do", "cancel")]
    );
}

#[test]
fn buttons_and_links_are_found_by_what_people_read() {
    let page = page();
    assert_eq!(page.button("primary").unwrap().1.text, "Continue");
    let (form, again) = page.button("/resend").unwrap();
    assert_eq!((again.text.as_str(), again.place), ("Send a new code", 3));
    assert_eq!(form.action.path(), "/alpha/signin/code/resend");
    assert_eq!(page.button("Cancel").unwrap().1.action.as_ref().unwrap().path(), "/x/cancel");
    assert!(page.button("Copy").is_none(), "a button that sends nothing");
    let link = page.link("Change email address").unwrap();
    assert_eq!((link.text.as_str(), link.href.query()), ("Change", Some("change=1")));
}
