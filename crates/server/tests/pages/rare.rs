//! What few people ever meet: pages, mails and errors that no other flow comes to.

use chrono::TimeDelta;
use http::{HeaderValue, Method};
use url::Url;
use vestibule_core::client::ApplicationType;
use vestibule_store::testing;
use vestibule_testkit::browser::{Exchange, Request};
use vestibule_testkit::office::ApplicationChange;
use vestibule_testkit::office::House;
use vestibule_testkit::rp::Rp;
use vestibule_testkit::trip::{GINA, accepted, invited};
use vestibule_testkit::walk::{goes_through, reloads_until};
use vestibule_testkit::{Person, Setup, World};

const HOURLY: &str = r#"access=[{"name":"hourly","control":{"kind":"signInFrequency","minutes":60}}]"#;

/// Changes what is stored behind the server's back.
fn stored(world: &World, sql: &str) {
    testing::execute(world.server.database_url(), sql).unwrap();
}

/// The report link of the mail that was read last.
fn report_of(person: &Person) -> String {
    person.mail().links().into_iter().find(|link| link.contains("/report/")).unwrap()
}

async fn signs_up(world: &World, house: &House, on: bool) {
    let change = ApplicationChange { sign_up: Some(on), ..ApplicationChange::default() };
    world.office().change(house.tenant.id, &house.registration.client_id, change).await;
}

/// Posts a form as a program does, with a secret or a token.
async fn posts(person: &mut Person, url: &str, body: &str, authorization: Option<&str>) -> Exchange {
    let mut request = Request::post(Url::parse(url).unwrap(), body.to_owned());
    if let Some(text) = authorization {
        request.headers.insert("authorization", HeaderValue::from_str(text).unwrap());
    }
    person.http().send(&request, None).await.unwrap()
}

/// What stops a trip: time, its mail's link, another spelling of its form.
async fn stopped(world: &World, rp: &Rp) {
    let mut gina = world.person().await;
    gina.opens(rp.asks().build().url.as_str()).sees("G01").await;
    let page = gina.page().await.url;
    posts(&mut gina, page.as_str(), "email=gina%40guest.test&csrf=stale", None).await;
    world.wait(TimeDelta::hours(25));
    gina.types(GINA).sees("G24").reads("open too long").await;
    gina.opens(rp.asks().build().url.as_str())
        .types(GINA)
        .sees("G06")
        .reads_code()
        .enters("nothing")
        .sees("G06")
        .await;
    world.person().await.opens(&report_of(&gina)).presses("Stop this sign-in").sees("G20").await;
    gina.reloads().sees("G24").reads("Signing in was stopped").await;
}

