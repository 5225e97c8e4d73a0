//! Each page state that walks A and B reach, as the real server gives it: found over HTTP on both databases, and in
//! Chromium looked at by axe in light and dark, at 390 and 320 px; its weight and requests; keyboard; clicks.

use chrono::TimeDelta;
use serde_json::{Value, json};
use vestibule_admin::invitation::Create;
use vestibule_testkit::axe::Axe;
use vestibule_testkit::browser::ChromiumBrowser;
use vestibule_testkit::office::{self, House};
use vestibule_testkit::rp::Rp;
use vestibule_testkit::walk::{discovers, goes_through, reloads_until, silently};
use vestibule_testkit::world::Driver;
use vestibule_testkit::{HttpOptions, Person, World};

const GINA: &str = "gina@guest.test";
const EVE: &str = "eve@evil.test";

/// Who looks at each page that is reached.
struct Eye {
    axe: Option<Axe>,
    base: String,
}

impl Eye {
    fn of(world: &World) -> Self {
        let axe = (world.driver == Driver::Chromium).then(|| Axe::load().unwrap());
        Self { axe, base: world.server.base_url().to_owned() }
    }

    /// Looks at the page that is shown: it is this one, and nothing is wrong with it.
    async fn on(&self, person: &mut Person, id: &str, state: &str) {
        let page = person.sees(id).await;
        assert!(
            !page.h1.is_empty() && page.title.contains(&page.h1),
            "{id} {state}: {:?} and {:?}",
            page.title,
            page.h1
        );
        assert!(page.html.len() < 25 * 1024, "{id} {state}: {} bytes", page.html.len());
        assert!(!page.text.contains("{ $") && !page.text.contains("???"), "{id} {state}: {}", page.text);
        let Some(axe) = &self.axe else { return };
        let browser = person.browser().chromium().unwrap();
        for theme in ["light", "dark"] {
            emulate(browser, 390, theme).await;
            let found = axe.check(browser).await.unwrap();
            assert!(found.is_empty(), "{id} {state}, {theme}: {found:#?}");
        }
        for width in [320, 390] {
            emulate(browser, width, "light").await;
            let wide = browser
                .run("return document.documentElement.scrollWidth - innerWidth", Vec::new())
                .await
                .unwrap();
            assert!(wide.as_i64().unwrap() <= 0, "{id} {state}: {wide} px too wide at {width}");
        }
        let loaded = browser.run(LOADED, Vec::new()).await.unwrap();
        let loaded = loaded.as_array().unwrap();
        let bytes: i64 = loaded.iter().filter_map(|one| one["bytes"].as_i64()).sum();
        assert!(loaded.len() <= 6 && bytes <= 25 * 1024, "{id} {state}: {bytes} bytes in {loaded:?}");
        for one in loaded {
            let url = one["url"].as_str().unwrap();
            assert!(url.starts_with(&self.base), "{id} {state} asks a third party: {url}");
        }
        let console = browser.console().await.unwrap();
        let complaints: Vec<_> =
            console.iter().filter(|line| !NOTES.iter().any(|note| line.contains(note))).collect();
        assert!(complaints.is_empty(), "{id} {state}: {complaints:?}");
    }
}

/// What Chromium writes to the console by itself and is no fault of the page: that it is a 4xx page, and that a
/// sign-out cleared what was asked for (the page that follows gets that line if it comes late).
const NOTES: [&str; 2] = ["Failed to load resource", "Clear-Site-Data header on"];

/// Size and theme of the tab.
async fn emulate(browser: &ChromiumBrowser, width: u32, theme: &str) {
    let cdp = browser.driver().unwrap().cdp();
    let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
    cdp.send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
    let media = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
    cdp.send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
}

/// What the page and everything it loads weighs on the wire, cached or not.
const LOADED: &str = "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]\
    .map(one => ({url: one.name, bytes: one.encodedBodySize}))";

async fn furnished(world: &World) -> (House, Rp) {
    let house = world.office().house("alpha.test").await;
    for who in [GINA, EVE] {
        world.office().invite(house.tenant.id, who).await;
    }
    let rp = discovers(world, &house).await;
    (house, rp)
}

async fn invited(world: &World, house: &House, address: &str, to: Option<String>) -> String {
    let invitation = Create {
        redirect_url: to,
        send_mail: false,
        display_name: Some("Gina Guest".to_owned()),
        message: Some(
            "Dear Gina,\nhere is what we talked about.\n\nSee https://example.com/plans".to_owned(),
        ),
        ..Create::of(house.tenant.id, office::address(address))
    };
    world.office().perform(invitation).await.unwrap().redeem_url
}

