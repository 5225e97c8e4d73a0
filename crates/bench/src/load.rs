//! N guests at once, each with a connection of its own and no pause between two tries.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::http::Http;
use crate::machine;
use crate::metrics::{Counters, Metrics};
use crate::num::{micros, now};
use crate::trip::{Road, Step, Trip};
use crate::trouble::{Res, Trouble};
use crate::world::SignedIn;

/// What one guest did.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Microseconds of every try that went well.
    pub took: Vec<u64>,
    /// The same of each step of a sign-in.
    pub steps: [Vec<u64>; 7],
    /// Tries that did not.
    pub failed: u64,
    /// The first of them.
    pub error: Option<String>,
    /// Nobody's turn had come: too few guests for so long a run.
    pub idle: bool,
}

impl Tally {
    /// Notes a try that failed.
    pub(crate) fn fail(&mut self, error: &Trouble) {
        self.failed += 1;
        self.error.get_or_insert_with(|| error.to_string());
    }

    fn merge(&mut self, other: Self) {
        self.took.extend(other.took);
        for (mine, other) in self.steps.iter_mut().zip(other.steps) {
            mine.extend(other);
        }
        self.failed += other.failed;
        self.idle |= other.idle;
        self.error = self.error.take().or(other.error);
    }
}

/// A measured run.
#[derive(Debug)]
pub(crate) struct Run {
    /// What all guests did; times sorted.
    pub tally: Tally,
    /// How long it took.
    pub span: Duration,
    /// The server's time in microseconds.
    pub cpu: u64,
    /// What other programs took meanwhile, the database server among them, in microseconds.
    pub others: u64,
    /// The server's time by the names of its threads.
    pub threads: BTreeMap<String, u64>,
    /// What the server counted.
    pub counted: Counters,
    /// `VmRSS` in its end, in KiB.
    pub rss_kib: u64,
    /// `VmHWM` in its end, in KiB.
    pub hwm_kib: u64,
}

/// Runs `guests` workers and measures the server beside them.
pub(crate) async fn measure<F>(
    pid: Option<u32>,
    metrics: &mut Metrics,
    guests: usize,
    mut worker: impl FnMut(usize) -> F,
) -> Res<Run>
where
    F: Future<Output = Tally> + Send + 'static,
{
    let before = metrics.settled().await?;
    let own = Some(std::process::id());
    let (busy, mine) = (machine::busy_micros(), machine::cpu_micros(own));
    let (cpu, threads, began) = (machine::cpu_micros(pid), machine::threads_micros(pid), now());
    let mut workers = JoinSet::new();
    for number in 0..guests {
        workers.spawn(worker(number));
    }
    let mut tally = Tally::default();
    while let Some(done) = workers.join_next().await {
        tally.merge(done.map_err(|error| Trouble(error.to_string()))?);
    }
    let span = began.elapsed();
    // Mail of the last moments is still being noted as sent: its work belongs to this run.
    let counted = metrics.settled().await? - before;
    let cpu = machine::cpu_micros(pid).saturating_sub(cpu);
    let mine = machine::cpu_micros(own).saturating_sub(mine);
    let others = machine::busy_micros().saturating_sub(busy).saturating_sub(cpu).saturating_sub(mine);
    let mut after = machine::threads_micros(pid);
    for (name, time) in &mut after {
        *time = time.saturating_sub(threads.get(name).copied().unwrap_or_default());
    }
    tally.took.sort_unstable();
    tally.steps.iter_mut().for_each(|times| times.sort_unstable());
    let (rss_kib, hwm_kib) = (machine::memory_kib(pid, "VmRSS:"), machine::memory_kib(pid, "VmHWM:"));
    Ok(Run { tally, span, cpu, others, threads: after, counted, rss_kib, hwm_kib })
}

/// One guest after the other signs in at an application, until the time is up or no guest's turn has come.
pub(crate) async fn sign_ins(road: Arc<Road>, mut http: Http, app: usize, until: Instant) -> Tally {
    let mut tally = Tally::default();
    while now() < until {
        let Some(guest) = road.world.next() else {
            tally.idle = true;
            break;
        };
        let began = now();
        let mut trip = Trip::new(&road, guest, app);
        match trip.whole(&mut http).await {
            Ok(steps) => {
                tally.took.push(micros(began.elapsed()));
                for (times, took) in tally.steps.iter_mut().zip(steps) {
                    times.push(micros(took));
                }
            }
            Err(error) => tally.fail(&error),
        }
        drop(trip.end());
    }
    tally
}

/// First sign-ins until every guest had one: from then on their browsers remember them. Gives the time of each, and
/// some of the guests as they are now, signed in.
pub(crate) async fn warm_up(road: Arc<Road>, mut http: Http, keep: usize) -> (Tally, Vec<SignedIn>) {
    let (mut tally, mut kept) = (Tally::default(), Vec::new());
    while road.world.fresh_next() {
        let Some(guest) = road.world.next() else { break };
        let began = now();
        let mut trip = Trip::new(&road, guest, 0);
        match trip.whole(&mut http).await {
            Ok(_) => tally.took.push(micros(began.elapsed())),
            Err(error) => tally.fail(&error),
        }
        let signed_in = trip.end();
        if kept.len() < keep {
            kept.extend(signed_in);
        }
    }
    (tally, kept)
}

/// Median of a step in microseconds, for tables.
pub(crate) fn step_medians(tally: &Tally) -> Vec<(&'static str, u64)> {
    let medians = tally.steps.iter().map(|times| crate::num::percentile(times, 50));
    Step::ALL.iter().map(|step| step.name()).zip(medians).collect()
}
