//! Which database: the address parsed once, the variant chosen by its scheme, remote servers only over verified TLS.

use std::net::IpAddr;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use crate::error::TargetError;

/// A database, by its parsed address.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by the address that libpq understands.
    Postgres(String),
}

impl std::fmt::Debug for Target {
    /// Never shows the address of a server: it may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(***)"),
        }
    }
}

impl Target {
    /// Reads `sqlite:///path`, `sqlite:relative` or `postgres://…`.
    pub fn parse(address: &str) -> Result<Self, TargetError> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Ok(Self::Postgres(address.to_owned()));
        }
        let path = address.strip_prefix("sqlite:").ok_or(TargetError::Scheme)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains('?') || path.starts_with(':') {
            return Err(TargetError::Path);
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }

    /// Refuses what SEC-05 forbids: a remote PostgreSQL without a verified connection; and what this build cannot open.
    pub fn check(&self) -> Result<(), TargetError> {
        match self {
            Self::Sqlite(_) if !cfg!(feature = "sqlite") => Err(TargetError::NotBuilt("sqlite")),
            Self::Postgres(_) if !cfg!(feature = "postgres") => Err(TargetError::NotBuilt("postgres")),
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(address) => check_hosts(address, cfg!(feature = "postgres-tls")),
        }
    }
}

/// SEC-05 for one address; `tls` says whether this build can encrypt.
fn check_hosts(address: &str, tls: bool) -> Result<(), TargetError> {
    let parsed = Address::parse(address)?;
    let Some(host) = parsed.hosts.iter().find(|host| !is_local(host)) else { return Ok(()) };
    if !tls {
        return Err(TargetError::RemoteWithoutTls { host: host.clone() });
    }
    if parsed.ssl_mode.as_deref() != Some("verify-full") {
        return Err(TargetError::Unverified { host: host.clone() });
    }
    Ok(())
}

/// What of a PostgreSQL address decides where it leads.
struct Address {
    hosts: Vec<String>,
    ssl_mode: Option<String>,
}

impl Address {
    /// As libpq reads it: several hosts, `host` and `hostaddr` as parameters too. A service file could say anything.
    fn parse(address: &str) -> Result<Self, TargetError> {
        let (_, rest) = address.split_once("://").ok_or(TargetError::Scheme)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
        let authority = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
        let mut hosts = Vec::new();
        for part in authority.split(',') {
            hosts.push(decode(without_port(part)?)?);
        }
        let mut ssl_mode = None;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) =
                pair.split_once('=').ok_or(TargetError::Malformed("a parameter has no value"))?;
            match decode(name)?.as_str() {
                "host" | "hostaddr" => {
                    let value = decode(value)?;
                    hosts.extend(value.split(',').map(str::to_owned));
                }
                "sslmode" => ssl_mode = Some(decode(value)?),
                "service" => return Err(TargetError::Malformed("service files are not supported")),
                _ => {}
            }
        }
        Ok(Self { hosts, ssl_mode })
    }
}

/// The host of `host:port`, `[::1]:port` or `host`.
fn without_port(part: &str) -> Result<&str, TargetError> {
    if let Some(bracketed) = part.strip_prefix('[') {
        let (host, _) = bracketed.split_once(']').ok_or(TargetError::Malformed("an IPv6 host has no end"))?;
        return Ok(host);
    }
    Ok(part.split_once(':').map_or(part, |(host, _)| host))
}

fn decode(text: &str) -> Result<String, TargetError> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| TargetError::Malformed("it is not UTF-8"))
}

/// An empty host is libpq's default: a Unix socket.
fn is_local(host: &str) -> bool {
    host.is_empty()
        || host.starts_with('/')
        || host.starts_with('@')
        || host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
