//! Where settings come from: flag before environment before file. The file is TOML; an unknown key is an error.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;
use vestibule_app::Target;
use vestibule_core::Address;

use crate::command::serve::{LogFormat, Serve};
use crate::failure::Failure;
use crate::global::Global;
use crate::output::note;

/// The keys of the configuration file.
#[expect(clippy::struct_field_names, reason = "the names of the keys")]
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    data: Option<PathBuf>,
    database_url: Option<String>,
    base_url: Option<String>,
    root_key_file: Option<PathBuf>,
    listen: Option<String>,
    management_listen: Option<String>,
    smtp_url: Option<String>,
    smtp_ca_file: Option<PathBuf>,
    mail_from: Option<String>,
    site: Option<String>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    trusted_proxies: Vec<String>,
    source_limit: Vec<String>,
    workers: Option<usize>,
    log: Option<String>,
    log_format: Option<LogFormat>,
}

impl File {
    /// Reads the file that is named, or nothing.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text =
            std::fs::read_to_string(path).map_err(|e| Failure::config(format!("{}: {e}", path.display())))?;
        toml::from_str(&text).map_err(|e| {
            // Not the line itself: a password may stand in it (SEC-01).
            let before = e.span().and_then(|s| text.get(..s.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Failure::config(format!("{}, line {line}: {}", path.display(), e.message()))
                .hint("docs/reference/configuration.md lists the keys")
        })
    }
}

/// Where a deployment is.
#[derive(Debug)]
pub(crate) struct Place {
    pub target: Target,
    pub root_key_file: PathBuf,
    pub base_url: Option<String>,
}

impl Place {
    /// Settles the place; makes the data directory.
    pub(crate) fn settle(global: &Global, file: &File) -> Result<Self, Failure> {
        let data = global
            .data
            .clone()
            .or_else(|| file.data.clone())
            .unwrap_or_else(|| PathBuf::from("vestibule-data"));
        let database = global.database_url.clone().or_else(|| file.database_url.clone());
        let root_key_file = global.root_key_file.clone().or_else(|| file.root_key_file.clone());
        if database.is_none() || root_key_file.is_none() {
            make_private_dir(&data)?;
        }
        let target = match &database {
            Some(url) => Target::parse(url).map_err(|e| Failure::new("database-url", 3, e))?,
            None => Target::parse(&format!("sqlite:{}", data.join("vestibule.db").display()))
                .map_err(|e| Failure::new("database-url", 3, e))?,
        };
        target.check().map_err(|e| Failure::new("database-url", 3, e))?;
        Ok(Self {
            target,
            root_key_file: root_key_file.unwrap_or_else(|| data.join("root.key")),
            base_url: global.base_url.clone().or_else(|| file.base_url.clone()),
        })
    }
}

fn make_private_dir(dir: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;
    if dir.is_dir() {
        return Ok(());
    }
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|e| {
        Failure::config(format!("{}: {e}", dir.display()))
            .hint("name a directory that can be written: --data DIR")
    })
}

/// How to serve, settled.
#[derive(Debug)]
pub(crate) struct Serving {
    pub listen: String,
    pub management_listen: String,
    pub smtp_url: Option<String>,
    pub smtp_ca: Option<Vec<u8>>,
    pub mail_from: Option<Address>,
    pub site: Option<String>,
    pub tls: Option<vestibule_server::Tls>,
    pub trusted_proxies: Vec<IpNet>,
    pub source_limits: Vec<(IpNet, i32)>,
    pub workers: usize,
    pub log: String,
    pub log_format: LogFormat,
}

