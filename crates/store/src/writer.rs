//! The one thread that writes to a SQLite file.
//!
//! `busy_timeout` is not fair: with eight connections contending, one thread commits thousands of times and another
//! once. So writes queue here, in two lanes, and what has queued up is committed together; callers are answered after
//! the commit. Each job has its own savepoint: its error undoes it alone. A job that panics fails its batch, and the
//! thread goes on with a fresh connection.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use diesel::result;
use tokio::sync::oneshot;

use crate::conn::{Conn, ConnPurpose};
use crate::error::DbError;
use crate::stats::Counters;
use crate::target::Target;

/// Whose work it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Somebody waits for it.
    People,
    /// Nobody does.
    Bulk,
}

/// The way to the thread.
pub(crate) struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on a connection of its own.
    pub(crate) fn start(target: Target, conn: Conn, counters: Arc<Counters>) -> Result<Self, DbError> {
        let queue = Arc::new(Queue::default());
        let mine = Arc::clone(&queue);
        let reopen = move || Conn::open(&target, ConnPurpose::Write, Arc::clone(&counters));
        let thread = thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || work(&mine, conn, reopen))
            .map_err(|error| DbError::Connect(format!("the writer did not start: {error}")))?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Queues a job and waits for its commit.
    pub(crate) async fn run<T, E, F>(&self, lane: Lane, f: F) -> Result<Result<T, E>, DbError>
    where
        T: Send + 'static,
        E: From<result::Error> + Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.queue.push(lane, Box::new(Task { f, result: None, reply }))?;
        answer.await.map_err(|_| DbError::Gone)?
    }
}

impl Drop for Writer {
    /// Lets the thread finish what was queued; its connection then closes the file in good order.
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            drop(thread.join());
        }
    }
}

/// A queued job.
trait Job: Send {
    /// Runs it inside the batch.
    fn run(&mut self, c: &mut Conn);
    /// Answers its caller; `failed` where the batch was not committed.
    fn answer(self: Box<Self>, failed: Option<DbError>);
}

struct Task<T, E, F> {
    f: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<Result<T, E>, DbError>>,
}

impl<T, E, F> Job for Task<T, E, F>
where
    T: Send,
    E: From<result::Error> + Send,
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
{
    fn run(&mut self, c: &mut Conn) {
        if !self.reply.is_closed() {
            self.result = Some(c.transaction(&mut self.f));
        }
    }

    fn answer(self: Box<Self>, failed: Option<DbError>) {
        let answer = match (failed, self.result) {
            (_, Some(Err(error))) => Ok(Err(error)),
            (Some(failed), _) => Err(failed),
            (None, Some(Ok(value))) => Ok(Ok(value)),
            (None, None) => Err(DbError::Gone),
        };
        // a caller that went away wants no answer
        drop(self.reply.send(answer));
    }
}

/// The two lanes.
#[derive(Default)]
struct Queue {
    lanes: Mutex<Lanes>,
    filled: Condvar,
}

#[derive(Default)]
struct Lanes {
    people: VecDeque<Box<dyn Job>>,
    bulk: VecDeque<Box<dyn Job>>,
    closed: bool,
}

impl Queue {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, lane: Lane, job: Box<dyn Job>) -> Result<(), DbError> {
        let mut lanes = self.lanes();
        if lanes.closed {
            return Err(DbError::Gone);
        }
        let (queue, room) = match lane {
            Lane::People => (&mut lanes.people, PEOPLE_ROOM),
            Lane::Bulk => (&mut lanes.bulk, BULK_ROOM),
        };
        if queue.len() >= room {
            return Err(DbError::Busy);
        }
        queue.push_back(job);
        drop(lanes);
        self.filled.notify_one();
        Ok(())
    }

    fn close(&self) {
        self.lanes().closed = true;
        self.filled.notify_one();
    }

    /// Waits until there is something to do; `false` when there never will be.
    fn wait(&self) -> bool {
        let mut lanes = self.lanes();
        while lanes.people.is_empty() && lanes.bulk.is_empty() {
            if lanes.closed {
                return false;
            }
            lanes = self.filled.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    fn next(&self, lane: Lane) -> Option<Box<dyn Job>> {
        let mut lanes = self.lanes();
        match lane {
            Lane::People => lanes.people.pop_front(),
            Lane::Bulk => lanes.bulk.pop_front(),
        }
    }
}

/// Why a batch was not committed.
#[derive(Debug, Clone)]
enum Failure {
    Busy,
    Broken(String),
}

impl From<Failure> for DbError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::Busy,
            Failure::Broken(why) => Self::Commit(why),
        }
    }
}

