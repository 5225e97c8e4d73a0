//! Verifiers, a folder each: how a proof begins, is counted, consumed and shown. What is common to all presses stands in
//! [`super::step`].

pub mod passcode;

use vestibule_core::method::Method;

use super::trip::Trip;
use super::view::View;

/// The page where a method is proven, as the trip stands; `None` where this release does not verify it.
pub(crate) fn view(method: Method, trip: &Trip) -> Option<Box<dyn View>> {
    match method {
        Method::Passcode => Some(passcode::view::page(trip)),
        Method::Federated | Method::Organization | Method::Account => None,
    }
}
