//! What the management listener tells.

use std::net::SocketAddr;
use std::ops::Sub;

use crate::http::{Call, Http};
use crate::trouble::Res;

/// Counters of the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    /// Statements, BEGIN, COMMIT and SAVEPOINT not among them.
    pub statements: u64,
    /// Write jobs.
    pub jobs: u64,
    pub commits: u64,
    pub reads: u64,
    /// Mails that the mail server took.
    pub mails: u64,
}

impl Counters {
    fn parse(text: &str) -> Self {
        let figure = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.and_then(|figure| figure.trim().parse().ok()).unwrap_or_default()
        };
        Self {
            statements: figure("vestibule_db_statements_total"),
            jobs: figure("vestibule_db_write_jobs_total"),
            commits: figure("vestibule_db_commits_total"),
            reads: figure("vestibule_db_reads_total"),
            mails: figure("vestibule_mail_sent_total"),
        }
    }
}

impl Sub for Counters {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            statements: self.statements.saturating_sub(before.statements),
            jobs: self.jobs.saturating_sub(before.jobs),
            commits: self.commits.saturating_sub(before.commits),
            reads: self.reads.saturating_sub(before.reads),
            mails: self.mails.saturating_sub(before.mails),
        }
    }
}

/// A reader of `/metrics`.
#[derive(Debug)]
pub(crate) struct Metrics(Http);

impl Metrics {
    /// On this management listener.
    pub(crate) fn new(management: SocketAddr) -> Self {
        Self(Http::new(management, &management.to_string()))
    }

    /// The counters now.
    pub(crate) async fn read(&mut self) -> Res<Counters> {
        let answer = self.0.send(&Call { target: "/metrics", ..Call::default() }).await?;
        Ok(Counters::parse(&answer.expect(200, "/metrics")?.text()))
    }

    /// The counters once nothing has moved for a while: what was queued is done.
    pub(crate) async fn settled(&mut self) -> Res<Counters> {
        let mut last = self.read().await?;
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            let next = self.read().await?;
            if next == last {
                return Ok(next);
            }
            last = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counters;

    #[test]
    fn reads_the_text() {
        let text = "# TYPE x counter\nvestibule_db_statements_total 12\nvestibule_db_write_jobs_total 3\n";
        let read = Counters::parse(text);
        assert_eq!((read.statements, read.jobs, read.reads), (12, 3, 0));
        assert_eq!((read - Counters { statements: 2, ..Counters::default() }).statements, 10);
    }
}
