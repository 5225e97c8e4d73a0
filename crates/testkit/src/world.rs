//! One deployment for one test: its server, clock, mail server and database, and the people who come to it.

use std::sync::Arc;

use chrono::TimeDelta;
use vestibule_core::Clock;
use vestibule_core::clock::Instant;

use crate::browser::{Browser, ChromiumBrowser, ChromiumOptions, HttpBrowser, HttpOptions};
use crate::clock::FakeClock;
use crate::office::Office;
use crate::person::Person;
use crate::random::SeededRandom;
use crate::server::{Setup, TestServer};
use crate::smtp::SmtpSink;
use crate::witness::Witness;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the server that `./test` started (`VESTIBULE_TEST_PG`).
    Postgres,
}

/// What the people of a test sit at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// [`HttpBrowser`].
    Http,
    /// Chromium with scripts.
    Chromium,
    ChromiumWithoutScript,
}

/// Everything that a flow can touch. Made by [`flows!`](crate::flows!) only.
#[derive(Debug)]
pub struct World {
    /// The server under test.
    pub server: TestServer,
    pub clock: Arc<FakeClock>,
    /// Where its mail goes.
    pub mail: Arc<SmtpSink>,
    /// What it stores in.
    pub database: Database,
    /// What people sit at.
    pub driver: Driver,
    /// Who sees what they are shown.
    pub witness: Witness,
}

impl World {
    pub(crate) async fn start(database: Database, driver: Driver, setup: Setup, witness: Witness) -> Self {
        crate::install_crypto();
        let clock = Arc::new(FakeClock::new());
        let mail = SmtpSink::start_with(setup.mail_server.clone()).await.expect("a loopback port is free");
        let mail = Arc::new(mail);
        let random = Arc::new(SeededRandom::new(SEED));
        let starttls = setup.mail_ca.is_some() && !setup.mail_server.implicit_tls;
        let url =
            if starttls { format!("smtp://localhost:{}?tls=required", mail.port()) } else { mail.url() };
        let server = TestServer::start(database, setup, clock.clone(), random, url).await;
        Self { server, clock, mail, database, driver, witness }
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }

    /// A second deployment on the same kind of database, set up otherwise.
    pub async fn another(&self, setup: Setup) -> Self {
        Self::start(self.database, self.driver, setup, self.witness.clone()).await
    }

    /// The operator's desk.
    pub fn office(&self) -> Office<'_> {
        Office::new(&self.server)
    }

    /// Somebody at a fresh browser of the kind that the test is played with.
    pub async fn person(&self) -> Person {
        let javascript = self.driver != Driver::ChromiumWithoutScript;
        match self.driver {
            Driver::Http => self.person_with(&HttpOptions::default()),
            _ => self.person_in_chromium(ChromiumOptions { javascript, ..ChromiumOptions::default() }).await,
        }
    }

    /// Somebody at an HTTP browser of a certain kind (another source address, another language).
    pub fn person_with(&self, options: &HttpOptions) -> Person {
        let browser = HttpBrowser::new(&HttpOptions { witness: self.witness.clone(), ..options.clone() });
        Person::new(Browser::Http(Box::new(browser)), self.mail.clone())
    }

    /// Somebody at a Chromium of a certain kind.
    pub async fn person_in_chromium(&self, options: ChromiumOptions) -> Person {
        let browser =
            ChromiumBrowser::start(options).await.expect("./test installs chromium and chromedriver");
        Person::new(Browser::Chromium(Box::new(browser)), self.mail.clone())
    }

    /// Lets time pass.
    pub fn wait(&self, delta: TimeDelta) {
        self.clock.advance(delta);
    }

    /// The present, as the server sees it.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}

const SEED: u64 = 42;
