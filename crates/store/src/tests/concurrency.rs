//! Single use under load: many requests at once, one winner.

use std::sync::Arc;

use super::*;
use crate::tests::statements::limit;

/// Runs `f` that many times at once, on one database handle and a second one (another node, on PostgreSQL), and gives
/// all answers.
pub(super) async fn at_once<T: Send + 'static>(
    lab: &Lab,
    times: usize,
    f: impl Fn(&mut Conn) -> QueryResult<T> + Send + Sync + 'static,
) -> Vec<T> {
    let target = Target::parse(lab.fresh.url()).unwrap();
    let other = match lab.kind {
        Kind::Sqlite => lab.db.clone(),
        Kind::Postgres => Db::open(&target, OpenOptions { readers: 8, migrate: false }).unwrap(),
    };
    let f = Arc::new(f);
    let mut jobs = tokio::task::JoinSet::new();
    for i in 0..times {
        let db = if i % 2 == 0 { lab.db.clone() } else { other.clone() };
        let f = Arc::clone(&f);
        jobs.spawn(async move { db.write(move |c| f(c)).await.unwrap().unwrap() });
    }
    jobs.join_all().await
}

both! {
    /// OTP-14, CON-01: 64 simultaneous uses of the right code, one winner.
    async fn otp_14_one_of_64_consumes_a_passcode(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        for _ in 0..20 {
            let (interaction, passcode) = lab.begun(tenant, None).await;
            let (realm, now) = (interaction.realm_id, lab.now());
            lab.write(move |c| signin::count_try(c, realm, passcode.id, now)).await;
            let rows = at_once(lab, 64, move |c| {
                signin::consume(c, realm, passcode.id, &passcode.digest, 1, now)
            })
            .await;
            let winners: Vec<_> = rows.into_iter().flatten().collect();
            assert_eq!(winners.len(), 1);
            assert_eq!(winners[0].state, passcode::PasscodeState::Used);
            assert!(winners[0].used_at.is_some());
        }
    }

    /// CON-01: one exchange of an authorization code wins.
    async fn con_01_one_of_64_consumes_a_code(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let new = grants::new_code(lab, tenant);
        let (digest, client, now) = (new.digest, new.client_id.clone(), lab.now());
        lab.write(move |c| tokens::insert_code(c, &new)).await;
        let rows = at_once(lab, 64, move |c| {
            tokens::consume_code(c, tenant, &digest, &client, now)
        })
        .await;
        assert_eq!(rows.iter().flatten().count(), 1);
    }

    /// OTP-04: tries counted at once get ordinals of their own.
    async fn otp_04_each_try_gets_its_own_ordinal(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let (interaction, passcode) = lab.begun(tenant, None).await;
        let (realm, id, now) = (interaction.realm_id, passcode.id, lab.now());
        let mut ordinals: Vec<_> =
            at_once(lab, 32, move |c| signin::count_try(c, realm, id, now)).await.into_iter().flatten().collect();
        ordinals.sort_unstable();
        assert_eq!(ordinals, (1..=5).collect::<Vec<_>>(), "N-03 of them");
        assert!(lab.write(move |c| signin::consume(c, realm, id, &passcode.digest, 6, now)).await.is_none());
    }

    /// One of several requests begins an interaction, one finishes it.
    async fn one_of_many_begins_and_one_finishes(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let interaction = lab.new_interaction(tenant, None);
        let (realm, id, now) = (interaction.realm_id, interaction.id, lab.now());
        let begun = at_once(lab, 32, move |c| signin::insert_interaction(c, &interaction, now)).await;
        assert_eq!(begun.into_iter().filter(|won| *won).count(), 1);
        let finished = at_once(lab, 32, move |c| signin::finish_interaction(c, realm, id, None, now)).await;
        assert_eq!(finished.into_iter().filter(|won| *won).count(), 1);
    }

    /// CON-05: a counter admits as many as it may, however many ask at once; opposite orders do not block each other.
    async fn con_05_a_counter_is_exact_under_load(lab: &Lab) {
        let now = lab.now();
        let flip = AtomicU64::new(0);
        let answers = at_once(lab, 64, move |c| {
            let mut limits = [limit(1, 0), limit(2, 0)];
            if flip.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
                limits.reverse();
            }
            throttle::admit(c, &limits, now)
        })
        .await;
        let admitted = answers.iter().flatten().filter(|a| a.admitted).count();
        assert_eq!(admitted, 10, "five for each key");
    }

    /// TOK-03: parallel refreshes with one token: one rotates, one more counts as the lost answer, the rest get nothing.
    async fn tok_03_parallel_refreshes_leave_one_successor(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let new = grants::new_family(lab, tenant);
        let (family, client, presented) = (new.id, new.client_id.clone(), new.current_digest);
        lab.write(move |c| tokens::insert_family(c, &new)).await;
        let (now, next) = (lab.now(), AtomicU64::new(1000));
        let rows = at_once(lab, 32, move |c| {
            let next = digest(next.fetch_add(1, Ordering::Relaxed));
            let rotation =
                tokens::Rotation { tenant, family, client: &client, presented: &presented, next: &next };
            match tokens::rotate_family(c, &rotation, now)? {
                Some(row) => Ok(Some(row.generation)),
                None => Ok(tokens::replay_family(c, &rotation, now)?.map(|row| row.generation)),
            }
        })
        .await;
        let mut generations: Vec<_> = rows.into_iter().flatten().collect();
        generations.sort_unstable();
        assert_eq!(generations, [2, 3]);
    }
}
