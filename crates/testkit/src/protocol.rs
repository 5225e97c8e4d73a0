//! An application at the protocol: requests byte by byte, a walk through the pages, and an application's desk.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code: what does not hold ends the test"
)]

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use vestibule_core::ClientId;
use vestibule_core::client::{ApplicationSettings, ApplicationType};
use vestibule_store::{applications, tenants};

use crate::office::House;
use crate::rp::{Ask, AuthorizeRequest, Callback, Registration, Rp, SignedIn};
use crate::{PageView, Person, World};

/// The guest of most flows.
pub const GINA: &str = "gina@guest.test";
/// Another one.
pub const PAUL: &str = "paul@pass.test";

/// How long a connection may stay open before a test gives it up.
const PATIENCE: Duration = Duration::from_secs(8);

/// What came back for one request.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its headers, in their order.
    pub headers: Vec<(String, String)>,
    /// What stands after them.
    pub body: String,
}

impl Answer {
    /// A header's value; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        let hit = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        hit.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Whether it has a header.
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// `error` of a JSON answer.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    /// A text member of a JSON answer.
    pub fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_default().to_owned()
    }

    /// `data-testid` of a page.
    pub fn page_id(&self) -> String {
        let (_, rest) = self.body.split_once("data-testid=\"").unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// Where a redirect leads, its query as a map; empty where it is none.
    pub fn query(&self) -> Vec<(String, String)> {
        let url = url::Url::parse(self.header("location")).ok();
        url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
    }

    /// One value of that query.
    pub fn told(&self, name: &str) -> String {
        self.query().into_iter().find(|(n, _)| n == name).map(|(_, value)| value).unwrap_or_default()
    }
}

/// One request, byte by byte, to a node, from a source address.
pub async fn bytes_from(from: IpAddr, node: SocketAddr, request: &[u8]) -> Answer {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    let mut stream = socket.connect(node).await.unwrap();
    // The server may close before it has read all of an overlong request.
    drop(stream.write_all(request).await);
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    let (sent, came) = (String::from_utf8_lossy(request), String::from_utf8_lossy(&answer));
    assert!(read.is_ok(), "the connection stays open: {sent:.300} → {came:.600}");
    parse(&answer)
}

fn parse(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text.as_str(), ""));
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
    Answer { status: status.unwrap_or_default(), headers, body: body.to_owned() }
}

/// What one request is made of.
#[derive(Debug, Clone, Copy)]
pub struct Wire<'a> {
    /// GET, POST and the like.
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// What is sent besides `Host`, `Connection` and the length.
    pub headers: &'a [(&'a str, &'a str)],
    /// What stands after them.
    pub body: &'a [u8],
}

impl Wire<'_> {
    /// The bytes, with `Host` and the rest.
    pub fn bytes(&self, world: &World) -> Vec<u8> {
        let host = world.server.base_url().split_once("://").unwrap().1;
        let mut head =
            format!("{} {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n", self.method, self.target);
        for (name, value) in self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        if !self.body.is_empty() && !self.headers.iter().any(|(n, _)| *n == "Transfer-Encoding") {
            write!(head, "Content-Length: {}\r\n", self.body.len()).unwrap();
        }
        head.push_str("\r\n");
        [head.as_bytes(), self.body].concat()
    }
}

/// Sends a request to the first node.
pub async fn send(world: &World, wire: Wire<'_>) -> Answer {
    send_to(world, 0, wire).await
}

/// Sends a request to a node.
pub async fn send_to(world: &World, node: usize, wire: Wire<'_>) -> Answer {
    let node = world.server.node(node).listen;
    bytes_from(IpAddr::V4(Ipv4Addr::LOCALHOST), node, &wire.bytes(world)).await
}

/// A GET of a path, or of a whole URL of ours.
pub async fn get(world: &World, target: &str) -> Answer {
    let target = target.strip_prefix(world.server.base_url()).unwrap_or(target);
    send(world, Wire { method: "GET", target, headers: &[], body: b"" }).await
}

/// A form, encoded.
pub fn encoded(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Posts a form as a program does.
pub async fn post(world: &World, target: &str, headers: &[(&str, &str)], pairs: &[(&str, &str)]) -> Answer {
    let body = encoded(pairs);
    let headers = [&[("Content-Type", "application/x-www-form-urlencoded")], headers].concat();
    send(world, Wire { method: "POST", target, headers: &headers, body: body.as_bytes() }).await
}

/// The tenant's GUID of a registration.
pub fn tenant_of(registration: &Registration) -> String {
    registration.issuer.rsplit('/').nth(1).unwrap().to_owned()
}

/// `Authorization: Basic …` of a confidential application.
pub fn basic(registration: &Registration) -> String {
    let secret = registration.client_secret.as_deref().unwrap_or_default();
    let pair = format!("{}:{secret}", registration.client_id);
    format!("Basic {}", data_encoding::BASE64.encode(pair.as_bytes()))
}

/// Posts to an endpoint of the application's tenant, authenticated as it is registered.
pub async fn as_client(
    world: &World,
    registration: &Registration,
    endpoint: &str,
    pairs: &[(&str, &str)],
) -> Answer {
    let target = format!("/{}/oauth2/v2.0/{endpoint}", tenant_of(registration));
    let authorization = basic(registration);
    if registration.client_secret.is_some() {
        return post(world, &target, &[("Authorization", &authorization)], pairs).await;
    }
    let pairs = [pairs, &[("client_id", registration.client_id.as_str())]].concat();
    post(world, &target, &[], &pairs).await
}

/// Exchanges a code at the token endpoint.
pub async fn exchange(world: &World, rp: &Rp, asked: &AuthorizeRequest, code: &str) -> Answer {
    let redirect = rp.registration().redirect_uri.as_str();
    exchange_with(world, rp.registration(), code, redirect, asked.verifier.as_deref()).await
}

/// The same, with everything said.
pub async fn exchange_with(
    world: &World,
    registration: &Registration,
    code: &str,
    redirect: &str,
    verifier: Option<&str>,
) -> Answer {
    let mut pairs = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect)];
    pairs.extend(verifier.map(|verifier| ("code_verifier", verifier)));
    as_client(world, registration, "token", &pairs).await
}

