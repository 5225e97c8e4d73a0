//! What people were shown in a test: every answer that a browser of its worlds got.

use std::sync::{Arc, Mutex, PoisonError};

use crate::browser::Exchange;

/// Sees every exchange of the HTTP browsers that were made with it. Clones see the same.
#[derive(Debug, Clone, Default)]
pub struct Witness(Arc<Mutex<Vec<Exchange>>>);

impl Witness {
    /// Sees an exchange.
    pub(crate) fn note(&self, exchange: &Exchange) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange.clone());
    }

    /// What was seen, oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
