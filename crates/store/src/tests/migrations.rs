//! The two schemas: the same tables and columns, tenant first in every key, up and down again.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Columns as (table, column, NOT NULL), primary keys and foreign keys as ordered lists of columns.
#[derive(Debug, Default, PartialEq, Eq)]
struct Schema {
    columns: BTreeMap<String, BTreeMap<String, bool>>,
    primary: BTreeMap<String, Vec<String>>,
    foreign: BTreeSet<(String, String, Vec<String>)>,
    /// Whether unique, whether partial, the columns.
    indexes: BTreeMap<String, Vec<(String, Vec<String>)>>,
}

statement! {
    fn column_lines() -> Vec<String> = [(sqlite
        "SELECT m.name || ' ' || c.name || ' ' || c.\"notnull\" FROM sqlite_master m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'"
    postgres
        "SELECT CAST(table_name || ' ' || column_name || ' ' || CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END AS text)
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'")]
}
statement! {
    fn primary_lines() -> Vec<String> = [(sqlite
        "SELECT m.name || ' ' || (SELECT group_concat(name, ',') FROM
           (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk))
         FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'"
    postgres
        "SELECT CAST(c.relname || ' ' || string_agg(a.attname, ',' ORDER BY k.n) AS text) FROM pg_constraint p
         JOIN pg_class c ON c.oid = p.conrelid CROSS JOIN LATERAL unnest(p.conkey) WITH ORDINALITY k(num, n)
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num
         WHERE p.contype = 'p' AND c.relname NOT LIKE '\\_\\_%' AND c.relnamespace = 'public'::regnamespace
         GROUP BY c.relname")]
}
statement! {
    fn foreign_lines() -> Vec<String> = [(sqlite
        "SELECT m.name || ' ' || f.\"table\" || ' ' || (SELECT group_concat(\"from\", ',') FROM
           (SELECT g.\"from\" FROM pragma_foreign_key_list(m.name) g WHERE g.id = f.id ORDER BY g.seq))
         FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f.seq = 0"
    postgres
        "SELECT CAST(c.relname || ' ' || r.relname || ' ' || string_agg(a.attname, ',' ORDER BY k.n) AS text)
         FROM pg_constraint p JOIN pg_class c ON c.oid = p.conrelid JOIN pg_class r ON r.oid = p.confrelid
         CROSS JOIN LATERAL unnest(p.conkey) WITH ORDINALITY k(num, n)
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num
         WHERE p.contype = 'f' GROUP BY p.oid, c.relname, r.relname")]
}
statement! {
    fn indexes_lines() -> Vec<String> = [(sqlite
        "SELECT m.name || ' ' || i.\"unique\" || i.partial || ' ' || (SELECT group_concat(name, ',') FROM
           (SELECT x.name FROM pragma_index_info(i.name) x ORDER BY x.seqno))
         FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin <> 'pk'
         AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'"
    postgres
        "SELECT CAST(c.relname || ' ' || CASE WHEN i.indisunique THEN 1 ELSE 0 END
           || CASE WHEN i.indpred IS NULL THEN 0 ELSE 1 END || ' ' ||
           string_agg(a.attname, ',' ORDER BY k.n) AS text)
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(num, n)
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num
         WHERE NOT i.indisprimary AND c.relname NOT LIKE '\\_\\_%' AND c.relnamespace = 'public'::regnamespace
         GROUP BY i.indexrelid, i.indisunique, i.indpred IS NULL, c.relname")]
}

fn words(lab: &Lab, lines: fn(&mut Conn) -> QueryResult<Vec<String>>) -> Vec<Vec<String>> {
    lab.read(lines).iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

fn schema(lab: &Lab) -> Schema {
    let mut schema = Schema::default();
    for row in words(lab, column_lines) {
        schema.columns.entry(row[0].clone()).or_default().insert(row[1].clone(), row[2] == "1");
    }
    for row in words(lab, primary_lines) {
        schema.primary.insert(row[0].clone(), list(&row[1]));
    }
    schema.foreign =
        words(lab, foreign_lines).iter().map(|r| (r[0].clone(), r[1].clone(), list(&r[2]))).collect();
    for row in words(lab, indexes_lines) {
        schema.indexes.entry(row[0].clone()).or_default().push((row[1].clone(), list(&row[2])));
    }
    schema.indexes.values_mut().for_each(|indexes| indexes.sort());
    schema
}

/// The columns of each table.
pub(super) fn columns(lab: &Lab) -> BTreeMap<String, Vec<String>> {
    schema(lab).columns.into_iter().map(|(table, columns)| (table, columns.into_keys().collect())).collect()
}

/// Tables of the deployment, not of one tenant. `outbox.tenant_id` says whose share a mail counts in.
const SHARED: &[&str] = &[
    "deployment",
    "nodes",
    "signing_keys",
    "throttles",
    "throttle_sources",
    "outbox",
    "bounces",
    "log_heads",
];
/// Tables of a realm (TEN-01 names them).
const REALM: &[&str] = &["interactions", "passcodes", "sessions"];
/// What is unique, counted or numbered over all tenants.
const ACROSS: &[(&str, &str)] = &[
    ("tenant_domains", "domain"),
    ("applications", "client_id"),
    ("service_principals", "client_id"),
    ("interactions", "source_key"),
    ("sign_ins", "id"),
    ("directory_audits", "id"),
];

both! {
    /// TEN-01: the tenant is NOT NULL and first in each primary and foreign key and index of a tenant table.
    async fn ten_01_the_tenant_comes_first_in_every_key(lab: &Lab) {
        let schema = schema(lab);
        let mut seen = 0;
        for (table, columns) in &schema.columns {
            if SHARED.contains(&table.as_str()) || table == "tenants" {
                continue;
            }
            seen += 1;
            let key = if REALM.contains(&table.as_str()) { "realm_id" } else { "tenant_id" };
            assert_eq!(columns.get(key), Some(&true), "{table}.{key} is NOT NULL");
            assert_eq!(schema.primary[table][0], key, "primary key of {table}");
            let parents: Vec<_> = schema.foreign.iter().filter(|(child, ..)| child == table).collect();
            assert_eq!(parents.is_empty(), key == "realm_id", "foreign keys of {table}");
            for (_, parent, columns) in parents {
                assert_eq!(columns[0], key, "foreign key of {table} to {parent}");
            }
            for (_, columns) in schema.indexes.get(table).into_iter().flatten() {
                let across = ACROSS.contains(&(table.as_str(), columns[0].as_str()));
                assert!(across || columns[0] == key, "index of {table} on {columns:?}");
            }
        }
        assert_eq!(seen, 23);
    }

    /// Up, down, up: nothing is left over, and the second time is like the first.
    async fn migrations_go_up_down_and_up(lab: &Lab) {
        let before = schema(lab);
        let target = Target::parse(lab.fresh.url()).unwrap();
        let mut c = Conn::open(&target, conn::ConnPurpose::Write, std::sync::Arc::default()).unwrap();
        assert_eq!(c.migrate().unwrap(), 0);
        assert!(!c.needs_migration().unwrap());
        assert_eq!(c.revert(), 1);
        assert!(c.needs_migration().unwrap());
        assert!(schema(lab).columns.is_empty());
        assert_eq!(c.migrate().unwrap(), 1);
        assert_eq!(schema(lab), before);
    }

    /// Nodes that start at once: one migrates, the others wait, all find the tables.
    async fn many_nodes_migrate_at_once(lab: &Lab) {
        let target = Target::parse(lab.fresh.url()).unwrap();
        Conn::open(&target, conn::ConnPurpose::Write, std::sync::Arc::default()).unwrap().revert();
        let mut nodes = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let target = target.clone();
            nodes.spawn_blocking(move || Db::open(&target, OpenOptions { readers: 1, migrate: true }).map(drop));
        }
        for node in nodes.join_all().await {
            node.unwrap();
        }
        assert!(lab.read(deployment::find).is_none());
    }
}

/// Both folders hold the same migrations, and both make the same tables, columns, keys and indexes.
#[test]
fn both_migration_folders_say_the_same() {
    let names = |back_end: &str| {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(back_end);
        let mut names = BTreeSet::new();
        for folder in std::fs::read_dir(root).unwrap() {
            for file in std::fs::read_dir(folder.as_ref().unwrap().path()).unwrap() {
                names.insert((folder.as_ref().unwrap().file_name(), file.unwrap().file_name()));
            }
        }
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert_eq!(schema(&Lab::new(Kind::Sqlite)), schema(&Lab::new(Kind::Postgres)));
}

/// SQLite tables are STRICT, and all but the one-row table are WITHOUT ROWID.
#[test]
fn sqlite_tables_are_strict() {
    statement! {
        fn loose() -> Vec<String> = [
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'"
            " AND name NOT LIKE '\\_\\_%' ESCAPE '\\' AND (strict = 0 OR (wr = 0 AND name <> 'deployment'))"
        ]
    }
    let loose = Lab::new(Kind::Sqlite).read(loose);
    assert!(loose.is_empty(), "{loose:?}");
}
