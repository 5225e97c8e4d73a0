//! What the machine tells: time and memory of a process, the processor, the disk, and a bare signature.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ring::rand::SystemRandom;
use ring::signature::{self as rs, EcdsaKeyPair, RsaKeyPair};
use vestibule_core::Random;
use vestibule_core::client::SigningAlgorithm;
use vestibule_oidc::keys;

use crate::num::{float, micros, now, percentile};
use crate::trouble::{Res, Trouble};

/// Time of a process in user and kernel, all threads, in microseconds; 0 for none.
pub(crate) fn cpu_micros(pid: Option<u32>) -> u64 {
    let stat = pid.and_then(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).ok());
    time_of(&stat.unwrap_or_default())
}

/// The same by the names of threads, numbers left out; what threads took that have ended since is missing.
pub(crate) fn threads_micros(pid: Option<u32>) -> BTreeMap<String, u64> {
    let mut times = BTreeMap::new();
    let tasks = pid.and_then(|pid| fs::read_dir(format!("/proc/{pid}/task")).ok());
    for task in tasks.into_iter().flatten().flatten() {
        let read = |file| fs::read_to_string(task.path().join(file)).unwrap_or_default();
        let name = read("comm")
            .trim()
            .trim_end_matches(|c: char| c.is_ascii_digit() || "-: ".contains(c))
            .to_owned();
        *times.entry(name).or_default() += time_of(&read("stat"));
    }
    times
}

/// Time that all cores together were busy since the machine started, in microseconds.
pub(crate) fn busy_micros() -> u64 {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields = text.lines().next().unwrap_or_default().split_whitespace().skip(1);
    // user, nice, system, idle, iowait, irq, softirq, steal: what is idle or waits for a disk is not busy.
    let busy = fields.take(8).enumerate().filter(|(place, _)| !matches!(place, 3 | 4));
    busy.filter_map(|(_, field)| field.parse::<u64>().ok()).sum::<u64>() * MICROS_PER_TICK
}

fn time_of(stat: &str) -> u64 {
    // The name stands in brackets and may hold anything: counted from behind it, utime and stime are 12th and 13th.
    let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest).split(' ');
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    ticks * MICROS_PER_TICK
}

/// Linux counts a hundredth of a second.
const MICROS_PER_TICK: u64 = 10_000;

/// A figure of `/proc/PID/status` in KiB: `VmRSS`, `VmHWM`.
pub(crate) fn memory_kib(pid: Option<u32>, name: &str) -> u64 {
    let status =
        pid.and_then(|pid| fs::read_to_string(format!("/proc/{pid}/status")).ok()).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().find_map(|word| word.parse().ok()).unwrap_or_default()
}

/// The processor's name.
pub(crate) fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name =
        text.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(": "));
    name.map_or_else(|| "unknown".to_owned(), |(_, name)| name.to_owned())
}

/// The commit of the working directory, `+` where something is not committed.
pub(crate) fn git_id() -> String {
    let git = |arguments: &[&str]| {
        let ran = Command::new("git").args(arguments).output().ok().filter(|ran| ran.status.success())?;
        Some(String::from_utf8_lossy(&ran.stdout).trim().to_owned())
    };
    let Some(id) = git(&["rev-parse", "--short=12", "HEAD"]) else { return "unknown".to_owned() };
    let clean = git(&["status", "--porcelain", "-uno"]).is_some_and(|changed| changed.is_empty());
    if clean { id } else { format!("{id}+") }
}

/// Whether processes can be pinned to cores here.
pub(crate) fn can_pin() -> bool {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    cores > 1 && Command::new("taskset").arg("--version").output().is_ok()
}

/// Pins this process, all threads that it has and will have, to a core.
pub(crate) fn pin_self(core: &str) -> Res<()> {
    let pid = std::process::id().to_string();
    let ran = Command::new("taskset").args(["-a", "-c", "-p", core, &pid]).output()?;
    if ran.status.success() { Ok(()) } else { Err(Trouble("taskset refused".into())) }
}

