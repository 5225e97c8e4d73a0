//! The static files: compiled in, named by the hash of their content, so that they can be cached for ever.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// One static file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its file name: `guest.css`.
    pub name: &'static str,
    /// The first twelve hexadecimal digits of its SHA-256.
    pub hash: String,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its content, as written.
    pub bytes: &'static [u8],
    /// Where it is served: `/static/guest.0123456789ab.css`.
    pub url: String,
}

/// Every static file.
#[derive(Debug, Clone)]
pub struct Assets {
    /// The style sheet of the guest pages.
    pub guest_css: Asset,
    /// What script adds to the guest pages.
    pub enhance_js: Asset,
    /// Sends the form of G25 by itself.
    pub form_post_js: Asset,
    /// The icon of the site.
    pub icon_svg: Asset,
}

impl Assets {
    /// Hashes the files.
    pub fn new() -> Self {
        const CSS: &str = "text/css; charset=utf-8";
        const JS: &str = "text/javascript; charset=utf-8";
        Self {
            guest_css: asset("guest", "guest.css", CSS, include_bytes!("../../../../web/static/guest.css")),
            enhance_js: asset(
                "enhance",
                "enhance.js",
                JS,
                include_bytes!("../../../../web/static/enhance.js"),
            ),
            form_post_js: asset(
                "form_post",
                "form_post.js",
                JS,
                include_bytes!("../../../../web/static/form_post.js"),
            ),
            icon_svg: asset(
                "icon",
                "icon.svg",
                "image/svg+xml",
                include_bytes!("../../../../web/static/icon.svg"),
            ),
        }
    }

    /// All of them.
    pub fn all(&self) -> [&Asset; 4] {
        [&self.guest_css, &self.enhance_js, &self.form_post_js, &self.icon_svg]
    }

    /// Where a file is served, by its name.
    pub fn url(&self, name: &str) -> Option<&str> {
        self.all().into_iter().find(|asset| asset.name == name).map(|asset| asset.url.as_str())
    }

    /// The file at a path, given with or without its `/static/`. A wrong hash finds nothing.
    pub fn get(&self, path: &str) -> Option<&Asset> {
        let wanted = path.strip_prefix(PREFIX).unwrap_or(path);
        self.all().into_iter().find(|asset| asset.url.strip_prefix(PREFIX) == Some(wanted))
    }
}

impl Default for Assets {
    fn default() -> Self {
        Self::new()
    }
}

fn asset(stem: &str, name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    let mut hash = HEXLOWER.encode(&Sha256::digest(bytes));
    hash.truncate(12);
    let ending = name.rsplit('.').next().unwrap_or_default();
    let url = format!("{PREFIX}{stem}.{hash}.{ending}");
    Asset { name, hash, content_type, bytes, url }
}

const PREFIX: &str = "/static/";

#[cfg(test)]
mod tests;
