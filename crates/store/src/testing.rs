//! Throw-away databases for tests: a migrated template, copied for each test. Never part of the product.
//!
//! PostgreSQL is the server that `VESTIBULE_TEST_PG` names (a maintenance database of a user who may create databases),
//! or a cluster of our own, which stops by itself when no test has asked for it for ten minutes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use crate::conn::{Conn, ConnPurpose};
use crate::statement::statement;
use crate::stats::Counters;
use crate::target::Target;

pub mod changes;
#[cfg(feature = "postgres")]
mod cluster;
pub mod still;

/// Whatever may go wrong with a test's surroundings.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file of its own.
    Sqlite,
    /// A database of its own.
    Postgres,
}

/// A migrated, empty database; deleted when this is dropped.
#[derive(Debug)]
pub struct Fresh {
    url: String,
    _place: Place,
}

impl Fresh {
    /// Its address, as `--database` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// What keeps a database alive until it is dropped.
#[derive(Debug)]
enum Place {
    Folder(#[expect(dead_code, reason = "held for its end")] tempfile::TempDir),
    #[cfg(feature = "postgres")]
    Server(#[expect(dead_code, reason = "held for its end")] cluster::Database),
}

/// A migrated, empty database of this kind.
pub fn fresh(kind: Kind) -> Result<Fresh, Trouble> {
    match kind {
        Kind::Sqlite => fresh_file(),
        #[cfg(feature = "postgres")]
        Kind::Postgres => {
            let (url, database) = cluster::fresh()?;
            Ok(Fresh { url, _place: Place::Server(database) })
        }
        #[cfg(not(feature = "postgres"))]
        Kind::Postgres => Err("this build has no postgres".into()),
    }
}

/// The address of a maintenance database on which databases may be created.
#[cfg(feature = "postgres")]
pub fn postgres() -> Result<String, Trouble> {
    cluster::maintenance()
}

fn fresh_file() -> Result<Fresh, Trouble> {
    let folder = tempfile::Builder::new().prefix("vestibule-").tempdir()?;
    let path = folder.path().join("vestibule.db");
    fs::copy(template_file()?, &path)?;
    let url = format!("sqlite://{}", path.display());
    Ok(Fresh { url, _place: Place::Folder(folder) })
}

/// The migrated file that tests copy; made by the first test that needs it.
fn template_file() -> Result<PathBuf, Trouble> {
    let home = home()?;
    let path = home.join(format!("template-{:016x}.db", migrations_hash()?));
    if path.exists() {
        return Ok(path);
    }
    let made = tempfile::Builder::new().prefix("making-").tempdir_in(&home)?;
    let file = made.path().join("template.db");
    // the connection's end moves the log into the file
    open(&format!("sqlite://{}", file.display()))?.migrate()?;
    fs::rename(&file, &path)?;
    Ok(path)
}

/// One folder per system user.
fn home() -> io::Result<PathBuf> {
    #[cfg(unix)]
    let user = {
        use std::os::unix::fs::MetadataExt;
        fs::metadata("/proc/self").or_else(|_| fs::metadata("."))?.uid()
    };
    #[cfg(not(unix))]
    let user = 0;
    let home = std::env::temp_dir().join(format!("vestibule-test-{user}"));
    fs::create_dir_all(&home)?;
    Ok(home)
}

/// What the templates are named by, so that a changed migration makes new ones.
fn migrations_hash() -> io::Result<u64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files = Vec::new();
    for back_end in ["sqlite", "postgres"] {
        for folder in fs::read_dir(root.join(back_end))? {
            for file in fs::read_dir(folder?.path())? {
                files.push(file?.path());
            }
        }
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.file_name().hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn open(url: &str) -> Result<Conn, Trouble> {
    Ok(Conn::open(&Target::parse(url)?, ConnPurpose::Write, Arc::new(Counters::default()))?)
}

/// Runs SQL beside the product: a trigger that fails, a row as an older version left it.
pub fn execute(url: &str, sql: &str) -> Result<(), Trouble> {
    Ok(open(url)?.batch(sql)?)
}

/// What a query finds: its column `line`, cast to text. For what the product has no reason to ask.
pub fn lines(url: &str, sql: &str) -> Result<Vec<String>, Trouble> {
    Ok(open(url)?.lines(sql)?)
}

/// Everything that lies in a database, for the search of what must not: the files of `SQLite`; each row of each table of
/// PostgreSQL as text, bytes as hexadecimal digits.
pub fn dump(url: &str) -> Result<Vec<u8>, Trouble> {
    let Some(path) = url.strip_prefix("sqlite://") else {
        let text: Option<String> = all_rows(&mut open(url)?)?;
        return Ok(text.unwrap_or_default().into_bytes());
    };
    let mut bytes = fs::read(path)?;
    for beside in ["-wal", "-shm"] {
        bytes.extend(fs::read(format!("{path}{beside}")).unwrap_or_default());
    }
    Ok(bytes)
}

statement! {
    fn all_rows() -> One<Option<String>> = [
        "SELECT string_agg(query_to_xml(format('SELECT t::text FROM %I t', tablename), true, false, '')::text, '')"
        " FROM pg_tables WHERE schemaname = current_schema()"
    ]
}
