//! Redirect URIs: what may be registered (OID-03), what a request may name (OID-01, OID-02), where an invitation may
//! lead (INV-05), and [`SafeUrl`], the only type that redirects and links are built from (WEB-07).

mod parts;
mod place;
mod safe_url;

use vestibule_core::client::{Application, ApplicationSettings, ApplicationType, RedirectUri};
use vestibule_core::numbers::REDIRECT_URI_MAX;

use parts::{LOCALHOST, Loopback, Parts};
pub use place::{admits_redirect, place_of};
pub use safe_url::{SafeUrl, SafeUrlError};

/// Why a redirect URI cannot be registered (OID-03). The texts are for administrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Longer than 2,048 bytes.
    #[error("it is longer than 2048 bytes")]
    TooLong,
    /// Control characters, white space, backslash, quotes, non-ASCII, broken percent escapes.
    #[error("it has characters that do not belong into a URI; write host names as A-labels (xn--)")]
    Characters,
    /// A `*`.
    #[error("wildcards are not supported; register each URI")]
    Wildcard,
    /// A `#`.
    #[error("it must not have a fragment")]
    Fragment,
    /// A user name or password before the host.
    #[error("it must not have a user name or password")]
    UserInfo,
    /// Not absolute, no host, a host that reads differently after parsing, a bad port, dot segments.
    #[error("it must be an absolute URI whose host and path are written plainly")]
    Form,
    /// `http` for another host than the loopback literals.
    #[error(
        "http:// is for the loopback hosts 127.0.0.1 and [::1] only (localhost where the setting allows it)"
    )]
    Plain,
    /// `http` loopback or a private-use scheme for an application that is not native.
    #[error("only native applications may use loopback or private-use schemes; use https://")]
    NativeOnly,
    /// A scheme that is neither `https`, loopback `http` nor private-use with a dot.
    #[error("the scheme must be https, or a private-use scheme with a dot such as com.example.app")]
    Scheme,
}

/// Whether `uri` may be registered for such an application (OID-03, RFC 8252 sections 7 and 8.3). How many an
/// application may have is counted by the caller (`REDIRECT_URIS_MAX`).
pub fn validate_registration(
    kind: ApplicationType,
    settings: &ApplicationSettings,
    uri: &str,
) -> Result<(), RedirectUriError> {
    if uri.len() > REDIRECT_URI_MAX {
        return Err(RedirectUriError::TooLong);
    }
    if !parts::is_uri_text(uri) {
        return Err(RedirectUriError::Characters);
    }
    if uri.contains('*') {
        return Err(RedirectUriError::Wildcard);
    }
    if uri.contains('#') {
        return Err(RedirectUriError::Fragment);
    }
    let parts = Parts::split(uri).ok_or(RedirectUriError::Form)?;
    if parts.authority.is_some_and(|authority| authority.contains('@')) {
        return Err(RedirectUriError::UserInfo);
    }
    if parts.has_dot_segments() {
        return Err(RedirectUriError::Form);
    }
    let native = kind == ApplicationType::Native;
    match parts.scheme {
        "https" if parts.has_plain_host(uri) => Ok(()),
        "https" => Err(RedirectUriError::Form),
        "http" if !parts.loopback().is_some_and(|l| allowed(&l, settings)) => Err(RedirectUriError::Plain),
        "http" if native => Ok(()),
        "http" => Err(RedirectUriError::NativeOnly),
        _ if !parts.is_private_use() => Err(RedirectUriError::Scheme),
        _ if !native => Err(RedirectUriError::NativeOnly),
        _ => Ok(()),
    }
}

/// The registered URI that a request's `redirect_uri` names, if there is one.
///
/// Byte for byte (OID-01): any difference, and be it one that a browser would not see, is another URI. The sole
/// exception is the port of a native application's loopback URI (OID-02, RFC 8252 section 7.3).
pub fn find<'a>(app: &'a Application, presented: &str) -> Option<&'a RedirectUri> {
    let exact = app.redirect_uris.iter().find(|registered| registered.uri == presented);
    let native = app.kind == ApplicationType::Native;
    let found = exact.or_else(|| {
        app.redirect_uris.iter().find(|registered| native && same_but_port(&registered.uri, presented))
    })?;
    // The setting may have been switched off after the registration.
    let loopback = Parts::split(presented).and_then(|parts| parts.loopback());
    loopback.is_none_or(|l| allowed(&l, &app.settings)).then_some(found)
}

/// Whether a sign-out may end there: one of the application's registered URIs, byte for byte (OID-14).
pub fn post_logout_matches(app: &Application, uri: &str) -> bool {
    app.post_logout_redirect_uris.iter().any(|registered| registered == uri)
}

/// `url` with further query parameters. What it has already stays byte for byte (RFC 6749 section 3.1.2); the new pairs
/// are form-encoded. A fragment, which no registered URI has, stays at the end.
pub fn add_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let (base, fragment) = url.split_once('#').map_or((url, None), |(base, fragment)| (base, Some(fragment)));
    let mut out = base.to_owned();
    if !pairs.is_empty() {
        match base.split_once('?') {
            None => out.push('?'),
            Some((_, query)) if query.is_empty() || query.ends_with('&') => {}
            Some(_) => out.push('&'),
        }
        out.push_str(&form_encode(pairs));
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// Pairs as `application/x-www-form-urlencoded`.
pub(crate) fn form_encode(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn same_but_port(registered: &str, presented: &str) -> bool {
    let loopback = |uri| Parts::split(uri).and_then(|parts| parts.loopback());
    match (loopback(registered), loopback(presented)) {
        (Some(a), Some(b)) => a.host == b.host && a.rest == b.rest,
        _ => false,
    }
}

fn allowed(loopback: &Loopback<'_>, settings: &ApplicationSettings) -> bool {
    loopback.host != LOCALHOST || settings.localhost_redirects
}

#[cfg(test)]
mod tests;
