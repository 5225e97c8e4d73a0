//! What every command takes.

use std::path::PathBuf;

use clap::Args;

/// What every command takes.
#[derive(Debug, Args, Clone)]
pub(crate) struct Global {
    /// Directory of the embedded database and the root key
    #[arg(long, global = true, env = "VESTIBULE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Database address: postgres://… or sqlite:PATH; an SQLite file in the data directory without it
    #[arg(long, global = true, env = "VESTIBULE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Public address of the deployment; stored by the first command
    #[arg(long, global = true, env = "VESTIBULE_BASE_URL", value_name = "URL")]
    pub base_url: Option<String>,
    /// File of the root key; root.key in the data directory without it
    #[arg(long, global = true, env = "VESTIBULE_ROOT_KEY_FILE", value_name = "FILE")]
    pub root_key_file: Option<PathBuf>,
    /// Machine-readable output on stdout
    #[arg(long, global = true, env = "VESTIBULE_JSON")]
    pub json: bool,
    /// Configuration file (TOML)
    #[arg(long, global = true, env = "VESTIBULE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}
