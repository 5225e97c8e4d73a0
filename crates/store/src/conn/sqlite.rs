//! Opening a SQLite file: private to its owner, durable at each commit, strict about what it refers to.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;

use super::{ConnPurpose, Connection, DbError, SimpleConnection, SqliteConnection};

/// All readers together keep at most this much of the file in memory, in KiB.
const READERS_CACHE: u32 = 16 * 1024;

pub(super) fn open(path: &Path, purpose: ConnPurpose) -> Result<SqliteConnection, DbError> {
    let failed = |error: &dyn std::fmt::Display| DbError::Connect(format!("{}: {error}", path.display()));
    create(path).map_err(|error| failed(&error))?;
    // a relative path beginning with `file:` would be taken for a URI
    let path = if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) };
    let text = path.to_str().ok_or_else(|| failed(&"the path is not UTF-8"))?;
    let mut c = SqliteConnection::establish(text).map_err(|error| failed(&error))?;
    c.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA wal_autocheckpoint = 4000; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; \
         PRAGMA cell_size_check = ON",
    )
    .map_err(|error| failed(&error))?;
    if let ConnPurpose::Read { of } = purpose {
        let cache = READERS_CACHE / of.max(1);
        c.batch_execute(&format!("PRAGMA cache_size = -{cache}; PRAGMA query_only = ON"))
            .map_err(|error| failed(&error))?;
    }
    Ok(c)
}

/// SEC-05: the file is its owner's alone before anything is in it; SQLite gives `-wal` and `-shm` the same mode.
fn create(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => restrict(path),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn restrict(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o777 == 0o600 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn restrict(path: &Path) -> std::io::Result<()> {
    fs::metadata(path).map(|_| ())
}
