//! The server that is measured, started and prepared by the contract's own command lines.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::args::Args;
use crate::num::now;
use crate::trouble::{Res, Trouble, trouble};

/// A deployment: data, base URL, and how its commands are called.
#[derive(Debug)]
pub(crate) struct Deployment {
    binary: PathBuf,
    common: Vec<String>,
    pub data: PathBuf,
    scratch: bool,
    /// `http://127.0.0.1:port`.
    pub base: String,
}

/// A server that is ready.
#[derive(Debug)]
pub(crate) struct Server {
    child: Option<Child>,
    /// Its process, where it is known.
    pub pid: Option<u32>,
    pub address: SocketAddr,
    pub management: SocketAddr,
    /// From exec to the ready line.
    pub start: Option<Duration>,
    /// `VmRSS` when it was ready, in KiB.
    pub idle_kib: u64,
}

impl Deployment {
    /// Settles the place.
    pub(crate) fn settle(args: &Args) -> Res<Self> {
        let scratch = args.data.is_none();
        let name = format!("vestibule-bench-{}", std::process::id());
        let data = args.data.clone().unwrap_or_else(|| std::env::temp_dir().join(name));
        fs::create_dir_all(&data)?;
        let base = match &args.base_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://127.0.0.1:{}", free_port()?),
        };
        let mut common = vec!["--data".to_owned(), data.display().to_string()];
        if let Some(url) = &args.database_url {
            common.extend(["--database-url".to_owned(), url.clone()]);
        }
        common.extend(["--base-url".to_owned(), base.clone(), "--json".to_owned()]);
        Ok(Self { binary: args.binary.clone(), common, data, scratch, base })
    }

    /// One command, and the JSON that it prints.
    pub(crate) fn command(&self, arguments: &[&str]) -> Res<Value> {
        let ran = Command::new(&self.binary).args(arguments).args(&self.common).output();
        let ran = ran.map_err(|error| Trouble(format!("{}: {error}", self.binary.display())))?;
        if !ran.status.success() {
            let said = String::from_utf8_lossy(&ran.stderr).into_owned();
            let words: Vec<&str> = arguments.iter().take(3).copied().collect();
            return trouble(format!("vestibule {}: {said}", words.join(" ")));
        }
        Ok(serde_json::from_slice(&ran.stdout)?)
    }

    /// Starts the server and waits for its ready line.
    pub(crate) fn serve(&self, args: &Args, pinned: bool, smtp: SocketAddr) -> Res<Server> {
        let address = authority(&self.base)?;
        let mut command = if pinned {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(&self.binary);
            command
        } else {
            Command::new(&self.binary)
        };
        command.arg("serve").args(&self.common).args(["--listen", &address.to_string()]);
        command.args(["--management-listen", "127.0.0.1:0", "--smtp-url", &format!("smtp://{smtp}")]);
        command.args(["--source-limit", "127.0.0.0/8=1000000"]);
        if !args.one_source {
            command.args(["--trusted-proxies", "127.0.0.1/32"]);
        }
        let log = File::create(self.data.join("serve.log"))?;
        command.args(&args.serve_arg).stdout(Stdio::piped()).stderr(log);
        let began = now();
        let mut child = command.spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let start = began.elapsed();
        let ready: Value = serde_json::from_str(&line).unwrap_or_default();
        let management = ready.get("management").and_then(Value::as_str).and_then(|m| m.parse().ok());
        let Some(management) = management else {
            child.kill().ok();
            child.wait().ok();
            let said = fs::read_to_string(self.data.join("serve.log")).unwrap_or_default();
            return trouble(format!("the server does not start: {line}{said}"));
        };
        let pid = Some(child.id());
        let idle_kib = crate::machine::memory_kib(pid, "VmRSS:");
        Ok(Server { child: Some(child), pid, address, management, start: Some(start), idle_kib })
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        if self.scratch {
            fs::remove_dir_all(&self.data).ok();
        }
    }
}

impl Server {
    /// One that runs already.
    pub(crate) fn running(args: &Args, base: &str) -> Res<Self> {
        let management = args.management.ok_or_else(|| Trouble("--management is missing".into()))?;
        let idle_kib = crate::machine::memory_kib(args.pid, "VmRSS:");
        Ok(Self { child: None, pid: args.pid, address: authority(base)?, management, start: None, idle_kib })
    }

    /// Asks it to end, and waits.
    pub(crate) fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            child.kill().ok();
        }
        child.wait().ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Address and port of a base URL; names are not looked up.
fn authority(base: &str) -> Res<SocketAddr> {
    let address = base.strip_prefix("http://").unwrap_or_default().replace("localhost", "127.0.0.1");
    address.parse().map_err(|_| Trouble(format!("{base}: only http:// with an IP address and a port")))
}

fn free_port() -> Res<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
