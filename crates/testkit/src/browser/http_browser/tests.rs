use super::*;
use crate::rp::Callbacks;

#[tokio::test(flavor = "multi_thread")]
async fn requests_say_where_they_come_from() {
    let app = Callbacks::start().await;
    let options = HttpOptions { from: Some([127, 0, 0, 7].into()), ..HttpOptions::default() };
    let mut browser = HttpBrowser::new(&options);
    browser.open(app.origin()).await.unwrap();
    let typed = browser.exchanges().last().unwrap().sent.clone();
    assert_eq!(typed["sec-fetch-site"], "none");
    assert!(!typed.contains_key("origin"));
    let own = Url::parse(app.origin()).unwrap();
    let other = Url::parse("http://127.0.0.1:9/").unwrap();
    let foreign = Url::parse("http://localhost:9/").unwrap();
    let post = Request::post(own.join("/cb").unwrap(), "a=1".to_owned());
    for (from, site) in [(&own, "same-origin"), (&other, "same-site"), (&foreign, "cross-site")] {
        let sent = browser.send(&post, Some(from)).await.unwrap().sent;
        assert_eq!(sent["sec-fetch-site"], site);
        assert_eq!(sent["origin"], from.origin().ascii_serialization().as_str());
    }
}
