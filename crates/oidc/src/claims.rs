//! What ID tokens and userinfo say about a person, in both layouts (PRV-04, `docs/reference/claims.md`), and the pairwise subject.
//!
//! `entra`: the ID token has Entra's claims always and the scopes' claims too. `standard`: it has the protocol's own and
//! what the `claims` parameter named; the rest comes from userinfo. With `response_type=id_token` there is no userinfo to
//! ask, so the scopes' claims are in the ID token in both.

use std::fmt;

use chrono::TimeDelta;
use ring::digest;
use ring::hmac;
use serde::Serialize;
use serde_json::{Map, Value};
use vestibule_core::client::{ClaimsLayout, SigningAlgorithm};
use vestibule_core::clock::Instant;
use vestibule_core::lifecycle::UserKind;
use vestibule_core::numbers::ID_TOKEN_LIFETIME;
use vestibule_core::proof::{AmrSet, Level};
use vestibule_core::{Random, SessionId, TenantId, UserId};

use crate::authorize::StandardClaim;

/// `typ` of an ID token (TOK-01).
pub const TYP_ID_TOKEN: &str = "JWT";

/// A person as tokens of one session in one tenant describe them.
#[derive(Clone, Copy)]
pub struct ClaimsSubject<'a> {
    /// `tid`.
    pub tenant: TenantId,
    /// `iss`.
    pub issuer: &'a str,
    /// `oid`.
    pub oid: UserId,
    /// `sub`: [`pairwise_subject`], or one brought along.
    pub sub: &'a str,
    /// `name`.
    pub name: Option<&'a str>,
    /// `email`.
    pub email: Option<&'a str>,
    /// `email_verified`; stands only beside `email`.
    pub email_verified: bool,
    /// `preferred_username`: the plain address.
    pub preferred_username: Option<&'a str>,
    /// `acct`: 1 for guests, 0 for members.
    pub kind: UserKind,
    /// `idp`: `mail`, `account` or an issuer; absent for a member proven by the tenant itself.
    pub idp: Option<&'a str>,
    /// `amr` (RFC 8176).
    pub amr: AmrSet,
    /// `acr`; no claim where nobody says what the sign-in was worth.
    pub acr: Option<Level>,
    /// `auth_time`.
    pub auth_time: Instant,
    /// `sid`.
    pub sid: SessionId,
}

impl fmt::Debug for ClaimsSubject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({} in {})", self.oid, self.tenant)
    }
}

/// What an ID token is made for.
#[derive(Debug, Clone, Copy)]
pub struct IdTokenInput<'a> {
    /// `aud`: the client and nobody else (TOK-08).
    pub audience: &'a str,
    /// `nonce`, exactly when the request had one (OID-09).
    pub nonce: Option<&'a str>,
    /// [`c_hash`] of the code that comes by the front channel with it.
    pub c_hash: Option<&'a str>,
    /// Layout of the application.
    pub layout: ClaimsLayout,
    pub scopes: &'a [String],
    /// Claims that the `claims` parameter named for the ID token.
    pub requested: &'a [StandardClaim],
    /// Whether the ID token is all there is (`response_type=id_token`).
    pub alone: bool,
    /// `iat` and `nbf`.
    pub issued: Instant,
    /// How long it lives; cut to an hour (TOK-08).
    pub lifetime: TimeDelta,
}

/// The claims of an ID token, ready to be signed with [`TYP_ID_TOKEN`].
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct IdTokenClaims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    iat: i64,
    nbf: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<Level>,
    amr: Vec<&'static str>,
    sid: SessionId,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
    #[serde(flatten)]
    directory: Option<Directory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ver: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uti: Option<String>,
    #[serde(flatten)]
    person: Map<String, Value>,
}

/// Entra's claims about the object in the directory.
#[derive(Clone, PartialEq, Eq, Serialize)]
struct Directory {
    tid: TenantId,
    oid: UserId,
    acct: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp: Option<String>,
}

