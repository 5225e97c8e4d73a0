//! Somebody and nobody: the same pages, headers, statements and hashes, and what each costs.

use std::fmt::Write as _;

use chrono::TimeDelta;
use url::Url;
use vestibule_admin::guest;
use vestibule_store::testing;
use vestibule_testkit::browser::{Exchange, Request};
use vestibule_testkit::office::{ApplicationChange, House, address};
use vestibule_testkit::rp::Rp;
use vestibule_testkit::trip::{GINA, NOBODY, all_mail_left, invited, rows, sends, sql, submission, wrong};
use vestibule_testkit::walk::{discovers, sign_ins, signs_in, silently};
use vestibule_testkit::{Database, HttpOptions, Person, Setup, World};

/// What one request cost and what came of it, without what is drawn for each.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    step: String,
    status: u16,
    headers: Vec<String>,
    body: String,
    length: usize,
    statements: u64,
    reads: u64,
    write_jobs: u64,
    hashes: u64,
}

/// Digits, form tokens, nonces, locators and the address left out; so what is compared is of equal length or of none.
fn masked(text: &str, address: &str) -> String {
    let text = text.replace(address, "ADDRESS").replace(&address.replace('@', "%40"), "ADDRESS");
    let mut out = String::new();
    let drawn = |word: &str| {
        let random = word.bytes().any(|b| b.is_ascii_digit() || b == b'-' || b == b'_')
            || word.bytes().any(|b| b.is_ascii_uppercase());
        word.len() >= 20
            && random
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    for word in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')) {
        let stem = word.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        if drawn(stem) {
            write!(out, "<{}>{}", stem.len(), &word[stem.len()..]).unwrap();
        } else {
            out.push_str(&word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect::<String>());
        }
    }
    // numbers of seconds and minutes may differ in length while time goes on
    while out.contains("00") {
        out = out.replace("00", "0");
    }
    out
}

/// A walk of one address, each request counted.
struct Watch<'a> {
    world: &'a World,
    address: &'a str,
    answers: Vec<Answer>,
}

impl Watch<'_> {
    fn counts(&self) -> (vestibule_app::Stats, u64) {
        (self.world.server.stats(), self.world.server.app().vault.hashes())
    }

    fn note(&mut self, step: &str, exchange: &Exchange, before: (vestibule_app::Stats, u64)) {
        let after = self.counts();
        let mut headers: Vec<String> = exchange
            .headers
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| format!("{name}: {}", masked(value.to_str().unwrap(), self.address)))
            .collect();
        headers.sort();
        let mut body = masked(&exchange.text(), self.address);
        for mark in sql(self.world, "SELECT mark AS line FROM passcodes") {
            body = body.replace(&format!("<b>{mark}</b>"), "<b>MARK</b>").replace(&mark, "MARK");
        }
        self.answers.push(Answer {
            step: step.to_owned(),
            status: exchange.status.as_u16(),
            headers,
            body,
            // The database's clock goes on in PostgreSQL, and with it the digits of seconds that are left.
            length: if self.world.database == Database::Sqlite { exchange.body.len() } else { 0 },
            statements: after.0.statements - before.0.statements,
            reads: after.0.reads - before.0.reads,
            write_jobs: after.0.write_jobs - before.0.write_jobs,
            hashes: after.1 - before.1,
        });
    }

    /// One request that is sent as it is and changes nothing in the browser.
    async fn sends(&mut self, step: &str, person: &mut Person, request: &Request, from: &Url) {
        let before = self.counts();
        let exchange = sends(person, request, from).await;
        self.note(step, &exchange, before);
    }

    /// One press, and where it leads to.
    async fn presses(&mut self, step: &str, person: &mut Person, what: &str) {
        let (request, from) = (person.http().pressed(what).unwrap(), person.page().await.url);
        self.goes(step, person, request, Some(from)).await;
    }

    async fn goes(&mut self, step: &str, person: &mut Person, request: Request, from: Option<Url>) {
        let before = self.counts();
        let first = person.http().send(&request, from.as_ref()).await.unwrap();
        for cookie in first.set_cookies() {
            person.http().jar.take(&first.url, cookie);
        }
        self.note(step, &first, before);
        if let Some(next) = first.location() {
            let before = self.counts();
            person.opens(next.as_str()).await;
            let then = person.last();
            self.note(&format!("{step}, then"), &then, before);
        }
    }
}

