//! What the browser keeps for us, by meaning: the server crate knows the names and attributes (SES-02), this crate
//! what is inside.

use vestibule_core::ids::{InteractionId, Realm, SessionId};
use vestibule_core::secret::Secret;
use vestibule_core::urls::{locator, parse_locator};

/// Cookies as they came, already separated by name; values are unverified.
#[derive(Debug, Default)]
pub struct Jar {
    /// Sealed interactions by locator, in the order of the header.
    pub interactions: Vec<(String, String)>,
    /// Sessions by realm tag.
    pub sessions: Vec<(String, String)>,
    pub remembered: Option<String>,
    /// An opened invitation.
    pub invitation: Option<String>,
    /// An opened report link.
    pub report: Option<String>,
    /// Whether any cookie came at all.
    pub any: bool,
}

impl Jar {
    /// The sealed interaction with this id.
    pub fn interaction(&self, id: InteractionId) -> Option<&str> {
        let wanted = locator(id);
        self.interactions.iter().find(|(l, _)| *l == wanted).map(|(_, value)| value.as_str())
    }

    /// The session of this realm, as it was sent.
    pub fn session(&self, realm: Realm) -> Option<SessionCookie> {
        let tag = realm_tag(realm);
        let value = self.sessions.iter().find(|(t, _)| *t == tag).map(|(_, value)| value)?;
        SessionCookie::parse(value)
    }
}

/// The tag of a realm in a cookie name (SES-07).
pub fn realm_tag(realm: Realm) -> String {
    data_encoding::BASE64URL_NOPAD.encode(realm.id().as_bytes())
}

/// `{sid}.{secret}`: the id finds the row, the secret opens it.
#[derive(Debug)]
pub struct SessionCookie {
    /// The row.
    pub id: SessionId,
    /// Compared by digest.
    pub secret: Secret,
}

impl SessionCookie {
    fn parse(value: &str) -> Option<Self> {
        let (id, secret) = value.split_once('.')?;
        let id = parse_locator(id)?;
        (secret.len() == 43).then(|| Self { id: SessionId(id.0), secret: Secret::new(secret.to_owned()) })
    }

    /// As it is set.
    pub fn render(&self) -> String {
        format!("{}.{}", locator(InteractionId(self.id.0)), self.secret.expose())
    }
}

/// A change to what the browser keeps.
#[derive(Debug)]
pub enum CookieChange {
    /// Keeps a sealed interaction; older ones beyond the bounds of N-21 go.
    Interaction {
        id: InteractionId,
        /// Sealed.
        value: String,
    },
    ForgetInteraction(String),
    /// Keeps a session.
    Session {
        /// Where it is good.
        realm: Realm,
        /// The cookie's value.
        value: String,
        /// Until when, in seconds from now.
        max_age: i64,
    },
    ForgetSession(Realm),
    /// Keeps the list of remembered accounts.
    Remembered(String),
    /// Keeps an opened invitation.
    Invitation(String),
    ForgetInvitation,
    /// Keeps an opened report link.
    Report(String),
    /// Asks the browser to forget what it cached (SES-12).
    ClearSiteData,
}
