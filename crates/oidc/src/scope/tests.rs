use super::*;

fn owned(scopes: &[&str]) -> Vec<String> {
    scopes.iter().map(|&s| s.to_owned()).collect()
}

/// OID-17: split, deduplicated, in order, and only what can be granted.
#[test]
fn oid_17_keeps_grantable_scopes_once() {
    assert_eq!(
        parse("email openid  email User.Read api://x/y admin profile"),
        Ok(owned(&["email", "openid", "profile"]))
    );
    assert_eq!(parse("User.Read"), Ok(vec![]));
    assert_eq!(parse("OpenID"), Ok(vec![]), "scopes are case-sensitive");
}

/// OID-17: at most 50 values and 1 KiB, and only the characters of RFC 6749.
#[test]
fn oid_17_refuses_floods_and_odd_characters() {
    assert!(parse(&"a ".repeat(50)).is_ok());
    assert_eq!(parse(&"a ".repeat(51)), Err(ScopeError::TooLarge));
    assert!(parse(&"a".repeat(1024)).is_ok());
    assert_eq!(parse(&"a".repeat(1025)), Err(ScopeError::TooLarge));
    assert_eq!(parse(&"scope ".repeat(100_000)), Err(ScopeError::TooLarge));
    for text in ["openid\"", "openid\\", "openid\temail", "openid\0", "openid\u{e9}", "openid\n"] {
        assert_eq!(parse(text), Err(ScopeError::Characters), "{text:?}");
    }
}

/// TOK-04: a refresh can narrow, never widen.
#[test]
fn tok_04_scope_can_only_shrink() {
    let granted = owned(&["openid", "email"]);
    assert_eq!(narrow(&granted, None), Ok(granted.clone()));
    assert_eq!(narrow(&granted, Some(&owned(&["openid"]))), Ok(owned(&["openid"])));
    assert_eq!(narrow(&granted, Some(&owned(&["openid", "profile"]))), Err(ScopeError::Wider));
    assert_eq!(narrow(&granted, Some(&[])), Err(ScopeError::Wider));
}
