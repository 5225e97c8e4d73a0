//! What the tests of this crate share: seeded randomness, a fixed time, sample applications.

use std::sync::Mutex;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use uuid::Uuid;
use vestibule_core::client::{
    Application, ApplicationSettings, ApplicationType, Audience, RedirectUri, SigningAlgorithm,
};
use vestibule_core::clock::Instant;
use vestibule_core::{ClientId, Random, TenantId};

/// Reproducible randomness.
#[derive(Debug)]
pub(crate) struct Seeded(Mutex<ChaCha20Rng>);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Random for Seeded {
    fn fill(&self, out: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(out);
    }
}

/// 2026-02-01 10:20:31 UTC.
pub(crate) fn now() -> Instant {
    Instant::from_timestamp(1_769_941_231, 0).unwrap()
}

pub(crate) fn tenant() -> TenantId {
    "11111111-2222-4333-8444-555555555555".parse().unwrap()
}

/// The confidential client of the catalogue's vocabulary.
pub(crate) fn web() -> Application {
    Application {
        tenant: tenant(),
        id: Uuid::nil(),
        client_id: ClientId("web".to_owned()),
        name: "Web".to_owned(),
        kind: ApplicationType::Web,
        audience: Audience::Single,
        sector: "web".to_owned(),
        algorithm: SigningAlgorithm::Rs256,
        public: false,
        enabled: true,
        redirect_uris: vec![RedirectUri { position: 3, uri: "https://app.alpha.test/cb".to_owned() }],
        post_logout_redirect_uris: vec!["https://app.alpha.test/bye".to_owned()],
        settings: ApplicationSettings::default(),
    }
}

/// The public native client of the catalogue's vocabulary.
pub(crate) fn cli() -> Application {
    Application {
        client_id: ClientId("cli".to_owned()),
        kind: ApplicationType::Native,
        public: true,
        redirect_uris: vec![
            RedirectUri { position: 0, uri: "http://127.0.0.1/cb".to_owned() },
            RedirectUri { position: 1, uri: "http://[::1]:7000/cb?a=1".to_owned() },
            RedirectUri { position: 2, uri: "com.example.app:/cb".to_owned() },
        ],
        ..web()
    }
}
