use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::browser::{ChromiumBrowser, ChromiumOptions, HttpOptions};
use crate::smtp::SmtpSink;

/// A tiny sign-in: address page, code page with a cookie, and a page at the end that counts how often it was reached.
async fn site() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut posts = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 16384];
            let mut count = 0;
            loop {
                let read = stream.read(&mut bytes[count..]).await.unwrap_or(0);
                count += read;
                let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    if read == 0 {
                        break;
                    }
                    continue;
                };
                let wanted = head.lines().find_map(|line| {
                    line.to_lowercase().strip_prefix("content-length: ").map(|n| n.parse::<usize>().unwrap())
                });
                if read > 0 && body.len() < wanted.unwrap_or(0) {
                    continue;
                }
                posts += usize::from(head.starts_with("POST /code"));
                stream.write_all(reply(head, body, posts).as_bytes()).await.ok();
                stream.shutdown().await.ok();
                break;
            }
        }
    });
    format!("http://{address}/")
}

fn reply(head: &str, body: &str, posts: usize) -> String {
    let page = |id: &str, inner: &str| {
        let html = format!(
            "<!doctype html><html lang=en><title>{id}</title><main data-testid={id}><h1>{id}</h1>{inner}</main>"
        );
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: no-store\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{html}",
            html.len()
        )
    };
    let to = |place: &str, more: &str| {
        format!(
            "HTTP/1.1 303 See Other\r\nLocation: {place}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n"
        )
    };
    let target = head.split(' ').take(2).collect::<Vec<_>>().join(" ");
    match target.as_str() {
        "GET /" => page(
            "G01",
            "<form method=post action=/><input name=csrf type=hidden value=t><input name=email><button>Next</button></form><a href=/code>Skip</a>",
        ),
        "POST /" if body.contains("csrf=t&email=gina%40guest.test") => {
            to("/code", "Set-Cookie: i=1; Path=/; HttpOnly; SameSite=Lax\r\n")
        }
        "GET /code" if head.to_lowercase().contains("cookie: i=1") => page(
            "G06",
            "<form method=post><input name=code><button class=btn--primary name=do value=go>Continue</button></form>",
        ),
        "POST /code" => to(&format!("/end?{posts}"), ""),
        _ if target.starts_with("GET /end") => {
            page("end", &format!("reached after {posts}<noscript>no script</noscript>"))
        }
        _ => page("G24", "what is this"),
    }
}

async fn a_walk(mut person: Person) -> PageView {
    let site = site().await;
    person.opens(&site).sees("G01").types("gina@guest.test").sees("G06").back().sees("G01").await;
    person.types("gina@guest.test").sees("G06").reloads().sees("G06").await;
    person.new_tab().opens(&format!("{site}code")).sees("G06").to_tab(0).enters("12345678").sees("end").await;
    person.to_tab(1).fills("code", "1").double_presses("Continue").sees("end").await;
    person.opens(&site).follows("Skip").presses_and_loses("do=go").sees("end").await
}

async fn person(browser: Browser) -> Person {
    Person::new(browser, Arc::new(SmtpSink::start().await.unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_over_http() {
    let page = a_walk(person(Browser::Http(Box::new(HttpBrowser::new(&HttpOptions::default())))).await).await;
    assert!(page.text.contains("reached after 5 no script"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_walk_in_chromium() {
    for javascript in [true, false] {
        let options = ChromiumOptions { javascript, dark: !javascript, ..ChromiumOptions::default() };
        let browser = ChromiumBrowser::start(options).await.unwrap();
        let page = a_walk(person(Browser::Chromium(Box::new(browser))).await).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text.contains("no script"), !javascript, "{}", page.text);
        assert!(page.text.contains("reached after 5"), "{}", page.text);
    }
}

#[test]
#[should_panic(expected = "→ 2. Sees(\"G06\")")]
fn a_person_who_is_stuck_says_where() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut person = person(Browser::Http(Box::new(HttpBrowser::new(&HttpOptions::default())))).await;
        let site = site().await;
        person.opens(&site).sees("G06").await;
    });
}
