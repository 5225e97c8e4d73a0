use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::SET_COOKIE;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, Error};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::*;
use crate::pages::headers;
use crate::testing::{Shared, issuer, new_key};
use crate::{Clock, Config};

/// A portal, a browser's cookies and the issuer.
struct World {
    portal: Data<Portal>,
    issuer: Shared,
    now: Arc<Mutex<DateTime<Utc>>>,
    cookies: Mutex<HashMap<String, String>>,
}

/// What came back: status, where to, body, `Set-Cookie` lines.
struct Answer {
    status: u16,
    to: String,
    body: String,
    policy: String,
}

impl World {
    fn new(form_post: bool) -> Self {
        let issuer = issuer();
        let now = Arc::new(Mutex::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap()));
        let told = now.clone();
        let config = Config {
            listen: std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
            public_url: "http://localhost:8081".into(),
            issuer: issuer.lock().unwrap().issuer.clone(),
            client_id: "portal".into(),
            client_secret: "a-secret".into(),
            name: "Project Portal".into(),
            ca_pem: None,
            form_post,
            clock: Clock::from_fn(move || *told.lock().unwrap()),
        };
        let portal = Data::new(config.build().unwrap().1);
        Self { portal, issuer, now, cookies: Mutex::default() }
    }

    async fn call(&self, request: TestRequest) -> Answer {
        let app = App::new().app_data(self.portal.clone()).wrap(headers(&self.portal)).configure(mount);
        let app = init_service(app).await;
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(k, v)| format!("{k}={v}")).collect();
        let request = request.insert_header(("Cookie", cookies.join("; "))).to_request();
        self.answer(call_service(&app, request).await).await
    }

    async fn answer<B: MessageBody>(&self, response: ServiceResponse<B>) -> Answer
    where
        Error: From<B::Error>,
    {
        for line in response.headers().get_all(SET_COOKIE) {
            let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if value.is_empty() {
                cookies.remove(name)
            } else {
                cookies.insert(name.into(), value.into())
            };
        }
        let header = |name: &str| response.headers().get(name).map_or("", |v| v.to_str().unwrap()).to_owned();
        let (status, to, policy) =
            (response.status().as_u16(), header("Location"), header("Content-Security-Policy"));
        let body = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        Answer { status, to, body, policy }
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(TestRequest::get().uri(path)).await
    }

    /// Opens a document, is sent to the issuer, and lets the issuer prove somebody.
    async fn begin(&self, path: &str) -> HashMap<String, String> {
        let sent = self.get(path).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        let asked: HashMap<String, String> =
            Url::parse(&sent.to).unwrap().query_pairs().into_owned().collect();
        let now = self.now.lock().unwrap().timestamp();
        let mut issuer = self.issuer.lock().unwrap();
        issuer.claims = json!({
            "iss": issuer.issuer, "aud": "portal", "sub": "s1", "iat": now, "exp": now + 3600,
            "nonce": asked["nonce"], "name": "Gina <Guest>", "email": "gina@guest.test", "acct": 1,
        });
        asked
    }

    fn claim(&self, name: &str, value: Value) {
        self.issuer.lock().unwrap().claims[name] = value;
    }

    fn callback(&self, asked: &HashMap<String, String>) -> String {
        let iss = self.issuer.lock().unwrap().issuer.clone();
        format!("{CALLBACK_PATH}?code=c0de&state={}&iss={iss}", asked["state"])
    }
}

const DEEP: &str = "/documents/safety-plan";

