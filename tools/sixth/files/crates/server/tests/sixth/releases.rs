//! Two releases side by side on one database (CON-06): *older* does not know the toy.

use serde_json::json;
use vestibule_admin::policy::{PolicyChange, Set};
use vestibule_core::ClientId;
use vestibule_core::client::ApplicationType;
use vestibule_core::policies::{AccessRule, Control};
use vestibule_core::settings::TenantSettings;
use vestibule_store::testing;
use vestibule_testkit::World;
use vestibule_testkit::rp::Rp;
use vestibule_testkit::walk::{discovers, signs_in};

use crate::older::Older;
use crate::toy::{GINA, proves, rows, without_codes, word};

vestibule_testkit::flows! {
    /// Each serves the other's trips by mailed code, from any step on.
    async fn con_06_each_release_serves_the_others_passcode_trips(world) {
        let house = world.office().house("alpha.test").await;
        let rp = discovers(world, &house).await;
        let older = Older::start(world);
        for (number, older_first) in [(0, true), (1, false)] {
            for switch in ["code", "review"] {
                let address = format!("{switch}{number}@guest.test");
                world.office().invite(house.tenant.id, &address).await;
                let (mut old, mut new) = (older.person(world), world.person().await);
                let (first, second) = if older_first { (&mut old, &mut new) } else { (&mut new, &mut old) };
                let asked = rp.asks().build();
                first.opens(asked.url.as_str()).types(&address).sees("G06").reads_code().await;
                if switch == "review" {
                    first.enters_code().sees("G15").await;
                }
                let (page, code) = (first.page().await.url, first.code().to_owned());
                second.http().jar = first.http().jar.clone();
                second.opens(page.as_str()).await;
                if switch == "code" {
                    second.sees("G06").enters(&code).await;
                }
                second.sees("G15").presses("Accept").sees("app").await;
                rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
                // The session that one made answers on the other.
                first.http().jar = second.http().jar.clone();
                let again = rp.asks().with("prompt", "none").build();
                first.opens(again.url.as_str()).sees("app").await;
                rp.exchange(&again, &house.callbacks.next().await.unwrap()).await.unwrap();
            }
        }
    }

    /// A trip that holds toy evidence begins anew on the older, with its page: never an error, never a session.
    async fn con_06_a_trip_with_unknown_evidence_begins_anew(world) {
        let (house, rp) = without_codes(world).await;
        let mut gina = world.person().await;
        proves(world, &house, &mut gina, &rp, GINA).await;
        gina.sees("G15").await;
        world.office().policy(house.tenant.id, "otp=on").await;
        let older = Older::start(world);
        let (accept, review) = (gina.http().pressed("Accept").unwrap(), gina.page().await.url);
        // A page of it, and a press: both lead to a page of a trip under another id.
        let mut old = older.person(world);
        old.is_called(GINA).http().jar = gina.http().jar.clone();
        let page = old.opens(review.as_str()).sees("G05").await;
        assert_eq!((page.status, page.url.path().ends_with("/signin/code/send")), (200, true), "{}", page.summary());
        assert_ne!(page.url.query(), review.query(), "another id");
        let mut pressed = older.person(world);
        pressed.http().jar = gina.http().jar.clone();
        let answer = pressed.http().send(&accept, Some(&review)).await.unwrap();
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
        assert!(answer.location().unwrap().path().ends_with("/signin/code/send"));
        assert_eq!((rows(world, "sessions"), rows(world, "authorization_codes")), (0, 0));
        // The newer still has the trip, and the older goes on with its own.
        gina.presses("Accept").sees("app").await;
        house.callbacks.next().await.unwrap();
        assert_eq!(rows(world, "sessions"), 1);
    }

    /// What was made by the toy is nothing to the older but an error: no session, no code.
    async fn con_06_unknown_words_are_errors_to_the_older(world) {
        let (house, rp) = without_codes(world).await;
        let mut gina = world.person().await;
        proves(world, &house, &mut gina, &rp, GINA).await;
        gina.sees("G15").presses("Accept").sees("app").await;
        house.callbacks.next().await.unwrap();
        world.office().policy(house.tenant.id, "otp=on").await;
        let older = Older::start(world);
        let mail = world.mail.messages_to(GINA).len();
        let mut with_session = older.person(world);
        with_session.http().jar = gina.http().jar.clone();
        let page = with_session.opens(rp.asks().build().url.as_str()).await;
        assert_eq!(page.status, 503, "{}", page.summary());
        let mut without = older.person(world);
        without.opens(rp.asks().build().url.as_str()).sees("G01").await;
        let page = without.types(GINA).await;
        assert_eq!(page.status, 503, "{}", page.summary());
        assert_eq!((rows(world, "sessions"), rows(world, "authorization_codes"), rows(world, "passcodes")), (1, 1, 0));
        assert_eq!(world.mail.messages_to(GINA).len(), mail);
        // Others are served there as ever.
        world.office().invite(house.tenant.id, "hugo@guest.test").await;
        signs_in(&mut older.person(world), &house, &rp, "hugo@guest.test").await;
        let _: (&World, _) = (world, word);
    }

    /// What an older node could not read is not written while one lives, and it is named. Written while none lives, an older
    /// one that starts later serves the tenant: settings as before; the unknown kind and the unknown control keep out whom
    /// they name, and nobody else.
    async fn con_06_an_older_release_serves_what_a_newer_wrote(world) {
        let house = world.office().house("alpha.test").await;
        let tenant = house.tenant.id;
        let mut others = Vec::new();
        for _ in 0..2 {
            let made = world.office().application(&house.tenant, ApplicationType::Web, &house.callbacks.redirect_uri()).await;
            others.push((ClientId(made.client_id.clone()), Rp::discover(made, world.clock.clone()).await.unwrap()));
        }
        let rp = discovers(world, &house).await;
        world.office().invite(tenant, GINA).await;
        let kind = PolicyChange::Tomorrow(json!({ "applications": [others[0].0], "glow": true }));
        let rule = AccessRule { name: "tomorrow".into(), applications: vec![others[1].0.clone()], control: Control::Tomorrow { at: 7 } };
        let control = PolicyChange::Access(vec![rule]);
        let older = Older::start(world);
        let nodes = "SELECT CAST(COUNT(*) AS TEXT) AS line FROM nodes WHERE release = 1";
        while testing::lines(world.server.database_url(), nodes).unwrap()[0] == "0" {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        for change in [kind.clone(), control.clone()] {
            let refused = world.office().perform(Set { tenant, change, effective_from: None }).await.unwrap_err().to_string();
            assert!(refused.contains(&older.listen().to_string()) && refused.contains("needs release 2"), "{refused}");
        }
        older.stop();
        let settings = TenantSettings { glow: Some("warm".into()), privacy_url: Some("https://alpha.test/privacy".into()), ..TenantSettings::default() };
        for change in [kind, control, PolicyChange::Settings(Box::new(settings))] {
            world.office().perform(Set { tenant, change, effective_from: None }).await.unwrap();
        }
        // Here all three applications are open.
        for rp in [&others[0].1, &others[1].1, &rp] {
            world.person().await.opens(rp.asks().build().url.as_str()).sees("G01").await;
        }
        let older = Older::start(world);
        for (_, rp) in &others {
            let page = older.person(world).opens(rp.asks().build().url.as_str()).sees("G27").await;
            assert_eq!(page.status, 403, "{}", page.summary());
        }
        let mut gina = older.person(world);
        let privacy = format!("{}/{tenant}/signin/help/privacy", world.server.base_url());
        let page = gina.opens(&privacy).sees("G30").await;
        assert!(page.html.contains("https://alpha.test/privacy"), "settings as before: {}", page.html);
        signs_in(&mut gina, &house, &rp, GINA).await;
    }
}