/// Who is refused: by domain, by a rule, by what became of them since the code was sent.
async fn refused(world: &World, house: &House, rp: &Rp) {
    let office = world.office();
    let mut eve = world.person().await;
    office.policy(house.tenant.id, r#"domains={"block":[{"domain":"blocked.test"}]}"#).await;
    eve.opens(rp.asks().build().url.as_str())
        .types("eve@blocked.test")
        .sees("G01")
        .reads("does not accept")
        .await;
    office.policy(house.tenant.id, "domains={}").await;
    for reason in ["country", "device", "network", "time"] {
        let rule = format!(r#"access=[{{"name":"x","control":{{"kind":"block","reason":"{reason}"}}}}]"#);
        office.policy(house.tenant.id, &rule).await;
        eve.opens(rp.asks().build().url.as_str()).sees("G27").await;
    }
    // The same where the trip is for no application.
    let link = office.invite(house.tenant.id, "ivo@guest.test").await.redeem_url;
    eve.opens(&link).presses("Send me a code").sees("G27").await;
    office.policy(house.tenant.id, "access=[]").await;
    // Strangers may sign up, until they may not.
    signs_up(world, house, true).await;
    eve.opens(rp.asks().build().url.as_str()).types("eve@guest.test").sees("G06").reads_code().await;
    eve.reads("may not sign in to").await;
    signs_up(world, house, false).await;
    eve.enters_code().sees("G24").reads("You do not have access").await;
    world.wait(TimeDelta::minutes(2));
    let mut gina = world.person().await;
    gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
    stored(world, "UPDATE users SET deleted_at = created_at WHERE address_key = 'gina@guest.test'");
    gina.enters_code().sees("G24").reads("no longer a guest").await;
}

vestibule_testkit::flows! {
    /// What stops a trip, and who is refused.
    async fn trips_that_end_early(world) {
        let (house, rp) = invited(world).await;
        stopped(world, &rp).await;
        world.wait(TimeDelta::hours(2));
        refused(world, &house, &rp).await;
        // A link that names no organisation.
        let common = format!("{}/common/signin?i=AaINaNSWc2eZXuz7ZV7EjA", world.server.base_url());
        world.person().await.opens(&common).sees("G24").reads("does not say which organization").await;
    }

    /// An invitation ends at no application, or at several; its organisation may own no domain.
    async fn invitations_without_an_application(world) {
        let callbacks = vestibule_testkit::rp::Callbacks::start().await;
        let tenant = world.office().tenant("Alder Works", "alpha.test").await;
        stored(world, "UPDATE tenant_domains SET verified_at = NULL");
        let mut gina = world.person().await;
        for (number, address) in ["a@guest.test", "b@guest.test", "c@guest.test"].into_iter().enumerate() {
            let link = world.office().invite(tenant.id, address).await.redeem_url;
            let mut one = world.person().await;
            one.opens(&link).presses("Send me a code").sees("G06").await;
            one.is_called(address).reads_code().enters_code().sees("G15").reads("has not confirmed").presses("Accept").sees("G17").await;
            world.office().application(&tenant, ApplicationType::Web, &callbacks.redirect_uri().replace("/cb", &format!("/{number}/cb"))).await;
        }
        // Enough codes for now, asked for on the way to the page that asks whether to send one.
        let link = world.office().invite(tenant.id, "d@guest.test").await.redeem_url;
        for round in 0..6 {
            let mut one = world.person().await;
            one.opens(&link).presses("Send me a code").sees(if round < 5 { "G06" } else { "G05" }).await;
            world.wait(TimeDelta::seconds(61));
        }
        gina.opens(&link).sees("G17").await;
    }

    /// Mail that comes back while somebody reads what they agree to, and a proof that has become too old there.
    async fn a_fresh_code_to_an_address_that_bounced(world) {
        let (house, rp) = invited(world).await;
        world.office().policy(house.tenant.id, HOURLY).await;
        let (mut gina, mut other) = (world.person().await, world.person().await);
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().enters_code().sees("G15").await;
        world.wait(TimeDelta::seconds(61));
        world.mail.refuse(GINA);
        other.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").await;
        reloads_until(&mut other, "was returned by the mail system").await;
        world.wait(TimeDelta::minutes(61));
        gina.reloads().sees("G05").reads("did not accept our email").await;
    }

    /// Faults of ours: the database lacks what is asked for, or has words that nobody knows.
    async fn pages_about_faults_of_ours(world) {
        let (_, rp) = invited(world).await;
        let mut gina = world.person().await;
        let url = rp.asks().build().url.to_string();
        gina.opens(&url).types(GINA).sees("G06").await;
        stored(world, "UPDATE interactions SET ending = 'odd'");
        gina.reloads().sees("G26").reads("Many people are signing in").await;
        stored(world, "ALTER TABLE tenants RENAME TO lost");
        gina.opens(&url).sees("G26").reads("Back soon").await;
        stored(world, "ALTER TABLE lost RENAME TO tenants");
    }

    /// Whoever is signed in already, and picks.
    async fn an_account_that_is_signed_in(world) {
        let (house, rp) = accepted(world).await;
        let mut gina = world.person().await;
        goes_through(&mut gina, &rp.asks().build(), GINA).await;
        house.callbacks.next().await.unwrap();
        world.wait(TimeDelta::seconds(1));
        gina.opens(rp.asks().with("prompt", "select_account").build().url.as_str()).sees("G02").reads("Signed in").await;
    }

    /// Mails: an invitation to an application, a name with digits, what is told of a report.
    async fn mails_that_are_rarely_sent(world) {
        let house = world.office().house("alpha.test").await;
        world.office().policy(house.tenant.id, r#"settings={"securityContact":"security@alpha.test"}"#).await;
        let redirect = house.callbacks.redirect_uri();
        world.office().invite_with(house.tenant.id, GINA, Some(&redirect), true).await;
        let mut gina = world.person().await;
        gina.is_called(GINA);
        let invitation = world.mail.wait_for(GINA, 1).await.remove(0).parse();
        world.mail.clear();
        let link = invitation.links().into_iter().find(|link| link.contains("/invite/")).unwrap();
        gina.opens(&link).presses("Send me a code").sees("G06").reads_code().await;
        world.person().await.opens(&report_of(&gina)).ticks("pause").presses("Stop this sign-in").sees("G20").await;
        world.mail.wait_for("security@alpha.test", 1).await;
        let studio = world.office().tenant("Studio 19842026", "studio.test").await;
        let link = world.office().invite_with(studio.id, "hana@guest.test", None, true).await.redeem_url;
        world.person().await.opens(&link).presses("Send me a code").sees("G06").await;
        world.mail.wait_for("hana@guest.test", 2).await;
    }

    /// The demo's mailbox.
    async fn the_mailbox_of_a_demonstration(world) {
        let world = world.another(Setup { demo: true, ..Setup::default() }).await;
        let (base, mut gina) = (world.server.base_url().to_owned(), world.person().await);
        gina.opens(&format!("{base}/demo/mailbox")).sees("mailbox").reads("No email yet").await;
        let tenant = world.office().tenant("Alder Works", "alpha.test").await;
        for address in [GINA, "hana@guest.test"] {
            world.office().invite_with(tenant.id, address, None, true).await;
        }
        reloads_until(&mut gina, "hana@guest.test").await;
    }

    /// Errors that applications meet in the browser.
    async fn errors_of_the_authorization_endpoint(world) {
        let (house, rp) = invited(world).await;
        let mut gina = world.person().await;
        for ask in [
            rp.asks().without_pkce(),
            rp.asks().with("response_type", "odd"),
            rp.asks().with("response_type", "id_token"),
            rp.asks().with("scope", "email"),
            rp.asks().and("request", "e30"),
            rp.asks().and("request_uri", "https://alpha.test/r"),
            rp.asks().and("registration", "{}"),
            rp.asks().with("prompt", "none"),
        ] {
            gina.opens(ask.build().url.as_str()).sees("app").await;
        }
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().enters_code().sees("G15").presses("Cancel").sees("app").await;
        world.wait(TimeDelta::hours(1));
        goes_through(&mut gina, &rp.asks().build(), GINA).await;
        let rule = r#"access=[{"name":"x","control":{"kind":"block","reason":"risk"}}]"#;
        world.office().policy(house.tenant.id, rule).await;
        gina.opens(rp.asks().with("prompt", "none").build().url.as_str()).sees("app").await;
    }

    /// Errors that programs meet.
    async fn errors_of_the_token_endpoint_and_userinfo(world) {
        let (house, rp) = invited(world).await;
        let base = format!("{}/alpha.test", world.server.base_url());
        let (token, userinfo) = (format!("{base}/oauth2/v2.0/token"), format!("{base}/oidc/userinfo"));
        let (client, secret) = (&house.registration.client_id, house.registration.client_secret.as_ref().unwrap());
        let basic = data_encoding::BASE64.encode(format!("{client}:{secret}").as_bytes());
        let (basic, gina) = (format!("Basic {basic}"), &mut world.person().await);
        posts(gina, &token, "grant_type=password", Some(&basic)).await;
        let code = "grant_type=authorization_code&code=odd&redirect_uri=x&code_verifier=x";
        posts(gina, &token, code, Some(&basic)).await;
        posts(gina, &token, code, None).await;
        let mut asked = Request::get(Url::parse(&userinfo).unwrap());
        asked.headers.insert("authorization", HeaderValue::from_static("Bearer odd"));
        asked.method = Method::GET;
        gina.http().send(&asked, None).await.unwrap();
        // A wrong secret, until nobody waits for another one.
        let wrong = format!("Basic {}", data_encoding::BASE64.encode(format!("{client}:odd").as_bytes()));
        while posts(gina, &token, code, Some(&wrong)).await.status != 503 {}
        stored(world, "ALTER TABLE tenants RENAME TO lost");
        posts(gina, &token, code, Some(&basic)).await;
        stored(world, "ALTER TABLE lost RENAME TO tenants");
        drop(rp);
    }
}
