//! The root key and what is derived from it: one key per purpose (KEY-09), sealing with AES-256-GCM (KEY-03), keyed
//! hashes for what is short or personal, plain hashes for what has 256 bits of its own (architecture rule 10).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ring::{aead, digest, hkdf, hmac};
use vestibule_core::Random;
use vestibule_core::secret::{Digest, Secret};
use zeroize::Zeroizing;

/// What a derived key is for. No key serves two purposes, and none stands in for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPurpose {
    /// Digests of passcodes (OTP-16).
    Passcode,
    /// Form tokens (WEB-01).
    Csrf,
    /// Sealed interactions.
    Interaction,
    /// The list of remembered accounts.
    Remembered,
    /// An opened invitation or report, between the link and its page.
    Landing,
    /// Bodies of queued mails (KEY-12).
    Outbox,
    /// Private signing keys.
    SigningKey,
    /// Tenants' pairwise-subject keys.
    Pairwise,
    /// Keys of throttle rows, and what stands for an address in tables.
    Address,
    /// Context of a code (browser, network) until its report link ends.
    CodeContext,
    /// Proves that the root key is the one that the database was made with.
    RootCheck,
    /// Digests for nobody: the work that decoys share with real codes (OTP-17).
    Decoy,
}

impl KeyPurpose {
    const ALL: [Self; 12] = [
        Self::Passcode,
        Self::Csrf,
        Self::Interaction,
        Self::Remembered,
        Self::Landing,
        Self::Outbox,
        Self::SigningKey,
        Self::Pairwise,
        Self::Address,
        Self::CodeContext,
        Self::RootCheck,
        Self::Decoy,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Passcode => "vestibule passcode 1",
            Self::Csrf => "vestibule csrf 1",
            Self::Interaction => "vestibule interaction 1",
            Self::Remembered => "vestibule remembered 1",
            Self::Landing => "vestibule landing 1",
            Self::Outbox => "vestibule outbox 1",
            Self::SigningKey => "vestibule signing key 1",
            Self::Pairwise => "vestibule pairwise 1",
            Self::Address => "vestibule address 1",
            Self::CodeContext => "vestibule code context 1",
            Self::RootCheck => "vestibule root check 1",
            Self::Decoy => "vestibule decoy 1",
        }
    }
}

/// Why something could not be sealed, opened or derived. Says nothing of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The root key has not 32 bytes, or is all the same byte (KEY-10).
    #[error("the root key must be 32 random bytes, as 64 hexadecimal digits")]
    RootKey,
    /// What is stored cannot be opened with this root key, at this place.
    #[error("a sealed value cannot be opened: wrong root key, or altered")]
    Open,
    /// The library refused.
    #[error("the cryptographic library refused")]
    Library,
}

struct Derived {
    seal: aead::LessSafeKey,
    mac: hmac::Key,
}

/// All derived keys. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<Vec<Derived>>,
    hashes: Arc<AtomicU64>,
    random: Arc<dyn Random>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(***)")
    }
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Vault {
    /// Derives every purpose's key from the root key (64 hexadecimal digits).
    pub fn open(root: &Secret, random: Arc<dyn Random>) -> Result<Self, VaultError> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(root.expose().trim().as_bytes());
        let bytes = Zeroizing::new(bytes.map_err(|_| VaultError::RootKey)?);
        let first = bytes.first().copied();
        if bytes.len() != 32 || bytes.iter().all(|b| Some(*b) == first) {
            return Err(VaultError::RootKey);
        }
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"vestibule root key").extract(&bytes);
        let keys = KeyPurpose::ALL.iter().map(|purpose| derive(&prk, *purpose)).collect::<Result<_, _>>()?;
        Ok(Self { keys: Arc::new(keys), hashes: Arc::default(), random })
    }

    /// A new root key, as it is written to its file.
    pub fn new_root(random: &dyn Random) -> Secret {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        random.fill(bytes.as_mut());
        Secret::new(data_encoding::HEXLOWER.encode(bytes.as_ref()))
    }

    fn key(&self, purpose: KeyPurpose) -> Result<&Derived, VaultError> {
        let place = KeyPurpose::ALL.iter().position(|p| *p == purpose).ok_or(VaultError::Library)?;
        self.keys.get(place).ok_or(VaultError::Library)
    }

    /// Seals `plain`; `place` (table, tenant, record …) must be the same when it is opened (KEY-03).
    pub fn seal(&self, purpose: KeyPurpose, place: &[&[u8]], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0_u8; aead::NONCE_LEN];
        self.random.fill(&mut nonce);
        let mut out = Vec::with_capacity(1 + nonce.len() + plain.len() + 16);
        out.push(FORMAT);
        out.extend_from_slice(&nonce);
        let mut body = plain.to_vec();
        let aad = aead::Aad::from(prefixed(place));
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        self.key(purpose)?
            .seal
            .seal_in_place_append_tag(nonce, aad, &mut body)
            .map_err(|_| VaultError::Library)?;
        out.append(&mut body);
        Ok(out)
    }

    /// Opens what [`Vault::seal`] made, for the same purpose at the same place.
    pub fn unseal(
        &self,
        purpose: KeyPurpose,
        place: &[&[u8]],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (format, rest) = sealed.split_first().ok_or(VaultError::Open)?;
        let (nonce, body) = rest.split_at_checked(aead::NONCE_LEN).ok_or(VaultError::Open)?;
        if *format != FORMAT {
            return Err(VaultError::Open);
        }
        let nonce = aead::Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Open)?;
        let mut body = Zeroizing::new(body.to_vec());
        let aad = aead::Aad::from(prefixed(place));
        let length =
            self.key(purpose)?.seal.open_in_place(nonce, aad, &mut body).map_err(|_| VaultError::Open)?.len();
        body.truncate(length);
        Ok(body)
    }

    /// How many keyed digests were made so far: what is done for somebody must be done for nobody too (OTP-17).
    pub fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    /// A keyed digest over length-prefixed parts, so that `("ab","c")` and `("a","bc")` differ (OTP-16).
    pub fn mac(&self, purpose: KeyPurpose, parts: &[&[u8]]) -> Result<Digest, VaultError> {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        let tag = hmac::sign(&self.key(purpose)?.mac, &prefixed(parts));
        Digest::from_slice(tag.as_ref()).ok_or(VaultError::Library)
    }
}

const FORMAT: u8 = 1;

/// A plain digest of a secret that has 256 bits of its own: `what` keeps purposes apart, `epoch` dies with a restore.
pub fn hash(what: &str, epoch: i64, secret: &str) -> Digest {
    let input = prefixed(&[what.as_bytes(), &epoch.to_be_bytes(), secret.as_bytes()]);
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, &input).as_ref());
    Digest(out)
}

fn derive(prk: &hkdf::Prk, purpose: KeyPurpose) -> Result<Derived, VaultError> {
    let mut bytes = Zeroizing::new([0_u8; 64]);
    let info = [purpose.label().as_bytes()];
    let okm = prk.expand(&info, Length(64)).map_err(|_| VaultError::Library)?;
    okm.fill(bytes.as_mut()).map_err(|_| VaultError::Library)?;
    let (seal, mac) = bytes.split_at(32);
    let seal = aead::UnboundKey::new(&aead::AES_256_GCM, seal).map_err(|_| VaultError::Library)?;
    Ok(Derived { seal: aead::LessSafeKey::new(seal), mac: hmac::Key::new(hmac::HMAC_SHA256, mac) })
}

fn prefixed(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|p| p.len() + 4).sum());
    for part in parts {
        out.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests;
