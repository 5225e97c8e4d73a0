use super::*;
use crate::error::OAuthErrorCode;

fn parse(text: &str) -> Result<TokenRequest, TokenError> {
    TokenRequest::parse(&Params::parse(text).unwrap())
}

#[test]
fn reads_both_grants() {
    let request = parse(
        "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fa.test%2Fcb&code_verifier=v&x=1",
    );
    let Ok(TokenRequest::AuthorizationCode { code, redirect_uri, verifier }) = request else {
        panic!("{request:?}")
    };
    assert_eq!((code.expose(), redirect_uri.as_str()), ("c", "https://a.test/cb"));
    assert_eq!(verifier.unwrap().expose(), "v");

    let request = parse("grant_type=refresh_token&refresh_token=r&scope=openid+User.Read");
    let Ok(TokenRequest::RefreshToken { token, scope }) = request else { panic!("{request:?}") };
    assert_eq!((token.expose(), scope), ("r", Some(vec!["openid".to_owned()])));
    assert!(matches!(
        parse("grant_type=refresh_token&refresh_token=r"),
        Ok(TokenRequest::RefreshToken { scope: None, .. })
    ));
}

/// OID-22: there is no password grant, and none for devices.
#[test]
fn oid_22_has_no_password_grant() {
    for grant in [
        "password&username=a&password=b",
        "urn:ietf:params:oauth:grant-type:device_code&device_code=x",
        "client_credentials",
        "implicit",
        "Authorization_Code&code=c",
    ] {
        assert_eq!(
            parse(&format!("grant_type={grant}")).unwrap_err().code,
            OAuthErrorCode::UnsupportedGrantType,
            "{grant}"
        );
    }
}

/// TOK-11: neither token exchange nor JWT bearer grants.
#[test]
fn tok_11_has_no_exchange_and_no_jwt_bearer() {
    for grant in
        ["urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer"]
    {
        let error = parse(&format!("grant_type={grant}&assertion=a.b.c&subject_token=x")).unwrap_err();
        assert_eq!((error.code, error.status()), (OAuthErrorCode::UnsupportedGrantType, 400));
    }
}

/// WEB-14: a repeated parameter is refused before anything else is looked at.
#[test]
fn web_14_refuses_repeated_parameters() {
    let text = "grant_type=authorization_code&code=a&code=b&redirect_uri=x";
    assert_eq!(parse(text).unwrap_err(), TokenError::REPEATED_PARAMETER);
    let revocation = RevocationRequest::parse(&Params::parse("token=a&token=b").unwrap());
    assert_eq!(revocation.unwrap_err(), TokenError::REPEATED_PARAMETER);
}

#[test]
fn names_what_is_missing() {
    for text in [
        "",
        "grant_type=",
        "grant_type=authorization_code&code=c",
        "grant_type=authorization_code&redirect_uri=x",
        "grant_type=refresh_token",
    ] {
        assert_eq!(parse(text).unwrap_err(), TokenError::MISSING_PARAMETER, "{text}");
    }
    let long = "x".repeat(513);
    assert_eq!(
        parse(&format!("grant_type=authorization_code&redirect_uri=x&code={long}")).unwrap_err(),
        TokenError::INVALID_CODE
    );
    assert_eq!(
        parse(&format!("grant_type=refresh_token&refresh_token={long}")).unwrap_err(),
        TokenError::INVALID_REFRESH_TOKEN
    );
}

/// OID-17: the bounds of scopes hold at the token endpoint too.
#[test]
fn oid_17_bounds_scopes_of_a_refresh() {
    let flood = "a+".repeat(60);
    assert_eq!(
        parse(&format!("grant_type=refresh_token&refresh_token=r&scope={flood}")).unwrap_err(),
        TokenError::INVALID_SCOPE
    );
}

#[test]
fn reads_a_revocation() {
    let request =
        RevocationRequest::parse(&Params::parse("token=abc&token_type_hint=nonsense").unwrap()).unwrap();
    assert_eq!(request.token.expose(), "abc");
    assert_eq!(
        RevocationRequest::parse(&Params::parse("x=1").unwrap()).unwrap_err(),
        TokenError::MISSING_PARAMETER
    );
}
