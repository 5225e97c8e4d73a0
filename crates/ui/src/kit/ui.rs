//! What is built once.

use super::assets::Assets;
use super::error::UiError;
use super::text::Catalogue;

/// What is built once and shared by every page and mail.
#[derive(Debug)]
pub struct Ui {
    pub catalogue: Catalogue,
    /// Styles, scripts and icon, by their hashed names.
    pub assets: Assets,
}

impl Ui {
    /// Builds the catalogue of the languages that are offered, and the assets.
    pub fn new() -> Result<Self, UiError> {
        Ok(Self { catalogue: Catalogue::new()?, assets: Assets::new() })
    }

    /// Like [`Self::new`], with the pseudo-locales `en-XA` and `ar-XB` offered besides; for tests and the gallery.
    pub fn with_pseudo() -> Result<Self, UiError> {
        Ok(Self { catalogue: Catalogue::with_pseudo()?, assets: Assets::new() })
    }
}