/// Refreshes.
pub async fn refresh(world: &World, registration: &Registration, token: &str) -> Answer {
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
    as_client(world, registration, "token", &pairs).await
}

/// Asks userinfo with a bearer token.
pub async fn userinfo(world: &World, tenant: &str, token: &str) -> Answer {
    let target = format!("/{tenant}/oidc/userinfo");
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str())];
    send(world, Wire { method: "GET", target: &target, headers: &headers, body: b"" }).await
}

/// A house with gina invited, and an application that has read its documents.
pub async fn desk(world: &World) -> (House, Rp) {
    let house = world.office().house("alpha.test").await;
    world.office().invite(house.tenant.id, GINA).await;
    let rp = rp(world, &house.registration).await;
    (house, rp)
}

/// An application that has read its documents.
pub async fn rp(world: &World, registration: &Registration) -> Rp {
    Rp::discover(registration.clone(), world.clock.clone()).await.unwrap()
}

/// One more application of a house, of another kind, whose browsers come back to the same listener.
pub async fn another(world: &World, house: &House, kind: ApplicationType) -> Rp {
    let redirect = house.callbacks.redirect_uri();
    let registration = world.office().application(&house.tenant, kind, &redirect).await;
    rp(world, &registration).await
}

/// Changes settings of an application that no command changes yet.
pub async fn set(
    world: &World,
    house: &House,
    client: &str,
    change: impl Fn(&mut ApplicationSettings) + Send + 'static,
) {
    let (tenant, client) = (house.tenant.id, ClientId(client.to_owned()));
    let written = world.server.app().db.write(move |c| {
        let (application, _) = applications::find(c, tenant, &client)?.expect("it was registered");
        let mut settings = application.settings;
        change(&mut settings);
        applications::set_settings(c, tenant, &client, &settings)?;
        tenants::raise_applications(c, &client)
    });
    written.await.unwrap().unwrap();
}

/// Goes from a request to wherever it ends, through address, code and review, as they come.
pub async fn walk(person: &mut Person, url: &str, address: &str) -> PageView {
    let page = person.opens(url).await;
    goes_on(person, page, address).await
}

/// The same from a page of the walk.
pub async fn goes_on(person: &mut Person, page: PageView, address: &str) -> PageView {
    let mut page = page;
    for _ in 0..8 {
        page = match page.test_id.as_str() {
            "G01" => person.types(address).await,
            "G06" => person.reads_code().enters_code().await,
            "G05" | "G15" | "G25" => person.presses("primary").await,
            _ => return page,
        };
    }
    page
}

/// A whole sign-in for a request; its tokens.
pub async fn signs_in(person: &mut Person, rp: &Rp, house: &House, ask: Ask, who: &str) -> SignedIn {
    let asked = ask.build();
    let page = walk(person, asked.url.as_str(), who).await;
    assert_eq!(page.test_id, "app", "{}", page.summary());
    rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap()
}

/// What comes back for a request that needs no page.
pub async fn silently(person: &mut Person, house: &House, asked: &AuthorizeRequest) -> Callback {
    let page = person.opens(asked.url.as_str()).await;
    assert_eq!(page.test_id, "app", "{}", page.summary());
    house.callbacks.next().await.unwrap()
}

/// A fresh code for a request, by the live session.
pub async fn code(person: &mut Person, house: &House, asked: &AuthorizeRequest) -> String {
    silently(person, house, asked).await.get("code").unwrap().to_owned()
}

/// A part of a token of ours, decoded.
pub fn part(token: &str, number: usize) -> Map<String, Value> {
    let text = token.split('.').nth(number).unwrap_or_default();
    let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// A refusal of the token endpoint: JSON, never kept, and never a redirect.
pub fn refused(answer: &Answer, status: u16, error: &str, what: &str) {
    assert_eq!((answer.status, answer.error().as_str()), (status, error), "{what}: {}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    assert!(!answer.has("location"), "{what}");
    let line = answer.text("error_description");
    assert!(line.is_ascii() && !line.contains(['"', '\\', '\n']), "{what}: {line}");
}

/// A request for a refresh token besides.
pub fn offline(rp: &Rp) -> Ask {
    rp.asks().with("scope", "openid profile email offline_access")
}
