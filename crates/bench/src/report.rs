//! The result: a table for people, JSON for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::args::Alg;
use crate::load::{Run, step_medians};
use crate::machine::Rates;
use crate::num::{float, micros, per, percentile, round};

/// One measured line.
#[derive(Debug)]
pub(crate) struct Row {
    pub name: String,
    /// How its ID tokens are signed, where there is one.
    pub alg: Option<Alg>,
    /// Guests at once.
    pub guests: usize,
    pub run: Run,
    /// Bare signatures a second in the same minute.
    pub bare: Rates,
}

impl Row {
    fn count(&self) -> u64 {
        u64::try_from(self.run.tally.took.len()).unwrap_or(u64::MAX)
    }

    fn rate(&self) -> f64 {
        float(self.count()) / self.run.span.as_secs_f64()
    }

    /// The server's time per operation, in microseconds.
    fn cpu(&self) -> f64 {
        per(self.run.cpu, self.count())
    }

    /// The same without the signature.
    fn rest(&self) -> f64 {
        let signature = self.alg.map_or(0.0, |alg| match alg {
            Alg::Rs256 => 1e6 / self.bare.rs256,
            Alg::Es256 => 1e6 / self.bare.es256,
        });
        self.cpu() - signature
    }

    /// How many cores other programs kept busy.
    fn other_programs(&self) -> f64 {
        per(self.run.others, micros(self.run.span))
    }

    /// For JSON.
    pub(crate) fn json(&self) -> Value {
        let (tally, counted, count) = (&self.run.tally, self.run.counted, self.count());
        let steps: serde_json::Map<String, Value> = step_medians(tally)
            .into_iter()
            .filter(|(_, median)| *median > 0)
            .map(|(name, median)| (name.to_owned(), median.into()))
            .collect();
        json!({
            "name": self.name,
            "alg": self.alg.map(Alg::as_str),
            "guestsAtOnce": self.guests,
            "count": count,
            "failed": tally.failed,
            "error": tally.error,
            "ranOutOfGuests": tally.idle,
            "seconds": round(self.run.span.as_secs_f64(), 3),
            "ratePerSecond": round(self.rate(), 1),
            "shareOfBareRs256": round(self.rate() / self.bare.rs256, 3),
            "p50Micros": percentile(&tally.took, 50),
            "p99Micros": percentile(&tally.took, 99),
            "serverCpuMicros": round(self.cpu(), 1),
            "cpuByThreadMicros": self.threads(),
            "restMicros": round(self.rest(), 1),
            "restInSignatures": round(self.rest() * self.bare.rs256 / 1e6, 2),
            "statements": round(per(counted.statements, count), 2),
            "writeJobs": round(per(counted.jobs, count), 2),
            "commits": round(per(counted.commits, count), 3),
            "reads": round(per(counted.reads, count), 2),
            "mails": round(per(counted.mails, count), 2),
            "coresOfOthers": round(self.other_programs(), 2),
            "vmRssKiB": self.run.rss_kib,
            "vmHwmKiB": self.run.hwm_kib,
            "bareRs256PerSecond": round(self.bare.rs256, 0),
            "bareEs256PerSecond": round(self.bare.es256, 0),
            "stepMedianMicros": steps,
        })
    }

    /// The server's time per operation by threads, in microseconds.
    pub(crate) fn threads(&self) -> BTreeMap<&str, f64> {
        let each =
            self.run.threads.iter().map(|(name, time)| (name.as_str(), round(per(*time, self.count()), 1)));
        each.filter(|(_, time)| *time >= 1.0).collect()
    }

    /// The head of the table.
    pub(crate) fn head() -> String {
        format!(
            "{:<34}{:>7}{:>10}{:>7}{:>9}{:>9}{:>9}{:>9}{:>6}{:>7}{:>6}{:>8}{:>9}{:>8}{:>8}",
            "",
            "guests",
            "rate/s",
            "share",
            "p50 ms",
            "p99 ms",
            "cpu µs",
            "rest µs",
            "×sig",
            "stmts",
            "jobs",
            "commits",
            "RSS MiB",
            "bare/s",
            "others"
        )
    }

    /// A line of the table.
    pub(crate) fn line(&self) -> String {
        let (tally, counted, count) = (&self.run.tally, self.run.counted, self.count());
        let name =
            self.alg.map_or_else(|| self.name.clone(), |alg| format!("{}, {}", self.name, alg.as_str()));
        let millis = |percent| float(percentile(&tally.took, percent)) / 1000.0;
        let mut line = format!(
            "{name:<34}{:>7}{:>10.1}{:>7.3}{:>9.2}{:>9.2}{:>9.1}{:>9.1}{:>6.2}{:>7.1}{:>6.2}{:>8.2}{:>9.1}{:>8.0}{:>8.2}",
            self.guests,
            self.rate(),
            self.rate() / self.bare.rs256,
            millis(50),
            millis(99),
            self.cpu(),
            self.rest(),
            self.rest() * self.bare.rs256 / 1e6,
            per(counted.statements, count),
            per(counted.jobs, count),
            per(counted.commits, count),
            float(self.run.rss_kib) / 1024.0,
            self.bare.rs256,
            self.other_programs(),
        );
        if tally.failed > 0 {
            let first = tally.error.as_deref().unwrap_or("?");
            write!(line, "\n  {} FAILED, the first: {first}", tally.failed).ok();
        }
        if self.other_programs() > 0.3 {
            line.push_str("  DISTURBED");
        }
        if tally.idle {
            let seconds = self.run.span.as_secs_f64();
            write!(line, "\n  ended after {seconds:.1} s: no guest's turn had come (more guests are needed)")
                .ok();
        }
        line
    }
}
