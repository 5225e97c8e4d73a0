//! Sweeping: what has ended goes in every realm, by reads that find it and writes that check it once more.

use super::*;
use crate::sweep::{Age, EndedRow, MOST, SharedTable, Table};

/// What is found of a table and deleted in one go.
pub(super) async fn swept(lab: &Lab, table: Table, before: Instant) -> usize {
    let age = Age { born_before: before, ended_before: before };
    let rows = found(lab, table, before);
    lab.write(move |c| sweep::delete(c, table, age, &rows)).await
}

fn found(lab: &Lab, table: Table, before: Instant) -> Vec<EndedRow> {
    let age = Age { born_before: before, ended_before: before };
    lab.read(|c| sweep::ended(c, table, age, None))
}

both! {
    /// OTP-16: what has ended goes in the accounts realm and in every tenant's; what lives stays.
    async fn otp_16_ended_rows_go_in_every_realm(lab: &Lab) {
        let (alpha, beta) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await);
        for _ in 0..3 {
            lab.begun(alpha, None).await;
        }
        lab.begun(beta, None).await;
        let mut interaction = lab.new_interaction(alpha, None);
        interaction.realm_id = Realm::Accounts;
        let (passcode, now) = (lab.new_passcode(&interaction, 1), lab.now());
        lab.write(move |c| {
            signin::insert_interaction(c, &interaction, now)?;
            signin::insert_passcode(c, &passcode)
        })
        .await;
        let code = grants::new_code(lab, alpha);
        lab.write(move |c| tokens::insert_code(c, &code)).await;
        let (early, late) = (lab.base + TimeDelta::minutes(29), lab.base + TimeDelta::hours(2));
        assert_eq!(swept(lab, Table::Passcodes, early).await, 0);
        assert_eq!(swept(lab, Table::Passcodes, late).await, 5);
        assert_eq!(swept(lab, Table::Interactions, late).await, 5);
        assert_eq!(swept(lab, Table::Codes, late).await, 1);
        for table in ["passcodes", "interactions", "authorization_codes"] {
            assert_eq!(lab.lines(&format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {table}")), ["0"]);
        }
    }

    /// Sessions, access tokens and families by the id of their session.
    async fn ses_05_ended_sessions_go_with_their_tokens(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let (user, session) = grants::signed_in(lab, tenant).await;
        let family = tokens::NewFamily { session_id: session, user_id: user, ..grants::new_family(lab, tenant) };
        let token = grants::new_access(lab, &family);
        lab.write(move |c| {
            tokens::insert_family(c, &family)?;
            tokens::insert_access(c, &token)
        })
        .await;
        let (early, late) = (lab.base + TimeDelta::minutes(9), lab.base + TimeDelta::days(90));
        for table in [Table::Sessions, Table::AccessTokens, Table::Families] {
            assert_eq!(swept(lab, table, early).await, 0);
            assert_eq!(swept(lab, table, late).await, 1);
            assert_eq!(swept(lab, table, late).await, 0);
        }
    }

    /// N-21: a row whose end was moved between the look and the write stays.
    async fn n_21_what_was_begun_anew_meanwhile_stays(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let (interaction, _) = lab.begun(tenant, None).await;
        let (realm, id) = (interaction.realm_id, interaction.id);
        let late = lab.base + TimeDelta::hours(2);
        let age = Age { born_before: late, ended_before: late };
        let rows = found(lab, Table::Interactions, late);
        assert_eq!(rows.len(), 1);
        let end = late + TimeDelta::minutes(30);
        lab.write(move |c| signin::extend_interaction(c, realm, id, None, end)).await;
        assert_eq!(lab.write(move |c| sweep::delete(c, Table::Interactions, age, &rows)).await, 0);
        assert!(lab.read(|c| signin::interaction(c, realm, id)).is_some());
    }

    /// DOS-05, F7: with 10,000 tenants one statement finds what has ended in each, and none where nothing has.
    async fn dos_05_one_look_finds_the_rows_of_10_000_tenants(lab: &Lab) {
        lab.sql(&many_tenants(lab.kind));
        let before = lab.stats_of(|lab| {
            assert!(found(lab, Table::SignIns, Instant::UNIX_EPOCH).is_empty());
        });
        assert_eq!((before.statements, before.write_jobs), (1, 0));
        let age = Age { born_before: lab.base, ended_before: lab.base };
        let (mut gone, mut last): (usize, Option<EndedRow>) = (0, None);
        loop {
            let rows = lab.read(|c| sweep::ended(c, Table::SignIns, age, last.as_ref()));
            last = rows.last().cloned();
            let full = rows.len() == usize::try_from(MOST).unwrap();
            gone += lab.write(move |c| sweep::delete(c, Table::SignIns, age, &rows)).await;
            if !full {
                break;
            }
        }
        assert_eq!(gone, 10_000);
    }

    /// What has no realm is looked at before it is written.
    async fn dos_05_shared_tables_tell_whether_anything_ended(lab: &Lab) {
        let (address, now) = (digest(1), lab.base);
        let later = now + TimeDelta::seconds(1);
        let any = |table, at| lab.read(|c| sweep::any_ended(c, table, at));
        for table in [SharedTable::Throttles, SharedTable::Sources, SharedTable::Outbox, SharedTable::Bounces] {
            assert!(!any(table, later), "{table:?}");
        }
        lab.write(move |c| bounces::put(c, &address, now, "550")).await;
        assert!(any(SharedTable::Bounces, later) && !any(SharedTable::Bounces, now));
    }
}

/// 10,000 tenants, each with a sign-in of long ago.
fn many_tenants(kind: Kind) -> String {
    let (numbers, id, moment) = match kind {
        Kind::Sqlite => (
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)",
            "CAST(printf('%016d', i) AS BLOB)",
            "1",
        ),
        Kind::Postgres => (
            "WITH n (i) AS (SELECT generate_series(1, 10000))",
            "CAST(lpad(CAST(i AS text), 32, '0') AS uuid)",
            "now()",
        ),
    };
    let key = if kind == Kind::Sqlite { "x'01'" } else { "'\\x01'" };
    let old = if kind == Kind::Sqlite {
        "x'00000000000000000000000000000001'"
    } else {
        "'00000000-0000-0000-0000-000000000001'"
    };
    format!(
        "{numbers} INSERT INTO tenants (id, name, state, change_number, applications_number, pairwise_key, created_at) \
         SELECT {id}, 'n', 'active', 1, 1, {key}, {moment} FROM n; \
         INSERT INTO sign_ins (tenant_id, id, at, trace_id, address_masked, outcome, steps, trail, client_address) \
         SELECT id, {old}, {moment}, {old}, 'g', 'success', '[]', '[]', '' FROM tenants;"
    )
}
