//! What handlers share.

use std::sync::Arc;

use ipnet::IpNet;
use vestibule_service::App;
use vestibule_service::documents::Documents;

use crate::config::Patience;
use crate::cookies::Names;
use crate::metrics::Metrics;

/// Shared by all workers.
#[derive(Debug)]
pub struct State {
    /// The use cases' parts.
    pub app: Arc<App>,
    /// Discovery and JWKS.
    pub documents: Documents,
    /// The form of cookie names.
    pub names: Names,
    /// Fronts whose forwarding header counts (WEB-13).
    pub trusted_proxies: Vec<IpNet>,
    /// Counters.
    pub metrics: Metrics,
    /// The demo's mailbox, where this is one.
    pub mailbox: Option<vestibule_service::Mailbox>,
    /// How long a client may take.
    pub patience: Patience,
}
