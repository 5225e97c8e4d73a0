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

/// A contact that is no address is refused, and the key named.
#[test]
fn contacts_are_addresses() {
    let wrong = || Some("it at alpha.test".to_owned());
    let contact = TenantSettings { contact: wrong(), ..TenantSettings::default() };
    let security_contact = TenantSettings { security_contact: wrong(), ..TenantSettings::default() };
    assert_eq!(contact.check().unwrap_err().key, "contact");
    assert_eq!(security_contact.check().unwrap_err().key, "securityContact");
}

/// The default order asks what was set up for the domain first and the code last; each of Entra's pair is obeyed as it is
/// stored (DEV-9).
#[test]
fn dev_9_the_order_is_obeyed_as_stored() {
    use PrimaryProvider::{AzureActiveDirectory, ExternalFederation, SocialIdentityProviders};
    let (account, code) = (ChainLink::Own(Method::Account), ChainLink::Own(Method::Passcode));
    let order = |primary: &[PrimaryProvider], fallback| {
        let primary_identity_provider_precedence_order = primary.to_vec();
        Discovery {
            primary_identity_provider_precedence_order,
            fallback_identity_provider: fallback,
            ..Discovery::default()
        }
        .order()
    };
    let all = Discovery::default().order();
    assert_eq!(
        all,
        [ChainLink::External, ChainLink::Home, ChainLink::Work, ChainLink::Social, account, code]
    );
    for (primary, fallback, expected) in [
        (
            &[AzureActiveDirectory, ExternalFederation][..],
            FallbackProvider::EmailOneTimePasscode,
            &[ChainLink::Home, ChainLink::Work, ChainLink::External, code][..],
        ),
        (
            &[SocialIdentityProviders, ExternalFederation, SocialIdentityProviders],
            FallbackProvider::MicrosoftAccount,
            &[ChainLink::Social, ChainLink::External, account],
        ),
        (&[], FallbackProvider::DefaultConfiguredIdp, &[account, code]),
    ] {
        assert_eq!(order(primary, fallback), expected, "{primary:?}");
    }
}

/// OTP-13: each method has a switch of its own, and with it off nothing else is.
#[test]
fn otp_13_each_switch_is_for_its_method() {
    for off in Method::ALL.iter().copied() {
        let on = |method| method != off;
        let settings = Discovery {
            federated: on(Method::Federated),
            organization: on(Method::Organization),
            account: on(Method::Account),
            passcode: on(Method::Passcode),
            ..Discovery::default()
        };
        for method in Method::ALL.iter().copied() {
            assert_eq!(settings.allows(method), method != off, "{method} without {off}");
            assert!(Discovery::default().allows(method), "all are on by default");
        }
    }
}
