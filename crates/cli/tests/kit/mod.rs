//! The binary as people and programs use it: commands that end, and servers that run until they are told to end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// The binary that cargo built for these tests.
pub(crate) fn vestibule() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    // Nothing of the surroundings: every setting is named by the test.
    command.env_clear().env("TMPDIR", std::env::temp_dir());
    command
}

/// What a command that has ended said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// The failure on standard error as JSON: code, message, hint.
    pub(crate) fn failure(&self) -> Value {
        assert!(self.code != 0 && self.code != 101 && self.out.is_empty(), "{self:?}");
        serde_json::from_str(self.err.trim()).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs a command to its end.
pub(crate) fn ends(mut command: Command) -> Ended {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// A process that runs until it is told to end.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    log: Arc<Mutex<String>>,
    /// The line that says that it is ready.
    pub(crate) ready: Value,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let (log, mut errors) = (Arc::new(Mutex::new(String::new())), child.stderr.take().unwrap());
        let shared = log.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = errors.read(&mut bytes) {
                shared.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        let ready = serde_json::from_str(&first)
            .unwrap_or_else(|error| panic!("{error}: {first:?} {}", log.lock().unwrap()));
        Self { child, lines, log, ready }
    }

    /// Sends SIGTERM and waits for the end; what it still printed.
    pub(crate) fn terminates(mut self) -> (ExitStatus, String, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        let status = self.child.wait().unwrap();
        let log = self.log.lock().unwrap().clone();
        (status, rest, log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
