//! The management listener: health, readiness, metrics.

pub(crate) mod management;
pub(crate) mod metrics;
