//! `vestibule-bench`: load on a Vestibule by its public contract alone, its own client and its own mail server
//! (docs/benchmarks.md). It gates nothing.

#![expect(clippy::print_stdout, reason = "the result is what this program is for")]
#![expect(clippy::print_stderr, reason = "progress goes where it does not disturb the result")]

mod args;
mod deployment;
mod endpoints;
mod http;
mod load;
mod machine;
mod mail;
mod metrics;
mod num;
mod page;
mod plan;
mod report;
mod steps;
mod trip;
mod trouble;
mod world;

use std::process::ExitCode;

use clap::Parser as _;
use serde_json::json;

use crate::args::Args;
use crate::deployment::{Deployment, Server};
use crate::num::round;
use crate::plan::Bench;
use crate::report::Row;
use crate::trouble::Res;
use crate::world::World;

fn main() -> ExitCode {
    let args = Args::parse().settled();
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("vestibule-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prepares, measures and prints; whether every try went well.
fn run(args: &Args) -> Res<bool> {
    let pinned = args.pin && machine::can_pin();
    if pinned {
        machine::pin_self("1")?;
    }
    // One thread is enough for the client, and its time stays apart from the server's.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let deployment = Deployment::settle(args)?;
    let fsync = machine::fsync_micros(&deployment.data)?;
    progress("preparing tenants, applications and guests");
    let world = World::prepare(&deployment, args)?;
    let listener = runtime.block_on(mail::listen(args.smtp_listen))?;
    let server = match &args.base_url {
        Some(_) => Server::running(args, &deployment.base)?,
        None => deployment.serve(args, pinned, listener.local_addr()?)?,
    };
    let (mut bench, idle) = (Bench::new(args, &server, world)?, server.idle_kib);
    let result = runtime.block_on(bench.run(listener));
    drop(runtime);
    let start = server.start.map(|span| round(span.as_secs_f64() * 1000.0, 1));
    drop(server);
    result?;
    let about = json!({
        "gitId": args.git_id.clone().unwrap_or_else(machine::git_id),
        "binary": args.binary.file_name().map(|name| name.to_string_lossy()),
        "cpu": machine::processor(),
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZeroUsize::get),
        "pinned": pinned,
        "database": if args.database_url.as_deref().is_some_and(|url| url.starts_with("postgres")) { "PostgreSQL" } else { "SQLite" },
        "tenants": args.tenants,
        "guestsPerTenant": args.per_tenant,
        "oneSource": args.one_source,
        "fsyncMicros": fsync,
        "startMillis": start,
        "idleRssKiB": idle,
    });
    if args.json {
        let rows: Vec<_> = bench.rows.iter().map(Row::json).collect();
        let steps = bench.steps.as_ref().map(steps::Steps::json);
        println!("{:#}", json!({ "about": about, "rows": rows, "databaseWork": steps }));
    } else {
        print(&about, &bench);
    }
    let well = bench.rows.iter().all(|row| row.run.tally.failed == 0 && !row.run.tally.took.is_empty());
    Ok(well)
}

fn print(about: &serde_json::Value, bench: &Bench<'_>) {
    for (name, value) in about.as_object().into_iter().flatten() {
        println!("{name:<18}{}", value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    println!("\n{}", Row::head());
    for row in &bench.rows {
        println!("{}", row.line());
    }
    for row in bench.rows.iter().filter(|row| row.name.starts_with("sign-in")) {
        let alg = row.alg.map_or("", args::Alg::as_str);
        let medians = load::step_medians(&row.run.tally);
        let medians: Vec<String> = medians.iter().map(|(name, median)| format!("{name} {median}")).collect();
        println!("\n{} {alg}, {} at once, median µs by step: {}", row.name, row.guests, medians.join(" · "));
        let threads: Vec<String> =
            row.threads().iter().map(|(name, time)| format!("{name} {time}")).collect();
        println!("  server's µs by thread: {}", threads.join(" · "));
    }
    if let Some(steps) = &bench.steps {
        println!("\n{}", steps.table().join("\n"));
    }
}

/// Tells what is going on.
pub(crate) fn progress(what: &str) {
    eprintln!("# {what}");
}
