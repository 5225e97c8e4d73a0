//! The command line: the commands, a file for each noun.

mod app;
mod deployment;
mod guest;
mod hrd;
mod invite;
mod keys;
mod logs;
mod mail;
mod policy;
mod tenant;

pub(crate) mod demo;
pub(crate) mod serve;

use clap::{Parser, Subcommand};
use vestibule_admin::Desk;
use vestibule_app::{App, Context};
use vestibule_core::access::Actor;

use crate::config::{File, Place};
use crate::failure::Failure;
use crate::global::Global;
use crate::open;
use crate::output::Output;
use crate::terminal::Terminal;

/// Vestibule: sign-in for the people you let in from outside.
#[derive(Debug, Parser)]
#[command(name = "vestibule", version, propagate_version = true, disable_help_subcommand = true)]
#[command(
    after_help = "Examples:\n  vestibule demo\n  vestibule tenant create \"Alder Works\" --domain alder.example --data ./data"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    #[command(
        after_help = "Examples:\n  vestibule serve --data ./data --smtp-url smtps://mail.alder.example\n  vestibule serve --data ./data --listen 127.0.0.1:8080 --smtp-url smtp://127.0.0.1:2525"
    )]
    Serve(Box<serve::Serve>),
    /// Run a demonstration: server, sample application and mailbox page, on this machine only
    #[command(after_help = "Examples:\n  vestibule demo\n  vestibule demo --listen 127.0.0.1:9000")]
    Demo(demo::Demo),
    #[command(flatten)]
    Administer(Administer),
}

/// The commands that administer: they work on the same data as a running server, and what they change holds on the next
/// request.
#[derive(Debug, Subcommand)]
enum Administer {
    /// Organisations that let people in
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// Applications (relying parties)
    #[command(subcommand)]
    App(app::Command),
    /// Policies and settings of a tenant
    #[command(subcommand)]
    Policy(policy::Command),
    /// Invite guests
    #[command(
        after_help = "Examples:\n  vestibule invite nicole@partner.example --tenant alder.example\n  vestibule invite nicole@partner.example --tenant alder.example --no-mail --json"
    )]
    Invite(invite::Command),
    /// Guests of a tenant
    #[command(subcommand)]
    Guest(guest::Command),
    /// Read the logs
    #[command(subcommand)]
    Logs(logs::Command),
    /// Outgoing mail
    #[command(subcommand)]
    Mail(mail::Command),
    /// Signing keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// Home-realm discovery
    #[command(subcommand)]
    Hrd(hrd::Command),
    /// The deployment itself
    #[command(subcommand)]
    Deployment(deployment::Command),
}

impl Cli {
    /// Whether this command runs a server.
    pub(crate) fn serves(&self) -> bool {
        matches!(self.command, Command::Serve(_) | Command::Demo(_))
    }

    /// Runs the command.
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Serve(flags) => serve::serve(&self.global, *flags).await,
            Command::Demo(flags) => demo::demo(&self.global, &flags).await,
            Command::Administer(command) => {
                let file = File::read(self.global.config.as_deref())?;
                let mut place = Place::settle(&self.global, &file)?;
                if matches!(command, Administer::Deployment(_)) {
                    place.base_url = None;
                }
                let app = open::for_command(&place, self.global.json)?;
                command.run(&app, Output { json: self.global.json }).await
            }
        }
    }
}

impl Administer {
    async fn run(self, app: &App, out: Output) -> Result<(), Failure> {
        let ctx = Context::local(app.clock.as_ref(), app.random.as_ref());
        let terminal = Terminal { desk: Desk::new(app, &ctx, &Actor::Operator), out };
        match self {
            Self::Tenant(command) => command.run(terminal).await,
            Self::App(command) => command.run(terminal).await,
            Self::Policy(command) => command.run(terminal).await,
            Self::Invite(command) => command.run(terminal).await,
            Self::Guest(command) => command.run(terminal).await,
            Self::Logs(command) => command.run(terminal).await,
            Self::Mail(command) => command.run(terminal).await,
            Self::Keys(command) => command.run(terminal).await,
            Self::Hrd(command) => command.run(terminal).await,
            Self::Deployment(command) => command.run(terminal).await,
        }
    }
}
