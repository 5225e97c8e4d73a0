//! One whole sign-in, step by step, as a browser and its application make it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use tokio::sync::oneshot::Receiver;

use crate::http::{Answer, Call, Http};
use crate::mail::Mailbox;
use crate::num::now;
use crate::page::{Cookies, Form, encoded, form, parameter};
use crate::trouble::{Res, Trouble, trouble};
use crate::world::{App, Guest, REDIRECT, SignedIn, Tenant, World};

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The application's request.
    Authorize,
    /// G05.
    SendPage,
    /// *Send code*.
    Send,
    /// G06.
    CodePage,
    /// Waiting for what is left of the mail's way.
    Mail,
    /// The code; at a first sign-in also G15 and *Accept*.
    Verify,
    /// Code for tokens.
    Token,
}

impl Step {
    /// In their order.
    pub(crate) const ALL: [Self; 7] =
        [Self::Authorize, Self::SendPage, Self::Send, Self::CodePage, Self::Mail, Self::Verify, Self::Token];

    /// For tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::SendPage => "page G05",
            Self::Send => "POST send",
            Self::CodePage => "page G06",
            Self::Mail => "wait for mail",
            Self::Verify => "POST code",
            Self::Token => "token",
        }
    }
}

/// What all trips of a run share.
#[derive(Debug)]
pub(crate) struct Road {
    /// Tenants and guests.
    pub world: World,
    pub mailbox: Mailbox,
    counter: AtomicU64,
}

impl Road {
    /// No trip was made yet.
    pub(crate) fn new(world: World, mailbox: Mailbox) -> Self {
        Self { world, mailbox, counter: AtomicU64::new(0) }
    }

    /// A PKCE verifier that no other trip has.
    fn verifier(&self) -> String {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        sha256(format!("{} {number}", std::process::id()).as_bytes())
    }
}

/// A sign-in under way.
#[derive(Debug)]
pub(crate) struct Trip<'a> {
    road: &'a Road,
    app: usize,
    /// The first sign-in of a guest asks for a refresh token too, and names the address by `login_hint`.
    first: bool,
    guest: Guest,
    cookies: Cookies,
    verifier: String,
    target: String,
    form: Option<Form>,
    mail: Option<Receiver<String>>,
    code: String,
    asked: Option<Instant>,
    tokens: Option<(String, String)>,
}

impl<'a> Trip<'a> {
    /// A guest's sign-in to an application of the tenant.
    pub(crate) fn new(road: &'a Road, guest: Guest, app: usize) -> Self {
        let (cookies, verifier) = (guest.cookies.clone(), road.verifier());
        Self {
            road,
            app,
            first: guest.is_new(),
            guest,
            cookies,
            verifier,
            target: String::new(),
            form: None,
            mail: None,
            code: String::new(),
            asked: None,
            tokens: None,
        }
    }

    /// Makes all steps.
    pub(crate) async fn whole(&mut self, http: &mut Http) -> Res<[Duration; 7]> {
        let mut took = [Duration::ZERO; 7];
        for (step, took) in Step::ALL.into_iter().zip(&mut took) {
            let began = now();
            let made = self.step(http, step).await;
            made.map_err(|error| Trouble(format!("{} ({}): {error}", step.name(), self.guest.address)))?;
            *took = began.elapsed();
        }
        Ok(took)
    }

    /// Makes one step; they come in their order.
    pub(crate) async fn step(&mut self, http: &mut Http, step: Step) -> Res<()> {
        match step {
            Step::Authorize => {
                self.target = self.request()?;
                self.get(http).await?.expect(303, "authorize").and_then(|answer| self.follow(answer))
            }
            Step::SendPage => self.page(http, "G05").await,
            Step::Send => {
                self.mail = Some(self.road.mailbox.expect(&self.guest.address));
                self.asked = Some(now());
                self.post(http, &[]).await.and_then(|answer| self.follow(answer))
            }
            Step::CodePage => self.page(http, "G06").await,
            Step::Mail => {
                let Some(mail) = self.mail.take() else { return trouble("no mail was asked for") };
                let came = tokio::time::timeout(Duration::from_secs(20), mail).await;
                self.code = came.ok().and_then(Result::ok).ok_or_else(|| Trouble("no mail came".into()))?;
                Ok(())
            }
            Step::Verify => self.verify(http).await,
            Step::Token => self.token(http).await,
        }
    }

    /// Ends the trip: the guest waits for the next turn. Gives what a signed-in browser and its application hold.
    pub(crate) fn end(mut self) -> Option<SignedIn> {
        let (tenant, app, source) = (self.guest.tenant, self.app, self.guest.source.clone());
        let cookies = self.cookies.without_trips();
        self.guest.cookies = self.cookies.next_day();
        self.road.world.again(self.guest, self.asked.unwrap_or_else(now));
        self.tokens.map(|(access, refresh)| SignedIn { tenant, app, source, cookies, access, refresh })
    }

