//! Somebody in the middle of everything that a guest does, with each button at hand, for tests that change what is stored
//! while they are there.

use chrono::TimeDelta;
use url::Url;
use vestibule_testkit::browser::cookies::Jar;
use vestibule_testkit::browser::{HttpBrowser, Request};
use vestibule_testkit::office::House;
use vestibule_testkit::protocol::{exchange, goes_on, offline, refresh, signs_in, silently, userinfo};
use vestibule_testkit::rp::{AuthorizeRequest, Callback, Rp, SignedIn};
use vestibule_testkit::trip::{GINA, all_mail_left, sql, submission};
use vestibule_testkit::{HttpOptions, PageView, Person, World};

use Press::*;

/// What can be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Press {
    /// The page of the code, the right code, and another code: gina's trip.
    Look,
    Enter,
    Resend,
    /// The review page and its *Accept*: the trip of a guest who has not accepted yet, in the same browser.
    LookReview,
    Accept,
    /// The application asks for gina, who is signed in; it brings the code of before, the refresh token, the access token.
    Authorize,
    Silent,
    Exchange,
    Refresh,
    Userinfo,
    /// The right code once more, in a browser that lost the answer to it, and with it the session (OTP-14).
    Again,
    /// The invitation of a third guest, and its button.
    OpenLink,
    AskByLink,
}

/// What a press came to.
#[derive(Debug)]
pub(crate) enum Came {
    /// At the application.
    App(Url),
    /// At a page of ours.
    Page(Box<PageView>),
    /// The status that a program was answered with.
    Program(u16),
    /// Given a session, on the way to there.
    Session(Url),
}

impl std::fmt::Display for Came {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::App(url) | Self::Session(url) => {
                write!(f, "{}: {url}", if matches!(self, Self::App(_)) { "at" } else { "a session, at" })
            }
            Self::Page(page) => write!(f, "{} {} {:?}", page.status, page.test_id, page.h1),
            Self::Program(status) => write!(f, "{status}"),
        }
    }
}

impl Came {
    fn id(&self) -> &str {
        match self {
            Self::App(url) if url.query().is_some_and(|query| query.starts_with("code=")) => "app",
            Self::Page(page) => &page.test_id,
            Self::App(_) | Self::Program(_) | Self::Session(_) => "",
        }
    }
}

/// The trip that an address names.
pub(crate) fn trip(url: &Url) -> Option<String> {
    url.query_pairs().find(|(name, _)| name == "i").map(|(_, id)| id.into_owned())
}

