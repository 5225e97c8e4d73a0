//! Whom we believe to be the mail server (MAIL-03): certificate and host name are always checked.

use std::sync::Arc;

use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};

use super::error::SendError;

/// For STARTTLS, which lettre does: the platform's verifier, or the operator's CA file and nothing else.
pub(super) fn starttls(host: &str, ca_pem: Option<&[u8]>) -> Result<TlsParameters, SendError> {
    server_name(host)?;
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = ca_pem {
        authorities(pem)?;
        let ca = Certificate::from_pem(pem).map_err(|_| unusable())?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(ca);
    }
    builder.build().map_err(|error| SendError::config(&format!("TLS cannot be set up: {error}")))
}

/// For implicit TLS, which we wrap around the socket before lettre sees it; the same trust.
pub(super) fn implicit(ca_pem: Option<&[u8]>) -> Result<Arc<ClientConfig>, SendError> {
    let set_up = |error: rustls::Error| SendError::config(&format!("TLS cannot be set up: {error}"));
    let provider = provider();
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(set_up)?;
    let builder = if let Some(pem) = ca_pem {
        let mut roots = RootCertStore::empty();
        for ca in authorities(pem)? {
            roots.add(ca).map_err(|_| unusable())?;
        }
        builder.with_root_certificates(roots)
    } else {
        let verifier = rustls_platform_verifier::Verifier::new(provider).map_err(set_up)?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    };
    Ok(Arc::new(builder.with_no_client_auth()))
}

/// The name that the certificate must bear.
pub(super) fn server_name(host: &str) -> Result<ServerName<'static>, SendError> {
    ServerName::try_from(host.to_owned())
        .map_err(|_| SendError::config("the host is no name that a certificate can bear"))
}

/// The certificates of a CA file, at least one.
fn authorities(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, SendError> {
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| unusable())?;
    if found.is_empty() { Err(unusable()) } else { Ok(found) }
}

fn unusable() -> SendError {
    SendError::config("the CA file has no usable PEM certificate")
}

/// The process's provider where `main` has installed one, else ring.
fn provider() -> Arc<CryptoProvider> {
    CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(ring::default_provider()))
}
