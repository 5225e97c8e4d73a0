//! The one reader and the one writer of cookies (SES-02, SES-03).
//!
//! The `Cookie` header is read byte by byte: split on `;`, only SP and HTAB are stripped, names are compared byte for
//! byte, nothing is percent-decoded. Two cookies of one security-relevant name count as none.

use std::collections::HashMap;

use vestibule_app::cookies::{CookieChange, Jar, realm_tag};
use vestibule_core::numbers as n;
use vestibule_core::urls::locator;

/// The form of cookie names, fixed at start by the base URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Names {
    /// Loopback mode: no prefix, no `Secure` (SEC-02).
    pub(crate) loopback: bool,
}

impl Names {
    const fn prefix(self) -> &'static str {
        if self.loopback { "" } else { "__Host-" }
    }

    fn name(self, kind: &str) -> String {
        format!("{}{kind}", self.prefix())
    }

    /// Reads `Cookie` header lines.
    pub(crate) fn read<'a>(self, lines: impl Iterator<Item = &'a [u8]>) -> Jar {
        let mut values: HashMap<&str, Option<&str>> = HashMap::new();
        let mut order = Vec::new();
        for pair in lines.flat_map(|line| line.split(|b| *b == b';')) {
            let Some((name, value)) = split(pair) else { continue };
            // The second of a name makes both worthless.
            values.entry(name).and_modify(|v| *v = None).or_insert_with(|| {
                order.push(name);
                Some(value)
            });
        }
        let mut jar = Jar { any: !values.is_empty(), ..Jar::default() };
        for name in order {
            let Some(value) = values.get(name).copied().flatten() else { continue };
            let Some(kind) = name.strip_prefix(self.prefix()) else { continue };
            match kind.split_once('.') {
                Some(("vi", tag)) => jar.interactions.push((tag.to_owned(), value.to_owned())),
                Some(("vs", tag)) => jar.sessions.push((tag.to_owned(), value.to_owned())),
                None if kind == "va" => jar.remembered = Some(value.to_owned()),
                None if kind == "vn" => jar.invitation = Some(value.to_owned()),
                None if kind == "vr" => jar.report = Some(value.to_owned()),
                _ => {}
            }
        }
        jar
    }

    /// The language that was chosen on this device.
    pub(crate) fn language<'a>(self, lines: impl Iterator<Item = &'a [u8]>) -> Option<String> {
        let wanted = self.name("vl");
        let mut found = lines
            .flat_map(|line| line.split(|b| *b == b';'))
            .filter_map(split)
            .filter(|(name, _)| *name == wanted);
        let first = found.next().map(|(_, value)| value.to_owned());
        first.filter(|_| found.next().is_none())
    }

    /// `Set-Cookie` lines for what changes. Sealed interactions are kept within N-21: at most three, below 4 KiB.
    pub(crate) fn write(self, changes: &[CookieChange], jar: &Jar) -> Vec<String> {
        changes.iter().flat_map(|change| self.lines(change, jar)).collect()
    }

    /// The line that keeps a language.
    pub(crate) fn language_line(self, tag: &str) -> String {
        self.line("vl", tag, 365 * 86_400)
    }

    fn lines(self, change: &CookieChange, jar: &Jar) -> Vec<String> {
        match change {
            CookieChange::Interaction { id, value } => {
                let tag = locator(*id);
                let mut lines: Vec<String> = outgrown(jar, &tag, value.len())
                    .iter()
                    .map(|old| self.forget(&format!("vi.{old}")))
                    .collect();
                lines.push(self.line(&format!("vi.{tag}"), value, n::INTERACTION_LIFETIME.num_seconds()));
                lines
            }
            CookieChange::ForgetInteraction(tag) => vec![self.forget(&format!("vi.{tag}"))],
            CookieChange::Session { realm, value, max_age } => {
                vec![self.line(&format!("vs.{}", realm_tag(*realm)), value, *max_age)]
            }
            CookieChange::ForgetSession(realm) => vec![self.forget(&format!("vs.{}", realm_tag(*realm)))],
            CookieChange::Remembered(value) => {
                vec![self.line("va", value, n::REMEMBERED_LIFETIME.num_seconds())]
            }
            CookieChange::Invitation(value) => {
                vec![self.line("vn", value, n::INTERACTION_LIFETIME.num_seconds())]
            }
            CookieChange::ForgetInvitation => vec![self.forget("vn")],
            CookieChange::Report(value) => {
                vec![self.line("vr", value, n::INTERACTION_LIFETIME.num_seconds())]
            }
            CookieChange::ClearSiteData => Vec::new(),
        }
    }

    fn line(self, kind: &str, value: &str, max_age: i64) -> String {
        let secure = if self.loopback { "" } else { "; Secure" };
        format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}", self.name(kind))
    }

    fn forget(self, kind: &str) -> String {
        self.line(kind, "", 0)
    }
}

/// The sealed interactions that must go when one more comes: the oldest first, by their time-ordered ids.
fn outgrown(jar: &Jar, new: &str, new_length: usize) -> Vec<String> {
    let mut held: Vec<&(String, String)> = jar.interactions.iter().filter(|(tag, _)| tag != new).collect();
    held.sort_by_key(|(tag, _)| age(tag));
    let mut total: usize =
        new_length + held.iter().map(|(tag, value)| tag.len() + value.len()).sum::<usize>();
    let mut evicted = Vec::new();
    for (tag, value) in &held {
        let crowded = held.len() - evicted.len() >= n::INTERACTIONS_PER_BROWSER;
        if !crowded && total < n::MAX_SEALED_TOGETHER {
            break;
        }
        total -= tag.len() + value.len();
        evicted.push(tag.clone());
    }
    evicted
}

/// What a locator sorts by: its bytes begin with the time; one that cannot be read is the oldest.
fn age(tag: &str) -> Vec<u8> {
    data_encoding::BASE64URL_NOPAD.decode(tag.as_bytes()).unwrap_or_default()
}

fn split(pair: &[u8]) -> Option<(&str, &str)> {
    let pair = std::str::from_utf8(pair).ok()?.trim_matches([' ', '\t']);
    let (name, value) = pair.split_once('=')?;
    let clean = value.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b'\\'));
    (clean && !name.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests;
