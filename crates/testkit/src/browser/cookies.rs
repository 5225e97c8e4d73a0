//! The cookies of one HTTP browser, kept and sent as RFC 6265bis says, on the strict side.
//!
//! Where real browsers differ, this one refuses: `Secure` and `__Host-` cookies are not taken over `http`, also not
//! from loopback (Safari). A refused cookie is remembered with the reason, so that a test can say why nothing worked.

use std::time::Duration;
use url::Url;

/// How a request came about, seen from the site that it goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Typed by the person.
    None,
    /// From a page of the same origin.
    SameOrigin,
    /// From another port or scheme of the same host.
    SameSite,
    /// From another host.
    CrossSite,
}

impl Relation {
    /// Compares the page that leads somewhere with where it leads. A host is taken as a site of its own.
    pub fn between(from: Option<&Url>, to: &Url) -> Self {
        match from {
            None => Self::None,
            Some(from) if from.origin() == to.origin() => Self::SameOrigin,
            Some(from) if from.host_str() == to.host_str() => Self::SameSite,
            Some(_) => Self::CrossSite,
        }
    }

    /// The value of `Sec-Fetch-Site`.
    pub fn header(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SameOrigin => "same-origin",
            Self::SameSite => "same-site",
            Self::CrossSite => "cross-site",
        }
    }
}

/// `SameSite` as the server set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// `Strict`.
    Strict,
    /// `Lax`, also where nothing was said.
    Lax,
    /// `None`.
    None,
}

/// One stored cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    pub name: String,
    /// Its value, as sent.
    pub value: String,
    /// The host that it goes to.
    pub host: String,
    pub path: String,
    /// `Secure`.
    pub secure: bool,
    /// `HttpOnly`.
    pub http_only: bool,
    /// `SameSite`.
    pub same_site: SameSite,
    /// `Max-Age`, or none for a cookie that ends with the browser.
    pub max_age: Option<Duration>,
}

/// All cookies of a browser. They do not expire by themselves: no test waits for that.
#[derive(Debug, Clone, Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
    refused: Vec<(String, &'static str)>,
}

impl Jar {
    /// Takes one `Set-Cookie` header from an answer of `url`.
    pub fn take(&mut self, url: &Url, header: &str) {
        match parse(url, header) {
            Err(reason) => self.refused.push((header.to_owned(), reason)),
            Ok((cookie, dead)) => {
                let same = |old: &Cookie| {
                    old.name == cookie.name && old.host == cookie.host && old.path == cookie.path
                };
                let at = self.cookies.iter().position(same);
                match (at, dead) {
                    (Some(at), true) => drop(self.cookies.remove(at)),
                    (Some(at), false) => self.cookies.splice(at..=at, [cookie]).for_each(drop),
                    (None, true) => {}
                    (None, false) => self.cookies.push(cookie),
                }
            }
        }
    }

    /// The `Cookie` header for a top-level request, longest path first, or none.
    pub fn header(&self, url: &Url, relation: Relation, post: bool) -> Option<String> {
        let mut sent: Vec<&Cookie> =
            self.cookies.iter().filter(|cookie| is_sent(cookie, url, relation, post)).collect();
        sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<_> = sent.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        if pairs.is_empty() { None } else { Some(pairs.join("; ")) }
    }

    /// What is stored.
    pub fn cookies(&self) -> &[Cookie] {
        &self.cookies
    }

