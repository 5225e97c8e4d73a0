//! What every use case gets beside its input: who is on the other end of the wire, in which language, and when.

use std::net::{IpAddr, Ipv4Addr};

use vestibule_core::clock::Instant;
use vestibule_core::ids::{TraceId, ordered_uuid};
use vestibule_core::{Clock, Random};

/// The circumstances of one request or command.
#[derive(Debug, Clone)]
pub struct Context {
    /// Shown on error pages and in every log line of the request.
    pub trace: TraceId,
    /// The client's address, as the one resolver found it (WEB-13).
    pub source: IpAddr,
    /// Browser family and system, coarse: `Firefox on Windows`.
    pub browser: String,
    /// The language of the page.
    pub locale: String,
    /// When the request came, by this node's clock: for logs and commands. What a sign-in decides by is the moment of its
    /// live read (TIM-01).
    pub now: Instant,
}

impl Context {
    /// A context for a request.
    pub fn new(
        clock: &dyn Clock,
        random: &dyn Random,
        source: IpAddr,
        browser: String,
        locale: String,
    ) -> Self {
        let now = clock.now();
        Self { trace: TraceId(ordered_uuid(now, random)), source, browser, locale, now }
    }

    /// A context for a command or job.
    pub fn local(clock: &dyn Clock, random: &dyn Random) -> Self {
        Self::new(clock, random, IpAddr::V4(Ipv4Addr::LOCALHOST), "command line".into(), "en".into())
    }
}
