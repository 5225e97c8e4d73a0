//! Where mail goes, from what the operator set (MAIL-03).

use std::sync::Arc;

use vestibule_core::Clock;
use vestibule_core::urls::Urls;
use vestibule_outbound::{Mailer, MailerSettings, SmtpUrl, Transport};

/// Connections to the mail server that are kept at most.
const CONNECTIONS: usize = 8;

/// Why mail cannot go there; says what to change.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TransportError(String);

/// A transport over SMTP: TLS always, but for loopback, a Unix socket and loopback mode. `ca_pem` takes the place of the
/// system's authorities.
pub fn smtp(
    url: &str,
    ca_pem: Option<Vec<u8>>,
    urls: &Urls,
    clock: Arc<dyn Clock>,
) -> Result<Transport, TransportError> {
    let url = SmtpUrl::parse(url, urls.loopback()).map_err(|e| TransportError(e.to_string()))?;
    let hello = urls.host().to_owned();
    let settings = MailerSettings { url, ca_pem, hello, connections: CONNECTIONS, clock };
    Mailer::new(settings).map(Transport::Smtp).map_err(|e| TransportError(e.to_string()))
}

/// What the operator reads of a transport: never a credential.
pub fn label(transport: &Transport) -> String {
    match transport {
        Transport::Smtp(mailer) => mailer.url().to_string(),
        Transport::Memory(_) => "kept in memory".to_owned(),
    }
}

/// What a mailer counted, where mail goes over SMTP: name, help, count.
pub fn stats(transport: &Transport) -> Option<[(&'static str, &'static str, u64); 4]> {
    let Transport::Smtp(mailer) = transport else { return None };
    let stats = mailer.stats();
    Some([
        ("mail_sent", "Mails accepted by the mail server", stats.sent),
        ("mail_dropped", "Mails no longer wanted when their turn came", stats.dropped),
        ("mail_permanent", "Mails refused for good", stats.permanent),
        ("mail_transient", "Passing failures", stats.transient),
    ])
}
