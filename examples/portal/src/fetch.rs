//! Requests to the issuer: no redirects, no proxy of the environment, bounded in time and size.

use std::sync::Arc;
use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use url::Url;

use crate::ConfigError;
use crate::config::is_safe;

/// The most that is read of an answer.
const BODY_MAX: usize = 1024 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("neither https nor loopback")]
    Unsafe,
    #[error("answer too large")]
    TooLarge,
    #[error("no answer")]
    Http(#[from] reqwest::Error),
    #[error("unreadable answer")]
    Build(#[from] http::Error),
}

/// The HTTP client.
#[derive(Debug, Clone)]
pub(crate) struct Fetch(reqwest::Client);

impl Fetch {
    /// Sets TLS up: with the platform's authorities, or with those of a CA file alone.
    pub(crate) fn new(ca_pem: Option<&[u8]>) -> Result<Self, ConfigError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(ca_pem)?)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(10))
            .build()
            .map_err(|_| ConfigError::Http)?;
        Ok(Self(client))
    }

    /// Sends one request of the library's.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).ok().filter(is_safe).ok_or(FetchError::Unsafe)?;
        let mut answer = self.0.request(parts.method, url).headers(parts.headers).body(body).send().await?;
        let mut out = http::Response::builder().status(answer.status());
        if let Some(headers) = out.headers_mut() {
            *headers = std::mem::take(answer.headers_mut());
        }
        let mut read = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if read.len() + chunk.len() > BODY_MAX {
                return Err(FetchError::TooLarge);
            }
            read.extend_from_slice(&chunk);
        }
        Ok(out.body(read)?)
    }
}

fn tls(ca_pem: Option<&[u8]>) -> Result<ClientConfig, ConfigError> {
    let provider =
        CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(ring::default_provider()));
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|_| ConfigError::Tls)?;
    let Some(pem) = ca_pem else {
        let verifier = rustls_platform_verifier::Verifier::new(provider).map_err(|_| ConfigError::Tls)?;
        let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        return Ok(builder.with_no_client_auth());
    };
    let mut roots = RootCertStore::empty();
    for ca in CertificateDer::pem_slice_iter(pem) {
        roots.add(ca.map_err(|_| ConfigError::Tls)?).map_err(|_| ConfigError::Tls)?;
    }
    if roots.is_empty() {
        return Err(ConfigError::Tls);
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
