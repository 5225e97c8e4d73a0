//! One handle for both databases: `read` runs on a pool, `write` is a transaction.
//!
//! On SQLite all writes of the process go through one thread that commits what has queued up together
//! ([`crate::writer`]); on PostgreSQL they run on the pool and are tried again after a deadlock or a serialisation
//! failure. An asynchronous semaphore stands before the blocking pool, so that waiting requests park no threads.

use std::sync::Arc;
use std::time::Duration;

use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use diesel::{QueryResult, result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::conn::{Conn, ConnPurpose};
use crate::error::DbError;
use crate::stats::{Counters, Stats, count};
use crate::target::Target;
#[cfg(feature = "sqlite")]
use crate::writer::{Lane, Writer};

/// How a database is opened.
#[derive(Debug, Clone, Copy)]
pub struct OpenOptions {
    /// Connections of the pool: readers on SQLite, readers and writers on PostgreSQL.
    pub readers: u32,
    /// Whether missing migrations are run; otherwise they are an error.
    pub migrate: bool,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { readers: 8, migrate: true }
    }
}

/// A database; clones share it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    counters: Arc<Counters>,
    permits: Arc<Semaphore>,
    /// Bulk work takes one of these first, so that people keep the rest of the pool.
    bulk: Arc<Semaphore>,
    pool: Pool<Manager>,
    #[cfg(feature = "sqlite")]
    writer: Option<Writer>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("target", &self.inner.target).finish_non_exhaustive()
    }
}

impl Db {
    /// Opens a database; blocks. Refuses what [`Target::check`] refuses and tables that this program does not know.
    pub fn open(target: &Target, options: OpenOptions) -> Result<Self, DbError> {
        let counters = Arc::new(Counters::default());
        let mut first = Conn::open(target, ConnPurpose::Write, Arc::clone(&counters))?;
        if options.migrate {
            first.migrate()?;
        } else if first.needs_migration()? {
            return Err(DbError::Schema("migrations are missing; start one node that may apply them".into()));
        }
        #[cfg(feature = "sqlite")]
        let writer = match target {
            Target::Sqlite(_) => Some(Writer::start(target.clone(), first, Arc::clone(&counters))?),
            Target::Postgres(_) => None,
        };
        let readers = options.readers.max(1);
        let manager = Manager { target: target.clone(), readers, counters: Arc::clone(&counters) };
        let pool = Pool::builder()
            .max_size(readers)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            .test_on_check_out(matches!(target, Target::Postgres(_)))
            .build(manager)
            .map_err(|error| DbError::Connect(error.to_string()))?;
        let size = usize::try_from(readers).unwrap_or(1);
        Ok(Self {
            inner: Arc::new(Inner {
                target: target.clone(),
                counters,
                permits: Arc::new(Semaphore::new(size)),
                bulk: Arc::new(Semaphore::new((size / 4).max(1))),
                pool,
                #[cfg(feature = "sqlite")]
                writer,
            }),
        })
    }

    /// Runs `f` on a connection for reading.
    pub async fn read<T, F>(&self, f: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    {
        let permit = self.permit(&self.inner.permits).await?;
        count(&self.inner.counters.reads);
        let inner = Arc::clone(&self.inner);
        blocking(permit, move || {
            let mut c = inner.checkout()?;
            Ok(f(&mut c)?)
        })
        .await
    }

    /// Runs `f` in a transaction; the answer comes after the commit (OTP-15). `f` must be free of side effects: it may
    /// run again after a deadlock.
    pub async fn write<T, E, F>(&self, f: F) -> Result<Result<T, E>, DbError>
    where
        T: Send + 'static,
        E: From<result::Error> + Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        count(&self.inner.counters.write_jobs);
        #[cfg(feature = "sqlite")]
        if let Some(writer) = &self.inner.writer {
            return writer.run(Lane::People, f).await;
        }
        self.write_on_pool(f).await
    }

