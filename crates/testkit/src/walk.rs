//! What several areas say in the same words: a whole sign-in, a page without what differs by chance, a query.

#![expect(clippy::unwrap_used, clippy::panic, reason = "test code: what does not hold ends the test")]

use vestibule_admin::log::{SignIn, SignIns};
use vestibule_admin::mail::{Queue, Queued};
use vestibule_core::lifecycle::RedemptionState;
use vestibule_store::logs::{AuditRow, LogPage};

use crate::office::House;
use crate::rp::{AuthorizeRequest, Rp, SignedIn};
use crate::{PageView, Person, World};

/// Opens the application's request, proves the mailbox, agrees where that is asked for, and exchanges the code.
pub async fn signs_in(person: &mut Person, house: &House, rp: &Rp, address: &str) -> SignedIn {
    let asked = rp.asks().build();
    goes_through(person, &asked, address).await;
    rp.exchange(&asked, &house.callbacks.next().await.unwrap()).await.unwrap()
}

/// The same up to the application's door.
pub async fn goes_through(person: &mut Person, asked: &AuthorizeRequest, address: &str) {
    person.opens(asked.url.as_str()).types(address).await;
    if person.page().await.test_id == "G05" {
        // An address that we had put there ourselves: its own page comes first (OTP-09).
        person.presses("Send code").await;
    }
    person.sees("G06").reads_code().enters_code().await;
    if person.page().await.test_id == "G15" {
        person.presses("Accept").await;
    }
    person.sees("app").await;
}

/// The application, having read the discovery document.
pub async fn discovers(world: &World, house: &House) -> Rp {
    Rp::discover(house.registration.clone(), world.clock.clone()).await.unwrap()
}

/// What `prompt=none` answers: `None` for a code, else the error.
pub async fn silently(person: &mut Person, house: &House, rp: &Rp) -> Option<String> {
    let asked = rp.asks().with("prompt", "none").build();
    person.opens(asked.url.as_str()).sees("app").await;
    let came = house.callbacks.next().await.unwrap();
    assert_eq!(came.get("state"), Some(asked.state.as_str()));
    came.get("error").map(ToOwned::to_owned)
}

/// A page without what is drawn for each answer: nonces and form tokens.
pub fn plain(page: &PageView) -> String {
    let mut html = page.html.clone();
    for (before, after) in [("nonce=\"", "\""), ("name=\"csrf\" value=\"", "\"")] {
        let mut out = String::new();
        let mut rest = html.as_str();
        while let Some((head, tail)) = rest.split_once(before) {
            out.push_str(head);
            out.push_str(before);
            rest = tail.split_once(after).map_or("", |(_, tail)| tail);
        }
        out.push_str(rest);
        html = out;
    }
    html
}

/// The sign-in log of a tenant, oldest first.
pub async fn sign_ins(world: &World, house: &House) -> Vec<SignIn> {
    let page = SignIns { tenant: house.tenant.id, after: None, limit: 1_000 };
    let rows = world.office().perform(page).await.unwrap();
    rows.into_iter().rev().collect()
}

/// The trail of changes of a tenant, oldest first.
pub async fn audits(world: &World, house: &House) -> Vec<AuditRow> {
    let tenant = house.tenant.id;
    let read = world
        .server
        .app()
        .db
        .read(move |c| vestibule_store::testing::changes::audits(c, tenant, LogPage::Newest, 1_000));
    let mut rows = read.await.unwrap();
    rows.reverse();
    rows
}

/// How often an action stands in the trail.
pub async fn audited(world: &World, house: &House, action: &str) -> usize {
    audits(world, house).await.iter().filter(|row| row.action == action).count()
}

/// The mail queue, newest first.
pub async fn queue(world: &World) -> Vec<Queued> {
    world.office().perform(Queue { limit: 1_000 }).await.unwrap()
}

/// Waits for what another task is about to do; a test whose control is gone ends here instead of never.
pub async fn patiently<T>(what: &str, coming: impl Future<Output = T>) -> T {
    let came = tokio::time::timeout(std::time::Duration::from_secs(10), coming).await;
    came.unwrap_or_else(|_| panic!("{what} did not happen"))
}

/// Reloads until these words stand on the page.
pub async fn reloads_until(person: &mut Person, words: &str) -> PageView {
    let reading = async {
        loop {
            let page = person.reloads().await;
            if page.text.contains(words) {
                return page;
            }
        }
    };
    patiently(words, reading).await
}

/// The newest mail of the queue, once its row holds this.
pub async fn queued(world: &World, holds: impl Fn(&Queued) -> bool) -> Queued {
    let looking = async {
        loop {
            if let Some(row) = queue(world).await.into_iter().next().filter(|row| holds(row)) {
                return row;
            }
            tokio::task::yield_now().await;
        }
    };
    patiently("the mail's fate", looking).await
}

/// Whether a guest has accepted.
pub async fn is_pending(world: &World, house: &House, address: &str) -> bool {
    let guest = world.office().guest(house.tenant.id, address).await;
    guest.redemption == RedemptionState::Pending
}
