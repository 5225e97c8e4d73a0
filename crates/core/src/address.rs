//! Mail addresses and domains, parsed and normalised once, at the edge (ADR-01 to ADR-05, ADR-08).

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::numbers::ADDRESS_MAX;

/// Why a text is no address. One generic reason for people; the variants are for the audit trail and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was typed.
    #[error("the address is empty")]
    Empty,
    /// Longer than 254 bytes.
    #[error("the address is too long")]
    TooLong,
    /// Characters that change under NFKC: full-width letters, another `@`, another dot.
    #[error("the address has characters that look like others")]
    Unstable,
    /// Not exactly one `@`.
    #[error("the address needs exactly one @")]
    At,
    /// The part before `@` is no dot-atom of ASCII letters, digits and the usual signs.
    #[error("the part before @ is not supported")]
    Local,
    /// The part after `@` is no domain name of two labels or more.
    #[error("the part after @ is no domain name")]
    Domain,
}

/// A domain name as A-labels in lower case, at least two labels, no trailing dot, no IP literal.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Domain(String);

impl Domain {
    /// Parses a domain name: UTS-46 non-transitional with STD3 rules and DNS lengths (ADR-01).
    ///
    /// ```
    /// use vestibule_core::Domain;
    /// assert_eq!(Domain::parse("Bücher.Example").unwrap().as_str(), "xn--bcher-kva.example");
    /// assert!(Domain::parse("corp.test.").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() || text.len() > ADDRESS_MAX {
            return Err(AddressError::Domain);
        }
        if text.nfkc().ne(text.chars())
            || text
                .contains(['\u{3002}', '\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'])
        {
            return Err(AddressError::Unstable);
        }
        let ascii = idna::AsciiDenyList::STD3;
        let name = idna::uts46::Uts46::new()
            .to_ascii(text.as_bytes(), ascii, idna::uts46::Hyphens::Check, idna::uts46::DnsLength::Verify)
            .map_err(|_| AddressError::Domain)?;
        let labels: Vec<&str> = name.split('.').collect();
        let numeric_last = labels.last().is_none_or(|l| l.bytes().all(|b| b.is_ascii_digit()));
        if labels.len() < 2 || labels.iter().any(|l| l.is_empty()) || numeric_last {
            return Err(AddressError::Domain);
        }
        Ok(Self(name.into_owned()))
    }

    /// The name as A-labels in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is `other` or lies below it, label by label (ADR-05).
    pub fn is_or_below(&self, other: &Self) -> bool {
        self == other || self.0.strip_suffix(other.as_str()).is_some_and(|rest| rest.ends_with('.'))
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Domain({})", self.0)
    }
}

/// A mailbox. Made only by [`Address::parse`]; `Debug` is masked, because addresses do not belong into logs (AUD-04).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    typed: String,
    key: String,
    domain: Domain,
}

impl Address {
    /// Parses what a person typed (ADR-01). Outer white space and a leading `mailto:` are taken off first, nothing else.
    ///
    /// ```
    /// use vestibule_core::Address;
    /// let a = Address::parse(" Nicole@Riverstone.example ").unwrap();
    /// assert_eq!(a.key(), "nicole@riverstone.example");
    /// assert!(Address::parse("a@b@corp.test").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        let text = match text.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => text.get(7..).unwrap_or_default(),
            _ => text,
        };
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.len() > ADDRESS_MAX {
            return Err(AddressError::TooLong);
        }
        if text.nfkc().ne(text.chars()) {
            return Err(AddressError::Unstable);
        }
        let mut parts = text.split('@');
        let (Some(local), Some(domain), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(AddressError::At);
        };
        if !is_dot_atom(local) {
            return Err(AddressError::Local);
        }
        let domain = Domain::parse(domain)?;
        let key = format!("{}@{domain}", local.to_ascii_lowercase());
        if key.len() > ADDRESS_MAX {
            return Err(AddressError::TooLong);
        }
        Ok(Self { typed: format!("{local}@{domain}"), key, domain })
    }

    /// What mail is sent to: the local part as typed, the domain as A-labels.
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// What identity is compared by: lower-cased local part `@` A-label domain (ADR-02). Plus tags count (ADR-08).
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What limits are counted by: the key without a plus tag (ADR-08).
    pub fn limit_key(&self) -> String {
        let (local, domain) = self.key.split_once('@').unwrap_or((&self.key, ""));
        let folded = local.split('+').next().unwrap_or(local);
        let folded = if folded.is_empty() { local } else { folded };
        format!("{folded}@{domain}")
    }

    /// The domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The part before `@`, as typed.
    pub fn local(&self) -> &str {
        self.typed.split_once('@').map_or("", |(local, _)| local)
    }

    /// For logs: first letter of the local part and the domain (`g***@guest.test`, AUD-04).
    pub fn masked(&self) -> String {
        let first: String = self.typed.chars().take(1).collect();
        format!("{first}***@{}", self.domain)
    }

    /// For pages shown to somebody else: the domain masked too (`g***@g***.test`, INV-12).
    pub fn masked_fully(&self) -> String {
        let first: String = self.typed.chars().take(1).collect();
        let domain = self.domain.as_str();
        let head: String = domain.chars().take(1).collect();
        let top = domain.rsplit('.').next().unwrap_or_default();
        format!("{first}***@{head}***.{top}")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.masked())
    }
}

/// As it was typed; read back by [`Address::parse`], so that whatever holds one was parsed.
impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.typed)
    }
}

impl<'de> serde::Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// `atext` of RFC 5322 in atoms joined by single dots, without `%`, which old relays route by (ADR-01).
fn is_dot_atom(local: &str) -> bool {
    !local.is_empty()
        && local.len() <= 64
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&'*+-/=?^_`{|}~".contains(&b))
        })
        && !local.starts_with("=?")
}

#[cfg(test)]
mod tests;
