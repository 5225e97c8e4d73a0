use proptest::prelude::*;
use vestibule_core::client::{ApplicationType, PkceRule};
use vestibule_core::proof::Level;

use super::*;
use crate::error::text;
use crate::testing::{cli, web};
use OAuthErrorCode::{
    InvalidRequest, InvalidScope, RegistrationNotSupported, RequestNotSupported, RequestUriNotSupported,
    UnauthorizedClient, UnsupportedResponseType,
};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn encode(pairs: &[(&str, &str)]) -> Params {
    Params::parse(&crate::redirect::form_encode(pairs)).unwrap()
}

/// A good request of `web`, with some parameters set otherwise; an empty value takes one away.
fn with(changes: &[(&str, &str)]) -> Params {
    let mut pairs = vec![
        ("client_id", "web"),
        ("redirect_uri", "https://app.alpha.test/cb"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    pairs.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    pairs.extend_from_slice(changes);
    encode(&pairs)
}

fn parse_for(app: &Application, params: &Params) -> Result<AuthorizeRequest, RequestError> {
    let registered = &app.redirect_uris[0];
    AuthorizeRequest::parse(params, app, registered, &registered.uri)
}

fn parse(changes: &[(&str, &str)]) -> Result<AuthorizeRequest, RequestError> {
    parse_for(&web(), &with(changes))
}

fn code(changes: &[(&str, &str)]) -> Option<OAuthErrorCode> {
    parse(changes).err().map(|error| error.code)
}

fn hybrid() -> Application {
    let mut app = web();
    app.settings.response_types = vec!["id_token code".to_owned(), "id_token".to_owned()];
    app
}

/// OID-04: without a good client and redirect URI nothing is sent anywhere.
#[test]
fn oid_04_identifies_before_anything_else() {
    let redirect = ("redirect_uri", "https://evil.test");
    assert_eq!(identify(&encode(&[redirect])), Err(LocalError::ClientMissing));
    assert_eq!(identify(&encode(&[("client_id", ""), redirect])), Err(LocalError::ClientMissing));
    assert_eq!(identify(&encode(&[("client_id", "web")])), Err(LocalError::RedirectMissing));
    assert_eq!(identify(&encode(&[("client_id", "web"), redirect, redirect])), Err(LocalError::Repeated));
    assert_eq!(
        identify(&encode(&[("client_id", "a"), ("client_id", "b"), redirect])),
        Err(LocalError::Repeated)
    );
    let params = with(&[("response_type", "nonsense")]);
    let identified = identify(&params).unwrap();
    assert_eq!((identified.client_id, identified.redirect_uri), ("web", "https://app.alpha.test/cb"));
}

/// OID-04: with both good, an unknown type goes to the application, with its state.
#[test]
fn oid_04_tells_the_application_the_rest() {
    let error = parse(&[("response_type", "nonsense")]).unwrap_err();
    assert_eq!(
        error,
        RequestError {
            code: UnsupportedResponseType,
            description: text::RESPONSE_TYPE_UNSUPPORTED,
            mode: ResponseMode::Query,
            state: Some("s".to_owned()),
        }
    );
}

/// WEB-14: repeated parameters are refused; a repeated state is not echoed.
#[test]
fn web_14_refuses_repeated_parameters() {
    let mut app = web();
    app.settings.pkce = PkceRule::Optional;
    let twice = |name: &'static str| {
        let base = format!("{}&{name}=openid&{name}=openid", "response_type=code&state=s");
        parse_for(&app, &Params::parse(&base).unwrap()).unwrap_err()
    };
    let error = twice("scope");
    assert_eq!(
        (error.code, error.description, error.state.as_deref()),
        (InvalidRequest, text::REPEATED_PARAMETER, Some("s"))
    );
    assert_eq!(twice("state").state, None);
    assert!(parse(&[("x", "1"), ("x", "2"), ("client_info", "1"), ("client_info", "1")]).is_ok());
}

/// OID-05: S256 for every client; the exceptions are for confidential ones only.
#[test]
fn oid_05_requires_a_challenge_by_rule() {
    let bare: &[(&str, &str)] = &[("code_challenge", ""), ("code_challenge_method", "")];
    let nonce: &[(&str, &str)] = &[("code_challenge", ""), ("code_challenge_method", ""), ("nonce", "n")];
    for (rule, kind, changes, fine) in [
        (PkceRule::Required, ApplicationType::Web, bare, false),
        (PkceRule::Required, ApplicationType::Web, nonce, false),
        (PkceRule::RequiredOrNonce, ApplicationType::Web, bare, false),
        (PkceRule::RequiredOrNonce, ApplicationType::Spa, nonce, false),
        (PkceRule::RequiredOrNonce, ApplicationType::Web, nonce, true),
        (PkceRule::Optional, ApplicationType::Web, bare, true),
        (PkceRule::Optional, ApplicationType::Spa, bare, false),
        (PkceRule::Optional, ApplicationType::Native, nonce, false),
    ] {
        let mut app = web();
        (app.settings.pkce, app.kind) = (rule, kind);
        assert_eq!(parse_for(&app, &with(changes)).is_ok(), fine, "{rule} {kind}");
    }
    let mut app = web();
    (app.settings.pkce, app.public) = (PkceRule::Optional, true);
    assert_eq!(parse_for(&app, &with(bare)).unwrap_err().code, InvalidRequest, "no secret, no exception");
}

/// OID-05: `plain`, a missing method, a method alone, a malformed challenge: refused at every rule.
#[test]
fn oid_05_refuses_other_challenges() {
    let mut app = web();
    app.settings.pkce = PkceRule::Optional;
    let short = CHALLENGE.split_at(42).0;
    for (challenge, method) in [
        (CHALLENGE, "plain"),
        (CHALLENGE, ""),
        (CHALLENGE, "s256"),
        ("", "S256"),
        (short, "S256"),
        ("a b", "S256"),
    ] {
        let params = with(&[("code_challenge", challenge), ("code_challenge_method", method)]);
        assert_eq!(parse_for(&app, &params).unwrap_err().code, InvalidRequest, "{challenge} {method}");
    }
    assert_eq!(parse(&[]).unwrap().challenge.as_deref(), Some(CHALLENGE));
}

/// OID-09: the state comes back unchanged whatever is in it; too long is an error without it.
#[test]
fn oid_09_keeps_the_state_whole() {
    for state in ["\0", "\"'<>&", "😀", "%00", "a b+c", &"x".repeat(2048)] {
        assert_eq!(parse(&[("state", state)]).unwrap().state.as_deref(), Some(state));
        let error = parse(&[("state", state), ("prompt", "none login")]).unwrap_err();
        assert_eq!(error.state.as_deref(), Some(state));
    }
    let error = parse(&[("state", &"x".repeat(2049))]).unwrap_err();
    assert_eq!((error.code, error.state), (InvalidRequest, None));
    assert_eq!(parse(&[("state", "")]).unwrap().state, None, "never invented");
}

/// OID-09: the nonce is whole or refused, and never invented.
#[test]
fn oid_09_keeps_the_nonce_whole() {
    let long = "n".repeat(NONCE_MAX);
    assert_eq!(parse(&[("nonce", &long)]).unwrap().nonce, Some(long));
    assert_eq!(code(&[("nonce", &"n".repeat(NONCE_MAX + 1))]), Some(InvalidRequest));
    assert_eq!(parse(&[]).unwrap().nonce, None);
}

/// OID-10: types and modes, and where the answer or the error goes.
#[test]
fn oid_10_serves_few_types_and_modes() {
    use ResponseMode::{FormPost, Fragment, Query};
    let app = hybrid();
    for (kind, mode, outcome, delivered) in [
        ("code", "", None, Query),
        ("code", "query", None, Query),
        ("code", "form_post", None, FormPost),
        ("code", "fragment", Some(InvalidRequest), Query),
        ("code", "web_message", Some(InvalidRequest), Query),
        ("code", "jwt", Some(InvalidRequest), Query),
        ("code", "query.jwt", Some(InvalidRequest), Query),
        ("code id_token", "", None, Fragment),
        ("id_token code", "form_post", None, FormPost),
        ("code id_token", "query", Some(InvalidRequest), Fragment),
        ("id_token", "", None, Fragment),
        ("id_token", "fragment", None, Fragment),
        ("id_token", "query", Some(InvalidRequest), Fragment),
        ("id_token", "fragment.jwt", Some(InvalidRequest), Fragment),
        ("token", "", Some(UnsupportedResponseType), Fragment),
        ("token", "query", Some(UnsupportedResponseType), Fragment),
        ("id_token token", "", Some(UnsupportedResponseType), Fragment),
        ("code token", "form_post", Some(UnsupportedResponseType), FormPost),
        ("code id_token token", "", Some(UnsupportedResponseType), Fragment),
        ("code code", "", Some(UnsupportedResponseType), Query),
        ("none", "", Some(UnsupportedResponseType), Query),
        ("CODE", "", Some(UnsupportedResponseType), Query),
        ("", "", Some(InvalidRequest), Query),
    ] {
        let params = with(&[("response_type", kind), ("response_mode", mode), ("nonce", "n")]);
        let found = match parse_for(&app, &params) {
            Ok(request) => (None, request.response_mode),
            Err(error) => (Some(error.code), error.mode),
        };
        assert_eq!(found, (outcome, delivered), "{kind} by {mode}");
    }
}

/// OID-10: types beyond `code` need the application's setting, and a nonce.
#[test]
fn oid_10_needs_setting_and_nonce_for_id_tokens() {
    for kind in ["id_token", "code id_token"] {
        let params = with(&[("response_type", kind), ("nonce", "n")]);
        let error = parse_for(&web(), &params).unwrap_err();
        assert_eq!((error.code, error.mode), (UnauthorizedClient, ResponseMode::Fragment), "{kind}");
        let error = parse_for(&hybrid(), &with(&[("response_type", kind)])).unwrap_err();
        assert_eq!((error.code, error.description), (InvalidRequest, text::NONCE_MISSING), "{kind}");
    }
    let no_challenge = [
        ("response_type", "id_token"),
        ("nonce", "n"),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ];
    assert!(parse_for(&hybrid(), &with(&no_challenge)).is_ok(), "no code, no PKCE");
}

/// OID-11: `none` stands alone; unknown values are refused.
#[test]
fn oid_11_takes_none_alone() {
    assert_eq!(parse(&[("prompt", "none")]).unwrap().prompt, Prompt { none: true, ..Prompt::default() });
    let all = parse(&[("prompt", "login select_account  consent create login")]).unwrap().prompt;
    assert_eq!(all, Prompt { none: false, login: true, select_account: true, consent: true, create: true });
    for prompt in ["none login", "consent none", "none create", "none select_account", "None", "force"] {
        assert_eq!(code(&[("prompt", prompt)]), Some(InvalidRequest), "{prompt}");
    }
}

/// OID-12: a number of seconds up to ten years, nothing that merely looks like one.
#[test]
fn oid_12_bounds_max_age() {
    for (value, seconds) in [("0", 0), ("1", 1), ("0015000", 15_000), ("315360000", 315_360_000)] {
        assert_eq!(parse(&[("max_age", value)]).unwrap().max_age, Some(seconds), "{value}");
    }
    for value in
        ["-1", "1e9", "1000000000", "9223372036854775808", "+1", "1.5", " 1", "0x10", "a", "٣", "00000000001"]
    {
        assert_eq!(code(&[("max_age", value)]), Some(InvalidRequest), "{value}");
    }
}

/// OID-15: request objects are refused, never ignored, whatever else is in the request.
#[test]
fn oid_15_refuses_request_objects() {
    assert_eq!(code(&[("request", "eyJhbGciOiJub25lIn0.e30.")]), Some(RequestNotSupported));
    assert_eq!(code(&[("request_uri", "https://canary.test")]), Some(RequestUriNotSupported));
    assert_eq!(code(&[("request", "x"), ("response_type", "")]), Some(RequestNotSupported));
    assert_eq!(code(&[("registration", "{}")]), Some(RegistrationNotSupported));
}

/// OID-17: only grantable scopes; `openid` is mandatory; floods end fast.
#[test]
fn oid_17_grants_registered_scopes_only() {
    let request = parse(&[("scope", "email admin openid email https://graph.test/.default")]).unwrap();
    assert_eq!(request.scopes, ["email", "openid"]);
    for scope in ["", "email profile", "OPENID", "openid\u{e9}", &"openid ".repeat(51)] {
        assert_eq!(code(&[("scope", scope)]), Some(InvalidScope), "{scope}");
    }
}

/// OID-23: what is free text is bounded, and a malformed `claims` parameter ends the request.
#[test]
fn oid_23_bounds_what_is_free_text() {
    let large = format!(r#"{{"userinfo":{{"name":{{"value":"{}"}}}}}}"#, "x".repeat(7 * 1024));
    let error = parse(&[("claims", &large)]).unwrap_err();
    assert_eq!((error.code, error.description), (InvalidRequest, text::CLAIMS_TOO_LONG));
    assert_eq!(parse(&[("claims", "{")]).unwrap_err().description, text::CLAIMS_MALFORMED);
    assert_eq!(code(&[("acr_values", &"x ".repeat(600))]), Some(InvalidRequest));
    let request = parse(&[("login_hint", "gina@guest.test"), ("display", "hologram")]).unwrap();
    assert_eq!((request.login_hint.as_deref(), request.display), (Some("gina@guest.test"), None));
}

/// OIDC Core 3.1.2.1, 5.5.1.1: `acr_values` and an essential `acr` must both be met. What nobody knows is no wish in a
/// voluntary list and cannot be met in an essential one.
#[test]
fn otp_26_asks_for_both_lists_of_levels() {
    use Level::{Mailbox, Mfa, Single};
    use Wanted::{Any, AtLeast, Unreachable};
    let level = |acr_values: &str, essential: &str| {
        let claims = if essential.is_empty() {
            String::new()
        } else {
            format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":{essential}}}}}}}"#)
        };
        let request = parse(&[("acr_values", acr_values), ("claims", &claims)]).unwrap();
        assert_eq!(request.level(), request.acr_values.and(request.claims.acr));
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<AuthorizeRequest>(&json).unwrap(), request, "it travels sealed");
        request.level()
    };
    let (mailbox, single, mfa) = (Mailbox.as_str(), Single.as_str(), Mfa.as_str());
    let list = |values: &[&str]| serde_json::to_string(values).unwrap();
    assert_eq!(level("", ""), Any);
    assert_eq!(level("1 2 phr", ""), Any, "a wish that nobody knows");
    assert_eq!(level(mfa, ""), AtLeast(Mfa));
    assert_eq!(level(&format!("{mfa} {single}"), ""), AtLeast(Single), "any of them will do");
    assert_eq!(level(&format!("1 {mailbox} 2 {mfa} {mailbox}"), ""), AtLeast(Mailbox));
    assert_eq!(level("", "[]"), Any, "the claim alone");
    assert_eq!(level("", &list(&["1"])), Unreachable);
    assert_eq!(level("", &list(&["1", mfa])), AtLeast(Mfa));
    assert_eq!(level("", &list(&[mfa, mailbox])), AtLeast(Mailbox));
    assert_eq!(level(mailbox, &list(&[mfa])), AtLeast(Mfa), "the stronger of both");
    assert_eq!(level(mfa, &list(&[mailbox])), AtLeast(Mfa), "the stronger of both");
    assert_eq!(level(mfa, &list(&["1"])), Unreachable);
    assert_eq!(level("1", &list(&[single])), AtLeast(Single));
}

/// OID-02: the text of a loopback redirect travels along, and is checked again when it is used.
#[test]
fn oid_02_keeps_the_actual_port() {
    let app = cli();
    let presented = "http://127.0.0.1:49152/cb";
    let registered = crate::redirect::find(&app, presented).unwrap();
    let request = AuthorizeRequest::parse(&with(&[]), &app, registered, presented).unwrap();
    assert_eq!((request.redirect_position, request.redirect_uri.as_deref()), (0, Some(presented)));
    assert_eq!(request.redirect(&app), Some(presented));
    assert_eq!(
        request.redirect(&Application { redirect_uris: vec![], ..cli() }),
        None,
        "taken away meanwhile"
    );
    let forged = AuthorizeRequest { redirect_uri: Some("http://evil.test/cb".to_owned()), ..request };
    assert_eq!(forged.redirect(&app), None);
    let other = AuthorizeRequest { redirect_uri: Some("com.example.app:/cb".to_owned()), ..forged };
    assert_eq!(other.redirect(&app), None, "registered, but not what was asked for");
    assert_eq!(parse(&[]).unwrap().redirect(&web()), Some("https://app.alpha.test/cb"));
}

#[test]
fn ignores_unknown_parameters() {
    assert!(
        parse(&[
            ("extra", "foobar"),
            ("x-client-sku", "msal.js"),
            ("claims_locales", "se"),
            ("display", "touch")
        ])
        .is_ok()
    );
}

#[test]
fn is_small_when_sealed_and_comes_back_whole() {
    let request = parse(&[
        ("scope", "openid profile email offline_access"),
        ("state", &"s".repeat(64)),
        ("nonce", &"n".repeat(43)),
        ("prompt", "login"),
        ("max_age", "3600"),
        ("login_hint", "nicole@riverstone.example"),
        ("claims", r#"{"id_token":{"email":null}}"#),
        ("id_token_hint", "a.b.c"),
    ])
    .unwrap();
    let json = serde_json::to_string(&request).unwrap();
    assert!(json.len() < 400, "{} bytes: {json}", json.len());
    assert!(!json.contains("a.b.c"));
    let back: AuthorizeRequest = serde_json::from_str(&json).unwrap();
    assert_eq!(back, AuthorizeRequest { id_token_hint: None, ..request });
}

proptest! {
    #[test]
    fn never_panics_and_keeps_its_bounds(
        query in "((scope|prompt|max_age|claims|state|nonce|response_type|ui_locales)=[ -~]{0,20}&){0,8}",
    ) {
        if let Ok(params) = Params::parse(&query) {
            match parse_for(&hybrid(), &params) {
                Ok(request) => prop_assert!(request.scopes.iter().any(|s| s == "openid")),
                Err(error) => prop_assert!(text::ALL.contains(&error.description)),
            }
        }
    }
}
