//! The outbox and the list of bounces.

use super::*;
use crate::outbox::ClaimLimits;

const ALL: ClaimLimits = ClaimLimits { limit: 10, share: 100, lease: TimeDelta::minutes(2) };

pub(super) fn new_mail(lab: &Lab, tenant: TenantId, priority: i32) -> outbox::NewOutbox {
    outbox::NewOutbox {
        id: OutboxId(lab.id()),
        tenant_id: tenant.0,
        kind: "passcode".into(),
        priority,
        dedupe: lab.digest(),
        channel: lifecycle::Channel::Mail,
        destination: "guest.test".into(),
        template: "passcode".into(),
        locale: "en".into(),
        sealed: vec![1, 2, 3],
        next_at: lab.base,
        realm_id: None,
        passcode_id: None,
        created_at: lab.base,
    }
}

async fn queue(lab: &Lab, new: outbox::NewOutbox) -> OutboxId {
    let id = new.id;
    assert!(lab.write(move |c| outbox::insert(c, &new, None)).await);
    id
}

async fn take(lab: &Lab, claim: ClaimLimits, now: Now) -> Vec<outbox::Claimed> {
    lab.write(move |c| outbox::claim(c, claim, now)).await
}

both! {
    /// TEN-04: a thousand mails of beta, one of alpha: it is among the next ten, though all have the same priority.
    async fn ten_04_each_tenant_has_its_share(lab: &Lab) {
        let (alpha, beta) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await);
        let mails: Vec<_> = (0..1000).map(|_| new_mail(lab, beta, 1)).collect();
        lab.write(move |c| mails.iter().try_for_each(|mail| outbox::insert(c, mail, None).map(drop))).await;
        let one = queue(lab, new_mail(lab, alpha, 1)).await;
        let claimed = take(lab, ClaimLimits { share: 5, ..ALL }, lab.now()).await;
        assert_eq!(claimed.len(), 6);
        assert!(claimed.iter().any(|claimed| claimed.row.id == one));
        // without others, one tenant gets on with its own
        assert_eq!(take(lab, ClaimLimits { share: 5, ..ALL }, lab.now()).await.len(), 5);
        assert_eq!(lab.read(outbox::waiting), 1001);
    }

    /// Codes before invitations, then the order of queueing; nobody else gets what is claimed until the lease ends.
    async fn mails_are_claimed_by_priority_under_a_lease(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let (invitation, first, second) = (
            queue(lab, new_mail(lab, tenant, 5)).await,
            queue(lab, new_mail(lab, tenant, 1)).await,
            queue(lab, new_mail(lab, tenant, 1)).await,
        );
        let later = outbox::NewOutbox { next_at: lab.base + TimeDelta::minutes(1), ..new_mail(lab, tenant, 0) };
        let later = queue(lab, later).await;
        let claimed = take(lab, ALL, lab.now()).await;
        let ids: Vec<_> = claimed.iter().map(|claimed| claimed.row.id).collect();
        assert_eq!(ids, [first, second, invitation]);
        assert!(claimed.iter().all(|claimed| claimed.live && claimed.row.attempts == 1));
        assert!(take(lab, ALL, lab.now()).await.is_empty());
        let again: Vec<_> = take(lab, ALL, lab.at(TimeDelta::minutes(3))).await;
        assert_eq!(again.iter().map(|claimed| claimed.row.id).collect::<Vec<_>>(), [later, first, second, invitation]);
        assert_eq!(again[1].row.attempts, 2);
    }

    /// CON-07: two senders at once never get the same mail.
    async fn con_07_two_claims_do_not_overlap(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        for _ in 0..40 {
            queue(lab, new_mail(lab, tenant, 1)).await;
        }
        let mut jobs = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (db, now) = (lab.db.clone(), lab.now());
            jobs.spawn(async move { db.write(move |c| outbox::claim(c, ALL, now)).await.unwrap().unwrap() });
        }
        let mut ids: Vec<_> = jobs.join_all().await.into_iter().flatten().map(|claimed| claimed.row.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        // one that found the rows of another locked may have come back with fewer, never with the same
        while !take(lab, ALL, lab.now()).await.is_empty() {}
        assert!(lab.read(|c| outbox::list(c, 100)).iter().all(|row| row.attempts == 1));
    }

    /// CON-06: what a newer release queued for a channel that this one cannot send stays for the nodes that can.
    async fn con_06_another_channel_is_left_alone(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let first = queue(lab, new_mail(lab, tenant, 1)).await;
        lab.sql("UPDATE outbox SET channel = 'pigeon'");
        assert_eq!(lab.read(outbox::waiting), 0);
        let second = queue(lab, new_mail(lab, tenant, 1)).await;
        let claimed = take(lab, ALL, lab.now()).await;
        assert_eq!(claimed.iter().map(|claimed| claimed.row.id).collect::<Vec<_>>(), [second]);
        assert_ne!(first, second);
        assert_eq!(lab.lines("SELECT state AS line FROM outbox WHERE channel = 'pigeon'"), ["queued"]);
    }

    /// MAIL-06: the claim says whether the code in it still lives.
    async fn mail_06_a_stale_code_is_told(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let mut stale = None;
        for i in 0..2 {
            let (interaction, passcode) = lab.begun(tenant, None).await;
            let mail = outbox::NewOutbox {
                realm_id: Some(tenant.0), passcode_id: Some(passcode.id), ..new_mail(lab, tenant, 1)
            };
            let id = queue(lab, mail).await;
            if i == 0 {
                stale = Some((id, interaction.id));
            }
        }
        let (stale, trip) = stale.unwrap();
        let (realm, now) = (Realm::Tenant(tenant), lab.now());
        assert!(lab.read(|c| outbox::is_live(c, stale, now)));
        lab.write(move |c| signin::supersede_passcodes(c, realm, trip)).await;
        assert!(!lab.read(|c| outbox::is_live(c, stale, now)));
        let claimed = take(lab, ALL, lab.now()).await;
        let dead: Vec<_> = claimed.iter().filter(|claimed| !claimed.live).map(|claimed| claimed.row.id).collect();
        assert_eq!(dead, [stale]);
    }

    /// CON-07: what is queued twice is queued once; a notice may be sent anew after its window (N-22).
    async fn n_22_notices_are_queued_once_per_window(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let first = new_mail(lab, tenant, 1);
        let dedupe = first.dedupe;
        let id = queue(lab, first).await;
        let send = |at: TimeDelta, renew: Option<TimeDelta>| {
            let created_at = lab.base + at;
            let new = outbox::NewOutbox { dedupe, created_at, next_at: created_at, ..new_mail(lab, tenant, 1) };
            let until = renew.map(|window| created_at - window);
            lab.write(move |c| outbox::insert(c, &new, until))
        };
        let day = TimeDelta::hours(24);
        assert!(!send(TimeDelta::hours(48), None).await);
        assert!(!send(TimeDelta::hours(23), Some(day)).await);
        lab.write(move |c| outbox::sent(c, id, chrono::DateTime::UNIX_EPOCH)).await;
        assert!(send(day, Some(day)).await);
        assert!(!send(day, Some(day)).await);
        let row = lab.read(|c| outbox::list(c, 10)).remove(0);
        assert_eq!((row.state, row.attempts), (lifecycle::MailState::Queued, 0));
        assert_ne!(row.id, id);
    }

    /// Sent, put back, given up: what a mail said is erased once it is over.
    async fn what_a_mail_said_is_erased(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        for _ in 0..4 {
            queue(lab, new_mail(lab, tenant, 1)).await;
        }
        let ids: Vec<_> = take(lab, ALL, lab.now()).await.iter().map(|claimed| claimed.row.id).collect();
        let [sent, retried, failed, dropped] = ids[..] else { panic!() };
        let now = lab.base;
        lab.write(move |c| {
            assert!(outbox::sent(c, sent, now)?);
            assert!(outbox::retry(c, retried, now + TimeDelta::minutes(5), "greylisted")?);
            assert!(outbox::fail(c, failed, "550")?);
            assert!(outbox::discard(c, dropped, "stale")?);
            assert!(!outbox::sent(c, failed, now)?);
            Ok(())
        })
        .await;
        let rows = lab.read(|c| outbox::list(c, 10));
        let states: Vec<_> = rows.iter().map(|row| (row.state, row.sealed.is_some())).collect();
        let [sent, waiting, refused, unwanted] =
            [lifecycle::MailState::Sent, lifecycle::MailState::Queued, lifecycle::MailState::Failed, lifecycle::MailState::Dropped];
        assert_eq!(states, [(unwanted, false), (refused, false), (waiting, true), (sent, false)]);
        assert!(take(lab, ALL, lab.now()).await.is_empty());
        assert_eq!(take(lab, ALL, lab.at(TimeDelta::minutes(6))).await.len(), 1);
        let later = now + TimeDelta::seconds(1);
        assert_eq!(lab.write(move |c| sweep::delete_ended(c, sweep::SharedTable::Outbox, later, 10)).await, 3);
    }

    /// Bounced addresses, the last reason, for a time.
    async fn bounces_are_remembered(lab: &Lab) {
        let (address, now) = (digest(1), lab.base);
        lab.write(move |c| {
            bounces::put(c, &address, now - TimeDelta::days(2), "old")?;
            bounces::put(c, &address, now, "550 no such user")
        })
        .await;
        assert_eq!(lab.lines("SELECT reason AS line FROM bounces"), ["550 no such user"]);
        assert_eq!(lab.write(move |c| sweep::delete_ended(c, sweep::SharedTable::Bounces, now, 10)).await, 0);
        let later = now + TimeDelta::days(400);
        assert_eq!(lab.write(move |c| sweep::delete_ended(c, sweep::SharedTable::Bounces, later, 10)).await, 1);
    }
}
