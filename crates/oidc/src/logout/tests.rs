use super::*;

fn parse(text: &str) -> Result<LogoutRequest, LogoutError> {
    LogoutRequest::parse(&Params::parse(text).unwrap())
}

#[test]
fn reads_what_is_there() {
    let request = parse(
        "id_token_hint=a.b.c&post_logout_redirect_uri=https%3A%2F%2Fapp.alpha.test%2Fbye&state=x+y&client_id=web\
         &logout_hint=opaque&ui_locales=de-CH+fr&other=1",
    )
    .unwrap();
    assert_eq!(request.id_token_hint.as_deref(), Some("a.b.c"));
    assert_eq!(request.client_id.as_deref(), Some("web"));
    assert_eq!(request.logout_hint.as_deref(), Some("opaque"));
    assert_eq!(request.ui_locales, ["de"]);
    let uri = SafeUrl::parse(request.post_logout_redirect_uri.as_deref().unwrap()).unwrap();
    assert_eq!(request.location(&uri), "https://app.alpha.test/bye?state=x+y");
    assert_eq!(parse("").unwrap(), LogoutRequest::default());
    assert_eq!(
        LogoutRequest::default().location(&uri),
        "https://app.alpha.test/bye",
        "no state, none comes back"
    );
}

/// WEB-14: repeated parameters are refused; a state over 2 KiB likewise.
#[test]
fn web_14_refuses_repeated_parameters() {
    assert_eq!(parse("state=a&state=b"), Err(LogoutError::Repeated));
    assert_eq!(parse("post_logout_redirect_uri=a&post_logout_redirect_uri=a"), Err(LogoutError::Repeated));
    assert_eq!(parse(&format!("state={}", "x".repeat(2049))), Err(LogoutError::StateTooLong));
}
