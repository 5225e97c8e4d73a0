//! The newcomer's way (acceptance 1): one command, one link, a code from the mailbox page, and the document with its claims.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: what does not hold ends the test"
)]

mod kit;

use kit::{Running, ends, vestibule};
use vestibule_testkit::browser::Act;
use vestibule_testkit::browser::ChromiumBrowser;
use vestibule_testkit::{Browser, ChromiumOptions};

/// The code on the mailbox page.
fn code_in(text: &str) -> Option<String> {
    let is_code = |word: &&str| word.len() == 8 && word.bytes().all(|b| b.is_ascii_digit());
    text.split_whitespace().find(is_code).map(str::to_owned)
}

async fn reaches_the_document(javascript: bool) {
    let mut command = vestibule();
    command.args(["demo", "--listen", "127.0.0.1:0", "--portal-listen", "127.0.0.1:0", "--json"]);
    let demo = Running::start(command);
    let told = |name: &str| demo.ready[name].as_str().unwrap().to_owned();
    let (guest, portal) = (demo.ready["guests"][0].as_str().unwrap().to_owned(), told("app"));
    let options = ChromiumOptions { javascript, ..ChromiumOptions::default() };
    let mut browser = Browser::Chromium(Box::new(ChromiumBrowser::start(options).await.unwrap()));
    let act = async |browser: &mut Browser, act: Act| browser.act(&act).await.unwrap();
    act(&mut browser, Act::Open(portal.clone())).await;
    let page = browser.page().await.unwrap();
    let document =
        page.links.iter().find(|link| link.href.path().starts_with("/documents/")).unwrap().clone();
    act(&mut browser, Act::Follow(document.text.clone())).await;
    browser.arrives_at("G01").await.unwrap();
    act(&mut browser, Act::Submit("email".to_owned(), guest.clone())).await;
    browser.arrives_at("G06").await.unwrap();
    act(&mut browser, Act::NewTab).await;
    let code = loop {
        act(&mut browser, Act::Open(told("mailbox"))).await;
        let page = browser.page().await.unwrap();
        assert_eq!(page.status, 200, "{}", page.summary());
        if let Some(code) = code_in(&page.text) {
            break code;
        }
    };
    act(&mut browser, Act::ToTab(0)).await;
    act(&mut browser, Act::Submit("code".to_owned(), code)).await;
    browser.arrives_at("G15").await.unwrap();
    act(&mut browser, Act::Press("Accept".to_owned())).await;
    let chromium = browser.chromium().unwrap();
    let page = chromium.page().await.unwrap();
    assert_eq!(page.url, document.href, "back at the very document: {}", page.summary());
    let claim = async |name: &str| {
        let script = format!("return document.querySelector('[data-claim=\"{name}\"]')?.textContent ?? ''");
        chromium.run(&script, Vec::new()).await.unwrap().as_str().unwrap().to_owned()
    };
    assert_eq!(claim("email").await, guest);
    assert_eq!(claim("iss").await, told("issuer"));
    let (status, rest, log) = demo.terminates();
    assert!(status.success() && rest.is_empty(), "{status:?} {rest:?} {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_reaches_a_document_with_verified_claims() {
    reaches_the_document(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_works_without_script() {
    reaches_the_document(false).await;
}

/// SEC-02, SEC-04: a demonstration stays on this machine.
#[test]
fn sec_02_sec_04_a_demonstration_listens_on_loopback_only() {
    for address in ["0.0.0.0:0", "192.0.2.1:8080", "[::]:0"] {
        for flag in ["--listen", "--portal-listen"] {
            let mut command = vestibule();
            command.args(["demo", "--json", flag, address]);
            let failure = ends(command).failure();
            assert!(failure["message"].as_str().unwrap().contains("loopback"), "{failure}");
        }
    }
}
