//! Counters for `/metrics`: no address, no tenant, no code in any label (OTP-20, TEN-02).

use std::fmt::Write as _;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use vestibule_app::App;
use vestibule_app::snapshot::CacheStats;
use vestibule_jobs::transport;
use vestibule_outbound::Transport;

/// A route by its pattern, with the class of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Labels {
    route: String,
    status: u16,
}

/// All counters.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("vestibule");
        let requests = Family::<Labels, Counter>::default();
        let seconds = Histogram::new(exponential_buckets(0.000_25, 2.0, 16));
        registry.register("http_requests", "Answered requests by route and status", requests.clone());
        registry.register("http_request_seconds", "Time to answer", seconds.clone());
        Self { registry, requests, seconds }
    }
}

impl Metrics {
    /// Counts an answer.
    pub(crate) fn answered(&self, route: &str, status: u16, seconds: f64) {
        self.requests.get_or_create(&Labels { route: route.to_owned(), status }).inc();
        self.seconds.observe(seconds);
    }

    /// The text that `/metrics` shows, with what the database and mail counted.
    pub(crate) fn render(&self, app: &App, transport: Option<&Transport>) -> String {
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        let end = "# EOF\n";
        let cut = text.strip_suffix(end).map_or(text.len(), str::len);
        text.truncate(cut);
        let stats = app.db.stats();
        let database = [
            ("db_statements", "Statements sent", stats.statements),
            ("db_write_jobs", "Write jobs run", stats.write_jobs),
            ("db_commits", "Transactions committed", stats.commits),
            ("db_reads", "Reads run", stats.reads),
        ];
        for (name, help, value) in
            database.into_iter().chain(transport.and_then(transport::stats).into_iter().flatten())
        {
            let _ = writeln!(text, "# HELP vestibule_{name} {help}.");
            let _ = writeln!(text, "# TYPE vestibule_{name} counter\nvestibule_{name}_total {value}");
        }
        text.push_str("# HELP vestibule_cache_entries Entries held, beside the bound.\n# TYPE vestibule_cache_entries gauge\n");
        for CacheStats { name, entries, bound, .. } in app.cache_stats() {
            let _ = writeln!(text, "vestibule_cache_entries{{cache=\"{name}\",bound=\"{bound}\"}} {entries}");
        }
        text.push_str("# HELP vestibule_cache_loads Loads of what was not kept.\n# TYPE vestibule_cache_loads counter\n");
        for CacheStats { name, loads, .. } in app.cache_stats() {
            let Some(loads) = loads else { continue };
            let _ = writeln!(text, "vestibule_cache_loads_total{{cache=\"{name}\"}} {loads}");
        }
        text.push_str(end);
        text
    }
}
