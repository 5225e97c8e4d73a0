//! One connection to either database: opening, migrating, transactions, running statements.

use std::sync::Arc;

use diesel::connection::{
    AnsiTransactionManager, Connection, DefaultLoadingMode, LoadConnection, SimpleConnection,
    TransactionManager,
};
#[cfg(feature = "postgres")]
use diesel::pg::PgConnection;
use diesel::result::{DatabaseErrorKind, Error};
#[cfg(feature = "sqlite")]
use diesel::sqlite::SqliteConnection;
use diesel::{QueryResult, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::error::{DbError, is_transient};
use crate::row::FromRow;
use crate::statement::{Fragment, Run};
use crate::stats::{Counters, count};
use crate::target::Target;

#[cfg(feature = "sqlite")]
mod sqlite;

/// A connection; what the functions of this crate take first.
pub struct Conn {
    link: BackEnd,
    counters: Arc<Counters>,
    /// A statement failed in a way that a second try may mend.
    transient: bool,
    /// The server closed the connection.
    lost: bool,
    /// When it was last given back, for the pool.
    pub(crate) rested: Option<std::time::Instant>,
}

enum BackEnd {
    #[cfg(feature = "sqlite")]
    Sqlite(SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(PgConnection),
}

/// The same body for the concrete connection of either back end.
macro_rules! each {
    ($link:expr, $c:ident => $body:expr) => {
        match $link {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite($c) => $body,
            #[cfg(feature = "postgres")]
            BackEnd::Postgres($c) => $body,
        }
    };
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conn").finish_non_exhaustive()
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnPurpose {
    /// One of this many; writes are refused on SQLite, where one thread does them all.
    Read { of: u32 },
    /// Anything.
    Write,
}

impl Conn {
    /// Opens a connection.
    pub(crate) fn open(
        target: &Target,
        purpose: ConnPurpose,
        counters: Arc<Counters>,
    ) -> Result<Self, DbError> {
        target.check()?;
        let link = match target {
            #[cfg(feature = "sqlite")]
            Target::Sqlite(path) => BackEnd::Sqlite(sqlite::open(path, purpose)?),
            #[cfg(feature = "postgres")]
            Target::Postgres(address) => {
                let _ = purpose;
                BackEnd::Postgres(
                    PgConnection::establish(address).map_err(|e| DbError::Connect(e.to_string()))?,
                )
            }
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => return Err(DbError::Connect("this build has no such back end".into())),
        };
        Ok(Self { link, counters, transient: false, lost: false, rested: None })
    }

    /// Runs what is missing of the migrations, one process at a time; how many that were.
    pub fn migrate(&mut self) -> Result<usize, DbError> {
        // PostgreSQL: a lock that ends with the transaction, since a pooler may give the session to somebody else.
        self.begin_write()?;
        let result = match &mut self.link {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(c) => c.run_pending_migrations(SQLITE).map(|done| done.len()),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(c) => c
                .batch_execute("SELECT pg_advisory_xact_lock(7310)")
                .map_err(Into::into)
                .and_then(|()| c.run_pending_migrations(POSTGRES).map(|done| done.len())),
        };
        match result {
            Ok(done) => {
                self.commit()?;
                Ok(done)
            }
            Err(error) => {
                self.rollback()?;
                Err(DbError::Schema(error.to_string()))
            }
        }
    }

    /// Whether migrations are missing.
    pub fn needs_migration(&mut self) -> Result<bool, DbError> {
        let pending = match &mut self.link {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(c) => c.has_pending_migration(SQLITE),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(c) => c.has_pending_migration(POSTGRES),
        };
        pending.map_err(|error| DbError::Schema(error.to_string()))
    }

    /// Runs SQL as it stands, for tests.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn batch(&mut self, sql: &str) -> QueryResult<()> {
        each!(&mut self.link, c => c.batch_execute(sql))
    }

    /// The column `line` of what SQL finds, as text, for tests.
    #[cfg(any(test, feature = "testing"))]
    pub fn lines(&mut self, sql: &str) -> QueryResult<Vec<String>> {
        #[derive(diesel::QueryableByName)]
        struct Line {
            #[diesel(sql_type = diesel::sql_types::Text)]
            line: String,
        }
        let found: Vec<Line> = each!(&mut self.link, c => diesel::sql_query(sql).load(c))?;
        Ok(found.into_iter().map(|found| found.line).collect())
    }

    /// How SQLite would go about a statement.
    #[cfg(test)]
    pub(crate) fn plan(&mut self, sql: &str) -> Vec<String> {
        #[derive(diesel::QueryableByName)]
        struct Step {
            #[diesel(sql_type = diesel::sql_types::Text)]
            detail: String,
        }
        let BackEnd::Sqlite(c) = &mut self.link else { panic!("SQLite only") };
        let query = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"));
        let steps: Vec<Step> = query.load(c).unwrap();
        steps.into_iter().map(|step| step.detail).collect()
    }

    /// Takes every migration back, for the test of the way down.
    #[cfg(test)]
    pub(crate) fn revert(&mut self) -> usize {
        match &mut self.link {
            BackEnd::Sqlite(c) => c.revert_all_migrations(SQLITE).unwrap().len(),
            BackEnd::Postgres(c) => c.revert_all_migrations(POSTGRES).unwrap().len(),
        }
    }

    /// Runs `f` in a transaction of its own, or in a savepoint where one is open already.
    pub fn transaction<T, E: From<Error>>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        each!(&mut self.link, c => AnsiTransactionManager::begin_transaction(c))?;
        self.finish(f)
    }

    /// Runs `f` in a transaction of its own, with the write lock of SQLite taken up front (CON-02). Told apart: what
    /// `f` answered, and that the transaction could not be begun or committed.
    pub(crate) fn attempt<T, E>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Result<T, E>, DbError> {
        self.begin_write()?;
        match f(self) {
            Ok(value) => match self.commit() {
                Ok(()) => Ok(Ok(value)),
                Err(error) => {
                    // a failed COMMIT has ended the transaction already; this puts diesel's own state right
                    drop(self.rollback());
                    Err(DbError::Commit(error.to_string()))
                }
            },
            Err(error) => {
                self.rollback()?;
                Ok(Err(error))
            }
        }
    }

    fn finish<T, E: From<Error>>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        match f(self) {
            Ok(value) => {
                if let Err(error) = self.commit() {
                    // a failed COMMIT has ended the transaction already; this puts diesel's own state right
                    drop(self.rollback());
                    return Err(error.into());
                }
                Ok(value)
            }
            Err(error) => {
                self.rollback()?;
                Err(error)
            }
        }
    }

    /// Begins a transaction that will write.
    pub(crate) fn begin_write(&mut self) -> QueryResult<()> {
        let begun = match &mut self.link {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(c) => AnsiTransactionManager::begin_transaction(c),
        };
        self.noted(begun)
    }

    /// Commits the transaction, or releases the savepoint.
    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        let committed = each!(&mut self.link, c => AnsiTransactionManager::commit_transaction(c));
        if committed.is_ok() && !self.in_transaction() {
            count(&self.counters.commits);
        }
        self.noted(committed)
    }

    pub(crate) fn rollback(&mut self) -> QueryResult<()> {
        each!(&mut self.link, c => AnsiTransactionManager::rollback_transaction(c))
    }

    fn in_transaction(&mut self) -> bool {
        each!(&mut self.link, c => AnsiTransactionManager::transaction_manager_status_mut(c)
            .transaction_depth()
            .is_ok_and(|depth| depth.is_some()))
    }

    /// Whether a pool may hand the connection out again.
    pub(crate) fn is_broken(&mut self) -> bool {
        self.lost || each!(&mut self.link, c => AnsiTransactionManager::is_broken_transaction_manager(c))
    }

    /// Asks the server for a sign of life.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unnecessary_wraps, reason = "a file is always there")
    )]
    pub(crate) fn ping(&mut self) -> QueryResult<()> {
        match &mut self.link {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(c) => c.batch_execute("SELECT 1"),
        }
    }

    /// Whether a statement since the last call failed in a way that a second try may mend.
    pub(crate) fn take_transient(&mut self) -> bool {
        std::mem::take(&mut self.transient)
    }

    pub(crate) fn load<F: Fragment, R: FromRow>(&mut self, fragment: &F) -> QueryResult<Vec<R>> {
        count(&self.counters.statements);
        let rows = match &mut self.link {
            #[cfg(feature = "sqlite")]
            BackEnd::Sqlite(c) => {
                LoadConnection::<DefaultLoadingMode>::load(c, Run(fragment)).and_then(|cursor| {
                    cursor.map(|row| read(R::read(&mut crate::row::SqliteCells::new(&row?)))).collect()
                })
            }
            #[cfg(feature = "postgres")]
            BackEnd::Postgres(c) => {
                LoadConnection::<DefaultLoadingMode>::load(c, Run(fragment)).and_then(|cursor| {
                    cursor.map(|row| read(R::read(&mut crate::row::PostgresCells::new(&row?)))).collect()
                })
            }
        };
        self.noted(rows)
    }

    pub(crate) fn execute<F: Fragment>(&mut self, fragment: &F) -> QueryResult<usize> {
        count(&self.counters.statements);
        let changed = each!(&mut self.link, c => RunQueryDsl::execute(Run(fragment), c));
        self.noted(changed)
    }

    fn noted<T>(&mut self, result: QueryResult<T>) -> QueryResult<T> {
        if let Err(error) = &result {
            self.transient |= is_transient(error);
            self.lost |= matches!(error, Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _));
        }
        result
    }
}

fn read<T>(result: diesel::deserialize::Result<T>) -> QueryResult<T> {
    result.map_err(Error::DeserializationError)
}

#[cfg(feature = "sqlite")]
const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