#[actix_web::test]
async fn a_deep_link_leads_through_sign_in_back_to_itself() {
    let world = World::new(false);
    assert!(world.get("/").await.body.contains("Safety plan"));
    let asked = world.begin(DEEP).await;
    assert_eq!(asked["redirect_uri"], "http://localhost:8081/signin/callback");
    assert_eq!((asked["response_type"].as_str(), asked["code_challenge_method"].as_str()), ("code", "S256"));
    assert_eq!(asked["scope"], "openid profile email");
    assert!(asked["state"].len() == 43 && asked["nonce"].len() == 43 && !asked.contains_key("login_hint"));
    let back = world.get(&world.callback(&asked)).await;
    assert_eq!((back.status, back.to.as_str()), (303, DEEP), "{}", back.body);
    let shown = world.get(DEEP).await;
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains("Signed in as <b>Gina &#60;Guest&#62;</b>"), "{}", shown.body);
    assert!(shown.body.contains("Life vest on") && shown.body.contains(r#"<dd data-claim="acct">1</dd>"#));
    assert!(world.get("/claims").await.body.contains("gina@guest.test"));
    let issuer = world.issuer.lock().unwrap();
    let (authorization, form) = &issuer.asked[0];
    assert!(
        authorization.starts_with("Basic ")
            && form.iter().any(|(key, value)| key == "code_verifier" && value.len() == 43)
    );
}

#[actix_web::test]
async fn a_session_ends_with_the_token_and_the_next_click_asks_again() {
    let world = World::new(false);
    let asked = world.begin(DEEP).await;
    world.get(&world.callback(&asked)).await;
    *world.now.lock().unwrap() += TimeDelta::minutes(60);
    assert!(!world.get("/").await.body.contains("Signed in as"));
    let asked = world.begin("/documents/welcome").await;
    assert_eq!(asked["login_hint"], "gina@guest.test");
    assert_eq!(world.get(&world.callback(&asked)).await.to, "/documents/welcome");
}

#[actix_web::test]
async fn a_posted_response_waits_for_the_cookies() {
    let world = World::new(true);
    let asked = world.begin(DEEP).await;
    assert_eq!(asked["response_mode"], "form_post");
    let iss = world.issuer.lock().unwrap().issuer.clone();
    let form = [("code", "c0de"), ("state", asked["state"].as_str()), ("iss", iss.as_str())];
    let jar = std::mem::take(&mut *world.cookies.lock().unwrap());
    let posted = world.call(TestRequest::post().uri(CALLBACK_PATH).set_form(form)).await;
    assert_eq!(posted.to, format!("{CALLBACK_PATH}?state={}", asked["state"]), "no code in an address");
    assert_eq!(world.get(&posted.to).await.status, 400, "not without the browser's cookie");
    *world.cookies.lock().unwrap() = jar;
    assert_eq!(world.get(&posted.to).await.to, DEEP);
}

#[actix_web::test]
async fn what_does_not_prove_anything_opens_nothing() {
    let world = World::new(false);
    let lies: [(&str, Value); 7] = [
        ("nonce", json!("another")),
        ("aud", json!("another")),
        ("aud", json!(["portal", "another"])),
        ("iss", json!("https://evil.test")),
        ("exp", json!(1_799_999_999)),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("nonce", Value::Null),
    ];
    for (name, value) in lies {
        let asked = world.begin(DEEP).await;
        world.claim(name, value.clone());
        let answer = world.get(&world.callback(&asked)).await;
        assert_eq!(answer.status, 400, "{name} {value}: {}", answer.body);
        assert_eq!(world.get(DEEP).await.status, 303, "{name} {value}");
    }
    let asked = world.begin(DEEP).await;
    for wrong in [
        format!("{CALLBACK_PATH}?code=c&state={}", asked["state"]),
        format!("{CALLBACK_PATH}?code=c&state=x"),
    ] {
        assert_eq!(world.get(&wrong).await.status, 400, "{wrong}");
    }
    let asked = world.begin(DEEP).await;
    let mixed_up = format!("{CALLBACK_PATH}?code=c&state={}&iss=https://evil.test", asked["state"]);
    assert_eq!(world.get(&mixed_up).await.status, 400);
    assert_eq!(
        world.issuer.lock().unwrap().asked.len(),
        7,
        "no code went out after a response of another issuer"
    );
}

#[actix_web::test]
async fn a_new_key_of_the_issuer_is_fetched_a_strange_one_refused() {
    let world = World::new(false);
    let asked = world.begin(DEEP).await;
    {
        let mut issuer = world.issuer.lock().unwrap();
        issuer.key = new_key();
        issuer.kid = "k2".into();
    }
    assert_eq!(world.get(&world.callback(&asked)).await.to, DEEP);
    assert_eq!(world.issuer.lock().unwrap().key_requests, 2);
}

#[actix_web::test]
async fn an_error_of_the_issuer_is_told_without_its_markup() {
    let world = World::new(false);
    let asked = world.begin(DEEP).await;
    let iss = world.issuer.lock().unwrap().issuer.clone();
    let path = format!(
        "{CALLBACK_PATH}?error=access_denied&error_description=%3Cb%3Eno&state={}&iss={iss}",
        asked["state"]
    );
    let answer = world.get(&path).await;
    assert_eq!(answer.status, 403);
    assert!(
        answer.body.contains("access_denied: &#60;b&#62;no")
            && answer.body.contains("/signin?to=%2Fdocuments%2Fsafety-plan")
    );
    assert_eq!(world.get(&path).await.status, 400, "once");
}

#[actix_web::test]
async fn sign_out_ends_both_sessions_and_only_from_here() {
    let world = World::new(false);
    let asked = world.begin(DEEP).await;
    world.get(&world.callback(&asked)).await;
    let foreign = TestRequest::post().uri("/signout").insert_header(("Origin", "http://localhost:8080"));
    assert_eq!(world.call(foreign).await.status, 403);
    assert_eq!(world.get(DEEP).await.status, 200);
    let out = world
        .call(TestRequest::post().uri("/signout").insert_header(("Origin", "http://localhost:8081")))
        .await;
    let url = Url::parse(&out.to).unwrap();
    let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
    assert!(url.path() == "/logout" && asked["id_token_hint"].split('.').count() == 3);
    assert_eq!(asked["post_logout_redirect_uri"], "http://localhost:8081/signed-out");
    assert!(!world.cookies.lock().unwrap().contains_key("portal_session"));
    assert_eq!(world.get("/signed-out").await.status, 200);
    assert_eq!(world.call(TestRequest::post().uri("/signout")).await.to, "/signed-out");
}

#[actix_web::test]
async fn targets_are_our_own_paths_and_pages_bear_their_headers() {
    let world = World::new(false);
    for to in ["https://evil.test", "//evil.test", "/\\evil.test", "/nowhere"] {
        let sent = world.begin(&format!("/signin?to={to}")).await;
        assert_eq!(world.get(&world.callback(&sent)).await.to, "/", "{to}");
        world.cookies.lock().unwrap().clear();
    }
    let page = world.get("/documents/none").await;
    assert_eq!(page.status, 404);
    let base = world.issuer.lock().unwrap().issuer.replace("/tenant/v2.0", "");
    assert!(
        page.policy.ends_with(&format!("form-action 'self' {base}"))
            && page.policy.starts_with("default-src 'none'")
    );
    let index = world.get("/").await.body;
    assert!(!index.contains("<script") && !index.contains("style=\""));
    let style = index.split('"').find(|part| part.starts_with("/assets/portal.")).unwrap();
    assert!(world.get(style).await.body.contains("color-scheme"));
    assert_eq!(world.get("/healthz").await.body, "ok\n");
}

#[actix_web::test]
async fn an_issuer_that_is_down_is_said_and_asked_again() {
    let world = World::new(false);
    let there = world.issuer.lock().unwrap().issuer.clone();
    world.issuer.lock().unwrap().issuer = "http://127.0.0.1:9/other".into(); // its document now names another
    let answer = world.get(DEEP).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    world.issuer.lock().unwrap().issuer = there;
    assert_eq!(world.get(DEEP).await.status, 303);
}
