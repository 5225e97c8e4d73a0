use vestibule_core::proof::Level;

use super::*;

/// OID-23: the parameter is bounded in bytes.
#[test]
fn oid_23_bounds_the_parameter() {
    let sized = |bytes: usize| format!(r#"{{"x":"{}"}}"#, "x".repeat(bytes - 8));
    assert_eq!(RequestedClaims::parse(&sized(CLAIMS_MAX)), Ok(RequestedClaims::default()));
    assert_eq!(RequestedClaims::parse(&sized(CLAIMS_MAX + 1)), Err(error::text::CLAIMS_TOO_LONG));
}

/// OID-23: what is not the JSON of OpenID Connect Core section 5.5 is refused.
#[test]
fn oid_23_refuses_malformed_claims() {
    let nine = r#""a","a","a","a","a","a","a","a","a""#;
    for json in [
        "x",
        "",
        "[]",
        "null",
        r#"{"id_token":1}"#,
        r#"{"userinfo":[]}"#,
        r#"{"id_token":{"name":true}}"#,
        r#"{"userinfo":{"email":"x"}}"#,
        r#"{"id_token":{"acr":1}}"#,
        r#"{"id_token":{"acr":{"essential":"yes"}}}"#,
        r#"{"id_token":{"acr":{"essential":true,"values":[1]}}}"#,
        r#"{"id_token":{"acr":{"essential":true,"values":"a"}}}"#,
        r#"{"id_token":{"acr":{"essential":true,"value":"a","values":["b"]}}}"#,
        &format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":[{nine}]}}}}}}"#),
        &format!(r#"{{"id_token":{{"acr":{{"essential":true,"value":"{}"}}}}}}"#, "x".repeat(129)),
        r#"{"id_token":{"sub":{"value":1}}}"#,
        r#"{"id_token":{"sub":"abc"}}"#,
        r#"{"id_token":{"name":null,"name":null}}"#,
    ] {
        assert_eq!(RequestedClaims::parse(json), Err(error::text::CLAIMS_MALFORMED), "{json}");
    }
}

/// OID-23: what is left are claims that exist here; unknown ones and unknown members are ignored.
#[test]
fn oid_23_keeps_what_exists() {
    let claims = RequestedClaims::parse(
        r#"{
        "userinfo": {"name": {"essential": true}, "picture": null, "email": null},
        "id_token": {"email_verified": null, "acr": {"essential": true, "values": ["urn:x", "urn:vestibule:acr:mfa"]},
                     "sub": {"value": "abc"}, "auth_time": {"essential": true}},
        "access_token": {"xms_cc": {"values": ["CP1"]}}
    }"#,
    )
    .unwrap();
    assert_eq!(claims.userinfo, [StandardClaim::Name, StandardClaim::Email]);
    assert_eq!(claims.id_token, [StandardClaim::EmailVerified]);
    assert_eq!(claims.acr, Wanted::AtLeast(Level::Mfa), "unknown ones count as never met");
    assert_eq!(claims.subject.as_deref(), Some("abc"));
    for voluntary in [
        "{}",
        r#"{"id_token":null,"userinfo":{}}"#,
        r#"{"id_token":{"acr":{"values":["urn:x"]},"sub":null}}"#,
        r#"{"id_token":{"acr":{"essential":true}}}"#,
        r#"{"id_token":{"acr":{"essential":true,"values":[]}}}"#,
        r#"{"userinfo":{"acr":{"essential":true,"value":"urn:x"}}}"#,
        r#"{"id_token":{"acr":{"essential":false,"value":"urn:x"}}}"#,
    ] {
        assert_eq!(RequestedClaims::parse(voluntary), Ok(RequestedClaims::default()), "{voluntary}");
    }
}

/// OpenID Connect Core section 5.5.1.1: an essential `acr` is met by the weakest level of its list, and by none where the
/// list names none.
#[test]
fn an_essential_acr_is_met_or_not() {
    let (single, mfa) = (Level::Single.as_str(), Level::Mfa.as_str());
    for (request, wanted) in [
        (r#"{"essential":true,"value":"urn:x"}"#.to_owned(), Wanted::Unreachable),
        (r#"{"essential":true,"values":["","urn:x"]}"#.to_owned(), Wanted::Unreachable),
        (format!(r#"{{"essential":true,"value":"{mfa}"}}"#), Wanted::AtLeast(Level::Mfa)),
        (
            format!(r#"{{"essential":true,"values":["{mfa}","urn:x","{single}"]}}"#),
            Wanted::AtLeast(Level::Single),
        ),
        (format!(r#"{{"values":["{mfa}"]}}"#), Wanted::Any),
    ] {
        let claims = RequestedClaims::parse(&format!(r#"{{"id_token":{{"acr":{request}}}}}"#)).unwrap();
        assert_eq!(claims, RequestedClaims { acr: wanted, ..RequestedClaims::default() }, "{request}");
    }
}
