//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Load on a Vestibule: whole sign-ins of returning browsers, and the single endpoints.
#[derive(Debug, Parser)]
#[command(
    name = "vestibule-bench",
    after_help = "Examples:\n  vestibule-bench --smoke\n  vestibule-bench --binary target/release/vestibule --pin --guests 1,32 --alg RS256,ES256\n  vestibule-bench --binary target/release/vestibule --database-url 'postgres://user@%2Ftmp%2Fpg/bench' --json"
)]
pub(crate) struct Args {
    /// The server that is measured; it is started, and its commands prepare tenants, applications and guests
    #[arg(long, value_name = "FILE", default_value = "target/debug/vestibule")]
    pub binary: PathBuf,
    /// Guests at once; several figures are measured one after the other
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1, 32])]
    pub guests: Vec<usize>,
    /// Tenants
    #[arg(long, value_name = "M", default_value_t = 100)]
    pub tenants: usize,
    /// Guests in each tenant
    #[arg(long, value_name = "K", default_value_t = 80)]
    pub per_tenant: usize,
    /// Seconds of each measurement
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub duration: u64,
    /// PostgreSQL, or another SQLite file; an SQLite file in the data directory without it
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Algorithms of the ID tokens
    #[arg(long, value_enum, ignore_case = true, value_delimiter = ',', default_values_t = [Alg::Rs256])]
    pub alg: Vec<Alg>,
    /// Server on core 0, client and mail server on core 1, where `taskset` exists
    #[arg(long)]
    pub pin: bool,
    /// What is measured
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Part::Endpoints, Part::Steps, Part::Signins])]
    pub only: Vec<Part>,
    /// All guests come from one address (N-09 and N-21 then count them together) and not each from its own
    #[arg(long)]
    pub one_source: bool,
    /// A few seconds that show that the bench works
    #[arg(long)]
    pub smoke: bool,
    /// JSON instead of tables
    #[arg(long)]
    pub json: bool,
    /// Data directory; a new one, removed in the end, without it
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Further arguments of `serve`, e.g. --serve-arg=--log=warn
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    pub serve_arg: Vec<String>,
    /// What the result is filed under; the commit of the working directory without it
    #[arg(long, value_name = "ID")]
    pub git_id: Option<String>,
    /// A server that runs already (with --data or --database-url, --smtp-listen, --management and perhaps --pid)
    #[arg(long, value_name = "URL", requires_all = ["smtp_listen", "management"])]
    pub base_url: Option<String>,
    /// Management listener of that server
    #[arg(long, value_name = "ADDR")]
    pub management: Option<SocketAddr>,
    /// Where that server brings its mail
    #[arg(long, value_name = "ADDR")]
    pub smtp_listen: Option<SocketAddr>,
    /// Process of that server, for its time and memory
    #[arg(long, value_name = "PID")]
    pub pid: Option<u32>,
}

impl Args {
    /// The figures of `--smoke`.
    pub(crate) fn settled(mut self) -> Self {
        if self.smoke {
            self.guests = vec![2];
            self.tenants = 2;
            self.per_tenant = 6;
            self.duration = 1;
            self.alg = vec![Alg::Rs256, Alg::Es256];
        }
        self
    }

    /// Whether a part is asked for.
    pub(crate) fn wants(&self, part: Part) -> bool {
        self.only.contains(&part)
    }
}

/// An algorithm of ID tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Alg {
    /// RSA.
    #[value(name = "RS256")]
    Rs256,
    /// P-256.
    #[value(name = "ES256")]
    Es256,
}

impl Alg {
    /// As the contract names it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// A part of the measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Single endpoints.
    Endpoints,
    /// What each step of a sign-in costs a single guest.
    Steps,
    /// Whole sign-ins under load.
    Signins,
}