    /// What was not taken, and why.
    pub fn refused(&self) -> &[(String, &'static str)] {
        &self.refused
    }

    /// Puts a cookie in, as a test that copies one from another browser does.
    pub fn put(&mut self, cookie: Cookie) {
        self.cookies.retain(|old| old.name != cookie.name || old.host != cookie.host);
        self.cookies.push(cookie);
    }

    /// Forgets all cookies whose name contains `part`.
    pub fn forget(&mut self, part: &str) {
        self.cookies.retain(|cookie| !cookie.name.contains(part));
    }
}

fn parse(url: &Url, header: &str) -> Result<(Cookie, bool), &'static str> {
    let mut parts = header.split(';').map(|part| part.trim_matches([' ', '\t']));
    let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).ok_or("no name=value")?;
    let host = url.host_str().ok_or("no host")?.to_owned();
    let mut cookie = Cookie {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
        host,
        path: default_path(url.path()),
        secure: false,
        http_only: false,
        same_site: SameSite::Lax,
        max_age: None,
    };
    let (mut dead, mut has_domain) = (false, false);
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key.to_ascii_lowercase().as_str() {
            "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
            "domain" => has_domain = !value.is_empty(),
            "secure" => cookie.secure = true,
            "httponly" => cookie.http_only = true,
            "samesite" => cookie.same_site = same_site(value),
            "max-age" => {
                let seconds: i64 = value.parse().map_err(|_| "Max-Age is no number")?;
                dead = seconds <= 0;
                cookie.max_age = u64::try_from(seconds).ok().map(Duration::from_secs);
            }
            "expires" => dead = dead || value.contains("1970"),
            _ => {}
        }
    }
    let host_prefix = cookie.name.starts_with("__Host-");
    if has_domain {
        return Err("a Domain: no cookie of this product has one (SES-02)");
    }
    if cookie.secure && url.scheme() != "https" {
        return Err("Secure over http");
    }
    if (host_prefix || cookie.name.starts_with("__Secure-")) && !cookie.secure {
        return Err("a prefix without Secure");
    }
    if host_prefix && cookie.path != "/" {
        return Err("__Host- with another path than /");
    }
    if cookie.same_site == SameSite::None && !cookie.secure {
        return Err("SameSite=None without Secure");
    }
    if cookie.name.len() + cookie.value.len() > 4096 {
        return Err("longer than 4096 bytes");
    }
    Ok((cookie, dead))
}

fn same_site(value: &str) -> SameSite {
    match value.to_ascii_lowercase().as_str() {
        "strict" => SameSite::Strict,
        "none" => SameSite::None,
        _ => SameSite::Lax,
    }
}

fn is_sent(cookie: &Cookie, url: &Url, relation: Relation, post: bool) -> bool {
    let path = url.path();
    let below = || path.strip_prefix(cookie.path.as_str()).is_some_and(|rest| rest.starts_with('/'));
    let path_matches =
        path == cookie.path || below() || (cookie.path.ends_with('/') && path.starts_with(&cookie.path));
    let site_allows = match cookie.same_site {
        _ if relation != Relation::CrossSite => true,
        SameSite::Strict => false,
        SameSite::Lax => !post,
        SameSite::None => true,
    };
    url.host_str() == Some(cookie.host.as_str())
        && path_matches
        && site_allows
        && (!cookie.secure || url.scheme() == "https")
}

fn default_path(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((above, _)) if !above.is_empty() => above.to_owned(),
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_cookie_goes_back_to_its_host_on_any_port() {
        let mut jar = Jar::default();
        jar.take(&url("http://127.0.0.1:8080/a/b"), "sid=1; Path=/; HttpOnly; SameSite=Lax");
        jar.take(&url("http://127.0.0.1:8080/a/b"), "deep=2; HttpOnly");
        let header = |to: &str, relation, post| jar.header(&url(to), relation, post);
        assert_eq!(header("http://127.0.0.1:9/", Relation::None, false).as_deref(), Some("sid=1"));
        assert_eq!(header("http://127.0.0.1:9/a/x", Relation::None, false).as_deref(), Some("deep=2; sid=1"));
        assert_eq!(header("http://127.0.0.1:9/ab", Relation::None, false).as_deref(), Some("sid=1"));
        assert_eq!(header("http://localhost:8080/", Relation::None, false), None);
        assert_eq!(
            header("http://127.0.0.1:9/", Relation::CrossSite, true),
            None,
            "Lax and a cross-site POST"
        );
        assert!(header("http://127.0.0.1:9/", Relation::CrossSite, false).is_some());
    }

    #[test]
    fn what_a_strict_browser_refuses_is_named() {
        let mut jar = Jar::default();
        let http = url("http://127.0.0.1/");
        let https = url("https://id.test/");
        for (at, header) in [
            (&http, "a=1; Secure"),
            (&http, "__Host-a=1; Secure; Path=/"),
            (&https, "__Host-a=1; Path=/"),
            (&https, "__Host-a=1; Path=/x; Secure"),
            (&https, "a=1; SameSite=None"),
            (&https, "a=1; Domain=id.test"),
        ] {
            jar.take(at, header);
        }
        assert!(jar.cookies().is_empty());
        assert_eq!(jar.refused().len(), 6);
        jar.take(&https, "__Host-a=1; Path=/; Secure");
        jar.take(&https, "__Host-a=2; Path=/; Secure");
        assert_eq!(jar.header(&https, Relation::None, false).as_deref(), Some("__Host-a=2"));
        jar.take(&https, "__Host-a=; Path=/; Secure; Max-Age=0");
        assert!(jar.cookies().is_empty());
    }
}
