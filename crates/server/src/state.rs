//! What handlers share.

use std::sync::Arc;

use ipnet::IpNet;
use vestibule_app::App;
use vestibule_outbound::{MemoryOutbox, Transport};
use vestibule_signin::documents::Documents;
use vestibule_ui::Ui;

use crate::config::Patience;
use crate::http::cookies::Names;
use crate::ops::metrics::Metrics;

/// Shared by all workers.
#[derive(Debug)]
pub(crate) struct State {
    /// The use cases' parts.
    pub(crate) app: Arc<App>,
    /// Words and looks of pages and mails.
    pub(crate) ui: Arc<Ui>,
    /// Discovery and JWKS.
    pub(crate) documents: Documents,
    /// The form of cookie names.
    pub(crate) names: Names,
    /// Fronts whose forwarding header counts (WEB-13).
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) metrics: Metrics,
    /// The demo's mailbox, where this is one.
    pub(crate) mailbox: Option<MemoryOutbox>,
    /// Where mail goes, where this process sends any.
    pub(crate) transport: Option<Arc<Transport>>,
    /// How long a client may take.
    pub(crate) patience: Patience,
}
