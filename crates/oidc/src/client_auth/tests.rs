use proptest::prelude::*;

use super::*;
use crate::error::OAuthErrorCode;
use crate::testing::{cli, web};

fn form(text: &str) -> Params {
    Params::parse(text).unwrap()
}

fn header(id: &str, secret: &str) -> String {
    format!("Basic {}", data_encoding::BASE64.encode(format!("{id}:{secret}").as_bytes()))
}

fn read(
    authorization: &[&str],
    text: &str,
) -> Result<(String, Option<String>, ClientAuthMethod), TokenError> {
    Presented::from(authorization, &form(text))
        .map(|p| (p.client_id.0.clone(), p.secret.as_ref().map(|s| s.expose().to_owned()), p.method))
}

/// CLA-03: each method alone works; two at once, or none, do not.
#[test]
fn cla_03_takes_one_method_per_request() {
    use ClientAuthMethod::{Basic, None as Public, Post};
    let basic = header("web", "s3cret");
    let some = |secret: &str| Some(secret.to_owned());
    assert_eq!(read(&[&basic], ""), Ok(("web".to_owned(), some("s3cret"), Basic)));
    assert_eq!(read(&[&basic], "client_id=web"), Ok(("web".to_owned(), some("s3cret"), Basic)));
    assert_eq!(read(&[], "client_id=web&client_secret=s3cret"), Ok(("web".to_owned(), some("s3cret"), Post)));
    assert_eq!(read(&[], "client_id=spa"), Ok(("spa".to_owned(), None, Public)));
    assert_eq!(
        read(&[], "client_id=spa&client_secret="),
        Ok(("spa".to_owned(), None, Public)),
        "empty is left out"
    );

    assert_eq!(read(&[&basic], "client_id=web&client_secret=s3cret"), Err(TokenError::SEVERAL_METHODS));
    assert_eq!(read(&[&basic], "client_assertion=a.b.c"), Err(TokenError::SEVERAL_METHODS));
    assert_eq!(
        read(&[], "client_id=a&client_secret=b&client_assertion=a.b.c"),
        Err(TokenError::SEVERAL_METHODS)
    );
    assert_eq!(read(&[], "client_id=a&client_assertion=a.b.c"), Err(TokenError::ASSERTION));
    assert_eq!(read(&[], "client_id=a&client_assertion_type=x"), Err(TokenError::ASSERTION));
    assert_eq!(read(&[&basic], "client_id=other"), Err(TokenError::INVALID_CLIENT));
    assert_eq!(
        read(&["Bearer abc"], "client_id=web"),
        Err(TokenError::INVALID_CLIENT),
        "never a fall-back to none"
    );
    assert_eq!(read(&[], "client_secret=b"), Err(TokenError::NO_CLIENT));
    assert_eq!(read(&[], "x=1"), Err(TokenError::NO_CLIENT));
    assert_eq!(TokenError::NO_CLIENT.status(), 401);
}

/// CLA-03: public clients with a secret and confidential ones without fail.
#[test]
fn cla_03_holds_the_registered_method() {
    let with_secret = Presented::from(&[], &form("client_id=web&client_secret=x")).unwrap();
    let without = Presented::from(&[], &form("client_id=web")).unwrap();
    assert_eq!(with_secret.check_method(&web()), Ok(()));
    assert_eq!(without.check_method(&cli()), Ok(()));
    assert_eq!(without.check_method(&web()), Err(TokenError::INVALID_CLIENT));
    assert_eq!(with_secret.check_method(&cli()), Err(TokenError::INVALID_CLIENT));
}

/// CLA-06: id and secret are form-encoded inside Basic.
#[test]
fn cla_06_form_decodes_basic() {
    let (id, secret) = ("https://client.test/?a=b", "p%ss:w+rd 😀");
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let value = header(&encode(id), &encode(secret));
    let presented = read(&[&value.replace("Basic", "bASIC")], "").unwrap();
    assert_eq!((presented.0.as_str(), presented.1.as_deref()), (id, Some(secret)));
    assert_eq!(
        read(&[&header("web", "a:b")], "").unwrap().1.as_deref(),
        Some("a:b"),
        "only the first colon counts"
    );
}

/// CLA-06: NUL and other control characters, broken encodings, duplicates, a second header: refused.
#[test]
fn cla_06_refuses_malformed_credentials() {
    for (id, secret) in [
        ("web", "a%00b"),
        ("w%00eb", "a"),
        ("web", "a\0b"),
        ("web", "%0d%0a"),
        ("web", "%zz"),
        ("", "a"),
        ("web", ""),
    ] {
        assert_eq!(read(&[&header(id, secret)], ""), Err(TokenError::INVALID_CLIENT), "{id:?} {secret:?}");
    }
    assert_eq!(read(&[], "client_id=web&client_secret=a%00b"), Err(TokenError::INVALID_CLIENT));
    for value in
        ["Basic", "Basic ", "Basic d2Vi", "Basic d2ViOmE", "Basic d2Vi:OmE=", "Basic /w==", "basic=d2ViOmE="]
    {
        assert_eq!(read(&[value], ""), Err(TokenError::INVALID_CLIENT), "{value}");
    }
    let basic = header("web", "s3cret");
    let error = read(&[&basic, &basic], "").unwrap_err();
    assert_eq!((error.code, error.status()), (OAuthErrorCode::InvalidRequest, 400));
    assert_eq!(read(&[], "client_id=web&client_id=web").unwrap_err(), TokenError::REPEATED_PARAMETER);
    assert_eq!(
        read(&[], "client_id=w&client_secret=a&client_secret=b").unwrap_err(),
        TokenError::REPEATED_PARAMETER
    );
}

proptest! {
    /// CLA-06: whatever is encoded comes back, and never ends up on the other side of the colon.
    #[test]
    fn cla_06_brings_back_what_was_encoded(id in "\\PC{1,40}", secret in "\\PC{1,40}") {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let found = read(&[&header(&encode(&id), &encode(&secret))], "").unwrap();
        prop_assert_eq!(found, (id, Some(secret), ClientAuthMethod::Basic));
    }

    #[test]
    fn never_panics(value in any::<String>()) {
        drop(Presented::from(&[&value], &form("")));
    }
}

#[test]
fn debug_shows_no_secret() {
    let presented = Presented::from(&[], &form("client_id=web&client_secret=hunter2")).unwrap();
    assert!(!format!("{presented:?}").contains("hunter2"));
}
