//! Transactions, the group-committing writer, a second process on the same database.

use std::time::{Duration, Instant as Wall};

use super::*;

async fn raise(db: &Db) -> Result<i64, DbError> {
    Ok(db.write(deployment::raise_keys).await?.unwrap())
}

#[expect(clippy::disallowed_methods, reason = "how long a test waits")]
fn wall() -> Wall {
    Wall::now()
}

both! {
    /// CON-03, OTP-15: what was answered is there, for every other connection too; what failed is not.
    async fn con_03_an_answer_comes_after_the_commit(lab: &Lab) {
        lab.tenant("alpha.test").await;
        let raised = raise(&lab.db).await.unwrap();
        assert_eq!(lab.read(deployment::find).unwrap().keys_number, raised);
        let failed = lab.try_write(|c| {
            deployment::raise_keys(c)?;
            Err::<(), _>(QueryError::RollbackTransaction)
        })
        .await;
        assert!(matches!(failed, Err(QueryError::RollbackTransaction)));
        assert_eq!(lab.read(deployment::find).unwrap().keys_number, raised);
    }

    /// The error of one job undoes that job alone, also where the database itself refused a statement of it.
    async fn a_failed_job_leaves_its_neighbours_alone(lab: &Lab) {
        lab.tenant("alpha.test").await;
        let before = lab.read(deployment::find).unwrap().keys_number;
        let mut jobs = tokio::task::JoinSet::new();
        for i in 0..60 {
            let (db, tenant) = (lab.db.clone(), TenantId(lab.id()));
            jobs.spawn(async move {
                db.write(move |c| {
                    deployment::raise_keys(c)?;
                    // no such tenant: a foreign key refuses the domain
                    let at = chrono::DateTime::UNIX_EPOCH;
                    let domain = tenants::NewDomain {
                        tenant_id: tenant, domain: format!("d{i}.test"), is_default: false, verified_at: None, created_at: at,
                    };
                    if i % 3 == 0 { tenants::add_domain(c, &domain) } else { Ok(()) }
                })
                .await
                .unwrap()
                .is_ok()
            });
        }
        let good = jobs.join_all().await.into_iter().filter(|ok| *ok).count();
        assert_eq!(good, 40);
        assert_eq!(lab.read(deployment::find).unwrap().keys_number, before + 40);
    }

    /// Many jobs at once share commits on SQLite; each is answered, none is lost.
    async fn jobs_that_queue_up_are_committed_together(lab: &Lab) {
        lab.tenant("alpha.test").await;
        let before = lab.read(deployment::find).unwrap().keys_number;
        let stats = lab.db.stats();
        let mut jobs = tokio::task::JoinSet::new();
        for _ in 0..200 {
            let db = lab.db.clone();
            jobs.spawn(async move { raise(&db).await.unwrap() });
        }
        let mut answers = jobs.join_all().await;
        answers.sort_unstable();
        assert_eq!(answers, (before + 1..=before + 200).collect::<Vec<_>>());
        let commits = lab.db.stats().commits - stats.commits;
        match lab.kind {
            Kind::Sqlite => assert!(commits < 100, "{commits}"),
            Kind::Postgres => assert_eq!(commits, 200),
        }
    }

    /// A job that panics fails, with at most those of its batch; later ones are done.
    async fn a_panicking_job_does_not_stop_the_others(lab: &Lab) {
        lab.tenant("alpha.test").await;
        let before = lab.read(deployment::find).unwrap().keys_number;
        let failed = lab.db.write(|c| -> QueryResult<()> {
            deployment::raise_keys(c)?;
            panic!("on purpose")
        })
        .await;
        assert!(failed.is_err());
        assert_eq!(raise(&lab.db).await.unwrap(), before + 1);
        assert_eq!(lab.read(deployment::find).unwrap().keys_number, before + 1);
    }

    /// CON-02: the command line, a process of its own, writes within moments while the server is busy, and no write of
    /// either is lost.
    async fn con_02_a_second_process_writes_while_the_first_is_busy(lab: &Lab) {
        lab.tenant("alpha.test").await;
        let before = lab.read(deployment::find).unwrap().keys_number;
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let mut jobs = tokio::task::JoinSet::new();
        for _ in 0..32 {
            let (db, stop) = (lab.db.clone(), stop.clone());
            jobs.spawn(async move {
                let mut done = 0_i64;
                while !stop.load(Ordering::Relaxed) {
                    raise(&db).await.unwrap();
                    done += 1;
                }
                done
            });
        }
        let target = Target::parse(lab.fresh.url()).unwrap();
        let slowest = tokio::task::spawn_blocking(move || {
            let other = Db::open(&target, OpenOptions { readers: 1, migrate: false }).unwrap();
            (0..10).map(|_| {
                let begun = wall();
                other.write_now(deployment::raise_keys).unwrap().unwrap();
                std::thread::sleep(Duration::from_millis(5));
                begun.elapsed()
            }).max().unwrap()
        })
        .await
        .unwrap();
        stop.store(true, Ordering::Relaxed);
        let done: i64 = jobs.join_all().await.into_iter().sum();
        assert!(slowest < Duration::from_secs(3), "{slowest:?}");
        assert_eq!(lab.read(deployment::find).unwrap().keys_number, before + done + 10);
    }

    /// CON-02: two transactions that lock rows in opposite order; the one that PostgreSQL stops is run again.
    async fn con_02_a_deadlock_is_tried_again(lab: &Lab) {
        let (alpha, beta) = (lab.tenant("alpha.test").await, lab.tenant("beta.test").await);
        let barrier = std::sync::Arc::new(std::sync::Mutex::new(0_u32));
        let mut jobs = tokio::task::JoinSet::new();
        for (one, other) in [(alpha, beta), (beta, alpha)] {
            let (db, runs, kind) = (lab.db.clone(), barrier.clone(), lab.kind);
            jobs.spawn(async move {
                db.write(move |c| {
                    tenants::raise_change(c, one)?;
                    *runs.lock().unwrap() += 1;
                    if kind == Kind::Postgres {
                        std::thread::sleep(Duration::from_millis(300));
                    }
                    tenants::raise_change(c, other)
                })
                .await
                .unwrap()
                .unwrap()
            });
        }
        jobs.join_all().await;
        let runs = *barrier.lock().unwrap();
        assert!(if lab.kind == Kind::Postgres { runs > 2 } else { runs == 2 }, "{runs}");
        for tenant in [alpha, beta] {
            assert_eq!(lab.read(|c| tenants::find(c, tenant)).unwrap().change_number, 3);
        }
    }

    /// Bulk work is done too, and its errors are its own.
    async fn bulk_work_comes_on_beside_people(lab: &Lab) {
        lab.tenant("alpha.test").await;
        let mut jobs = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let db = lab.db.clone();
            jobs.spawn(async move { db.write_bulk(deployment::raise_keys).await.unwrap().unwrap() });
            let db = lab.db.clone();
            jobs.spawn(async move { raise(&db).await.unwrap() });
        }
        assert_eq!(jobs.join_all().await.len(), 40);
    }

    /// OTP-15, CON-03: what every connection says of its durability.
    async fn otp_15_connections_are_durable(lab: &Lab) {
        statement! { fn synchronous() -> One<i32> = ["PRAGMA synchronous"] }
        statement! { fn synchronous_commit() -> One<String> = ["SHOW synchronous_commit"] }
        if lab.kind == Kind::Sqlite {
            assert_eq!(lab.read(synchronous), 2, "FULL");
            assert_eq!(lab.write(synchronous).await, 2, "FULL");
        } else {
            assert_eq!(lab.read(synchronous_commit), "on");
        }
    }
}

