use super::*;

/// OTP-03: a lifetime beyond N-02 is refused and the key named.
#[test]
fn otp_03_refuses_a_longer_lifetime() {
    let mut settings = TenantSettings::default();
    settings.code.lifetime_minutes = 31;
    assert_eq!(settings.check().unwrap_err().key, "code.lifetimeMinutes");
    settings.code.lifetime_minutes = 30;
    assert!(settings.check().is_ok());
    settings.session_minutes = Some(24 * 60 + 1);
    assert_eq!(settings.check().unwrap_err().key, "sessionMinutes");
}

/// The default order asks what was set up for the domain first and the code last (DEV-9).
#[test]
fn the_default_order_ends_with_the_code() {
    let order = Discovery::default().order();
    assert_eq!(order, [Method::Federated, Method::Organization, Method::Account, Method::Passcode]);
    let mut settings = Discovery {
        fallback_identity_provider: FallbackProvider::EmailOneTimePasscode,
        ..Discovery::default()
    };
    assert_eq!(settings.order(), [Method::Federated, Method::Organization, Method::Passcode]);
    settings.fallback_identity_provider = FallbackProvider::MicrosoftAccount;
    assert_eq!(settings.order(), [Method::Federated, Method::Organization, Method::Account]);
}

/// A misspelt key is told, not ignored.
#[test]
fn unknown_keys_are_refused() {
    assert!(serde_json::from_str::<TenantSettings>(r#"{"code":{"lifetime":"31m"}}"#).is_err());
    assert_eq!(serde_json::from_str::<TenantSettings>("{}").unwrap(), TenantSettings::default());
}