fn not(code: &str) -> &'static str {
    if code == "12345678" { "87654321" } else { "12345678" }
}

/// Types the code as a person does: with script the page sends it, without a button does.
async fn types_the_code(world: &World, person: &mut Person) {
    let code = person.code().to_owned();
    if world.driver == Driver::Chromium {
        person.fills("code", &code).await;
    } else {
        person.fills("code", &code).presses("Continue").await;
    }
}

/// The browser keeps no cookies from now on, as far as this page is concerned.
async fn forget_cookies(person: &mut Person) {
    if let Some(browser) = person.browser().chromium() {
        browser.driver().unwrap().cdp().send_raw("Network.clearBrowserCookies", json!({})).await.unwrap();
    } else {
        person.http().jar = vestibule_testkit::browser::cookies::Jar::default();
    }
}

/// What the keyboard is at: name or words of the focused element, and whether its focus can be seen.
async fn focused(browser: &ChromiumBrowser) -> (String, bool) {
    let told = browser.run(FOCUSED, Vec::new()).await.unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
    (text(&told[0]), told[1].as_bool().unwrap_or_default())
}

async fn keys(browser: &ChromiumBrowser, keys: &str) {
    browser.driver().unwrap().active_element().await.unwrap().send_keys(keys).await.unwrap();
}

const FOCUSED: &str = "const one = document.activeElement, style = getComputedStyle(one); return [one.name && one.type !== 'submit' \
    ? one.name : one.innerText, (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none']";
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const SPACE: &str = "\u{e00d}";

