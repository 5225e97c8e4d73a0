//! The two logs: written once, read in pages, numbered in the order of commit, followed.

use super::concurrency::at_once;
use super::*;
use crate::logs::{Log, LogPage};

pub(super) fn new_sign_in(lab: &Lab, tenant: TenantId, id: Uuid) -> logs::NewSignIn {
    logs::NewSignIn {
        tenant_id: tenant,
        id,
        at: lab.base,
        trace_id: TraceId(id),
        interaction_id: None,
        user_id: None,
        client_id: Some(ClientId("portal".into())),
        address_masked: "g***@guest.test".into(),
        outcome: "success".into(),
        error: None,
        method: Some("passcode".into()),
        steps: json!([]),
        trail: json!([]),
        client_address: "192.0.2.1".into(),
        browser: None,
        session_id: None,
    }
}

fn new_audit(lab: &Lab, tenant: TenantId, id: Uuid) -> logs::NewAudit {
    logs::NewAudit {
        tenant_id: tenant,
        id,
        at: lab.base,
        actor_kind: "operator".into(),
        actor_id: None,
        action: "invite".into(),
        target_kind: "user".into(),
        target_id: "x".into(),
        outcome: "success".into(),
        details: json!({}),
        trace_id: TraceId(id),
        client_address: None,
    }
}

/// A row in both logs.
async fn logged(lab: &Lab, tenant: TenantId, id: Uuid) {
    let (sign_in, audit) = (new_sign_in(lab, tenant, id), new_audit(lab, tenant, id));
    lab.write(move |c| {
        logs::insert_sign_in(c, &sign_in)?;
        logs::insert_audit(c, &audit)
    })
    .await;
}

async fn number(lab: &Lab, log: Log, batch: i64) -> usize {
    lab.write(move |c| logs::number(c, log, batch)).await
}

/// Somebody who follows a tenant's log.
struct Follower {
    tenant: TenantId,
    seen: i64,
}

impl Follower {
    /// What is new to them in both logs, which must say the same.
    fn looks(&mut self, lab: &Lab) -> Vec<Uuid> {
        let page = LogPage::Numbered(self.seen);
        let sign_ins = lab.read(|c| logs::sign_ins(c, self.tenant, page, 100));
        let audits = lab.read(|c| changes::audits(c, self.tenant, page, 100));
        let told: Vec<_> = audits.iter().map(|row| (row.id, row.seq)).collect();
        assert_eq!(sign_ins.iter().map(|row| (row.id, row.seq)).collect::<Vec<_>>(), told);
        if let Some(last) = sign_ins.last() {
            self.seen = last.seq.unwrap();
        }
        sign_ins.iter().map(|row| row.id).collect()
    }
}