fn work(queue: &Queue, mut conn: Conn, reopen: impl Fn() -> Result<Conn, DbError>) {
    while queue.wait() {
        let mut batch = Vec::new();
        let outcome = catch_unwind(AssertUnwindSafe(|| run_batch(queue, &mut conn, &mut batch)));
        let failed = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error),
            Err(_) => Some(Failure::Broken("a job of the batch panicked".to_owned())),
        };
        let fresh = if failed.is_some() { Some(reopen()) } else { None };
        let pause = pause_after(batch.len());
        for job in batch {
            job.answer(failed.clone().map(DbError::from));
        }
        match fresh {
            None => {}
            // the state of the old one's transaction is unknown and not worth repairing
            Some(Ok(fresh)) => conn = fresh,
            Some(Err(error)) => {
                tracing::error!(%error, "the SQLite writer has no connection; retrying");
                thread::sleep(REOPEN);
                // keep the old one: its next BEGIN fails and leads here again
            }
        }
        // lets a second process, the command line, have the write lock for once
        thread::sleep(pause);
    }
}

/// The longer, the more people waited at once: what a commit costs is then shared by more of them.
fn pause_after(jobs: usize) -> Duration {
    let longer = PAUSE.saturating_mul(u32::try_from(jobs).unwrap_or(u32::MAX));
    longer.clamp(PAUSE, LONGEST_PAUSE)
}

/// Begins, runs what is queued within the bounds, commits. A job taken from the queue is in `batch` before it runs.
fn run_batch(queue: &Queue, conn: &mut Conn, batch: &mut Vec<Box<dyn Job>>) -> Result<(), Failure> {
    if let Err(error) = begin(conn) {
        tracing::warn!(%error, "the write lock of the SQLite file could not be had");
        // this one waits no longer, those behind it get their own try
        batch.extend(queue.next(Lane::People).or_else(|| queue.next(Lane::Bulk)));
        return Err(Failure::Busy);
    }
    let begun = started();
    let mut run = |job: Option<Box<dyn Job>>| {
        let Some(job) = job else { return false };
        batch.push(job);
        if let Some(job) = batch.last_mut() {
            job.run(conn);
        }
        batch.len() < BATCH && begun.elapsed() < SPAN
    };
    while run(queue.next(Lane::People)) {}
    // one piece of bulk work closes each batch, so that it comes on under load too
    run(queue.next(Lane::Bulk));
    conn.commit().map_err(|error| Failure::Broken(error.to_string()))
}

/// Takes the write lock; each try waits for `busy_timeout` (CON-02).
fn begin(conn: &mut Conn) -> Result<(), result::Error> {
    let mut begun = conn.begin_write();
    for _ in 1..BEGIN_TRIES {
        if begun.is_ok() || !conn.take_transient() {
            break;
        }
        begun = conn.begin_write();
    }
    begun
}

fn started() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "bounds the length of a batch; decides nothing that is stored"
    )]
    Instant::now()
}

/// Jobs of people that may wait; beyond them `Busy`.
const PEOPLE_ROOM: usize = 1024;
/// Bulk jobs that may wait.
const BULK_ROOM: usize = 256;
/// Jobs of people in one commit.
const BATCH: usize = 64;
/// After this long a batch takes no further job.
const SPAN: Duration = Duration::from_millis(2);
/// Between two batches, for each job of the last one.
const PAUSE: Duration = Duration::from_micros(200);
/// Between two batches at most.
const LONGEST_PAUSE: Duration = Duration::from_micros(1500);
/// How often the write lock is asked for.
const BEGIN_TRIES: u32 = 2;
/// Before the next try to open the file again.
const REOPEN: Duration = Duration::from_millis(250);
