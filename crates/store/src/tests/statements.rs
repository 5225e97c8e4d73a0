//! Each statement is understood by both databases, and prepared once per connection.

use super::*;
use crate::statement::Bound;

type Listed = &'static [(&'static str, &'static [Piece])];

fn listed() -> Vec<(&'static str, Listed)> {
    let mut all: Vec<(&'static str, Listed)> = vec![
        ("applications", applications::STATEMENTS),
        ("bounces", bounces::STATEMENTS),
        ("deployment", deployment::STATEMENTS),
        ("directory", directory::STATEMENTS),
        ("invitations", invitations::STATEMENTS),
        ("keys", keys::STATEMENTS),
        ("live", live::STATEMENTS),
        ("logs", logs::STATEMENTS),
        ("nodes", nodes::STATEMENTS),
        ("outbox", outbox::STATEMENTS),
        ("policies", policies::STATEMENTS),
        ("sweep", sweep::STATEMENTS),
        ("tenants", tenants::STATEMENTS),
        ("throttle", throttle::STATEMENTS),
    ];
    all.extend(signin::STATEMENTS.map(|list| ("signin", list)));
    all.extend(tokens::STATEMENTS.map(|list| ("tokens", list)));
    all
}

/// The text as the database gets it, but for its placeholders.
fn raw(kind: Kind, pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        match (piece, kind) {
            (Piece::Text(text), _)
            | (Piece::Either(text, _), Kind::Sqlite)
            | (Piece::Either(_, text), Kind::Postgres) => out += text,
            (Piece::Columns(prefix, names), _) => {
                out += &names.iter().map(|name| format!("{prefix}{name}")).collect::<Vec<_>>().join(", ");
            }
            (Piece::Values(names), _) => out += &vec!["?"; names.len()].join(", "),
            (Piece::Words(words), _) => {
                let mut said = Vec::new();
                words(&mut |word| said.push(format!("'{word}'")));
                out += &said.join(", ");
            }
            (Piece::Part(pieces), _) => out += &raw(kind, pieces),
        }
    }
    out
}

/// The text as the database gets it, with its placeholders numbered.
fn text(kind: Kind, pieces: &[Piece]) -> String {
    let out = raw(kind, pieces);
    if kind == Kind::Sqlite {
        return out.replace("{now}", "?").replace("{now_us}", "?");
    }
    let out = out
        .replace("{now}", "(statement_timestamp() + CAST(? AS bigint) * interval '1 microsecond')")
        .replace(
            "{now_us}",
            "(CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS bigint) + CAST(? AS bigint))",
        );
    let mut parts = out.split('?');
    let first = parts.next().unwrap().to_owned();
    parts.enumerate().fold(first, |text, (i, part)| format!("{text}${}{part}", i + 1))
}

both! {
    /// A misspelt column, a clause that one dialect lacks, types that do not fit: all fail here.
    async fn every_statement_is_understood(lab: &Lab) {
        let mut count = 0;
        for (module, statements) in listed() {
            for (name, pieces) in statements {
                count += 1;
                let text = text(lab.kind, pieces);
                let sql = match lab.kind {
                    Kind::Sqlite => format!("EXPLAIN {text}"),
                    Kind::Postgres => format!("PREPARE s{count} AS {text}"),
                };
                let understood = lab.read(|c| Ok(c.batch(&sql)));
                assert!(understood.is_ok(), "{module}::{name}: {understood:?}\n{text}");
            }
        }
        assert!(count > 100, "{count}");
    }

    /// A statement used twice on a connection is prepared once.
    async fn statements_are_prepared_once(lab: &Lab) {
        struct Prepared;
        impl Statement for Prepared {
            const PIECES: &'static [Piece] = &[Piece::Text("SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE ?")];
        }
        let tenant = lab.tenant("alpha.test").await;
        let (realm, now) = (Realm::Tenant(tenant), lab.now());
        if lab.kind == Kind::Sqlite {
            return;
        }
        let prepared = lab.read(|c| {
            for _ in 0..10 {
                signin::count_try(c, realm, PasscodeId(Uuid::nil()), now)?;
                signin::consume(c, realm, PasscodeId(Uuid::nil()), &digest(1), 5, now)?;
                throttle::admit(c, &[limit(1, 60), limit(2, 60)], now)?;
                live::request(c, live::Segment::Id(tenant), None, None, now)?;
            }
            ["UPDATE passcodes SET tries%", "UPDATE passcodes SET state = 'used'%", "INSERT INTO throttles%", "SELECT d.keys_number%"]
                .map(|like| Prepared::one::<row::One<i64>>(c, statement::binds![like]).map(|row| row.0))
                .into_iter()
                .collect::<QueryResult<Vec<_>>>()
        });
        assert_eq!(prepared, [1, 1, 1, 1]);
    }

    /// Counters count statements and jobs, not BEGIN, COMMIT or SAVEPOINT.
    async fn stats_count_statements_and_jobs(lab: &Lab) {
        let before = lab.db.stats();
        lab.write(|c| {
            deployment::find(c)?;
            deployment::find(c)?;
            Ok(())
        })
        .await;
        lab.db.read(deployment::find).await.unwrap();
        let after = lab.db.stats();
        assert_eq!(after.statements - before.statements, 3);
        assert_eq!(after.write_jobs - before.write_jobs, 1);
        assert_eq!(after.commits - before.commits, 1);
        assert_eq!(after.reads - before.reads, 1);
    }

    /// Placeholders and binds must match, in number and kind.
    async fn a_wrong_bind_is_an_error(lab: &Lab) {
        struct Two;
        impl Statement for Two {
            const PIECES: &'static [Piece] = &[Piece::Text("SELECT 1 WHERE ? = ?")];
        }
        let now = lab.now();
        lab.read(|c| {
            assert!(c.execute(&Bound::<Two>::new(statement::binds![1_i32])).is_err());
            assert!(c.execute(&Bound::<Two>::new(statement::binds![1_i32, 1_i32, 1_i32])).is_err());
            assert!(c.execute(&Bound::<Two>::new(statement::binds![1_i32, now])).is_err());
            Ok(())
        });
    }
}

