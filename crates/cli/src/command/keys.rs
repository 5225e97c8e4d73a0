//! `vestibule keys`.

use clap::Subcommand;
use serde::Serialize;
use vestibule_admin::key::{Key, List, Rotate};
use vestibule_core::client::SigningAlgorithm;
use vestibule_core::clock::Instant;

use crate::failure::Failure;
use crate::terminal::Terminal;

const COLUMNS: [&str; 5] = ["alg", "kid", "current", "publishedDateTime", "activeFromDateTime"];

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Publish the next signing keys
    Rotate,
    /// List the published signing keys
    List,
}

impl Command {
    pub(super) async fn run(self, terminal: Terminal<'_>) -> Result<(), Failure> {
        let keys = match self {
            Self::Rotate => terminal.desk.perform(Rotate).await?,
            Self::List => terminal.desk.perform(List).await?,
        };
        let keys: Vec<Shown> = keys.into_iter().map(Shown::from).collect();
        terminal.out.list(&keys, &COLUMNS)
    }
}

/// A signing key, as commands show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    kid: String,
    alg: SigningAlgorithm,
    published_date_time: Instant,
    active_from_date_time: Instant,
    current: bool,
}

impl From<Key> for Shown {
    fn from(key: Key) -> Self {
        Self {
            kid: key.kid,
            alg: key.algorithm,
            published_date_time: key.published_at,
            active_from_date_time: key.active_from,
            current: key.current,
        }
    }
}
