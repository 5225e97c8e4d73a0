//! What a browser carries sealed: the interaction before its first send (architecture rule 4), the remembered accounts
//! (N-23), an opened link (LNK-03).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use vestibule_app::vault::{KeyPurpose, Vault, VaultError};
use vestibule_core::clock::Instant;
use vestibule_core::ids::{InteractionId, InvitationId, Realm, TenantId, ordered_uuid};
use vestibule_core::interaction::EndingKind;
use vestibule_core::numbers::{INTERACTION_LIFETIME, MAX_SEALED, REMEMBERED_LIFETIME, REMEMBERED_MAX};
use vestibule_core::random::secret_256;
use vestibule_core::{Address, ClientId, Random};
use vestibule_oidc::authorize::AuthorizeRequest;

/// What a trip is for, with all that belongs to that.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Ending {
    /// An application's authorize request.
    #[serde(rename = "a")]
    Authorize {
        #[serde(rename = "c")]
        client: ClientId,
        #[serde(rename = "q")]
        request: Box<AuthorizeRequest>,
    },
    #[serde(rename = "n")]
    Invitation {
        #[serde(rename = "n")]
        id: InvitationId,
        /// The application that it names.
        #[serde(rename = "c", skip_serializing_if = "Option::is_none", default)]
        client: Option<ClientId>,
        /// Where it leads, for the pages' policy alone (WEB-04); what counts is read from the row (INV-02).
        #[serde(rename = "o", skip_serializing_if = "Option::is_none", default)]
        leads_to: Option<String>,
    },
}

impl Ending {
    /// The word that the row bears.
    pub const fn kind(&self) -> EndingKind {
        match self {
            Self::Authorize { .. } => EndingKind::Authorize,
            Self::Invitation { .. } => EndingKind::Invitation,
        }
    }

    /// The application.
    pub const fn client(&self) -> Option<&ClientId> {
        match self {
            Self::Authorize { client, .. } => Some(client),
            Self::Invitation { client, .. } => client.as_ref(),
        }
    }

    /// The authorize request.
    pub fn request(&self) -> Option<&AuthorizeRequest> {
        match self {
            Self::Authorize { request, .. } => Some(request),
            Self::Invitation { .. } => None,
        }
    }

    /// The invitation.
    pub const fn invitation(&self) -> Option<InvitationId> {
        match self {
            Self::Authorize { .. } => None,
            Self::Invitation { id, .. } => Some(*id),
        }
    }
}

/// An interaction as the browser carries it. Short keys: the cookie is to stay near 1.2 KiB.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sealed {
    /// Its id; the row, once there is one, bears the same.
    #[serde(rename = "i")]
    pub id: InteractionId,
    /// The interaction's secret (OTP-11), 43 characters; renewed with each proof.
    #[serde(rename = "s")]
    pub secret: String,
    /// When it began, in microseconds.
    #[serde(rename = "b")]
    pub began_at: i64,
    /// What it is for.
    #[serde(rename = "e")]
    pub ending: Ending,
    /// The address, as typed.
    #[serde(rename = "a", skip_serializing_if = "Option::is_none", default)]
    pub address: Option<Address>,
    /// The live session was picked in this trip.
    #[serde(rename = "p", skip_serializing_if = "std::ops::Not::not", default)]
    pub picked: bool,
    /// The subject that the application named (`id_token_hint`, `claims`): nobody else is answered (OIDC Core 5.5.1).
    #[serde(rename = "w", skip_serializing_if = "Option::is_none", default)]
    pub wanted: Option<String>,
    /// The tenant's part of the path, as it was opened.
    #[serde(rename = "t")]
    pub segment: String,
}

impl Sealed {
    /// When it began.
    pub fn began(&self) -> Instant {
        Instant::from_timestamp_micros(self.began_at).unwrap_or(Instant::MIN_UTC)
    }

    /// Seals it for its realm and cookie. `None` where it would be too large (SES-02).
    pub fn seal(&self, vault: &Vault, realm: Realm) -> Result<Option<String>, VaultError> {
        let value =
            seal(vault, KeyPurpose::Interaction, &[realm.id().as_bytes(), self.id.0.as_bytes()], self)?;
        Ok((value.len() <= MAX_SEALED).then_some(value))
    }

