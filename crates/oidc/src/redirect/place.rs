//! The places of applications that people are led to at the end of an invitation (INV-05).

use url::Url;
use vestibule_core::ClientId;
use vestibule_core::client::Application;

use super::SafeUrl;

/// The application that an invitation's redirect URL belongs to (INV-05): equal, after parsing, to a registered redirect
/// or home URL, or below the home page of an application of this tenant.
pub fn admits_redirect(apps: &[Application], url: &str) -> Option<ClientId> {
    let wanted = Url::parse(url).ok()?;
    let clean = wanted.username().is_empty() && wanted.password().is_none() && wanted.fragment().is_none();
    // A safe one has no backslash either, which browsers take for a slash (WEB-07).
    if !clean || SafeUrl::parse(url).is_err() {
        return None;
    }
    let same = |registered: &str| Url::parse(registered).is_ok_and(|r| r == wanted);
    let hit = |app: &&Application| {
        app.redirect_uris.iter().any(|r| same(&r.uri))
            || app.post_logout_redirect_uris.iter().any(|r| same(r))
            || app.settings.homepage.as_deref().is_some_and(|home| below(home, &wanted))
    };
    apps.iter().filter(|a| a.enabled).find(hit).map(|a| a.client_id.clone())
}

/// Where an application opens, for the page at the end of an invitation.
pub fn place_of(app: &Application) -> Option<String> {
    app.settings.homepage.clone().or_else(|| {
        let url = Url::parse(&app.redirect_uris.first()?.uri).ok()?;
        matches!(url.scheme(), "https" | "http").then(|| format!("{}/", url.origin().ascii_serialization()))
    })
}

/// Whether a URL is a home page or a place below it: same origin, whole path segments.
fn below(home: &str, wanted: &Url) -> bool {
    let Ok(home) = Url::parse(home) else { return false };
    let base = home.path().trim_end_matches('/');
    home.origin() == wanted.origin()
        && wanted.path().strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
