//! What each step of a sign-in asks of the database, for a single guest: read off `/metrics` between the steps.

use serde_json::{Value, json};

use crate::http::Http;
use crate::metrics::{Counters, Metrics};
use crate::num::percentile;
use crate::trip::{Road, Step, Trip};
use crate::trouble::{Res, Trouble};

/// Database work of each step: median over some sign-ins, because jobs of the server's own look in between.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    counted: [Vec<Counters>; 7],
}

impl Steps {
    /// Lets guests sign in one after the other; work that a step leaves behind, the mail's above all, is waited for and
    /// counted with it.
    pub(crate) async fn count(
        road: &Road,
        http: &mut Http,
        metrics: &mut Metrics,
        guests: usize,
    ) -> Res<Self> {
        let mut steps = Self::default();
        for _ in 0..guests {
            let Some(guest) = road.world.next() else { break };
            let mut trip = Trip::new(road, guest, 0);
            let mut before = metrics.settled().await?;
            for (step, counted) in Step::ALL.into_iter().zip(&mut steps.counted) {
                let made = trip.step(http, step).await;
                made.map_err(|error| Trouble(format!("{}: {error}", step.name())))?;
                let after = metrics.settled().await?;
                counted.push(after - before);
                before = after;
            }
            trip.end();
        }
        Ok(steps)
    }

    /// Name and figures of each step that does anything.
    fn rows(&self) -> Vec<(&'static str, Counters)> {
        let medians = self.counted.iter().map(|counted| {
            let median = |figure: fn(&Counters) -> u64| {
                let mut figures: Vec<u64> = counted.iter().map(figure).collect();
                figures.sort_unstable();
                percentile(&figures, 50)
            };
            Counters {
                statements: median(|c| c.statements),
                jobs: median(|c| c.jobs),
                commits: median(|c| c.commits),
                reads: median(|c| c.reads),
                mails: median(|c| c.mails),
            }
        });
        let named = Step::ALL.into_iter().map(|step| match step {
            Step::Send => "POST send and outbox",
            step => step.name(),
        });
        named.zip(medians).filter(|(_, counted)| *counted != Counters::default()).collect()
    }

    fn sum(&self) -> Counters {
        self.rows().iter().fold(Counters::default(), |sum, (_, one)| Counters {
            statements: sum.statements + one.statements,
            jobs: sum.jobs + one.jobs,
            commits: sum.commits + one.commits,
            reads: sum.reads + one.reads,
            mails: sum.mails + one.mails,
        })
    }

    /// Figures for JSON.
    pub(crate) fn json(&self) -> Value {
        let figures = |c: &Counters| json!({ "statements": c.statements, "writeJobs": c.jobs, "commits": c.commits, "reads": c.reads });
        let steps: serde_json::Map<String, Value> =
            self.rows().iter().map(|(name, counted)| ((*name).to_owned(), figures(counted))).collect();
        json!({ "steps": steps, "signIn": figures(&self.sum()) })
    }

    /// Lines of a table.
    pub(crate) fn table(&self) -> Vec<String> {
        let line = |name: &str, c: &Counters| {
            format!("{name:<26}{:>12}{:>12}{:>10}{:>8}", c.statements, c.jobs, c.commits, c.reads)
        };
        let head = format!(
            "{:<26}{:>12}{:>12}{:>10}{:>8}",
            "one guest alone", "statements", "write jobs", "commits", "reads"
        );
        let rows = self.rows();
        let rows = rows.iter().map(|(name, counted)| line(name, counted));
        [head].into_iter().chain(rows).chain([line("whole sign-in", &self.sum())]).collect()
    }
}