    fn parts(&self) -> Res<(&'a Tenant, &'a App)> {
        parts(&self.road.world, self.guest.tenant, self.app)
    }

    fn request(&self) -> Res<String> {
        let (tenant, app) = self.parts()?;
        let challenge = sha256(self.verifier.as_bytes());
        let mut request = authorize(tenant, app, &challenge);
        if self.first {
            request.push_str("%20offline_access&login_hint=");
            request.push_str(&encoded(&self.guest.address));
        }
        Ok(request)
    }

    async fn get(&self, http: &mut Http) -> Res<Answer> {
        let (target, source) = (self.target.as_str(), self.guest.source.as_deref());
        let cookies = self.cookies.header();
        http.send(&Call { target, cookies, source, browser: true, ..Call::default() }).await
    }

    async fn page(&mut self, http: &mut Http, page: &str) -> Res<()> {
        let answer = self.get(http).await?.expect(200, page)?;
        self.cookies.take(&answer.cookies);
        self.form = Some(Form::read(&answer.text(), page)?);
        Ok(())
    }

    async fn post(&mut self, http: &mut Http, fields: &[(&str, &str)]) -> Res<Answer> {
        let Some(shown) = self.form.take() else { return trouble("no form is open") };
        let body = form(&[&[("csrf", shown.csrf.as_str())], fields].concat());
        let (target, source) = (shown.action.as_str(), self.guest.source.as_deref());
        let cookies = self.cookies.header();
        let call = Call { target, form: Some(&body), cookies, source, browser: true, ..Call::default() };
        http.send(&call).await?.expect(303, &format!("POST {}", path(target)))
    }

    fn follow(&mut self, answer: Answer) -> Res<()> {
        self.cookies.take(&answer.cookies);
        self.target = answer.location.ok_or_else(|| Trouble("a redirect to nowhere".into()))?;
        Ok(())
    }

    async fn verify(&mut self, http: &mut Http) -> Res<()> {
        let code = std::mem::take(&mut self.code);
        let answer = self.post(http, &[("code", &code)]).await?;
        self.follow(answer)?;
        if self.first && self.target.contains("/signin/review") {
            self.page(http, "G15").await?;
            let answer = self.post(http, &[("do", "accept")]).await?;
            self.follow(answer)?;
        }
        let code = self.target.strip_prefix(REDIRECT).and_then(|_| parameter(&self.target, "code"));
        self.code = code.ok_or_else(|| Trouble(format!("it ended at {}", path(&self.target))))?.to_owned();
        Ok(())
    }

    async fn token(&mut self, http: &mut Http) -> Res<()> {
        let (tenant, app) = self.parts()?;
        let body = form(&[
            ("grant_type", "authorization_code"),
            ("code", &self.code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", &self.verifier),
        ]);
        let answer = tokens(http, tenant, app, &body).await?;
        let given = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let id_token = given("id_token");
        let head = id_token.split('.').next().and_then(|head| BASE64URL_NOPAD.decode(head.as_bytes()).ok());
        let head: Value = head.and_then(|head| serde_json::from_slice(&head).ok()).unwrap_or_default();
        if head.get("alg").and_then(Value::as_str) != Some(app.alg.as_str()) {
            return trouble(format!("an ID token signed by another algorithm than {}", app.alg.as_str()));
        }
        self.tokens = Some((given("access_token"), given("refresh_token")));
        Ok(())
    }
}

/// A tenant and one of its applications.
pub(crate) fn parts(world: &World, tenant: usize, app: usize) -> Res<(&Tenant, &App)> {
    let found = world.tenants.get(tenant).and_then(|t| t.apps.get(app).map(|a| (t, a)));
    found.ok_or_else(|| Trouble("no such application".into()))
}

/// An authorization request; its scope stands last, so that more can be added.
pub(crate) fn authorize(tenant: &Tenant, app: &App, challenge: &str) -> String {
    format!(
        "/{}/oauth2/v2.0/authorize?client_id={}&redirect_uri={}&response_type=code&state=bench&nonce={challenge}\
         &code_challenge={challenge}&code_challenge_method=S256&scope=openid%20profile%20email",
        tenant.id,
        app.client,
        encoded(REDIRECT)
    )
}

/// A request to the token endpoint, and what it gave.
pub(crate) async fn tokens(http: &mut Http, tenant: &Tenant, app: &App, body: &str) -> Res<Value> {
    let target = format!("/{}/oauth2/v2.0/token", tenant.id);
    let authorization = Some(app.authorization.as_str());
    let call = Call { target: &target, form: Some(body), authorization, ..Call::default() };
    let answer = http.send(&call).await?.expect(200, "token")?;
    Ok(serde_json::from_slice(&answer.body)?)
}

/// SHA-256 in base64url.
pub(crate) fn sha256(text: &[u8]) -> String {
    BASE64URL_NOPAD.encode(ring::digest::digest(&ring::digest::SHA256, text).as_ref())
}

/// A target without its query, for messages.
fn path(target: &str) -> &str {
    target.split('?').next().unwrap_or_default()
}