vestibule_testkit::flows! {
    /// By keyboard alone: the focus is where one goes on, each stop shows it, and nothing traps it.
    pages async fn a_sign_in_by_keyboard_alone(world) {
        if world.driver == Driver::Http {
            return;
        }
        let (house, rp) = furnished(world).await;
        let terms = r#"access=[{"name":"terms","control":{"kind":"terms","version":1}}]"#;
        world.office().policy(house.tenant.id, terms).await;
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).sees("G01").await;
        let browser = gina.browser().chromium().unwrap();
        assert_eq!(focused(browser).await, ("email".to_owned(), true));
        keys(browser, &format!("{GINA}{ENTER}")).await;
        gina.sees("G06").await;
        gina.is_called(GINA).reads_code().await;
        let code = gina.code().to_owned();
        let browser = gina.browser().chromium().unwrap();
        assert_eq!(focused(browser).await, ("code".to_owned(), true));
        keys(browser, &format!("{code}{ENTER}")).await;
        gina.sees("G15").await;
        let mut stops = Vec::new();
        let browser = gina.browser().chromium().unwrap();
        loop {
            keys(browser, TAB).await;
            let (name, seen) = focused(browser).await;
            assert!(seen, "the focus on {name:?} cannot be seen");
            if name == "terms" {
                keys(browser, SPACE).await;
            }
            stops.push(name.clone());
            if name == "Accept" {
                break;
            }
            assert!(stops.len() < 20, "Accept is not reached: {stops:?}");
        }
        assert!(stops.contains(&"terms".to_owned()), "{stops:?}");
        keys(browser, ENTER).await;
        gina.sees("app").await;
        rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
    }

    /// G01, G02, G05, G06, G07 in every state.
    pages async fn pages_of_the_code(world) {
        let (house, rp) = furnished(world).await;
        let eye = Eye::of(world);
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).await;
        eye.on(&mut gina, "G01", "empty").await;
        gina.presses("Next").await;
        eye.on(&mut gina, "G01", "nothing typed").await;
        gina.types("gina").await;
        eye.on(&mut gina, "G01", "no address").await;
        gina.types("gina@gmial.com").await;
        eye.on(&mut gina, "G01", "did you mean").await;
        gina.fills("email", GINA).presses("Next").await;
        eye.on(&mut gina, "G06", "open").await;
        gina.is_called(GINA).reads_code().await;
        gina.enters("").await;
        eye.on(&mut gina, "G06", "nothing typed").await;
        gina.enters("123").await;
        eye.on(&mut gina, "G06", "too short").await;
        let wrong = not(gina.code());
        gina.enters(wrong).await;
        eye.on(&mut gina, "G06", "wrong").await;
        gina.enters(wrong).enters(wrong).enters(wrong).reads("You have 1 try left").await;
        eye.on(&mut gina, "G06", "one try left").await;
        gina.enters(wrong).await;
        eye.on(&mut gina, "G07", "burned").await;
        world.wait(TimeDelta::seconds(61));
        gina.reloads().sees("G07").presses("primary").sees("G06").await;
        eye.on(&mut gina, "G06", "resent").await;
        world.wait(TimeDelta::minutes(31));
        gina.reloads().await;
        eye.on(&mut gina, "G06", "expired").await;
        gina.presses("Send a new code").sees("G06").await;
        if world.driver != Driver::Chromium {
            // With script the button waits by itself.
            gina.presses("/resend").reads("You can ask for a new code at").await;
            eye.on(&mut gina, "G06", "asked too early").await;
        }
        gina.opens(rp.asks().with("login_hint", EVE).build().url.as_str()).await;
        eye.on(&mut gina, "G05", "first").await;
        world.mail.refuse(EVE);
        gina.presses("Send code").sees("G06").await;
        reloads_until(&mut gina, "was returned by the mail system").await;
        eye.on(&mut gina, "G06", "bounced").await;
        world.mail.answer(EVE, "250 2.1.5 ok");
        gina.opens(rp.asks().with("login_hint", EVE).build().url.as_str()).presses("Send code").await;
        eye.on(&mut gina, "G05", "wait").await;
        world.wait(TimeDelta::hours(2));
        for who in [GINA, EVE] {
            goes_through(&mut gina, &rp.asks().with("prompt", "login").build(), who).await;
            house.callbacks.next().await.unwrap();
            world.wait(TimeDelta::hours(25));
        }
        gina.opens(rp.asks().with("prompt", "select_account").build().url.as_str()).await;
        eye.on(&mut gina, "G02", "two accounts").await;
        gina.presses("forget").await;
        eye.on(&mut gina, "G02", "one removed").await;
    }

    /// G07 paused, G08, G15, G25, G27.
    pages async fn pages_of_waiting_and_agreeing(world) {
        let (house, rp) = furnished(world).await;
        let eye = Eye::of(world);
        let settings = r#"settings={"contact":"help@alpha.test","privacyUrl":"https://alpha.test/privacy","termsUrl":"https://alpha.test/terms"}"#;
        world.office().policy(house.tenant.id, settings).await;
        let terms = r#"access=[{"name":"terms","control":{"kind":"terms","version":1}}]"#;
        world.office().policy(house.tenant.id, terms).await;
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().enters_code().await;
        eye.on(&mut gina, "G15", "with terms").await;
        gina.presses("Accept").await;
        eye.on(&mut gina, "G15", "terms missing").await;
        world.office().policy(house.tenant.id, "access=[]").await;
        let review = gina.page().await.url.to_string();
        gina.opens(&review).await;
        eye.on(&mut gina, "G15", "plain").await;
        gina.presses("Accept").sees("app").await;
        house.callbacks.next().await.unwrap();
        let posted = rp.asks().with("response_mode", "form_post").build();
        gina.opens(posted.url.as_str()).await;
        if world.driver == Driver::Chromium {
            gina.sees("app").await;
        } else {
            eye.on(&mut gina, "G25", "by hand").await;
            gina.presses("Continue").sees("app").await;
        }
        rp.exchange(&posted, &house.callbacks.next().await.unwrap()).await.unwrap();
        for (kind, reason) in [("block", "risk"), ("block", "generic")] {
            let rule = format!(r#"access=[{{"name":"x","control":{{"kind":"{kind}","reason":"{reason}"}}}}]"#);
            world.office().policy(house.tenant.id, &rule).await;
            gina.opens(rp.asks().build().url.as_str()).await;
            eye.on(&mut gina, "G27", reason).await;
        }
        world.office().policy(house.tenant.id, "access=[]").await;
        world.office().policy(house.tenant.id, "otp=off").await;
        let mut eve = world.person().await;
        eve.opens(rp.asks().build().url.as_str()).await;
        eye.on(&mut eve, "G01", "codes are off").await;
        eve.types(EVE).await;
        eye.on(&mut eve, "G27", "no way").await;
        world.office().policy(house.tenant.id, "otp=on").await;
        world.wait(TimeDelta::hours(2));
        gina.opens(rp.asks().with("prompt", "login").build().url.as_str()).types(EVE).await;
        for round in 0..2 {
            if gina.page().await.test_id == "G05" {
                gina.presses("Send code").await;
            }
            gina.sees("G06").reads_code().await;
            let wrong = not(gina.code());
            for _ in 0..5 {
                gina.enters(wrong).await;
            }
            world.wait(TimeDelta::seconds(61));
            if round == 0 {
                gina.reloads().presses("primary").await;
            }
        }
        let burned = gina.page().await.url.to_string();
        gina.opens(&burned).sees("G07").await;
        if !gina.page().await.text.contains("too many wrong codes") {
            gina.presses("primary").await;
        }
        eye.on(&mut gina, "G07", "paused").await;
        world.wait(TimeDelta::hours(2));
        let mut robot = world.person_with(&HttpOptions::default());
        for number in 0..21 {
            robot.opens(rp.asks().build().url.as_str()).types(&format!("n{number}@guest.test")).await;
        }
        gina.opens(rp.asks().with("prompt", "login").build().url.as_str()).types("n99@guest.test").await;
        eye.on(&mut gina, "G08", "many addresses").await;
    }

    /// G15 cancelled, G17 in all variants, G18, G20.
    pages async fn pages_of_invitations_and_reports(world) {
        let (house, rp) = furnished(world).await;
        let eye = Eye::of(world);
        let mut gina = world.person().await;
        gina.is_called(GINA);
        let link = invited(world, &house, GINA, Some(house.callbacks.redirect_uri())).await;
        gina.opens(&link).await;
        eye.on(&mut gina, "G17", "with a message").await;
        gina.presses("Send me a code").sees("G06").reads_code().enters_code().await;
        eye.on(&mut gina, "G15", "of an invitation").await;
        let report = gina.mail().links().into_iter().find(|l| l.contains("/report/")).unwrap();
        gina.presses("Accept").sees("app").await;
        house.callbacks.next().await.unwrap();
        gina.opens(&link).await;
        eye.on(&mut gina, "G17", "back").await;
        gina.does_not_read("Valid until").await;
        let other = invited(world, &house, EVE, None).await;
        gina.opens(&other).await;
        eye.on(&mut gina, "G17", "somebody else is signed in").await;
        gina.presses("keep").await;
        eye.on(&mut gina, "G15", "stays").await;
        gina.opens(&other).presses("switch").sees("G06").await;
        gina.is_called(EVE).reads_code().enters_code().sees("G15").await;
        gina.presses("Cancel").await;
        eye.on(&mut gina, "G15", "cancelled").await;
        world.wait(TimeDelta::hours(2));
        world.mail.clear();
        gina.is_called(EVE);
        gina.opens(&other).presses("Send me a code").sees("G06").reads_code().enters_code().presses("Accept").await;
        eye.on(&mut gina, "G17", "done").await;
        gina.opens(&format!("{}/{}/invite/{}", world.server.base_url(), house.tenant.id, "A".repeat(43))).await;
        eye.on(&mut gina, "G18", "unknown").await;
        gina.opens(&report).await;
        eye.on(&mut gina, "G20", "used").await;
        gina.presses("It was me").await;
        eye.on(&mut gina, "G20", "mine").await;
        let late = invited(world, &house, "late@guest.test", None).await;
        world.wait(TimeDelta::days(31));
        gina.opens(&late).await;
        eye.on(&mut gina, "G18", "expired").await;
        gina.opens(&report).await;
        eye.on(&mut gina, "G20", "ended").await;
        let mut thief = world.person_with(&HttpOptions::default());
        world.mail.clear();
        thief.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let report = thief.mail().links().into_iter().find(|l| l.contains("/report/")).unwrap();
        gina.opens(&report).await;
        eye.on(&mut gina, "G20", "live").await;
        world.wait(TimeDelta::minutes(31));
        gina.opens(&report).await;
        eye.on(&mut gina, "G20", "expired").await;
        gina.presses("Stop this sign-in").await;
        eye.on(&mut gina, "G20", "done").await;
        gina.opens(&report).ticks("pause").presses("Stop this sign-in").await;
        eye.on(&mut gina, "G20", "paused").await;
        gina.presses("Start codes again").await;
        eye.on(&mut gina, "G20", "resumed").await;
    }

    /// G23, G24 with its main codes, G26, G28, G30.
    pages async fn pages_of_leaving_errors_and_help(world) {
        let (house, rp) = furnished(world).await;
        let eye = Eye::of(world);
        let base = world.server.base_url().to_owned();
        let mut gina = world.person().await;
        let asked = rp.asks().build();
        gina.opens(asked.url.as_str()).types(GINA).sees("G06").reads_code().await;
        let code_page = gina.page().await.url.to_string();
        gina.enters_code().sees("G15").await;
        gina.presses("Accept").sees("app").await;
        house.callbacks.next().await.unwrap();
        gina.opens(&code_page).await;
        eye.on(&mut gina, "G24", "already done").await;
        let mut eve = world.person().await;
        eve.opens(&code_page).reads("Start again").await;
        eye.on(&mut eve, "G24", "other browser").await;
        gina.opens(&format!("{base}/alpha.test/signin?i=AaINaNSWc2eZXuz7ZV7EjA")).await;
        eye.on(&mut gina, "G24", "unknown").await;
        let wrong = |name: &str, value: &str| rp.asks().with(name, value).build().url.to_string();
        for (url, state) in [
            (wrong("client_id", "nobody"), "client unknown"),
            (wrong("redirect_uri", "https://evil.test/"), "redirect mismatch"),
            (format!("{base}/nowhere.test/oauth2/v2.0/authorize?client_id=x&redirect_uri=x"), "tenant unknown"),
            (format!("{base}/common/oauth2/v2.0/authorize?client_id=x&redirect_uri=x"), "no tenant"),
            (format!("{base}/alpha.test/oauth2/v2.0/authorize"), "no client"),
            (format!("{base}/alpha.test/signin"), "no interaction"),
        ] {
            eve.opens(&url).await;
            eye.on(&mut eve, "G24", state).await;
        }
        eve.opens(&format!("{base}/nothing/here")).await;
        eye.on(&mut eve, "G26", "not found").await;
        for page in ["", "/privacy", "/terms", "/accessibility"] {
            eve.opens(&format!("{base}/alpha.test/signin/help{page}")).await;
            eye.on(&mut eve, "G30", page).await;
        }
        eve.opens(&format!("{base}/common/signin/help")).await;
        eye.on(&mut eve, "G30", "of nobody").await;
        // Cookies are not kept: the page of the first form is shown, its answer comes without any.
        eve.opens(rp.asks().with("prompt", "login").build().url.as_str()).sees("G01").await;
        forget_cookies(&mut eve).await;
        eve.types(GINA).await;
        eye.on(&mut eve, "G28", "no cookies").await;
        let guest = world.office().guest(house.tenant.id, EVE).await.id;
        eve.opens(rp.asks().with("prompt", "login").build().url.as_str()).types(EVE).sees("G06").reads_code().await;
        world.office().enable(house.tenant.id, guest, false).await;
        eve.enters_code().await;
        eye.on(&mut eve, "G24", "guest off").await;
        gina.opens(rp.logout_url(&[]).unwrap().as_str()).await;
        eye.on(&mut gina, "G23", "question").await;
        gina.presses("primary").await;
        eye.on(&mut gina, "G23", "signed out").await;
        assert_eq!(silently(&mut gina, &house, &rp).await.as_deref(), Some("login_required"));
    }

    /// Navigations, fields and clicks of the four ways in (ux 0): each page is seen once, the code is sent by itself.
    pages async fn the_fewest_pages_and_clicks(world) {
        let (house, rp) = furnished(world).await;
        // First redemption without a link: two pages, one more, one click more.
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).sees("G01").fills("email", GINA).presses("Next").sees("G06").await;
        gina.is_called(GINA).reads_code().await;
        types_the_code(world, &mut gina).await;
        gina.sees("G15").presses("Accept").sees("app").await;
        assert_eq!(house.callbacks.next().await.unwrap().get("error"), None);
        world.wait(TimeDelta::hours(25));
        // Remembered, or a hint: G05 and G06, one field, one click.
        gina.opens(rp.asks().with("login_hint", GINA).build().url.as_str()).sees("G05").presses("Send code").sees("G06").reads_code().await;
        types_the_code(world, &mut gina).await;
        gina.sees("app").await;
        house.callbacks.next().await.unwrap();
        world.wait(TimeDelta::hours(25));
        // A returning guest at another browser: two pages, two fields, one click.
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).sees("G01").fills("email", GINA).presses("Next").sees("G06").await;
        world.mail.wait_for(GINA, 3).await;
        gina.is_called(GINA).reads_code().await;
        types_the_code(world, &mut gina).await;
        gina.sees("app").await;
        house.callbacks.next().await.unwrap();
        // By the invitation: G17, G06, G15, one field, two clicks.
        let link = invited(world, &house, "ida@guest.test", Some(house.callbacks.redirect_uri())).await;
        let mut ida = world.person().await;
        ida.is_called("ida@guest.test");
        ida.opens(&link).sees("G17").presses("Send me a code").sees("G06").reads_code().await;
        types_the_code(world, &mut ida).await;
        ida.sees("G15").presses("Accept").sees("app").await;
    }
}
