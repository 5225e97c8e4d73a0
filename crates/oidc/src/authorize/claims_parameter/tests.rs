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
    assert_eq!(
        claims.essential_acr,
        ["urn:x", "urn:vestibule:acr:mfa"],
        "unknown ones count: they cannot be met"
    );
    assert_eq!(claims.subject.as_deref(), Some("abc"));
    assert_eq!(claims.scopes().collect::<Vec<_>>(), ["profile", "email"]);
    for voluntary in [
        "{}",
        r#"{"id_token":null,"userinfo":{}}"#,
        r#"{"id_token":{"acr":{"values":["urn:x"]},"sub":null}}"#,
        r#"{"id_token":{"acr":{"essential":true}}}"#,
        r#"{"id_token":{"acr":{"essential":false,"value":"urn:x"}}}"#,
    ] {
        assert_eq!(RequestedClaims::parse(voluntary), Ok(RequestedClaims::default()), "{voluntary}");
    }
}
