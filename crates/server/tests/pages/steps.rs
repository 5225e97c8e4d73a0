//! The trip as a state machine: who may take which step, for whom, and while what is switched on.

use chrono::TimeDelta;
use vestibule_store::testing;
use vestibule_testkit::browser::Request;
use vestibule_testkit::office::ApplicationChange;
use vestibule_testkit::trip::{GINA, accepted, all_mail_left, invited, rows, sends, submission};
use vestibule_testkit::walk::signs_in;

vestibule_testkit::flows! {
    /// OTP-13, HRD-09, ADR-05: what is switched off between the send and the code, or between the code and its exchange
    /// or refresh, is off.
    async fn otp_13_hrd_09_adr_05_switched_off_on_the_way(world) {
        let (house, rp) = accepted(world).await;
        let guest = world.office().guest(house.tenant.id, GINA).await.id;
        let blocked = r#"domains={"block":[{"domain":"guest.test","subdomains":true}]}"#;
        for what in ["method", "domain", "guest", "client", "tenant"] {
            world.wait(TimeDelta::hours(13));
            let mut gina = world.person().await;
            gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
            let (mut other, asked) = (world.person().await, rp.asks().with("scope", "openid offline_access").build());
            world.wait(TimeDelta::seconds(61));
            other.opens(asked.url.as_str()).types(GINA).reads_code().enters_code().sees("app").await;
            let tokens = rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
            let asked = rp.asks().build();
            other.opens(asked.url.as_str()).sees("app").await;
            let came = house.callbacks.next().await.unwrap();
            let sessions = rows(world, "sessions");
            for on in [false, true] {
                match what {
                    "method" => world.office().policy(house.tenant.id, if on { "otp=on" } else { "otp=off" }).await,
                    "domain" => world.office().policy(house.tenant.id, if on { "domains={}" } else { blocked }).await,
                    "guest" => drop(world.office().enable(house.tenant.id, guest, on).await),
                    "client" => {
                        let change = ApplicationChange { enabled: Some(on), ..ApplicationChange::default() };
                        world.office().change(house.tenant.id, &house.registration.client_id, change).await;
                    }
                    _ => world.office().switch(house.tenant.id, on).await,
                }
                if on {
                    continue;
                }
                let page = gina.enters_code().await;
                assert!(page.status >= 400 && page.test_id != "G06", "{what}: {}", page.summary());
                let again = other.opens(rp.asks().build().url.as_str()).await;
                assert_ne!(again.test_id, "app", "{what}: {}", again.summary());
                let refused = rp.exchange(&asked, &came).await;
                assert!(refused.is_err(), "{what}: a code was exchanged");
                let refused = rp.refresh(tokens.refresh_token.as_deref().unwrap()).await;
                assert!(refused.is_err(), "{what}: a token was refreshed");
                assert!(rp.userinfo(&tokens).await.is_err(), "{what}: userinfo answered");
                assert_eq!(rows(world, "sessions"), sessions, "{what}");
            }
        }
    }

    /// ADR-05: a rule about domains compares whole labels and holds for everybody at the address page, unless guests of
    /// before it are exempt: then they get in, and nobody else does.
    async fn adr_05_domain_rules_on_the_walk(world) {
        let (house, rp) = accepted(world).await;
        let office = world.office();
        office.invite(house.tenant.id, "hugo@guest.test").await;
        office.invite(house.tenant.id, "ida@notguest.test").await;
        office.policy(house.tenant.id, r#"domains={"block":[{"domain":"guest.test","subdomains":true}]}"#).await;
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).sees("G01").await;
        for typed in ["gina@GUEST.test", "x@sub.guest.test", "x@ｇuest.test", "x@guest.te\u{ad}st", "x@guest.test."] {
            let page = gina.types(typed).sees("G01").await;
            assert_eq!((page.status, page.errors.len()), (422, 1), "{typed}: {}", page.summary());
        }
        assert_eq!(world.mail.messages_to(GINA).len(), 1, "that of before the rule");
        gina.types("ida@notguest.test").sees("G06").reads_code().await;
        let exempt = r#"domains={"block":[{"domain":"guest.test","subdomains":true}],"exemptAccepted":true}"#;
        office.policy(house.tenant.id, exempt).await;
        let mut back = world.person().await;
        signs_in(&mut back, &house, &rp, GINA).await;
        let mut hugo = world.person().await;
        hugo.opens(rp.asks().build().url.as_str()).types("hugo@guest.test").sees("G06").reads_mail().await;
        assert_eq!(hugo.mail().code(), None, "pending when the rule came: no code");
    }

    /// HRD-03, HRD-02, OTP-12: another address is another trip: in a second tab, by *Back*, and by putting an old sealed
    /// interaction back. No code of one address opens anything for another.
    async fn hrd_03_hrd_02_another_address_is_another_trip(world) {
        let (house, rp) = invited(world).await;
        let office = world.office();
        office.invite(house.tenant.id, "paul@pass.test").await;
        let mut gina = world.person().await;
        gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
        let code = gina.code().to_owned();
        let (press, from) = submission(&mut gina, &code).await;
        let changed = gina.follows("/signin").sees("G01").types("paul@pass.test").sees("G06").await;
        assert_ne!(changed.url, from, "a new id");
        assert_eq!(rows(world, "interactions WHERE state = 'cancelled'"), 1);
        let dead = sends(&mut gina, &press, &from).await;
        assert!(dead.status.is_client_error() && dead.set_cookies().is_empty(), "{}", dead.status);
        gina.enters(&code).sees("G06").reads("That code is not right").await;
        assert_eq!(rows(world, "passcodes WHERE state = 'used'"), 0);

        // Gina asks with her own address, then for paul in the same trip; the sealed interaction of before is put back.
        let mut thief = world.person().await;
        world.wait(TimeDelta::seconds(61));
        thief.opens(rp.asks().with("login_hint", GINA).build().url.as_str()).sees("G05").await;
        let hers = thief.http().jar.clone();
        thief.follows("/signin").sees("G01").types("paul@pass.test").sees("G06").await;
        let (resend, from) = (thief.http().pressed("/resend").unwrap(), thief.page().await.url);
        let sent = world.mail.messages_to(GINA).len();
        thief.http().jar = hers;
        for request in [resend, submission(&mut thief, &code).await.0] {
            let answer = sends(&mut thief, &request, &from).await;
            assert_eq!(answer.status, 400, "{}", answer.text());
        }
        thief.opens(from.as_str()).sees("G01").await;
        assert_eq!(world.mail.messages_to(GINA).len(), sent, "no code for her address in his trip");
        assert_eq!(rows(world, "passcodes WHERE state = 'live'"), 2, "paul's own, and that of the first trip");
        assert_eq!(rows(world, "sessions"), 0);
    }

    /// HRD-01: every step at every endpoint: only the diagonal goes on, a repeat leads to where the trip stands, all else
    /// is refused; and what was sealed before the send leads there too, without another mail.
    async fn hrd_01_every_state_at_every_endpoint(world) {
        let (house, rp) = invited(world).await;
        // (state, endpoint) → what a body good for that endpoint gets: a page's path, or a status.
        let endpoints = ["", "accounts", "code/send", "code", "code/resend", "review"];
        let table: [(&str, [&str; 6]); 4] = [
            ("identify", ["code", "", "400", "400", "400", "400"]),
            ("send", ["code", "", "code", "400", "400", "400"]),
            ("code", ["code", "", "code", "422", "429", "400"]),
            ("review", ["review", "", "review", "review", "review", "app"]),
        ];
        for (state, row) in table {
            for (endpoint, expected) in endpoints.into_iter().zip(row) {
                for body in ["", "csrf", "full"] {
                    if body != "full" && endpoint != "code" && state != "code" {
                        continue; // every state meets its own endpoint bare, and the code's endpoint
                    }
                    all_mail_left(world).await;
                    world.wait(TimeDelta::hours(5));
                    let mut gina = world.person().await;
                    let ask = if state == "send" { rp.asks().with("login_hint", GINA) } else { rp.asks() };
                    gina.opens(ask.build().url.as_str()).await;
                    if matches!(state, "code" | "review") {
                        gina.types(GINA).sees("G06").reads_code().await;
                    }
                    if state == "review" {
                        gina.enters_code().sees("G15").await;
                    }
                    let page = gina.page().await;
                    let csrf = page.forms.iter().flat_map(|f| &f.fields).find(|f| f.name == "csrf").unwrap().value.clone();
                    let fields = match endpoint {
                        "" => "&email=gina%40guest.test",
                        "accounts" => "&account=gina%40guest.test",
                        "code" => "&code=00000000",
                        "code/resend" => "&ordinal=1",
                        "review" => "&do=accept",
                        _ => "",
                    };
                    let mut url = page.url.clone();
                    url.set_path(format!("/{}/signin/{endpoint}", house.tenant.id).trim_end_matches('/'));
                    let text = match body {
                        "" => String::new(),
                        "csrf" => format!("csrf={csrf}"),
                        _ => format!("csrf={csrf}{fields}"),
                    };
                    let before = (world.mail.messages_to(GINA).len(), rows(world, "sessions"));
                    let answer = sends(&mut gina, &Request::post(url, text), &page.url).await;
                    let place = answer.location().map(|l| l.path().rsplit("/signin").next().unwrap_or_default().trim_matches('/').to_owned());
                    let case = format!("{state} at {endpoint:?} with {body:?}: {} {place:?}", answer.status);
                    match body {
                        "" => assert_eq!(answer.status, 403, "{case}"),
                        "csrf" => assert!(!matches!(place.as_deref(), Some("review" | "cb")) || state == "review", "{case}"),
                        _ if expected == "app" => assert!(answer.location().unwrap().path().ends_with("/cb"), "{case}"),
                        _ if expected.parse::<u16>().is_ok() => assert_eq!(answer.status.as_str(), expected, "{case}"),
                        _ => assert_eq!(place.as_deref(), Some(expected), "{case}"),
                    }
                    if expected != "app" {
                        assert_eq!(rows(world, "sessions"), before.1, "{case}");
                    }
                    if expected == "app" && body == "full" {
                        testing::execute(world.server.database_url(), "UPDATE users SET state = 'pending' WHERE state = 'accepted';
                            UPDATE invitations SET state = 'pending' WHERE state = 'accepted'; DELETE FROM identities").unwrap();
                    }
                }
            }
        }
    }

    /// HRD-01, N-21: what was sealed before the send, put back after it, leads to where the row stands; when the row has
    /// ended, no proof of it is left.
    async fn hrd_01_the_row_alone_counts(world) {
        let (_, rp) = invited(world).await;
        let mut gina = world.person().await;
        gina.is_called(GINA).opens(rp.asks().with("login_hint", GINA).build().url.as_str()).sees("G05").await;
        let before = gina.http().jar.clone();
        let (send, page) = (gina.http().pressed("Send code").unwrap(), gina.page().await.url);
        gina.presses("Send code").sees("G06").reads_code().await;
        let there = gina.page().await.url;
        gina.http().jar = before.clone();
        let again = sends(&mut gina, &send, &page).await;
        assert_eq!((again.status.as_u16(), again.location()), (303, Some(there.clone())));
        assert_eq!((rows(world, "passcodes"), world.mail.messages_to(GINA).len()), (1, 1), "nothing was sent");
        gina.opens(there.as_str()).sees("G06").enters_code().sees("G15").await;
        // The proof is the new secret's: the sealed interaction of before it cannot use it.
        let accept = gina.http().pressed("Accept").unwrap();
        let proven = gina.page().await.url;
        let now = gina.http().jar.clone();
        gina.http().jar = before;
        assert!(sends(&mut gina, &accept, &proven).await.status.is_client_error());
        gina.http().jar = now;
        world.wait(TimeDelta::minutes(31));
        let late = sends(&mut gina, &accept, &proven).await;
        assert!(late.status.is_client_error(), "{}: the row has ended", late.status);
        assert_eq!(rows(world, "sessions"), 0);
        gina.opens(proven.as_str()).sees("G05").presses("Send code").sees("G06").reads_code().enters_code().sees("G15").await;
    }

    /// OTP-09: looking sends nothing, whatever the link says: only a button that says so does.
    async fn otp_09_nothing_is_sent_before_a_button(world) {
        let (house, rp) = invited(world).await;
        let link = world.office().invite(house.tenant.id, "hugo@guest.test").await.redeem_url;
        let mut gina = world.person().await;
        gina.is_called(GINA);
        for number in 0..50 {
            let ask = rp.asks().with("login_hint", GINA);
            let ask = if number % 2 == 0 { ask.with("prompt", "none") } else { ask };
            gina.opens(ask.build().url.as_str()).await;
        }
        gina.sees("G05").reloads().sees("G05").opens(&link).sees("G17").await;
        assert_eq!(rows(world, "outbox") + rows(world, "interactions"), 0);
        assert_eq!(world.mail.messages().len(), 0);
        // Typed over the hint, *Next* says that it sends; for the hint itself there is a page of its own.
        gina.opens(rp.asks().with("login_hint", GINA).build().url.as_str()).sees("G05").follows("/signin").sees("G01").await;
        gina.presses("primary").sees("G05").presses("Send code").sees("G06").reads_mail().await;
    }

    /// OTP-26, ADR-10: what a mailbox proof says in tokens, and that nothing else is ever said of it.
    async fn otp_26_adr_10_a_mailbox_is_a_mailbox(world) {
        let (house, rp) = invited(world).await;
        assert_eq!(rows(world, "user_addresses WHERE address_key = 'gina@guest.test' AND verified_at IS NULL"), 1);
        let mut gina = world.person().await;
        let signed_in = signs_in(&mut gina, &house, &rp, GINA).await;
        let claims = &signed_in.claims;
        assert_eq!(claims["acr"], "urn:vestibule:acr:mailbox");
        assert_eq!((&claims["amr"], claims["idp"].as_str()), (&serde_json::json!(["otp"]), Some("mail")));
        assert_eq!(claims["email_verified"], true);
        assert_eq!(rows(world, "user_addresses WHERE address_key = 'gina@guest.test' AND verified_at IS NOT NULL"), 1);
        world.wait(TimeDelta::seconds(61));
        for acr in ["urn:vestibule:acr:mfa", "urn:vestibule:acr:single"] {
            let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{acr}"]}}}}}}"#);
            let page = gina.opens(rp.asks().with("claims", &claims).build().url.as_str()).await;
            assert_ne!(page.test_id, "app", "a session of a mailbox is no answer: {}", page.summary());
        }
        assert_eq!(rows(world, "authorization_codes"), 1, "never a code");
    }
}

/// HRD-10: learning an address asks no network. The use cases of a sign-in and all that they decide by name no way to one;
/// mail leaves by the outbox's job alone.
#[test]
fn hrd_10_no_step_names_a_network() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<_> =
        ["signin/src", "app/src", "core/src", "oidc/src", "store/src"].map(|f| crates.join(f)).into();
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            read += 1;
            for word in [
                "TcpStream",
                "UdpSocket",
                "lookup_host",
                "ToSocketAddrs",
                "reqwest",
                "hickory",
                "Resolver",
                "tokio::net",
            ] {
                assert!(!text.contains(word), "{}: {word}", path.display());
            }
        }
    }
    assert!(read > 80, "{read} files");
}