impl Serving {
    /// Settles flags, environment and file.
    pub(crate) fn settle(serve: Serve, file: File) -> Result<Self, Failure> {
        let read = |path: PathBuf| {
            std::fs::read(&path).map_err(|e| Failure::config(format!("{}: {e}", path.display())))
        };
        let tls = match (serve.tls_cert.or(file.tls_cert), serve.tls_key.or(file.tls_key)) {
            (Some(chain), Some(key)) => {
                warn_if_others_read(&key);
                Some(vestibule_server::Tls { chain: read(chain)?, key: read(key)? })
            }
            (None, None) => None,
            _ => return Err(Failure::config("tls_cert and tls_key go together")),
        };
        let or = |flags: Vec<String>, file: Vec<String>| if flags.is_empty() { file } else { flags };
        let mail_from = serve.mail_from.or(file.mail_from).map(|a| Address::parse(&a)).transpose();
        Ok(Self {
            listen: serve.listen.or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".into()),
            management_listen: serve
                .management_listen
                .or(file.management_listen)
                .unwrap_or_else(|| "127.0.0.1:8081".into()),
            smtp_url: serve.smtp_url.or(file.smtp_url),
            smtp_ca: serve.smtp_ca_file.or(file.smtp_ca_file).map(read).transpose()?,
            mail_from: mail_from.map_err(|e| Failure::config(format!("mail_from: {e}")))?,
            site: serve.site.or(file.site),
            tls,
            trusted_proxies: proxies(&or(serve.trusted_proxies, file.trusted_proxies))?,
            source_limits: limits(&or(serve.source_limit, file.source_limit))?,
            workers: serve.workers.or(file.workers).unwrap_or(0),
            log: serve.log.or(file.log).unwrap_or_else(|| "info".into()),
            log_format: serve.log_format.or(file.log_format).unwrap_or(LogFormat::Text),
        })
    }
}

/// SEC-01. A warning and no refusal: keys are often laid down by tools that know no better.
fn warn_if_others_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o004 != 0) {
        note(&format!("warning: everybody may read {}; chmod o-r", path.display()));
    }
}

fn proxies(texts: &[String]) -> Result<Vec<IpNet>, Failure> {
    let parsed = texts
        .iter()
        .map(|t| net(t).ok_or_else(|| Failure::config(format!("trusted_proxies: {t} is no address range"))));
    let nets: Vec<IpNet> = parsed.collect::<Result<_, _>>()?;
    if nets.iter().any(|n| n.prefix_len() == 0) {
        return Err(Failure::config("trusted_proxies: a range of all addresses trusts everybody (SEC-02)"));
    }
    Ok(nets)
}

/// `CIDR=N`.
fn limits(texts: &[String]) -> Result<Vec<(IpNet, i32)>, Failure> {
    let one = |text: &String| {
        let (range, figure) = text.split_once('=')?;
        let figure: i32 = figure.trim().parse().ok().filter(|n| *n > 0)?;
        Some((net(range.trim())?, figure))
    };
    let bad = |text: &String| {
        Failure::config(format!("source_limit: {text} must be CIDR=N, like 192.0.2.0/24=500"))
    };
    texts.iter().map(|t| one(t).ok_or_else(|| bad(t))).collect()
}

fn net(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from))
}

/// Binds a listener, named by this flag.
pub(crate) fn bind(flag: &str, address: &str) -> Result<TcpListener, Failure> {
    let parts = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
    if parts.is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
        return Err(Failure::new("listen", 2, format!("{flag} {address}: it must be HOST:PORT"))
            .hint(format!("for example: {flag} 127.0.0.1:9180")));
    }
    let fail = |e: std::io::Error| {
        Failure::new("listen", 7, format!("{address}: {e}")).hint(match (e.kind(), flag) {
            (std::io::ErrorKind::AddrInUse, "--listen") => {
                "stop what listens there (a demo?), or choose another port, with the address that people then use: \
                 --listen 127.0.0.1:9180 --base-url http://127.0.0.1:9180"
                    .to_owned()
            }
            _ => format!("stop what listens there, or choose another address: {flag} 127.0.0.1:9181"),
        })
    };
    let listener = TcpListener::bind(address).map_err(fail)?;
    listener.set_nonblocking(true).map_err(fail)?;
    Ok(listener)
}
