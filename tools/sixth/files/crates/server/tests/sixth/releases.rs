//! Two releases side by side on one database (CON-06): *older* does not know the toy.

use vestibule_testkit::World;

use crate::older::Older;
use crate::toy::{GINA, proves, rows, without_codes, word};
use crate::walk::{discovers, signs_in};

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
}
