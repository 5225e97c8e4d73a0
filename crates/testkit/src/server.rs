//! The server under test, on port 0, over a chosen database.
//!
//! TO FILL IN when `vestibule-server` can be started: [`TestServer::start`] and [`TestServer::stop`] are the only two
//! places. Everything else of this crate reaches the server through [`TestServer::base_url`].

use std::sync::Arc;

use crate::clock::FakeClock;
use crate::random::SeededRandom;
use crate::world::Database;

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct TestServer {
    base_url: String,
}

impl TestServer {
    /// Starts one with its time, its randomness, and where its mail goes.
    pub(crate) async fn start(
        database: Database,
        clock: Arc<FakeClock>,
        random: Arc<SeededRandom>,
        smtp_url: &str,
    ) -> Self {
        let parts = (database, clock, random, smtp_url);
        not_yet(&parts).await
    }

    /// Ends it in an orderly way: what is under way is finished.
    pub(crate) async fn stop(self) {
        not_yet::<()>(&self).await;
    }

    /// `http://127.0.0.1:{port}`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }
}

#[expect(clippy::panic, clippy::unused_async, reason = "goes when the server can be started")]
async fn not_yet<T>(parts: &(impl std::fmt::Debug + ?Sized)) -> T {
    panic!("the server cannot be started yet, with {parts:?}")
}
