//! Single endpoints, each asked for again and again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use crate::http::{Call, Http};
use crate::load::Tally;
use crate::num::{micros, now};
use crate::page::form;
use crate::trip::{Road, authorize, parts, sha256, tokens};
use crate::trouble::{Res, Trouble, trouble};
use crate::world::SignedIn;

/// An endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `robots.txt`: a few bytes that decide nothing, to compare with.
    Robots,
    /// A style sheet of the pages.
    Css,
    /// `openid-configuration`.
    Discovery,
    Jwks,
    /// A request of a browser that is not known.
    Authorize,
    /// A request of a browser that remembers the address and has no session: where a measured sign-in begins.
    Remembered,
    /// A request of a browser with a live session.
    SignedOn,
    /// A refresh token for new tokens.
    Refresh,
    /// Claims for an access token.
    Userinfo,
}

impl Endpoint {
    /// All, in the order of the table.
    pub(crate) const ALL: [Self; 9] = [
        Self::Robots,
        Self::Css,
        Self::Discovery,
        Self::Jwks,
        Self::Authorize,
        Self::Remembered,
        Self::SignedOn,
        Self::Userinfo,
        Self::Refresh,
    ];

    /// For tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Robots => "robots.txt (bare)",
            Self::Css => "static CSS",
            Self::Discovery => "discovery",
            Self::Jwks => "JWKS",
            Self::Authorize => "authorize, unknown browser",
            Self::Remembered => "authorize, remembered",
            Self::SignedOn => "authorize, live session",
            Self::Refresh => "token refresh",
            Self::Userinfo => "userinfo",
        }
    }

    /// Whether it needs guests who are signed in.
    pub(crate) const fn needs_guests(self) -> bool {
        matches!(self, Self::Remembered | Self::SignedOn | Self::Refresh | Self::Userinfo)
    }
}

/// One worker's share of the guests who are signed in, and where it is on its round.
#[derive(Debug)]
pub(crate) struct Caller {
    /// Tenants.
    pub road: Arc<Road>,
    /// Path of the style sheet.
    pub css: String,
    pub guests: VecDeque<SignedIn>,
    /// Counts the round.
    pub round: usize,
}

impl Caller {
    /// Asks until the time is up, once at least; gives the guests back, whose refresh tokens are other ones now.
    pub(crate) async fn run(mut self, endpoint: Endpoint, mut http: Http, until: Instant) -> (Tally, Self) {
        let mut tally = Tally::default();
        while (now() < until || tally.took.is_empty()) && tally.failed < 5 {
            let began = now();
            match self.once(endpoint, &mut http).await {
                Ok(()) => tally.took.push(micros(began.elapsed())),
                Err(error) => tally.fail(&Trouble(format!("{}: {error}", endpoint.name()))),
            }
        }
        (tally, self)
    }

    async fn once(&mut self, endpoint: Endpoint, http: &mut Http) -> Res<()> {
        if endpoint.needs_guests() {
            return self.guest(endpoint, http).await;
        }
        self.round = self.round.wrapping_add(1);
        let tenant = self.round.checked_rem(self.road.world.tenants.len()).unwrap_or_default();
        let (tenant, app) = parts(&self.road.world, tenant, 0)?;
        let target = match endpoint {
            Endpoint::Css => self.css.clone(),
            Endpoint::Discovery => format!("/{}/v2.0/.well-known/openid-configuration", tenant.id),
            Endpoint::Jwks => format!("/{}/discovery/v2.0/keys", tenant.id),
            Endpoint::Authorize => authorize(tenant, app, &sha256(b"nobody")),
            _ => "/robots.txt".to_owned(),
        };
        let (status, browser) = if endpoint == Endpoint::Authorize { (303, true) } else { (200, false) };
        let answer = http.send(&Call { target: &target, browser, ..Call::default() }).await?;
        answer.expect(status, &target).map(drop)
    }

    async fn guest(&mut self, endpoint: Endpoint, http: &mut Http) -> Res<()> {
        let Some(mut guest) = self.guests.pop_front() else { return trouble("nobody is signed in") };
        let asked = ask(&self.road, endpoint, &mut guest, http).await;
        self.guests.push_back(guest);
        asked
    }
}

async fn ask(road: &Road, endpoint: Endpoint, guest: &mut SignedIn, http: &mut Http) -> Res<()> {
    let (tenant, app) = parts(&road.world, guest.tenant, guest.app)?;
    let source = guest.source.as_deref();
    match endpoint {
        Endpoint::SignedOn | Endpoint::Remembered => {
            let target = authorize(tenant, app, &sha256(guest.access.as_bytes()));
            let (cookies, wanted) = match endpoint {
                Endpoint::SignedOn => (guest.cookies.header(), "code="),
                _ => (guest.cookies.next_day().header(), "/signin/code/send"),
            };
            let call = Call { target: &target, cookies, source, browser: true, ..Call::default() };
            let answer = http.send(&call).await?.expect(303, "authorize")?;
            let leads_on = answer.location.as_deref().is_some_and(|location| location.contains(wanted));
            if leads_on { Ok(()) } else { trouble(format!("does not lead to {wanted}")) }
        }
        Endpoint::Userinfo => {
            let target = format!("/{}/oidc/userinfo", tenant.id);
            let bearer = format!("Bearer {}", guest.access);
            let call = Call { target: &target, authorization: Some(&bearer), ..Call::default() };
            http.send(&call).await?.expect(200, "userinfo").map(drop)
        }
        _ => {
            let body = form(&[("grant_type", "refresh_token"), ("refresh_token", &guest.refresh)]);
            let answer = tokens(http, tenant, app, &body).await?;
            let given = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
            guest.refresh = given("refresh_token").ok_or_else(|| Trouble("no new refresh token".into()))?;
            guest.access = given("access_token").unwrap_or_default();
            Ok(())
        }
    }
}

/// The style sheet that a page names.
pub(crate) async fn css(road: &Road, http: &mut Http) -> Res<String> {
    let (tenant, _) = parts(&road.world, 0, 0)?;
    let target = format!("/{}/signin/help", tenant.id);
    let page = http.send(&Call { target: &target, ..Call::default() }).await?.expect(200, "help")?.text();
    let found = crate::page::between(&page, "rel=\"stylesheet\" href=\"", "\"").map(str::to_owned);
    found.ok_or_else(|| Trouble("the page names no style sheet".into()))
}