    /// Opens a cookie's value; `None` for anything altered, moved or from another realm (SES-01).
    pub fn open(vault: &Vault, realm: Realm, id: InteractionId, value: &str) -> Option<Self> {
        let sealed: Self =
            open(vault, KeyPurpose::Interaction, &[realm.id().as_bytes(), id.0.as_bytes()], value)?;
        (sealed.id == id).then_some(sealed)
    }

    /// Whether its day is over (N-21).
    pub fn expired(&self, now: Instant) -> bool {
        now - self.began() > INTERACTION_LIFETIME
    }
}

/// One remembered account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedAccount {
    #[serde(rename = "t")]
    pub tenant: TenantId,
    #[serde(rename = "a")]
    pub address: String,
    /// When it was last used, in seconds.
    #[serde(rename = "l")]
    pub last: i64,
}

/// The accounts that a browser remembers, the newest first (N-23).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered(Vec<RememberedAccount>);

impl Remembered {
    /// Opens the cookie; anything odd is an empty list.
    pub fn open(vault: &Vault, value: Option<&str>, now: Instant) -> Self {
        let mut list: Self =
            value.and_then(|v| open(vault, KeyPurpose::Remembered, &[], v)).unwrap_or_default();
        list.0.retain(|a| now.timestamp() - a.last < REMEMBERED_LIFETIME.num_seconds());
        list
    }

    /// Seals it.
    pub fn seal(&self, vault: &Vault) -> Result<String, VaultError> {
        seal(vault, KeyPurpose::Remembered, &[], self)
    }

    /// Those of one tenant.
    pub fn of(&self, tenant: TenantId) -> Vec<Address> {
        self.0.iter().filter(|a| a.tenant == tenant).filter_map(|a| Address::parse(&a.address).ok()).collect()
    }

    /// Puts an account first.
    pub fn add(&mut self, tenant: TenantId, address: &Address, now: Instant) {
        self.remove(tenant, address);
        let account =
            RememberedAccount { tenant, address: address.as_str().to_owned(), last: now.timestamp() };
        self.0.insert(0, account);
        self.0.truncate(REMEMBERED_MAX * 2);
    }

    /// Forgets an account.
    pub fn remove(&mut self, tenant: TenantId, address: &Address) {
        self.0.retain(|a| {
            a.tenant != tenant || Address::parse(&a.address).map_or(true, |b| b.key() != address.key())
        });
    }
}

/// A link that was opened, between the address bar and its page (LNK-03).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Landing {
    /// The token of the link.
    #[serde(rename = "t")]
    pub token: String,
    /// Makes the form's token unguessable, and is the secret of the trip that begins here.
    #[serde(rename = "s")]
    pub secret: String,
    /// The trip that begins here: the same for every press on this opened page.
    #[serde(rename = "i")]
    pub id: InteractionId,
}

impl Landing {
    /// A link that is opened now.
    pub fn new(token: &str, now: Instant, random: &dyn Random) -> Self {
        // What cannot be a token of ours is not carried around: it leads to the same page as a dead one (SES-02).
        let possible = token.len() <= 64 && token.bytes().all(|b| b.is_ascii_graphic());
        Self {
            token: if possible { token.to_owned() } else { String::new() },
            secret: secret_256(random).expose().to_owned(),
            id: InteractionId(ordered_uuid(now, random)),
        }
    }

    /// Seals it for a realm and kind of link.
    pub fn seal(&self, vault: &Vault, tenant: TenantId, kind: &str) -> Result<String, VaultError> {
        seal(vault, KeyPurpose::Landing, &[tenant.0.as_bytes(), kind.as_bytes()], self)
    }

    /// Opens it.
    pub fn open(vault: &Vault, tenant: TenantId, kind: &str, value: &str) -> Option<Self> {
        open(vault, KeyPurpose::Landing, &[tenant.0.as_bytes(), kind.as_bytes()], value)
    }
}

fn seal<T: Serialize>(
    vault: &Vault,
    purpose: KeyPurpose,
    place: &[&[u8]],
    value: &T,
) -> Result<String, VaultError> {
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(value).map_err(|_| VaultError::Library)?);
    Ok(data_encoding::BASE64URL_NOPAD.encode(&vault.seal(purpose, place, &plain)?))
}

fn open<T: DeserializeOwned>(vault: &Vault, purpose: KeyPurpose, place: &[&[u8]], value: &str) -> Option<T> {
    let bytes = data_encoding::BASE64URL_NOPAD.decode(value.as_bytes()).ok()?;
    serde_json::from_slice(&vault.unseal(purpose, place, &bytes).ok()?).ok()
}