/// SEC-05: the file and what SQLite lays beside it are their owner's alone.
#[cfg(unix)]
#[test]
fn sec_05_sqlite_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.db");
    std::fs::write(folder.path().join("old.db"), "").unwrap();
    for name in ["new.db", "old.db"] {
        let target = Target::Sqlite(folder.path().join(name));
        let db = Db::open(&target, OpenOptions::default()).unwrap();
        db.write_now(|c| deployment::raise_keys(c).or(Ok::<_, QueryError>(0))).unwrap().unwrap();
        for suffix in ["", "-wal", "-shm"] {
            let file = folder.path().join(format!("{name}{suffix}"));
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
    }
    assert!(path.exists());
}

/// A reader of the pool cannot write past the one writer.
#[test]
fn sqlite_readers_refuse_to_write() {
    on(Kind::Sqlite, async |lab| {
        assert!(lab.db.read(|c| deployment::set_base_url(c, "x")).await.is_err());
    });
}

/// The sub-journal of a savepoint stays in memory: see `.cargo/config.toml`.
#[test]
fn sqlite_is_built_with_its_savepoints_in_memory() {
    statement! { fn used() -> One<i32> = ["SELECT sqlite_compileoption_used('STMTJRNL_SPILL=-1')"] }
    on(Kind::Sqlite, async |lab| {
        assert_eq!(lab.read(used), 1);
    });
}

/// A database that lacks migrations is refused unless they may be run; a mistyped path makes no schema.
#[test]
fn missing_migrations_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("empty.db"));
    let refused = Db::open(&target, OpenOptions { readers: 1, migrate: false }).unwrap_err();
    assert!(matches!(refused, DbError::Schema(_)), "{refused}");
}

/// A full queue answers `Busy` at once instead of growing.
#[test]
fn a_full_queue_is_busy() {
    on(Kind::Sqlite, async |lab| {
        lab.tenant("alpha.test").await;
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let db = lab.db.clone();
        let first = tokio::spawn(async move {
            db.write(move |c| {
                gate.recv().unwrap();
                deployment::raise_keys(c)
            })
            .await
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let mut jobs = tokio::task::JoinSet::new();
        for _ in 0..1100 {
            let db = lab.db.clone();
            jobs.spawn(async move { raise(&db).await });
        }
        while jobs.len() > 1024 {
            assert!(matches!(jobs.join_next().await.unwrap().unwrap(), Err(DbError::Busy)));
        }
        open.send(()).unwrap();
        first.await.unwrap().unwrap().unwrap();
        assert!(jobs.join_all().await.into_iter().all(|answer| answer.is_ok()));
    });
}
