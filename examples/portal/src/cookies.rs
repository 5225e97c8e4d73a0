//! Two cookies: one holds the session's id, one binds sign-ins under way to this browser.

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::random::TOKEN_LENGTH;

/// The names, which depend on whether the portal is reached over TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cookies {
    secure: bool,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Session,
    /// The browser, for sign-ins under way.
    Browser,
}

impl Cookies {
    pub(crate) fn new(public_url: &str) -> Self {
        Self { secure: public_url.starts_with("https://") }
    }

    fn name(self, kind: Kind) -> &'static str {
        match (kind, self.secure) {
            (Kind::Session, true) => "__Host-portal_session",
            (Kind::Session, false) => "portal_session",
            (Kind::Browser, true) => "__Host-portal_browser",
            (Kind::Browser, false) => "portal_browser",
        }
    }

    /// The value that the browser sent, if it has our form and comes once. Two of one name count as none: one of them
    /// may be somebody else's.
    pub(crate) fn read(self, request: &HttpRequest, kind: Kind) -> Option<String> {
        let name = self.name(kind);
        let lines = request.headers().get_all(header::COOKIE).filter_map(|line| line.to_str().ok());
        let mut found = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value);
        let (value, None) = (found.next()?, found.next()) else { return None };
        let ours = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        (value.len() == TOKEN_LENGTH && value.bytes().all(ours)).then(|| value.to_owned())
    }

    /// A `Set-Cookie` line. It ends when the browser closes, which is sooner than what it stands for.
    pub(crate) fn set(self, kind: Kind, value: &str) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}", self.name(kind))
    }

    /// A `Set-Cookie` line that takes it away.
    pub(crate) fn clear(self, kind: Kind) -> String {
        format!("{}; Max-Age=0", self.set(kind, ""))
    }
}

#[cfg(test)]
mod tests;
