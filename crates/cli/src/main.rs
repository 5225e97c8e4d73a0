//! The binary `vestibule`: server, demonstration and administration in one.

mod args;
mod commands;
mod config;
mod failure;
mod open;
mod output;
mod system;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::commands::{administer, demo, serve};
use crate::config::{File, Place};
use crate::failure::Failure;
use crate::output::Output;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.global.json;
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell(json);
            ExitCode::from(failure.exit)
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    // Libraries that ask for a process-wide provider get ring's.
    drop(rustls::crypto::ring::default_provider().install_default());
    let serves = matches!(cli.command, Command::Serve(_) | Command::Demo(_));
    let mut builder = if serves {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime =
        builder.worker_threads(2).enable_all().build().map_err(|e| Failure::new("internal", 1, e))?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(flags) => serve::serve(&cli.global, *flags).await,
            Command::Demo(flags) => demo::demo(&cli.global, &flags).await,
            command => {
                let file = File::read(cli.global.config.as_deref())?;
                let mut place = Place::settle(&cli.global, &file)?;
                if matches!(command, Command::Deployment(_)) {
                    place.base_url = None;
                }
                let app = open::for_command(&place, cli.global.json)?;
                administer::run(&app, command, Output { json: cli.global.json }).await
            }
        }
    })
}