/// Reads of a whole table, or of all rows of a tenant: for the operator, or of what is small by its nature.
const WHOLE: &[(&str, &str)] = &[
    ("applications", "List"),
    ("applications", "UrisOfTenant"),
    ("applications", "Origin"),
    ("keys", "All"),
    ("nodes", "Leave"),
    ("nodes", "Older"),
    ("outbox", "List"),
    ("outbox", "Waiting"),
    ("policies", "InForce"),
    ("sweep", "Sessions"),
    ("sweep", "Codes"),
    ("sweep", "Access"),
    ("sweep", "Families"),
    ("sweep", "Bounces"),
    ("tenants", "List"),
    ("tenants", "AllDomains"),
    ("tenants", "Domains"),
];

/// Steps of plans that read one row, or what the statement itself has gathered.
const SMALL: &[&str] = &[
    "SCAN d",
    "SCAN f",
    "SCAN 2-ROW VALUES CLAUSE",
    "SCAN 3-ROW VALUES CLAUSE",
    "SCAN 4-ROW VALUES CLAUSE",
    "SEARCH tenant_settings USING PRIMARY KEY (tenant_id=?)",
    // in the order that is asked for, up to the share
    "SEARCH x USING INDEX outbox_due (tenant_id=?)",
    // the first row of the index only: LIMIT 1 in its order
    "SCAN o USING INDEX outbox_due",
    // in its order, up to the batch; the index has nothing but what waits to be numbered
    "SCAN sign_ins USING INDEX sign_ins_unnumbered",
    "SCAN directory_audits USING INDEX directory_audits_unnumbered",
    "SCAN w",
    "SCAN (subquery-4)",
    "SCAN n",
    "SCAN CONSTANT ROW",
];

/// Architecture section 7: no statement of a sign-in looks at more rows the more tenants, guests or log rows there are.
#[test]
fn statements_go_by_index() {
    on(Kind::Sqlite, async |lab| {
        let mut found = Vec::new();
        for (module, statements) in listed() {
            for (name, pieces) in statements {
                let plan = lab.read(|c| Ok(c.plan(&text(Kind::Sqlite, pieces))));
                let large = |step: &&String| {
                    let whole =
                        ["SCAN ", "(tenant_id=?)", "(realm_id=?)"].iter().any(|part| step.contains(part));
                    whole && !SMALL.contains(&step.as_str())
                };
                if let Some(step) = plan.iter().find(large)
                    && !WHOLE.contains(&(module, name))
                {
                    found.push(format!("{module}::{name}: {step}"));
                }
            }
        }
        assert!(found.is_empty(), "{found:#?}");
    });
}

pub(super) fn limit(n: u64, gap: i64) -> throttle::Limit {
    throttle::Limit {
        key: digest(n),
        gap: TimeDelta::seconds(gap),
        limit1: 5,
        window1: TimeDelta::hours(1),
        limit2: 10,
        window2: TimeDelta::hours(24),
    }
}
