//! Debian's `chromedriver` as a child process, and everything it started, ended for sure.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::browser::{Stuck, stuck};

/// A running `chromedriver` on a free port, with a folder for the profile of the one browser that it will start.
#[derive(Debug)]
pub struct Chromedriver {
    child: Child,
    port: u16,
    profile: TempDir,
}

impl Chromedriver {
    /// Starts it; it chooses its port itself. On a busy machine the port that it chose can be gone before it listens
    /// there, so one that ends at once is started again.
    pub fn start() -> Result<Self, Stuck> {
        let mut last = stuck("chromedriver was not started");
        for _ in 0..5 {
            match Self::try_start() {
                Ok(driver) => return Ok(driver),
                Err(why) => last = why,
            }
        }
        Err(last)
    }

    fn try_start() -> Result<Self, Stuck> {
        let profile =
            TempDir::with_prefix("vestibule-chromium-").map_err(|error| stuck(error.to_string()))?;
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| stuck(format!("chromedriver does not start ({error}); ./test installs it")))?;
        let lines =
            BufReader::new(child.stdout.take().ok_or_else(|| stuck("no output of chromedriver"))?).lines();
        let port = lines.map_while(Result::ok).find_map(|line| port_in(&line));
        let driver = Self { child, port: port.unwrap_or_default(), profile };
        if driver.port == 0 { Err(stuck("chromedriver ended before it was ready")) } else { Ok(driver) }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The folder for the browser's profile.
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }
}

impl Drop for Chromedriver {
    /// Ends the driver and each process that names our profile folder: a test that panicked has not said good-bye.
    fn drop(&mut self) {
        let ours = processes_with(&self.profile.path().display().to_string());
        if !ours.is_empty() {
            drop(Command::new("kill").arg("-9").args(ours).stderr(Stdio::null()).status());
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}

/// The ids of processes whose command line contains `text`.
fn processes_with(text: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let named = entries.filter_map(Result::ok).map(|entry| entry.path());
    named.filter(|path| command_line(path).contains(text)).filter_map(|path| id_of(&path)).collect()
}

fn command_line(process: &Path) -> String {
    let bytes = std::fs::read(process.join("cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn id_of(process: &PathBuf) -> Option<String> {
    let id = Path::new(process).file_name()?.to_str()?;
    id.bytes().all(|byte| byte.is_ascii_digit()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_stands_in_the_greeting() {
        assert_eq!(port_in("ChromeDriver was started successfully on port 40123."), Some(40123));
        assert_eq!(port_in("Starting ChromeDriver 156 on port 0"), None);
    }
}
