//! Certificates for tests: a small authority and its leaves, because rustls refuses a CA as a server's certificate.

use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate authority that lives as long as the test.
#[derive(Debug)]
pub struct TestCa {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl TestCa {
    /// Makes one, with a key of its own.
    pub fn new() -> io::Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        params.distinguished_name.push(rcgen::DnType::CommonName, "Vestibule test CA");
        let key = KeyPair::generate().map_err(io::Error::other)?;
        Ok(Self { issuer: CertifiedIssuer::self_signed(params, key).map_err(io::Error::other)? })
    }

    /// The authority's certificate, as a CA file holds it.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server's configuration with a leaf for these names (DNS names or IP addresses).
    pub fn server(&self, names: &[&str]) -> io::Result<Arc<ServerConfig>> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let params = params(names)?;
        let leaf = params.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        config(leaf.der().clone(), &key)
    }

    /// Certificate and key of a leaf for these names, PEM, for a server that reads files.
    pub fn leaf(&self, names: &[&str]) -> io::Result<(String, String)> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let leaf = params(names)?.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        Ok((leaf.pem(), key.serialize_pem()))
    }
}

/// A server's configuration with a certificate that nobody has signed.
pub fn self_signed(names: &[&str]) -> io::Result<Arc<ServerConfig>> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let leaf = params(names)?.self_signed(&key).map_err(io::Error::other)?;
    config(leaf.der().clone(), &key)
}

fn params(names: &[&str]) -> io::Result<CertificateParams> {
    CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
        .map_err(io::Error::other)
}

fn config(leaf: CertificateDer<'static>, key: &KeyPair) -> io::Result<Arc<ServerConfig>> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![leaf], key)
        .map_err(io::Error::other)?;
    Ok(Arc::new(config))
}
