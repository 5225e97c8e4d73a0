use proptest::prelude::*;

use super::*;
use crate::error::text;

const ISSUER: &str = "https://id.test/11111111-2222-4333-8444-555555555555/v2.0";

fn granted(state: Option<&str>) -> AuthorizationResponse {
    AuthorizationResponse::granted(ISSUER, state, Some(Secret::new("c0de".to_owned())), None)
}

fn location(delivery: Delivery) -> url::Url {
    match delivery {
        Delivery::Redirect(location) => location.parse().unwrap(),
        Delivery::FormPost { .. } => panic!("a form"),
    }
}

/// OID-08: `iss` in success and error, in every mode.
#[test]
fn oid_08_says_iss_always() {
    let error = AuthorizationResponse::refused(
        ISSUER,
        Some("s"),
        OAuthErrorCode::LoginRequired,
        text::LOGIN_REQUIRED,
    );
    let uri = SafeUrl::parse("https://app.alpha.test/cb?a=%2b").unwrap();
    for response in [granted(Some("s")), error] {
        for mode in [ResponseMode::Query, ResponseMode::Fragment, ResponseMode::FormPost] {
            let fields: Vec<(String, String)> = match response.deliver(mode, &uri) {
                Delivery::FormPost { fields, action } => {
                    assert_eq!(action, uri);
                    fields
                }
                Delivery::Redirect(location) => {
                    assert!(location.starts_with(uri.as_str()), "{location}");
                    let (_, params) =
                        location.split_once(if mode == ResponseMode::Query { "%2b&" } else { "#" }).unwrap();
                    url::form_urlencoded::parse(params.as_bytes()).into_owned().collect()
                }
            };
            assert!(fields.contains(&("iss".to_owned(), ISSUER.to_owned())), "{fields:?}");
            assert!(fields.contains(&("state".to_owned(), "s".to_owned())), "{fields:?}");
        }
    }
}

/// OID-09: no state, none comes back; and nothing beyond the known parameters.
#[test]
fn oid_09_invents_nothing() {
    let uri = SafeUrl::parse("https://app.alpha.test/cb").unwrap();
    let url = location(granted(None).deliver(ResponseMode::Query, &uri));
    let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["code", "iss"]);
    let error = AuthorizationResponse::refused(ISSUER, None, OAuthErrorCode::AccessDenied, text::CANCELLED);
    let names: Vec<&str> = error.params().iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["error", "error_description", "iss"]);
}

proptest! {
    /// OID-09: any state comes back unchanged, and never leaves its place.
    #[test]
    fn oid_09_echoes_any_state(state in any::<String>()) {
        let uri = SafeUrl::parse("https://app.alpha.test/cb").unwrap();
        let url = location(granted(Some(&state)).deliver(ResponseMode::Query, &uri));
        let echoed = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        prop_assert_eq!(echoed, state);
        prop_assert_eq!(url.fragment(), None);
    }
}

/// OID-24: debug output has no code and no state.
#[test]
fn oid_24_debug_shows_no_code() {
    let response = granted(Some("secret-state"));
    let uri = SafeUrl::parse("https://app.alpha.test/cb").unwrap();
    for mode in [ResponseMode::Query, ResponseMode::FormPost] {
        let shown = format!("{response:?} {:?}", response.deliver(mode, &uri));
        assert!(!shown.contains("c0de") && !shown.contains("secret-state"), "{shown}");
    }
}

#[test]
fn challenges_for_bearer_tokens() {
    let value = bearer_challenge(&crate::TokenError::INVALID_TOKEN);
    assert_eq!(
        value,
        "Bearer error=\"invalid_token\", error_description=\"The access token is invalid or has expired.\""
    );
}
