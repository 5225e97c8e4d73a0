use super::*;

/// FED-01: a way is stored and read with the provider in it; half a way is none.
#[test]
fn fed_01_a_way_names_its_provider() {
    let id = Uuid::from_u128(7);
    for method in Method::ALL.iter().copied() {
        let (with, without) = (Way::stored(method, Some(id)), Way::stored(method, None));
        assert_ne!(with.is_some(), without.is_some(), "{method}: one of the two");
        let way = with.or(without).unwrap();
        assert_eq!((way.method(), Way::stored(way.method(), way.of())), (method, Some(way)));
        let json = serde_json::to_value(way).unwrap();
        assert_eq!(serde_json::from_value::<Way>(json).unwrap(), way);
    }
    for odd in [
        r#"{"method":"toy"}"#,
        r#"{"method":"federated"}"#,
        r#"{"method":"passcode","of":"00000000-0000-0000-0000-000000000001"}"#,
        r#""passcode""#,
    ] {
        assert!(serde_json::from_str::<Way>(odd).is_err(), "{odd}");
    }
}

/// Every method has a page of its own, and none that belongs to another step.
#[test]
fn each_method_has_a_page_of_its_own() {
    let pages: std::collections::BTreeSet<_> = Method::ALL.iter().map(|m| m.line().page).collect();
    assert_eq!(pages.len(), Method::ALL.len());
    assert!(!pages.contains(""));
}

/// OTP-26, MFA-05: the table, as far as security hangs on it. A code is the weakest way and never more than a mailbox, and
/// the only one that this release can verify.
#[test]
fn otp_26_a_code_is_never_more_than_a_mailbox() {
    let line = Method::Passcode.line();
    assert_eq!((line.most, line.amr, line.strength), (Level::Mailbox, Some(AmrSet::of(&[Amr::Otp])), 0));
    for method in Method::ALL.iter().copied() {
        assert_eq!(method.line().verified, method == Method::Passcode, "{method}");
        assert_eq!(method.line().strength > line.strength, method != Method::Passcode, "{method}");
        assert_eq!(method.line().most > Level::Mailbox, method != Method::Passcode, "{method}");
    }
}

/// FED-01: a way of our own names itself, and no provider can take its word.
#[test]
fn fed_01_no_provider_passes_for_a_way_of_our_own() {
    let federated = Way::Federated(ProviderId(Uuid::from_u128(7)));
    let home = Way::Organization(TenantId(Uuid::from_u128(8)));
    for (issuer, may) in [
        ("mail", &[Way::Passcode][..]),
        ("account", &[Way::Account]),
        ("https://issuer.test", &[federated, home]),
        ("Mail", &[federated, home]),
    ] {
        for way in [federated, home, Way::Account, Way::Passcode] {
            assert_eq!(way.may_name(issuer), may.contains(&way), "{way:?} {issuer}");
        }
    }
}
