//! A PostgreSQL for tests: found by the environment, or a cluster of our own on a Unix socket.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Trouble, home, migrations_hash, open};
use crate::statement::statement;

/// A database that goes when this is dropped.
#[derive(Debug)]
pub(super) struct Database {
    maintenance: String,
    name: String,
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut c) = open(&self.maintenance) {
            // connections of pools may linger
            drop(c.batch(&format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name)));
        }
    }
}

/// A copy of the migrated template; its address, and what keeps it.
pub(super) fn fresh() -> Result<(String, Database), Trouble> {
    let maintenance = maintenance()?;
    let template = template(&maintenance)?;
    let name = format!("vt_{}", random_name()?);
    open(&maintenance)?.batch(&format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\""))?;
    let url = with_database(&maintenance, &name);
    Ok((url, Database { maintenance, name }))
}

/// The server's maintenance database.
pub(super) fn maintenance() -> Result<String, Trouble> {
    #[expect(clippy::disallowed_methods, reason = "tests only: where their server is")]
    match std::env::var("VESTIBULE_TEST_PG") {
        Ok(url) if !url.is_empty() => Ok(url),
        _ => own_cluster(),
    }
}

statement! {
    fn has_database(name: &str) -> Option<i32> = ["SELECT 1 FROM pg_database WHERE datname = :name"]
}

/// The migrated database that tests copy; made by the first test that needs it.
fn template(maintenance: &str) -> Result<String, Trouble> {
    let name = format!("vestibule_template_{:016x}", migrations_hash()?);
    let mut c = open(maintenance)?;
    c.batch("SELECT pg_advisory_lock(7311)")?;
    if has_database(&mut c, &name)?.is_none() {
        let making = format!("{name}_making");
        c.batch(&format!("DROP DATABASE IF EXISTS \"{making}\" WITH (FORCE)"))?;
        c.batch(&format!("CREATE DATABASE \"{making}\""))?;
        open(&with_database(maintenance, &making))?.migrate()?;
        c.batch(&format!("ALTER DATABASE \"{making}\" RENAME TO \"{name}\""))?;
    }
    c.batch("SELECT pg_advisory_unlock(7311)")?;
    Ok(name)
}

/// The same server, another database.
fn with_database(url: &str, database: &str) -> String {
    let (rest, query) = url.split_once('?').map_or((url, String::new()), |(rest, q)| (rest, format!("?{q}")));
    let (scheme, rest) = rest.split_once("://").unwrap_or(("postgres", rest));
    let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
    format!("{scheme}://{authority}/{database}{query}")
}

fn random_name() -> Result<String, Trouble> {
    let mut bytes = [0; 8];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:016x}", u64::from_ne_bytes(bytes)))
}

/// Starts a cluster of our own unless it runs; one process at a time.
fn own_cluster() -> Result<String, Trouble> {
    let home = home()?;
    let lock = File::create(home.join("postgres.lock"))?;
    lock.lock()?;
    let folder = home.join("postgres");
    let socket = folder.display().to_string().replace('/', "%2F");
    let url = format!("postgres://postgres@{socket}/postgres");
    fs::write(home.join("postgres.alive"), "")?;
    if open(&url).is_ok() {
        return Ok(url);
    }
    start(&home, &folder)?;
    open(&url)?;
    Ok(url)
}

fn start(home: &Path, folder: &Path) -> Result<(), Trouble> {
    let bin = binaries().ok_or("no PostgreSQL: install its server, or name one in VESTIBULE_TEST_PG")?;
    let data = folder.join("data");
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let root = fs::metadata(folder)?.uid() == 0;
    if root {
        run(Command::new("chown").arg("postgres").arg(folder))?;
        run(Command::new("chmod").arg("755").arg(home))?;
    }
    run(Command::new("chmod").arg("700").arg(folder))?;
    let socket = folder.display();
    // durability of the disk is not what these tests are about; that of a commit is left on
    let options = format!(
        "-c listen_addresses= -c unix_socket_directories={socket} -c fsync=off -c full_page_writes=off \
         -c max_connections=400 -c shared_buffers=64MB"
    );
    let initdb = as_user(root, &bin.join("initdb"));
    run(command(&initdb)
        .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D"])
        .arg(&data))?;
    let pg_ctl = as_user(root, &bin.join("pg_ctl"));
    let log = folder.join("log");
    run(command(&pg_ctl)
        .arg("-w")
        .arg("-D")
        .arg(&data)
        .arg("-l")
        .arg(log)
        .arg("-o")
        .arg(options)
        .arg("start"))?;
    watch(home, &data, &pg_ctl)
}

/// Leaves a process behind that stops the cluster once nobody has asked for it for ten minutes.
fn watch(home: &Path, data: &Path, pg_ctl: &[String]) -> Result<(), Trouble> {
    let script = "while sleep 20; do \
         flock \"$1/postgres.lock\" sh -c '[ -n \"$(find \"$0/postgres.alive\" -mmin -10)\" ]' \"$1\" || break; done; \
         home=$1; shift; exec flock \"$home/postgres.lock\" \"$@\"";
    Command::new("setsid")
        .args(["sh", "-c", script, "watch"])
        .arg(home)
        .args(pg_ctl)
        .args(["-m", "immediate", "-D"])
        .arg(data)
        .arg("stop")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(())
}

/// A server refuses to run as root: then its programs run as the user that its package made.
fn as_user(root: bool, program: &Path) -> Vec<String> {
    let program = program.display().to_string();
    let before: &[&str] = if root { &["runuser", "-u", "postgres", "--"] } else { &[] };
    before.iter().map(|&word| word.to_owned()).chain([program]).collect()
}

fn command(words: &[String]) -> Command {
    let mut words = words.iter();
    let mut command = Command::new(words.next().map_or("false", String::as_str));
    command.args(words).current_dir("/");
    command
}

fn run(command: &mut Command) -> Result<(), Trouble> {
    // not piped: what is started in the background would keep a pipe open
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed: {status}").into()) }
}

/// The newest version that Debian's packages put where nobody's path looks, or whatever stands in the path.
fn binaries() -> Option<PathBuf> {
    let mut found = Vec::new();
    for version in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let bin = version.path().join("bin");
        if bin.join("initdb").exists() {
            let number: u32 = version.file_name().to_str().and_then(|name| name.parse().ok()).unwrap_or(0);
            found.push((number, bin));
        }
    }
    let elsewhere = ["/usr/local/bin", "/usr/bin", "/usr/local/pgsql/bin", "/opt/homebrew/bin"];
    let elsewhere = elsewhere.iter().map(PathBuf::from).find(|bin| bin.join("initdb").exists());
    found.sort();
    found.pop().map(|(_, bin)| bin).or(elsewhere)
}
