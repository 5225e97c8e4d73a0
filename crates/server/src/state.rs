//! What handlers share.

use std::sync::Arc;

use ipnet::IpNet;
use vestibule_app::App;
use vestibule_outbound::{MemoryOutbox, Transport};
use vestibule_signin::documents::Documents;
use vestibule_ui::Ui;

use crate::config::Patience;
use crate::cookies::Names;
use crate::metrics::Metrics;

/// Shared by all workers.
#[derive(Debug)]
pub struct State {
    /// The use cases' parts.
    pub app: Arc<App>,
    /// Words and looks of pages and mails.
    pub ui: Arc<Ui>,
    /// Discovery and JWKS.
    pub documents: Documents,
    /// The form of cookie names.
    pub names: Names,
    /// Fronts whose forwarding header counts (WEB-13).
    pub trusted_proxies: Vec<IpNet>,
    /// Counters.
    pub metrics: Metrics,
    /// The demo's mailbox, where this is one.
    pub mailbox: Option<MemoryOutbox>,
    /// Where mail goes, where this process sends any.
    pub transport: Option<Arc<Transport>>,
    /// How long a client may take.
    pub patience: Patience,
}
