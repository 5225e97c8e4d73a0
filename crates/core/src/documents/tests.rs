use serde_json::json;

use super::*;
use crate::settings::TenantSettings;

/// A misspelt key is told with its place, not ignored; the same document is read once it is stored (CON-06).
#[test]
fn con_06_strict_in_lenient_out() {
    let text = r#"{"code": {"lifetime": "31m"}, "contract": 1, "discovery": {"reveal": "uniform"}}"#;
    let refused = strict::<TenantSettings>(text).unwrap_err().to_string();
    assert_eq!(refused, "unknown key code.lifetime, contract");
    let stored: Value = serde_json::from_str(text).unwrap();
    let read: TenantSettings = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(read.discovery.reveal, crate::settings::Reveal::Uniform);
    assert_eq!(unknown_keys::<TenantSettings>(&stored), ["code.lifetime", "contract"]);
    assert!(unknown_keys::<TenantSettings>(&json!({})).is_empty());
    assert_eq!(unknown_keys::<TenantSettings>(&json!({ "code": 1 })).len(), 1, "what cannot be read at all");
}

/// What is stored says what differs from the defaults, at any depth, and reads as what it was made from.
#[test]
fn con_06_stored_documents_say_what_differs() {
    let mut settings = TenantSettings::default();
    assert_eq!(sparse(&settings).unwrap(), json!({}));
    settings.contact = Some("it@alpha.test".into());
    settings.code.lifetime_minutes = 10;
    settings.discovery.primary_identity_provider_precedence_order.pop();
    let stored = sparse(&settings).unwrap();
    let order = json!(["externalFederation", "azureActiveDirectory"]);
    let expected = json!({
        "contact": "it@alpha.test",
        "code": { "lifetimeMinutes": 10 },
        "discovery": { "primaryIdentityProviderPrecedenceOrder": order },
    });
    assert_eq!(stored, expected);
    assert_eq!(serde_json::from_value::<TenantSettings>(stored).unwrap(), settings);
}

/// What is no JSON, of another type, or goes on after its end is refused.
#[test]
fn malformed_documents_are_refused() {
    for text in ["[]", r#"{"code": [10]}"#] {
        assert!(matches!(strict::<TenantSettings>(text), Err(DocumentError::Shape)), "{text}");
        let stored = serde_json::from_str(text).unwrap();
        assert!(matches!(read::<TenantSettings>(&stored), Err(DocumentError::Shape)), "{text}");
    }
    for text in ["", "{", "{} {}", r#"{"sessionMinutes": "x"}"#] {
        assert!(matches!(strict::<TenantSettings>(text), Err(DocumentError::Malformed(_))), "{text}");
    }
    assert_eq!(strict::<TenantSettings>("{}").unwrap(), TenantSettings::default());
}