/// What must not grow: sessions, codes, tokens, mails with a code, guests.
pub(crate) fn books(world: &World) -> Vec<String> {
    let counted = [
        "sessions",
        "authorization_codes",
        "access_tokens",
        "refresh_families",
        "outbox WHERE kind = 'code'",
        "directory_audits WHERE action = 'invitation.redeem'",
    ];
    let counted = counted
        .map(|from| sql(world, &format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {from}")).remove(0));
    counted.into()
}

/// Sends a request with these cookies and goes wherever it leads, as far as the application or a session; on a review page
/// that was pressed for, *Accept* is pressed too.
async fn goes(world: &World, jar: &Jar, request: &Request, from: &Url) -> Came {
    let mut browser = HttpBrowser::new(&HttpOptions::default());
    browser.jar = jar.clone();
    let mut answer = browser.send(request, Some(from)).await.unwrap();
    for _ in 0..6 {
        for line in answer.set_cookies() {
            if line.starts_with("vs") {
                return Came::Session(answer.location().unwrap_or(answer.url));
            }
            browser.jar.take(&answer.url, line);
        }
        let next = answer.location().filter(|_| answer.status.is_redirection());
        if let Some(next) = next {
            if !next.as_str().starts_with(world.server.base_url()) {
                return Came::App(next);
            }
            answer = browser.send(&Request::get(next), Some(from)).await.unwrap();
            continue;
        }
        let page = PageView::parse(&answer.url, answer.status.as_u16(), &answer.text(), false);
        if page.test_id != "G15" || request.method == http::Method::GET {
            return Came::Page(Box::new(page));
        }
        browser.open(page.url.as_str()).await.unwrap();
        let accept = browser.pressed("Accept").unwrap();
        answer = browser.send(&accept, Some(&page.url)).await.unwrap();
    }
    panic!("{} leads on and on, at last to {}", request.url, answer.url)
}

/// A request that is ready to be sent.
struct Button {
    press: Press,
    jar: Jar,
    request: Request,
    from: Url,
}

/// See the module.
pub(crate) struct Midway<'a> {
    world: &'a World,
    house: &'a House,
    rp: &'a Rp,
    /// Gina signed in, on a trip of her own in the first tab, and on one of another guest in the second.
    person: Person,
    digits: String,
    asked: [AuthorizeRequest; 2],
    tokens: SignedIn,
    unused: (AuthorizeRequest, Callback),
    /// The third guest.
    invitee: Person,
    buttons: Vec<Button>,
}

impl<'a> Midway<'a> {
    /// Goes there. Gina has accepted before; the other guests are new.
    pub(crate) async fn begun(world: &'a World, house: &'a House, rp: &'a Rp, number: usize) -> Self {
        world.wait(TimeDelta::hours(13));
        let (paul, ida) = (format!("paul{number}@guest.test"), format!("ida{number}@guest.test"));
        world.office().invite(house.tenant.id, &paul).await;
        let link = world.office().invite(house.tenant.id, &ida).await.redeem_url;
        let (mut person, mut invitee, mut lost) =
            (world.person().await, world.person().await, world.person().await);
        let mut buttons = Vec::new();
        lost.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let (digits, jar) = (lost.code().to_owned(), lost.http().jar.clone());
        let (request, from) = submission(&mut lost, &digits).await;
        buttons.push(Button { press: Again, jar, request, from });
        world.wait(TimeDelta::seconds(61));
        let tokens = signs_in(&mut person, rp, house, offline(rp), GINA).await;
        world.wait(TimeDelta::seconds(61));
        let asked = [(); 2].map(|()| rp.asks().with("prompt", "login").build());
        person
            .opens(asked[0].url.as_str())
            .sees("G01")
            .types(GINA)
            .sees("G05")
            .presses("Send code")
            .sees("G06")
            .await;
        let from = person.reads_code().await.url;
        let digits = person.code().to_owned();
        let mut hers = vec![(Look, Request::get(from.clone()), from.clone())];
        hers.push((Resend, person.http().pressed("/resend").unwrap(), from.clone()));
        hers.push((Enter, submission(&mut person, &digits).await.0, from));
        let page =
            person.new_tab().opens(asked[1].url.as_str()).sees("G01").types(&paul).sees("G06").reads_code();
        let from = page.enters_code().sees("G15").await.url;
        hers.push((LookReview, Request::get(from.clone()), from.clone()));
        hers.push((Accept, person.http().pressed("Accept").unwrap(), from));
        // An authorization code lives for a minute, and so does the memory of an answer that was lost.
        world.wait(TimeDelta::seconds(61));
        lost.enters_code().sees("app").await;
        house.callbacks.next().await.unwrap();
        person.http().new_tab();
        let silent = rp.asks().with("prompt", "none").build();
        let unused = (silent.clone(), silently(&mut person, house, &silent).await);
        let ask = rp.asks().build().url;
        hers.push((Authorize, Request::get(ask.clone()), ask));
        hers.push((Silent, Request::get(silent.url.clone()), silent.url));
        let jar = person.http().jar.clone();
        buttons.extend(hers.into_iter().map(|(press, request, from)| Button {
            press,
            jar: jar.clone(),
            request,
            from,
        }));
        let from = invitee.is_called(&ida).opens(&link).sees("G17").await.url;
        let jar = invitee.http().jar.clone();
        let request = Request::get(Url::parse(&link).unwrap());
        buttons.push(Button { press: OpenLink, jar: jar.clone(), request, from: from.clone() });
        let request = invitee.http().pressed("Send me a code").unwrap();
        buttons.push(Button { press: AskByLink, jar, request, from });
        Self { world, house, rp, person, digits, asked, tokens, unused, invitee, buttons }
    }

    /// One press, in a copy of the browser.
    pub(crate) async fn presses(&self, press: Press) -> Came {
        let (world, rp) = (self.world, self.rp);
        match press {
            Exchange => {
                let (silent, came) = &self.unused;
                Came::Program(exchange(world, rp, silent, came.get("code").unwrap()).await.status)
            }
            Refresh => {
                let token = self.tokens.refresh_token.as_deref().unwrap();
                Came::Program(refresh(world, rp.registration(), token).await.status)
            }
            Userinfo => {
                let tenant = self.house.tenant.id.to_string();
                Came::Program(userinfo(world, &tenant, &self.tokens.access_token).await.status)
            }
            _ => {
                let Button { jar, request, from, .. } = self.button(press);
                goes(world, jar, request, from).await
            }
        }
    }

    fn button(&self, press: Press) -> &Button {
        self.buttons.iter().find(|button| button.press == press).unwrap()
    }

    /// The trip that a press belongs to.
    pub(crate) fn trip(&self, press: Press) -> Option<String> {
        self.buttons.iter().find(|button| button.press == press).and_then(|button| trip(&button.from))
    }

    /// Nothing has been used up: each press does what it does.
    pub(crate) async fn is_whole(&self, what: &str) {
        for (press, page) in
            [(Look, "G06"), (LookReview, "G15"), (Authorize, "app"), (Silent, "app"), (OpenLink, "G17")]
        {
            let came = self.presses(press).await;
            assert_eq!(came.id(), page, "{what}, {press:?}: {came:?}");
        }
        for press in [Exchange, Refresh, Userinfo] {
            let came = self.presses(press).await;
            assert!(matches!(came, Came::Program(200)), "{what}, {press:?}: {came:?}");
        }
        let came = self.presses(Again).await;
        assert!(
            matches!(&came, Came::Session(url) if url.query().is_some_and(|q| q.contains("code="))),
            "{what}: {came:?}"
        );
    }

    /// A code was asked for, and did not come: asked for again, it does.
    pub(crate) async fn asks_again(&mut self) {
        all_mail_left(self.world).await;
        let before = self.world.mail.messages_to(GINA).len();
        self.world.wait(TimeDelta::seconds(61));
        self.person.to_tab(0).reloads().presses("/resend").sees("G06").await;
        self.world.mail.wait_for(GINA, before + 1).await;
        self.person.is_called(GINA).reads_code().await;
        self.person.code().clone_into(&mut self.digits);
    }

    /// All of it goes on to its end.
    pub(crate) async fn goes_on(mut self, what: &str) {
        let (house, rp, person) = (self.house, self.rp, &mut self.person);
        for ask in [rp.asks(), rp.asks().with("prompt", "none")] {
            person.http().new_tab();
            let asked = ask.build();
            let came = silently(person, house, &asked).await;
            rp.exchange(&asked, &came).await.unwrap();
        }
        let page = person.to_tab(0).enters(&self.digits).await;
        let page = goes_on(person, page, GINA).await;
        assert_eq!(page.test_id, "app", "{what}: {}", page.summary());
        rp.exchange(&self.asked[0], &house.callbacks.next().await.unwrap()).await.unwrap();
        person.to_tab(1).presses("Accept").sees("app").await;
        rp.exchange(&self.asked[1], &house.callbacks.next().await.unwrap()).await.unwrap();
        self.invitee.presses("Send me a code").sees("G06").await;
    }
}