/// Median time in microseconds to write 4 KiB and sync them, in this directory.
pub(crate) fn fsync_micros(directory: &Path) -> Res<u64> {
    let path = directory.join("bench.fsync");
    let mut file = File::create(&path)?;
    let mut took = Vec::new();
    for _ in 0..100 {
        let began = now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        took.push(micros(began.elapsed()));
    }
    drop(file);
    fs::remove_file(&path)?;
    took.sort_unstable();
    Ok(percentile(&took, 50))
}

/// Keys for bare signatures, of the kinds that ID tokens are signed with.
#[derive(Debug)]
pub(crate) struct Signatures {
    rsa: RsaKeyPair,
    p256: EcdsaKeyPair,
    random: SystemRandom,
}

/// Bare signatures a second, one thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    /// RSA 2048.
    pub rs256: f64,
    /// P-256.
    pub es256: f64,
}

impl Signatures {
    /// Makes the keys.
    #[expect(clippy::disallowed_methods, reason = "ring signs with nothing else")]
    pub(crate) fn new() -> Res<Self> {
        let bad = |what: &str| Trouble(format!("no key for bare signatures: {what}"));
        let make = |alg| keys::generate(alg, &Counted::default()).map_err(|error| bad(&error.to_string()));
        let random = SystemRandom::new();
        let rsa = RsaKeyPair::from_der(&make(SigningAlgorithm::Rs256)?.der);
        let p256 = EcdsaKeyPair::from_pkcs8(
            &rs::ECDSA_P256_SHA256_FIXED_SIGNING,
            &make(SigningAlgorithm::Es256)?.der,
            &random,
        );
        let (rsa, p256) = (rsa.map_err(|e| bad(&e.to_string()))?, p256.map_err(|e| bad(&e.to_string()))?);
        Ok(Self { rsa, p256, random })
    }

    /// Measures both, for this long together.
    pub(crate) fn measure(&self, span: Duration) -> Rates {
        let mut out = vec![0; self.rsa.public().modulus_len()];
        let message = [0x5a; 600];
        let rs256 = rate(span / 2, || {
            self.rsa.sign(&rs::RSA_PKCS1_SHA256, &self.random, &message, &mut out).ok();
        });
        let es256 = rate(span / 2, || {
            self.p256.sign(&self.random, &message).ok();
        });
        Rates { rs256, es256 }
    }
}

/// By this process's own time, so that what others take meanwhile does not matter; on a crowded machine that takes longer.
fn rate(span: Duration, mut once: impl FnMut()) -> f64 {
    let own = Some(std::process::id());
    let (began, before) = (now(), cpu_micros(own));
    let mut count = 0_u64;
    loop {
        for _ in 0..32 {
            once();
        }
        count += 32;
        let (wall, took) = (began.elapsed(), cpu_micros(own).saturating_sub(before));
        if took >= micros(span) || wall > 10 * span {
            // A few ticks are too coarse to divide by.
            return float(count) * 1e6 / float(if took >= 5 * MICROS_PER_TICK { took } else { micros(wall) });
        }
    }
}

/// Bytes from a counter: good for a key that guards nothing.
#[derive(Debug, Default)]
struct Counted(AtomicU64);

impl Random for Counted {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let next = self.0.fetch_add(1, Ordering::Relaxed);
            let bytes = ring::digest::digest(&ring::digest::SHA256, &next.to_be_bytes());
            for (to, from) in chunk.iter_mut().zip(bytes.as_ref()) {
                *to = *from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Signatures, cpu_micros, memory_kib};

    #[test]
    fn signs_and_reads_itself() {
        let rates = Signatures::new().unwrap().measure(Duration::from_millis(40));
        assert!(rates.rs256 > 0.0 && rates.es256 > 0.0);
        assert!(memory_kib(Some(std::process::id()), "VmRSS:") > 0);
        assert_eq!(cpu_micros(None), 0);
    }
}
