//! Each statement is understood by both databases, and prepared once per connection.

use std::collections::BTreeSet;

use super::*;
use crate::bind::Bind;
use crate::statement::Token;

fn listed() -> Vec<(&'static str, &'static [ListedStatement])> {
    let mut modules: Vec<(&'static str, &'static [ListedStatement])> = vec![
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
        ("testing", changes::STATEMENTS),
        ("throttle", throttle::STATEMENTS),
    ];
    modules.extend(signin::STATEMENTS.map(|list| ("signin", list)));
    modules.extend(tokens::STATEMENTS.map(|list| ("tokens", list)));
    modules
}

/// A statement as the database gets it, with the types of its placeholders.
#[derive(Default)]
struct Written {
    text: String,
    types: Vec<&'static str>,
}

impl Written {
    fn of(kind: Kind, statement: &ListedStatement) -> Self {
        let mut written = Self::default();
        for token in statement.tokens {
            written.token(kind, statement, *token);
        }
        written
    }

    fn token(&mut self, kind: Kind, statement: &ListedStatement, token: Token) {
        match (token, kind) {
            (Token::Sql(text), _)
            | (Token::Either(text, _), Kind::Sqlite)
            | (Token::Either(_, text), Kind::Postgres) => self.text += text,
            (Token::Columns(prefix, names), _) => {
                self.text +=
                    &names.iter().map(|name| format!("{prefix}{name}")).collect::<Vec<_>>().join(", ");
            }
            (Token::Words(words), _) => {
                let mut said = Vec::new();
                words(&mut |word| said.push(format!("'{word}'")));
                self.text += &said.join(", ");
            }
            (Token::Bind(parameter, field), _) => {
                self.bind(kind, &statement.parameters[parameter].nulls[field]);
            }
            (Token::All(parameter), _) => {
                for (i, null) in statement.parameters[parameter].nulls.iter().enumerate() {
                    self.text += if i == 0 { "" } else { ", " };
                    self.bind(kind, null);
                }
            }
            (Token::Now(_) | Token::Micros(_), Kind::Sqlite) => self.text += "?",
            (Token::Now(_), Kind::Postgres) => {
                self.text += "(statement_timestamp() + ";
                self.bind(kind, &Bind::BigInt(None));
                self.text += " * interval '1 microsecond')";
            }
            (Token::Micros(_), Kind::Postgres) => {
                self.text += "(CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS bigint) + ";
                self.bind(kind, &Bind::BigInt(None));
                self.text += ")";
            }
        }
    }

    fn bind(&mut self, kind: Kind, null: &Bind<'_>) {
        if kind == Kind::Sqlite {
            self.text += "?";
            return;
        }
        self.types.push(match null {
            Bind::Id(_) => "uuid",
            Bind::Text(_) | Bind::Amr(_) => "text",
            Bind::Bytes(_) => "bytea",
            Bind::Int(_) => "integer",
            Bind::BigInt(_) => "bigint",
            Bind::Bool(_) => "boolean",
            Bind::Instant(..) => "timestamptz",
            Bind::Json(_) => "jsonb",
            Bind::Now(..) => panic!("the present moment is no plain value"),
        });
        self.text.push('$');
        self.text += &self.types.len().to_string();
    }
}

both! {
    /// A misspelt column, a clause that one dialect lacks, types that do not fit: all fail here.
    async fn every_statement_is_understood(lab: &Lab) {
        let mut count = 0;
        for (module, statements) in listed() {
            for statement in statements {
                count += 1;
                let Written { text, types } = Written::of(lab.kind, statement);
                let sql = match lab.kind {
                    Kind::Sqlite => format!("EXPLAIN {text}"),
                    Kind::Postgres if types.is_empty() => format!("PREPARE s{count} AS {text}"),
                    Kind::Postgres => format!("PREPARE s{count} ({}) AS {text}", types.join(", ")),
                };
                let understood = lab.read(|c| Ok(c.batch(&sql)));
                assert!(understood.is_ok(), "{module}::{}: {understood:?}\n{text}", statement.name);
            }
        }
        assert!(count > 100, "{count}");
    }

    /// A statement used twice on a connection is prepared once.
    async fn statements_are_prepared_once(lab: &Lab) {
        statement! {
            fn prepared(like: &str) -> One<i64> = [
                "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE :like"
            ]
        }
        let tenant = lab.tenant("alpha.test").await;
        let (realm, now) = (Realm::Tenant(tenant), lab.now());
        if lab.kind == Kind::Sqlite {
            return;
        }
        let counts = lab.read(|c| {
            for _ in 0..10 {
                signin::count_try(c, realm, PasscodeId(Uuid::nil()), now)?;
                signin::consume(c, realm, PasscodeId(Uuid::nil()), &digest(1), 5, now)?;
                throttle::admit(c, &[limit(1, 60), limit(2, 60)], now)?;
                live::request(c, live::TenantKey::Id(tenant), None, None, now)?;
            }
            ["UPDATE passcodes SET tries%", "UPDATE passcodes SET state = 'used'%", "WITH event %", "SELECT d.keys_number%"]
                .map(|like| prepared(c, like))
                .into_iter()
                .collect::<QueryResult<Vec<_>>>()
        });
        assert_eq!(counts, [1, 1, 1, 1]);
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
}

/// Reads of a whole table, or of all rows of a tenant: for the operator, or of what is small by its nature.
const WHOLE: &[(&str, &str)] = &[
    ("applications", "list_present"),
    ("applications", "present"),
    ("applications", "uris_of_tenant"),
    ("applications", "uri_of_origin"),
    ("keys", "all"),
    ("nodes", "forget"),
    ("nodes", "older_one"),
    ("outbox", "list"),
    ("outbox", "waiting"),
    ("policies", "in_force"),
    ("tenants", "list"),
    ("tenants", "all_domains"),
    ("tenants", "domains"),
];

/// Steps of plans that read one row, or what the statement itself has gathered.
const SMALL: &[&str] = &[
    "SCAN d",
    "SCAN r",
    "SCAN f",
    "SCAN e",
    "SCAN windows",
    "SCAN 2 CONSTANT ROWS",
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
        let (mut found, mut excused) = (Vec::new(), BTreeSet::new());
        for (module, statements) in listed() {
            for statement in statements {
                let whole = WHOLE.iter().find(|whole| **whole == (module, statement.name));
                for step in lab.read(|c| Ok(c.plan(&Written::of(Kind::Sqlite, statement).text))) {
                    if !["SCAN ", "(tenant_id=?)", "(realm_id=?)"].iter().any(|part| step.contains(part)) {
                        continue;
                    }
                    if let Some(small) = SMALL.iter().find(|small| **small == step) {
                        excused.insert(*small);
                    } else if let Some((_, name)) = whole {
                        excused.insert(*name);
                    } else {
                        found.push(format!("{module}::{}: {step}", statement.name));
                    }
                }
            }
        }
        let listed = WHOLE.iter().map(|(_, name)| name).chain(SMALL);
        found.extend(
            listed.filter(|name| !excused.contains(*name)).map(|name| format!("no such plan: {name}")),
        );
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
