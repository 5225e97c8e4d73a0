//! Discovery and JWKS: bytes that decide nothing, kept for at most a second (N-16), so that a flood of them costs no
//! database read each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use vestibule_app::cookies::Jar;
use vestibule_app::{App, Error};
use vestibule_core::clock::Instant;
use vestibule_core::ids::TenantId;
use vestibule_oidc::discovery::{self, DocumentTenant, TENANTLESS};
use vestibule_oidc::keys::{KeySchedule, jwk_set};
use vestibule_store as store;

/// Which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// `openid-configuration`.
    Discovery,
    Jwks,
}

/// A document, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// JSON.
    pub body: Arc<[u8]>,
    /// A strong validator, quoted.
    pub etag: String,
}

/// What a node keeps of documents.
#[derive(Debug, Default)]
pub struct Documents(Mutex<HashMap<(String, DocumentKind), (Instant, Document)>>);

const KEPT: TimeDelta = TimeDelta::seconds(1);
const BOUND: usize = 4_096;

impl Documents {
    /// A document of a tenant or of the tenant-less entry; refuses unknown and switched-off tenants alike (OID-20).
    pub async fn get(&self, app: &App, segment: &str, kind: DocumentKind) -> Result<Document, Error> {
        let (key, now) = ((segment.to_ascii_lowercase(), kind), app.clock.now());
        if let Some(document) = self.cached(&key, now) {
            return Ok(document);
        }
        let made = make(app, &key.0, kind, now).await?;
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= BOUND {
            map.clear();
        }
        map.insert(key, (now, made.clone()));
        Ok(made)
    }

    fn cached(&self, key: &(String, DocumentKind), now: Instant) -> Option<Document> {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.get(key).filter(|(at, _)| *at <= now && now - *at < KEPT).map(|(_, d)| d.clone())
    }
}

async fn make(app: &App, segment: &str, kind: DocumentKind, now: Instant) -> Result<Document, Error> {
    let tenantless = TENANTLESS.iter().find(|t| **t == segment).copied();
    let (tenant, change): (Option<TenantId>, i64) = if tenantless.is_some() {
        let row = app.db.read(store::deployment::find).await?;
        (None, row.map(|d| d.keys_number).unwrap_or_default())
    } else {
        let live = app.live(segment, &Jar::default(), None).await?;
        (Some(live.tenant.id), live.keys_number)
    };
    let value = match kind {
        DocumentKind::Discovery => {
            let which = match tenant {
                Some(id) => DocumentTenant::Guid(id),
                None => DocumentTenant::Template(tenantless.unwrap_or("common")),
            };
            discovery::document(&app.urls, which)
        }
        DocumentKind::Jwks => {
            let keys = app.keys(change).await?;
            let times: Vec<_> = keys.keys.iter().map(|k| k.times.clone()).collect();
            let published: Vec<_> =
                KeySchedule::published(&times, now).into_iter().map(|t| t.kid.clone()).collect();
            let public: Vec<_> = keys
                .keys
                .iter()
                .filter(|k| published.contains(&k.times.kid))
                .map(|k| k.signer.public_key())
                .collect();
            jwk_set(&public)
        }
    };
    let body: Arc<[u8]> = serde_json::to_vec(&value).map_err(Error::internal)?.into();
    let digest = ring::digest::digest(&ring::digest::SHA256, &body);
    let etag = data_encoding::HEXLOWER.encode(digest.as_ref().get(..12).unwrap_or_default());
    Ok(Document { body, etag: format!("\"{etag}\"") })
}
