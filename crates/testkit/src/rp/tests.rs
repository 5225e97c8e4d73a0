use super::*;
use crate::browser::{HttpBrowser, HttpOptions};
use crate::clock::FakeClock;

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_reaches_the_application_by_get_and_by_post() {
    let callbacks = Callbacks::start().await;
    let mut browser = HttpBrowser::new(&HttpOptions::default());
    browser.open(&format!("{}?code=a%20b&state=s&iss=x", callbacks.redirect_uri())).await.unwrap();
    let came = callbacks.next().await.unwrap();
    assert_eq!((came.method.as_str(), came.get("code"), came.get("state")), ("GET", Some("a b"), Some("s")));
    assert_eq!(browser.page().unwrap().test_id, "app");
    let url = Url::parse(&callbacks.redirect_uri()).unwrap();
    let post = crate::browser::Request::post(url, "code=1&code=2".to_owned());
    browser.send(&post, None).await.unwrap();
    let came = callbacks.next().await.unwrap();
    assert_eq!((came.method.as_str(), came.get("code")), ("POST", None), "given twice counts as absent");
    assert_eq!(callbacks.came().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_provider_no_application() {
    let callbacks = Callbacks::start().await;
    let registration = Registration {
        issuer: format!("{}/tenant/v2.0", callbacks.origin()),
        client_id: "web".to_owned(),
        client_secret: None,
        redirect_uri: callbacks.redirect_uri(),
        secret_in_form: false,
    };
    let clock: Arc<dyn Clock> = Arc::new(FakeClock::new());
    let outcome = Rp::discover(registration, clock).await;
    assert!(matches!(outcome, Err(RpError::Refused(_))), "{outcome:?}");
}
