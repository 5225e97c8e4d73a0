//! Forms of our own pages: URL-encoded, UTF-8, each field once (OTP-02, ADR-03, WEB-14); and whether a body says that it
//! is a form at all, which programs are asked too.

use actix_web::HttpRequest;
use actix_web::http::header;
use vestibule_app::Error;
use vestibule_core::error::ErrorCode;
use vestibule_oidc::params::Params;

/// A read form.
#[derive(Debug)]
pub(crate) struct Form(Params);

impl Form {
    /// Reads a body. A repeated field, another content type or broken encoding is refused outright.
    pub(crate) fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, Error> {
        if !names_a_form(content_type) {
            return Err(ErrorCode::RequestBad.into());
        }
        let params = Params::parse_bytes(body).map_err(|_| ErrorCode::RequestBad)?;
        let mut names: Vec<&str> = params.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        if names.windows(2).any(|w| w.first() == w.last()) {
            return Err(ErrorCode::RequestBad.into());
        }
        Ok(Self(params))
    }

    /// A field; empty where it is absent.
    pub(crate) fn text(&self, name: &str) -> String {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_owned()).unwrap_or_default()
    }

    /// Whether there are no other fields than these.
    pub(crate) fn only(&self, names: &[&str]) -> bool {
        self.0.iter().all(|(name, _)| names.contains(&name))
    }

    /// A field that is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|v| !v.is_empty())
    }
}

/// Whether a body says that it is a form.
pub(crate) fn is_form(req: &HttpRequest) -> bool {
    names_a_form(req.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()))
}

/// Whether a content type is that of a form, whatever its parameters.
fn names_a_form(content_type: Option<&str>) -> bool {
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