/// G01, G06, wrong shapes and digits, another code, burned, paused, G05, expired, enough.
async fn walk(world: &World, rp: &Rp, address: &str) -> Vec<Answer> {
    let mut watch = Watch { world, address, answers: Vec::new() };
    let mut person = world.person_with(&HttpOptions::default());
    let from_app = |ask: vestibule_testkit::rp::Ask| Request::get(ask.build().url);
    watch.goes("authorize", &mut person, from_app(rp.asks()), None).await;
    person.http().fill("email", "gina@@guest.test").unwrap();
    let (bad, page) = (person.http().pressed("primary").unwrap(), person.page().await.url);
    watch.sends("no address", &mut person, &bad, &page).await;
    person.http().fill("email", address).unwrap();
    watch.presses("next", &mut person, "primary").await;
    let again =
        Request { body: bad.body.replace("gina%40%40guest.test", &address.replace('@', "%40")), ..bad };
    watch.sends("next again", &mut person, &again, &page).await;
    for (name, digits) in [("shape", "1234567"), ("wrong", "00000000"), ("wrong twice", "00000001")] {
        let (press, page) = submission(&mut person, digits).await;
        watch.sends(name, &mut person, &press, &page).await;
    }
    let (resend, page) = (person.http().pressed("/resend").unwrap(), person.page().await.url);
    watch.sends("too early", &mut person, &resend, &page).await;
    world.wait(TimeDelta::seconds(61));
    watch.presses("send a new code", &mut person, "/resend").await;
    watch.sends("send again", &mut person, &resend, &page).await;
    let (press, page) = submission(&mut person, "00000000").await;
    for number in 1..=6 {
        watch.sends(&format!("second code, wrong {number}"), &mut person, &press, &page).await;
    }
    person.opens(page.as_str()).sees("G07").await;
    let resend = person.http().pressed("/resend").unwrap();
    watch.sends("burned, too early", &mut person, &resend, &page).await;
    world.wait(TimeDelta::seconds(61));
    watch.presses("burned, send", &mut person, "/resend").await;
    let (press, page) = submission(&mut person, "00000000").await;
    for number in 1..=5 {
        watch.sends(&format!("third code, wrong {number}"), &mut person, &press, &page).await;
    }
    let resend = person.http().pressed("/resend").unwrap();
    watch.sends("paused, send", &mut person, &resend, &page).await;
    watch.goes("hinted", &mut person, from_app(rp.asks().with("login_hint", address)), None).await;
    watch.presses("paused, first send", &mut person, "primary").await;
    world.wait(TimeDelta::minutes(61));
    watch.goes("hinted later", &mut person, from_app(rp.asks().with("login_hint", address)), None).await;
    watch.presses("send", &mut person, "primary").await;
    world.wait(TimeDelta::minutes(31));
    let (press, page) = submission(&mut person, "00000000").await;
    watch.sends("expired", &mut person, &press, &page).await;
    watch.goes("expired page", &mut person, Request::get(page), None).await;
    for number in 1..=4 {
        watch.presses(&format!("fresh {number}"), &mut person, "/resend").await;
        world.wait(TimeDelta::seconds(61));
    }
    watch.presses("enough", &mut person, "/resend").await;
    watch.answers
}

/// Addresses of one length: what they are here stands in their first letters.
const CLASSES: [&str; 6] = [
    "accep@guest.test",
    "pendi@guest.test",
    "nobod@guest.test",
    "disab@guest.test",
    "remov@guest.test",
    "heldd@guest.test",
];

async fn populate(world: &World, house: &House, rp: &Rp) {
    let office = world.office();
    for address in CLASSES.into_iter().filter(|address| *address != CLASSES[2]) {
        office.invite(house.tenant.id, address).await;
    }
    let mut first = world.person_with(&HttpOptions::default());
    first.is_called(CLASSES[0]).opens(rp.asks().build().url.as_str()).types(CLASSES[0]).sees("G06").await;
    world.server.node(0).outbox.drain().await.unwrap();
    first.reads_code().enters_code().sees("G15").presses("Accept").sees("app").await;
    let tenant = house.tenant.id;
    let guest = guest::GuestRef::Address(address(CLASSES[3]));
    office.perform(guest::Block { tenant, guest }).await.unwrap();
    let now = match world.database {
        Database::Sqlite => world.now().timestamp_micros().to_string(),
        Database::Postgres => "now()".to_owned(),
    };
    for (column, address) in [("deleted_at", CLASSES[4]), ("held_at", CLASSES[5])] {
        let change = format!("UPDATE users SET {column} = {now} WHERE address_key = '{address}'");
        testing::execute(world.server.database_url(), &change).unwrap();
    }
    world.wait(TimeDelta::hours(2));
}