impl IdTokenClaims {
    /// Puts together what the layout, the scopes and the request call for, and nothing else.
    pub fn build(subject: &ClaimsSubject<'_>, input: &IdTokenInput<'_>, random: &dyn Random) -> Self {
        let entra = input.layout == ClaimsLayout::Entra;
        let by_scope = entra || input.alone;
        let wanted = |claim| input.requested.contains(&claim) || by_scope && has(input.scopes, claim);
        let iat = input.issued.timestamp();
        let lifetime = input.lifetime.clamp(TimeDelta::zero(), ID_TOKEN_LIFETIME);
        Self {
            iss: subject.issuer.to_owned(),
            sub: subject.sub.to_owned(),
            aud: input.audience.to_owned(),
            exp: iat.saturating_add(lifetime.num_seconds()),
            iat,
            nbf: iat,
            auth_time: subject.auth_time.timestamp(),
            acr: subject.acr,
            amr: subject.amr.words(),
            sid: subject.sid,
            nonce: input.nonce.map(str::to_owned),
            c_hash: input.c_hash.map(str::to_owned),
            directory: entra.then(|| Directory::of(subject)),
            ver: entra.then_some("2.0"),
            uti: entra.then(|| unique(random)),
            person: person(subject, wanted),
        }
    }
}

impl fmt::Debug for IdTokenClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdTokenClaims({} for {})", self.sub, self.aud)
    }
}

impl Directory {
    fn of(subject: &ClaimsSubject<'_>) -> Self {
        Self {
            tid: subject.tenant,
            oid: subject.oid,
            acct: u8::from(subject.kind == UserKind::Guest),
            idp: subject.idp.map(str::to_owned),
        }
    }
}

/// The answer of userinfo (OpenID Connect Core section 5.3): `sub`, the claims of the scopes and those that the `claims`
/// parameter named for it, and in the `standard` layout the directory's claims that its ID token does not have.
pub fn userinfo(
    subject: &ClaimsSubject<'_>,
    scopes: &[String],
    layout: ClaimsLayout,
    requested: &[StandardClaim],
) -> Value {
    let mut claims = person(subject, |claim| requested.contains(&claim) || has(scopes, claim));
    claims.insert("sub".to_owned(), subject.sub.into());
    if layout == ClaimsLayout::Standard {
        let directory = Directory::of(subject);
        claims.insert("tid".to_owned(), directory.tid.to_string().into());
        claims.insert("oid".to_owned(), directory.oid.to_string().into());
        claims.insert("acct".to_owned(), directory.acct.into());
        claims.extend(directory.idp.map(|idp| ("idp".to_owned(), idp.into())));
    }
    Value::Object(claims)
}

/// `c_hash` (OpenID Connect Core section 3.3.2.11): the left half of the code's digest, by the hash of the algorithm;
/// Ed25519 is defined with SHA-512.
pub fn c_hash(code: &str, algorithm: SigningAlgorithm) -> String {
    let hash = match algorithm {
        SigningAlgorithm::EdDsa => &digest::SHA512,
        SigningAlgorithm::Rs256 | SigningAlgorithm::Es256 | SigningAlgorithm::Ps256 => &digest::SHA256,
    };
    let full = digest::digest(hash, code.as_bytes());
    let (left, _) = full.as_ref().split_at(hash.output_len() / 2);
    data_encoding::BASE64URL_NOPAD.encode(left)
}

/// The pairwise subject (OID-19, OpenID Connect Core section 8.1): HMAC-SHA256 under the tenant's pairwise key over the
/// length-prefixed sector and the object id. The prefix keeps two sectors from ever hashing the same bytes.
pub fn pairwise_subject(key: &[u8], sector: &str, oid: UserId) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    context.update(&u64::try_from(sector.len()).unwrap_or(u64::MAX).to_be_bytes());
    context.update(sector.as_bytes());
    context.update(oid.0.as_bytes());
    data_encoding::BASE64URL_NOPAD.encode(context.sign().as_ref())
}

fn has(scopes: &[String], claim: StandardClaim) -> bool {
    scopes.iter().any(|scope| scope == claim.scope())
}

fn person(subject: &ClaimsSubject<'_>, wanted: impl Fn(StandardClaim) -> bool) -> Map<String, Value> {
    let value = |claim| -> Option<Value> {
        match claim {
            StandardClaim::Name => subject.name.map(Value::from),
            StandardClaim::PreferredUsername => subject.preferred_username.map(Value::from),
            StandardClaim::Email => subject.email.map(Value::from),
            StandardClaim::EmailVerified => subject.email.map(|_| subject.email_verified.into()),
        }
    };
    StandardClaim::ALL
        .into_iter()
        .filter(|claim| wanted(*claim))
        .filter_map(|claim| Some((claim.as_str().to_owned(), value(claim)?)))
        .collect()
}

fn unique(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    data_encoding::BASE64URL_NOPAD.encode(&bytes)
}

#[cfg(test)]
mod tests;
