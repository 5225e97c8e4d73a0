//! What the server starts with, and why it may not start. Apart from [`crate::run`], so that the reader of one of
//! these values does not stand above the files that start everything.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use vestibule_core::numbers as n;
use vestibule_outbound::{MemoryOutbox, Transport};

/// Certificate chain and key of our own TLS, as PEM.
#[derive(Debug)]
pub struct Tls {
    pub chain: Vec<u8>,
    pub key: Vec<u8>,
}

/// How long a client may take (DOS-02, N-20).
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request.
    pub head: Duration,
    pub body: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(n::HEAD_TIMEOUT_SECONDS),
            body: Duration::from_secs(n::BODY_TIMEOUT_SECONDS),
        }
    }
}

/// How to serve.
#[derive(Debug)]
pub struct ServerConfig {
    pub listener: TcpListener,
    pub management: TcpListener,
    /// TLS of our own.
    pub tls: Option<Tls>,
    /// Fronts whose forwarding header counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Where mail goes; no mail is sent without it.
    pub transport: Option<Arc<Transport>>,
    /// The demo's mailbox.
    pub mailbox: Option<MemoryOutbox>,
    /// Worker threads; by the number of cores where 0.
    pub workers: usize,
    /// Whether jobs run in this process.
    pub jobs: bool,
    /// How long a client may take.
    pub patience: Patience,
}

/// Why serving could not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen: {0}")]
    Listen(#[from] std::io::Error),
    /// Words or templates are broken.
    #[error("pages cannot be prepared")]
    Pages(#[from] vestibule_ui::UiError),
    #[error("TLS certificate or key: {0}")]
    Tls(String),
}