both! {
    /// AUD-01: logs are read in pages, newest first, and never changed, in no column.
    async fn logs_are_append_only(lab: &Lab) {
        let (tenant, now) = (lab.tenant("alpha.test").await, lab.base);
        let ids: Vec<Uuid> = (0..5).map(|_| lab.id()).collect();
        for id in ids.clone() {
            logged(lab, tenant, id).await;
        }
        let page = |page| lab.read(|c| logs::sign_ins(c, tenant, page, 2)).iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(page(LogPage::Newest), [ids[4], ids[3]]);
        assert_eq!(page(LogPage::Before(ids[3])), [ids[2], ids[1]]);
        assert!(page(LogPage::Numbered(0)).is_empty());
        assert_eq!(lab.read(|c| changes::audits(c, tenant, LogPage::Newest, 10)).len(), 5);
        number(lab, Log::SignIns, 2).await;
        number(lab, Log::Audits, 2).await;
        let columns = migrations::columns(lab);
        for table in ["sign_ins", "directory_audits"] {
            let mut changes: Vec<_> = columns[table].iter().map(|column| format!("{column} = {column}")).collect();
            // a number that is given is not changed, and comes with nothing else
            changes.extend(["outcome = 'x'", "seq = NULL", "seq = 9", "seq = 9, outcome = 'x'"].map(str::to_owned));
            for change in changes {
                for rows in ["seq = 1", "seq IS NULL"] {
                    let sql = format!("UPDATE {table} SET {change} WHERE {rows}");
                    let allowed = change == "seq = 9" && rows == "seq IS NULL";
                    let error = lab.try_write(move |c| c.batch(&sql)).await.err().map(|error| error.to_string());
                    match error {
                        // one number for three rows
                        _ if allowed => assert!(error.is_some_and(|e| !e.contains("append-only"))),
                        error => assert!(error.is_some_and(|e| e.contains("append-only")), "{table}: {change}, {rows}"),
                    }
                }
            }
        }
        let later = now + TimeDelta::seconds(1);
        assert_eq!(sweeping::swept(lab, sweep::Table::SignIns, later).await, 5);
        assert_eq!(sweeping::swept(lab, sweep::Table::Audits, later).await, 5);
    }

    /// AUD-01, F5: what is committed later gets a later number whatever its id, so that a follower sees it.
    async fn aud_01_a_follower_misses_nothing(lab: &Lab) {
        let (alpha, beta) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await);
        let ids: Vec<Uuid> = (0..6).map(|_| lab.id()).collect();
        let both = async |batch: i64| {
            let numbered = number(lab, Log::SignIns, batch).await;
            assert_eq!(number(lab, Log::Audits, batch).await, numbered);
            numbered
        };
        assert!(!lab.read(logs::unnumbered));
        for (id, tenant) in [(ids[1], alpha), (ids[2], beta), (ids[4], alpha)] {
            logged(lab, tenant, id).await;
        }
        let mut follower = Follower { tenant: alpha, seen: 0 };
        assert!(follower.looks(lab).is_empty(), "nothing has a number");
        assert_eq!(lab.read(|c| logs::head_of_tenant(c, Log::SignIns, alpha)), None);
        assert!(lab.read(logs::unnumbered));
        assert_eq!(both(100).await, 3);
        assert!(!lab.read(logs::unnumbered));
        assert_eq!(both(100).await, 0, "once");
        assert_eq!(follower.looks(lab), [ids[1], ids[4]]);
        assert!(follower.looks(lab).is_empty());
        // begun before those, committed after them
        for (id, tenant) in [(ids[0], alpha), (ids[3], alpha), (ids[5], beta)] {
            logged(lab, tenant, id).await;
        }
        assert_eq!(both(2).await, 2);
        assert_eq!(follower.looks(lab), [ids[0], ids[3]]);
        assert_eq!(both(2).await, 1);
        assert!(follower.looks(lab).is_empty(), "the last one is beta's");
        for log in Log::ALL {
            let heads = [alpha, beta].map(|tenant| lab.read(|c| logs::head_of_tenant(c, *log, tenant)));
            assert_eq!(heads, [Some(5), Some(6)]);
        }
        // what was swept takes no number with it
        let later = lab.base + TimeDelta::seconds(1);
        assert_eq!(sweeping::swept(lab, sweep::Table::SignIns, later).await, 6);
        let last = new_sign_in(lab, alpha, lab.id());
        lab.write(move |c| logs::insert_sign_in(c, &last)).await;
        assert_eq!(number(lab, Log::SignIns, 100).await, 1);
        assert_eq!(lab.read(|c| logs::head_of_tenant(c, Log::SignIns, alpha)), Some(7));
    }

    /// AUD-01: however many jobs number a log at once, each row gets one number and no number two rows.
    async fn aud_01_numbers_are_given_once(lab: &Lab) {
        let tenant = lab.tenant("alpha.test").await;
        let rows: Vec<_> = (0..200).map(|_| new_sign_in(lab, tenant, lab.id())).collect();
        lab.write(move |c| rows.iter().try_for_each(|row| logs::insert_sign_in(c, row))).await;
        let given = at_once(lab, 24, |c| logs::number(c, Log::SignIns, 15)).await;
        assert_eq!(given.iter().sum::<usize>(), 200);
        let rows = lab.read(|c| logs::sign_ins(c, tenant, LogPage::Numbered(0), 1000));
        assert_eq!(rows.iter().filter_map(|row| row.seq).collect::<Vec<_>>(), (1..=200).collect::<Vec<_>>());
        assert!(rows.is_sorted_by_key(|row| row.id), "by id among those that were there");
        assert_eq!(lab.lines("SELECT CAST(seq AS TEXT) AS line FROM log_heads ORDER BY log DESC"), ["200", "0"]);
    }
}

/// AUD-01, F5: a transaction that is open while its neighbours are numbered is numbered after its commit. SQLite has one
/// writer at a time.
#[test]
fn aud_01_an_open_transaction_is_numbered_after_its_commit() {
    on(Kind::Postgres, async |lab| {
        let tenant = lab.tenant("alpha.test").await;
        let (early, late) = (lab.id(), lab.id());
        let (written, open) = std::sync::mpsc::channel();
        let (commit, gate) = std::sync::mpsc::channel::<()>();
        let (db, row) = (lab.db.clone(), new_sign_in(lab, tenant, early));
        let slow = tokio::spawn(async move {
            db.write(move |c| {
                logs::insert_sign_in(c, &row)?;
                written.send(()).unwrap();
                gate.recv().unwrap();
                Ok::<_, QueryError>(())
            })
            .await
        });
        tokio::task::spawn_blocking(move || open.recv().unwrap()).await.unwrap();
        let row = new_sign_in(lab, tenant, late);
        lab.write(move |c| logs::insert_sign_in(c, &row)).await;
        assert_eq!(number(lab, Log::SignIns, 10).await, 1);
        commit.send(()).unwrap();
        slow.await.unwrap().unwrap().unwrap();
        assert_eq!(number(lab, Log::SignIns, 10).await, 1);
        let rows = lab.read(|c| logs::sign_ins(c, tenant, LogPage::Numbered(0), 10));
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [late, early]);
    });
}
