//! The mailed code: asked for (G05, *Send a new code*), typed (G06), compared, used up.

mod count;
mod draft;
pub mod send;
mod send_job;
pub mod verify;
pub(crate) mod view;

pub(crate) use draft::RequestContext;

use vestibule_core::passcode::CodePurpose;
use vestibule_core::secret::Digest;

use super::super::trip::Trip;
use vestibule_app::vault::KeyPurpose;
use vestibule_app::{App, Error};

/// The digest of a code: bound to epoch, realm, purpose, application, interaction and address (OTP-12, OTP-16).
fn digest(app: &App, trip: &Trip, address_key: &str, code: &str) -> Result<Digest, Error> {
    let client = trip.sealed.ending.client().map(|c| c.0.as_bytes()).unwrap_or_default();
    Ok(app.vault.mac(
        KeyPurpose::Passcode,
        &[
            &trip.live.epoch.to_be_bytes(),
            trip.realm().id().as_bytes(),
            CodePurpose::SignIn.as_str().as_bytes(),
            client,
            trip.sealed.id.0.as_bytes(),
            address_key.as_bytes(),
            code.as_bytes(),
        ],
    )?)
}
