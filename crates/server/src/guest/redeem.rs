//! `/redeem?rd=…`: Entra's shape of a redeem URL, forwarded to the invitation page (entra-b2b 2.1).

use actix_web::{HttpRequest, HttpResponse};
use vestibule_ui::guest::Status;

use crate::http::request::{Incoming, Shared};
use crate::http::{problem, render};

/// Forwards to an invitation of ours and nowhere else.
pub(crate) async fn get(state: Shared, req: HttpRequest) -> HttpResponse {
    let incoming = Incoming::read(&state, &req);
    let path = incoming.query.get("rd").and_then(|rd| rd.strip_prefix(state.app.urls.base()).or(Some(rd)));
    match path.filter(|p| is_invitation(p)) {
        Some(path) => render::see_other(path),
        None => problem::status(&state, &incoming, Status::NotFound),
    }
}

/// `/{tenant}/invite/{token}` in plain characters.
fn is_invitation(path: &str) -> bool {
    let mut parts = path.split('/');
    let plain = |part: Option<&str>| {
        part.is_some_and(|p| {
            !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        })
    };
    parts.next() == Some("")
        && plain(parts.next())
        && parts.next() == Some("invite")
        && plain(parts.next())
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::is_invitation;

    #[test]
    fn forwards_to_invitations_only() {
        assert!(is_invitation("/alder.example/invite/abc_-1"));
        for other in [
            "//evil.test/invite/a",
            "/a/invite/",
            "/a/invite/b/c",
            "https://evil.test/a/invite/b",
            "/a/../invite/b",
            "/a/signin",
        ] {
            assert!(!is_invitation(other), "{other}");
        }
    }
}
