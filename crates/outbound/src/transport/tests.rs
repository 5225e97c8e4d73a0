use super::*;
use crate::testing::{HandClock, mail};

#[tokio::test]
async fn sec_04_the_memory_outbox_keeps_the_last_200_newest_first() {
    let outbox = MemoryOutbox::new(HandClock::shared());
    let transport = Transport::Memory(outbox.clone());
    for _ in 0..=KEPT {
        transport.send(&mail("gina@guest.test")).await.unwrap();
    }
    let list = outbox.list();
    assert_eq!((list.len(), list[0].number, list[199].number), (200, 201, 2));
    assert_eq!(list[0].to.as_str(), "gina@guest.test");
    assert!(list[0].text.contains("12345678") && list[0].html.contains("12345678"));
}

#[tokio::test]
async fn mail_06_a_stale_mail_is_not_stored_either() {
    let outbox = MemoryOutbox::new(HandClock::shared());
    let delivery = Transport::Memory(outbox.clone()).send_if(&mail("gina@guest.test"), ready(false)).await;
    assert_eq!(delivery, Ok(SmtpOutcome::Dropped));
    assert!(outbox.list().is_empty());
}
