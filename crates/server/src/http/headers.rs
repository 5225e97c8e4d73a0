//! Security headers of every answer (WEB-02 to WEB-05), by one table.

use actix_web::HttpResponseBuilder;
use actix_web::http::header::{self, HeaderName, HeaderValue};

/// Where a page's form may end outside our origin (WEB-04).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FormTargets {
    /// Nowhere.
    Own,
    /// At an application or provider: any https, and this origin or scheme where it is not https.
    Out(Option<String>),
    /// There alone: the form is no question of ours, but an application's answer (G25).
    Only(String),
}

/// The content security policy of a page (WEB-03, WEB-04).
pub(crate) fn page_policy(nonce: &str, forms: &FormTargets) -> String {
    let forms = match forms {
        FormTargets::Only(origin) => format!("{origin} https:"),
        FormTargets::Own => "'self'".to_owned(),
        FormTargets::Out(None) => "'self' https:".to_owned(),
        FormTargets::Out(Some(extra)) => format!("'self' https: {extra}"),
    };
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action {forms}"
    )
}

/// The policy of everything that is no page.
pub(crate) const BARE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The headers that every answer bears.
pub(crate) fn common(loopback: bool) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = vec![
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
    ];
    if !loopback {
        headers.push((
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        ));
    }
    headers
}

const PERMISSIONS: &str = "accelerometer=(), camera=(), geolocation=(), microphone=(), payment=(), usb=(), \
                           publickey-credentials-get=(self), publickey-credentials-create=(self), clipboard-write=(self)";

/// The headers of a page.
pub(crate) fn page(builder: &mut HttpResponseBuilder, policy: String, popups: bool) {
    builder
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("cross-origin-opener-policy", if popups { "unsafe-none" } else { "same-origin" }));
}