    /// As [`Self::write`], for work that nobody waits for: sweeps, imports, bulk invitations, in small chunks. People go
    /// first.
    pub async fn write_bulk<T, E, F>(&self, f: F) -> Result<Result<T, E>, DbError>
    where
        T: Send + 'static,
        E: From<result::Error> + Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        count(&self.inner.counters.write_jobs);
        #[cfg(feature = "sqlite")]
        if let Some(writer) = &self.inner.writer {
            return writer.run(Lane::Bulk, f).await;
        }
        let _turn = self.permit(&self.inner.bulk).await?;
        self.write_on_pool(f).await
    }

    async fn write_on_pool<T, E, F>(&self, mut f: F) -> Result<Result<T, E>, DbError>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let permit = self.permit(&self.inner.permits).await?;
        let inner = Arc::clone(&self.inner);
        blocking(permit, move || retry(|| inner.checkout(), &mut f)).await
    }

    /// [`Self::read`] for programs without an event loop; blocks.
    pub fn read_now<T>(&self, f: impl FnOnce(&mut Conn) -> QueryResult<T>) -> Result<T, DbError> {
        count(&self.inner.counters.reads);
        let mut c = self.inner.checkout()?;
        Ok(f(&mut c)?)
    }

    /// [`Self::write`] for the command line, which may run beside a server on the same file (CON-02); blocks.
    pub fn write_now<T, E>(
        &self,
        mut f: impl FnMut(&mut Conn) -> Result<T, E>,
    ) -> Result<Result<T, E>, DbError> {
        count(&self.inner.counters.write_jobs);
        let inner = &self.inner;
        let open =
            || Conn::open(&inner.target, ConnPurpose::Write, Arc::clone(&inner.counters)).map(Box::new);
        retry(open, &mut f)
    }

    /// The counters since the database was opened.
    pub fn stats(&self) -> Stats {
        self.inner.counters.read()
    }

    async fn permit(&self, semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, DbError> {
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(semaphore).acquire_owned()).await;
        permit.map_err(|_| DbError::Busy)?.map_err(|_| DbError::Gone)
    }
}

impl Inner {
    fn checkout(&self) -> Result<PooledConnection<Manager>, DbError> {
        self.pool.get().map_err(|error| DbError::Connect(error.to_string()))
    }
}

/// Runs a transaction on a connection that `lend` gives, again while a second try may mend what went wrong.
fn retry<T, E, C: std::ops::DerefMut<Target = Conn>>(
    mut lend: impl FnMut() -> Result<C, DbError>,
    f: &mut impl FnMut(&mut Conn) -> Result<T, E>,
) -> Result<Result<T, E>, DbError> {
    let mut tries = 1;
    loop {
        let mut c = lend()?;
        let outcome = c.attempt(&mut *f);
        let again = c.take_transient() && !matches!(outcome, Ok(Ok(_)));
        if again && tries < TRIES {
            // gives the one that won the time to finish
            std::thread::sleep(PAUSE * tries);
            tries += 1;
            drop(c);
            continue;
        }
        return match outcome {
            Err(_) if again => Err(DbError::Busy),
            outcome => outcome,
        };
    }
}

async fn blocking<T: Send + 'static>(
    permit: OwnedSemaphorePermit,
    f: impl FnOnce() -> Result<T, DbError> + Send + 'static,
) -> Result<T, DbError> {
    let task = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        f()
    });
    task.await.map_err(|_| DbError::Gone)?
}

/// What the pool needs to make and judge connections.
#[derive(Debug)]
struct Manager {
    target: Target,
    readers: u32,
    counters: Arc<Counters>,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = DbError;

    fn connect(&self) -> Result<Conn, DbError> {
        let purpose = ConnPurpose::Read { of: self.readers };
        Conn::open(&self.target, purpose, Arc::clone(&self.counters))
    }

    /// A ping at every checkout would be one more round trip for each request: only one that rested is asked.
    fn is_valid(&self, c: &mut Conn) -> Result<(), DbError> {
        if c.rested.is_none_or(|since| since.elapsed() < RESTED) {
            return Ok(());
        }
        Ok(c.ping()?)
    }

    fn has_broken(&self, c: &mut Conn) -> bool {
        #[expect(clippy::disallowed_methods, reason = "the age of a pooled connection, no decision")]
        let now = std::time::Instant::now();
        c.rested = Some(now);
        c.is_broken()
    }
}

/// How long a request waits for its turn (DOS-07).
const PATIENCE: Duration = Duration::from_secs(5);
/// A connection unused for this long is asked for a sign of life before it is used again.
const RESTED: Duration = Duration::from_secs(5);
/// Before a transaction is tried again, times the number of the try.
const PAUSE: Duration = Duration::from_millis(10);
/// How often a transaction is tried.
const TRIES: u32 = 3;
