//! A guest on a trip, for flows that send its presses again, at once or otherwise, and count what came of them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: what does not hold ends the test"
)]

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::task::JoinSet;
use url::Url;
use vestibule_store::testing;

use crate::browser::{Exchange, HttpBrowser, Request};
use crate::office::House;
use crate::rp::Rp;
use crate::walk::{discovers, signs_in};
use crate::{HttpOptions, Person, World};

/// The guest of most flows.
pub const GINA: &str = "gina@guest.test";
/// An address that nobody knows.
pub const NOBODY: &str = "nobody@guest.test";

/// A tenant with an application, and gina invited.
pub async fn invited(world: &World) -> (House, Rp) {
    let house = world.office().house("alpha.test").await;
    world.office().invite(house.tenant.id, GINA).await;
    let rp = discovers(world, &house).await;
    (house, rp)
}

/// The same, and she has accepted; in a browser that is not used again.
pub async fn accepted(world: &World) -> (House, Rp) {
    let (house, rp) = invited(world).await;
    let mut before = world.person_with(&HttpOptions::default());
    signs_in(&mut before, &house, &rp, GINA).await;
    world.wait(TimeDelta::hours(1));
    (house, rp)
}

/// What SQL finds, one text per row.
pub fn sql(world: &World, query: &str) -> Vec<String> {
    testing::lines(world.server.database_url(), query).unwrap()
}

/// How many rows a table has, or those of it that a condition names.
pub fn rows(world: &World, from: &str) -> i64 {
    let found = sql(world, &format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {from}"));
    found[0].parse().unwrap()
}

/// Eight digits that are not these.
pub fn wrong(code: &str) -> String {
    let last = code.bytes().last().unwrap_or(b'0');
    let other = if last == b'9' { '0' } else { char::from(last + 1) };
    format!("{}{other}", &code[..7])
}

/// What *Continue* sends for these digits, and from where.
pub async fn submission(person: &mut Person, digits: &str) -> (Request, Url) {
    let from = person.page().await.url;
    person.http().fill("code", digits).unwrap();
    (person.http().pressed("Continue").unwrap(), from)
}

/// Sends something with this browser's cookies, which it keeps as they are.
pub async fn sends(person: &mut Person, request: &Request, from: &Url) -> Exchange {
    person.http().send(request, Some(from)).await.unwrap()
}

/// Browsers with the cookies of this person, one at each node.
pub fn copies(world: &World, person: &mut Person, nodes: &[usize]) -> Vec<Arc<HttpBrowser>> {
    let jar = person.http().jar.clone();
    let at = |node: &usize| {
        let via = Some((world.server.base_url().to_owned(), world.server.node(*node).listen));
        let mut browser = HttpBrowser::new(&HttpOptions { via, ..HttpOptions::default() });
        browser.jar = jar.clone();
        Arc::new(browser)
    };
    nodes.iter().map(at).collect()
}

/// Sends the same request many times at once, the browsers taking turns.
pub async fn storm(
    browsers: &[Arc<HttpBrowser>],
    request: &Request,
    from: &Url,
    times: usize,
) -> Vec<Exchange> {
    let mut tasks = JoinSet::new();
    for browser in browsers.iter().cycle().take(times) {
        let (browser, request, from) = (Arc::clone(browser), request.clone(), from.clone());
        tasks.spawn(async move { browser.send(&request, Some(&from)).await.unwrap() });
    }
    tasks.join_all().await
}

/// Waits until SQL finds this; for what the server does after nobody listens any more.
pub async fn becomes(world: &World, query: &str, wanted: &str) {
    for _ in 0..500 {
        if sql(world, query).first().map(String::as_str) == Some(wanted) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(sql(world, query).first().map(String::as_str), Some(wanted), "{query}");
}

/// Waits until every queued mail has left, so that none of before is taken for the next one.
pub async fn all_mail_left(world: &World) {
    let waiting = "SELECT CAST(COUNT(*) AS TEXT) AS line FROM outbox WHERE state IN ('queued', 'sending')";
    becomes(world, waiting, "0").await;
}