vestibule_testkit::flows! {
    /// OTP-18, OTP-17, OTP-19, OTP-05, OTP-08, HRD-07: accepted, pending, unknown, disabled, removed and held addresses
    /// get the same answers on every page of the walk, with the same headers, bytes, statements, jobs and keyed hashes.
    async fn otp_17_otp_18_otp_19_hrd_07_nobody_is_told_apart(world) {
        let world = world.another(Setup { without_jobs: true, ..Setup::default() }).await;
        let house = world.office().house("alpha.test").await;
        let rp = discovers(&world, &house).await;
        populate(&world, &house, &rp).await;
        walk(&world, &rp, "warmi@guest.test").await; // snapshots are loaded now
        let mut walks = Vec::new();
        for address in CLASSES {
            world.wait(TimeDelta::hours(3));
            walks.push(walk(&world, &rp, address).await);
        }
        let (known, others) = walks.split_first().unwrap();
        assert!(known.len() > 40, "{}", known.len());
        for (other, address) in others.iter().zip(&CLASSES[1..]) {
            assert_eq!(known.len(), other.len());
            for (one, two) in known.iter().zip(other) {
                assert_eq!(one, two, "{address} differs from {} at {}", CLASSES[0], one.step);
            }
        }
        let statuses: Vec<String> = known.iter().map(|answer| format!("{} {}", answer.step, answer.status)).collect();
        for expected in ["no address 422", "next 303", "next again 303", "shape 422", "too early 429", "send again 303",
            "second code, wrong 5 422", "burned, too early 429", "third code, wrong 4 429", "paused, send 429",
            "paused, first send 429", "send 303", "expired 422", "fresh 4 303", "enough 429"] {
            assert!(statuses.iter().any(|status| status == expected), "{expected}: {statuses:#?}");
        }
        // Who may come got codes, and nobody else did; the others one notice a day at most.
        let kinds = "SELECT kind || ' ' || CAST(COUNT(*) AS TEXT) AS line FROM outbox GROUP BY kind ORDER BY kind";
        let mails = sql(&world, kinds);
        assert_eq!(mails, [format!("code {}", 1 + 2 * 8), "no_access 5".to_owned()]);
        assert_eq!(rows(&world, "passcodes WHERE decoy"), 5 * 8);
        // Only the trail tells the finer reason (OTP-19).
        let log = sign_ins(&world, &house).await;
        for reason in ["wrong", "wrong-nobody", "paused"] {
            assert!(log.iter().any(|row| row.error.as_deref() == Some(reason)), "{reason}");
        }
    }

    /// OTP-19: in every state but the live one right digits are answered as wrong ones.
    async fn otp_19_right_digits_are_nothing_special(world) {
        let (house, rp) = invited(world).await;
        let mut gina = world.person().await;
        for state in ["superseded", "burned", "expired", "paused"] {
            all_mail_left(world).await;
            world.wait(TimeDelta::hours(25));
            gina.opens(rp.asks().build().url.as_str()).types(GINA).sees("G06").reads_code().await;
            let code = gina.code().to_owned();
            let (right, from) = submission(&mut gina, &code).await;
            let bad = Request { body: right.body.replace(&code, &wrong(&code)), ..right.clone() };
            match state {
                "superseded" => {
                    world.wait(TimeDelta::seconds(61));
                    gina.presses("/resend").sees("G06").await;
                }
                "expired" => world.wait(TimeDelta::minutes(31)),
                _ => {
                    let times = if state == "burned" { 5 } else { 10 };
                    for number in 0..times {
                        if number == 5 {
                            world.wait(TimeDelta::seconds(61));
                            gina.opens(from.as_str()).presses("/resend").sees("G06").await;
                        }
                        sends(&mut gina, &bad, &from).await;
                    }
                }
            }
            let stats = world.server.app().vault.hashes();
            let one = sends(&mut gina, &right, &from).await;
            let between = world.server.app().vault.hashes();
            let two = sends(&mut gina, &bad, &from).await;
            let after = world.server.app().vault.hashes();
            if state != "superseded" {
                assert_eq!(masked(&one.text(), GINA), masked(&two.text(), GINA), "{state}");
            }
            let heads = |exchange: &Exchange| {
                let mut names: Vec<String> = exchange.headers.keys().map(ToString::to_string).collect();
                names.sort();
                (exchange.status, names)
            };
            assert_eq!(heads(&one), heads(&two), "{state}");
            assert_eq!(between - stats, after - between, "{state}: the same hashes");
            assert!(one.status.is_client_error(), "{state}");
        }
        assert_eq!((rows(world, "sessions"), rows(world, "passcodes WHERE state = 'used'")), (0, 0));
        drop(house);
    }

    /// The counting test's budget: one whole sign-in of a browser that remembers its address, from authorize to the
    /// token answer, the mail included: at most 6 write jobs and 30 statements.
    async fn the_budget_of_a_sign_in(world) {
        let world = world.another(Setup { without_jobs: true, ..Setup::default() }).await;
        let (house, rp) = invited(&world).await;
        let mut gina = world.person().await;
        gina.is_called(GINA).opens(rp.asks().build().url.as_str()).types(GINA).await;
        world.server.node(0).outbox.drain().await.unwrap();
        gina.reads_code().enters_code().sees("G15").presses("Accept").sees("app").await;
        house.callbacks.next().await.unwrap();
        let mut spent = Vec::new();
        for _ in 0..2 {
            world.wait(TimeDelta::hours(25));
            assert_eq!(silently(&mut gina, &house, &rp).await.as_deref(), Some("login_required"));
            gina.http().jar.forget("vi.");
            let before = world.server.stats();
            let asked = rp.asks().build();
            gina.opens(asked.url.as_str()).sees("G05").presses("Send code").sees("G06").await;
            world.server.node(0).outbox.drain().await.unwrap();
            gina.reads_code().enters_code().sees("app").await;
            rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap();
            let after = world.server.stats();
            spent.push((after.write_jobs - before.write_jobs, after.statements - before.statements));
        }
        let (jobs, statements) = spent[1];
        assert!(jobs <= 6 && statements <= 30, "{spent:?} write jobs and statements");
    }

    /// OTP-29: an address without access gets one notice a day over all tenants, which says who to ask and not whether
    /// there is a record; where strangers may sign up, a code, and a guest only by *Accept*.
    async fn otp_29_hrd_14_what_a_stranger_gets(world) {
        let alpha = world.office().house("alpha.test").await;
        let beta = world.office().house("beta.test").await;
        let (rp, rp_beta) = (discovers(world, &alpha).await, discovers(world, &beta).await);
        let mut nobody = world.person().await;
        nobody.opens(rp.asks().build().url.as_str()).types(NOBODY).sees("G06").reads_mail().await;
        assert_eq!(nobody.mail().code(), None);
        assert!(nobody.mail().text.contains("Project Portal"), "{}", nobody.mail().text);
        world.wait(TimeDelta::seconds(61));
        nobody.presses("/resend").sees("G06").await;
        nobody.opens(rp_beta.asks().build().url.as_str()).sees("G01").types(NOBODY).sees("G06").await;
        world.wait(TimeDelta::hours(3));
        nobody.opens(rp.asks().build().url.as_str()).sees("G01").types(NOBODY).sees("G06").await;
        assert_eq!(rows(world, "outbox"), 1, "one in all");
        world.wait(TimeDelta::hours(24));
        nobody.opens(rp.asks().build().url.as_str()).sees("G01").types(NOBODY).sees("G06").reads_mail().await;
        assert_eq!(world.mail.messages_to(NOBODY).len(), 2);

        let change = ApplicationChange { sign_up: Some(true), ..ApplicationChange::default() };
        world.office().change(alpha.tenant.id, &alpha.registration.client_id, change).await;
        let mut stranger = world.person().await;
        let asked = rp.asks().build();
        stranger.opens(asked.url.as_str()).types("stranger@guest.test").sees("G06").reads_code().enters_code().sees("G15").await;
        let records = "users WHERE address_key = 'stranger@guest.test'";
        assert_eq!(rows(world, records), 0, "nobody before Accept");
        stranger.presses("Accept").sees("app").await;
        rp.exchange(&asked, &alpha.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!(rows(world, records), 1);
    }

    /// HRD-14: who is signed in at one tenant is nobody at another until they agreed there; `prompt=none` tells nothing.
    pages async fn hrd_14_first_admission_is_never_silent(world) {
        let (alpha, rp) = invited(world).await;
        let beta = world.office().house("beta.test").await;
        let rp_beta = discovers(world, &beta).await;
        let mut person = world.person().await;
        signs_in(&mut person, &alpha, &rp, GINA).await;
        assert_eq!(silently(&mut person, &beta, &rp_beta).await.as_deref(), Some("login_required"));
        let mut fresh = world.person_with(&HttpOptions::default());
        assert_eq!(silently(&mut fresh, &beta, &rp_beta).await.as_deref(), Some("login_required"));
        assert_eq!(rows(world, "users WHERE address_key = 'gina@guest.test'"), 1, "no record at beta");
        world.office().invite(beta.tenant.id, GINA).await;
        assert_eq!(silently(&mut person, &beta, &rp_beta).await.as_deref(), Some("login_required"));
        world.wait(TimeDelta::seconds(61));
        let asked = rp_beta.asks().build();
        person.opens(asked.url.as_str()).sees("G01").types(GINA).sees("G06").reads_code().enters_code().sees("G15").await;
        person.reads("Alder Works").presses("Accept").sees("app").await;
        rp_beta.exchange(&asked, &beta.callbacks.next().await.unwrap()).await.unwrap();
        assert_eq!(silently(&mut person, &beta, &rp_beta).await, None);
    }
}
