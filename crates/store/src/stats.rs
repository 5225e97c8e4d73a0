//! Counters of what the databases were asked for: for `/metrics` and for the test that bounds a sign-in's statements.

use std::sync::atomic::{AtomicU64, Ordering};

/// A reading of the counters since the database was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Statements run; BEGIN, COMMIT and SAVEPOINT are not among them.
    pub statements: u64,
    /// Write jobs taken on, bulk ones included.
    pub write_jobs: u64,
    /// Transactions committed; on SQLite one commit may answer many jobs.
    pub commits: u64,
    /// Read jobs taken on.
    pub reads: u64,
}

/// The counters themselves; relaxed, because nobody decides anything by them.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) statements: AtomicU64,
    pub(crate) write_jobs: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) reads: AtomicU64,
}

impl Counters {
    pub(crate) fn read(&self) -> Stats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            statements: get(&self.statements),
            write_jobs: get(&self.write_jobs),
            commits: get(&self.commits),
            reads: get(&self.reads),
        }
    }
}

/// One more.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
