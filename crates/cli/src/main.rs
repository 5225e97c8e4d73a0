//! The binary `vestibule`: server, demonstration and administration in one.

mod command;
mod config;
mod failure;
mod global;
mod input;
mod open;
mod output;
mod system;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Cli;
use crate::failure::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.global.json;
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print(json);
            ExitCode::from(failure.exit)
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    // Libraries that ask for a process-wide provider get ring's.
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut builder = if cli.serves() {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime =
        builder.worker_threads(2).enable_all().build().map_err(|e| Failure::new("internal", 1, e))?;
    runtime.block_on(cli.run())
}
