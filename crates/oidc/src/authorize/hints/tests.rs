use vestibule_core::proof::Level;

use super::*;

/// OID-23: hints that cannot be an address or a domain are dropped, not cut.
#[test]
fn oid_23_drops_senseless_hints() {
    assert_eq!(login_hint(Some("gina@guest.test")).as_deref(), Some("gina@guest.test"));
    assert_eq!(login_hint(Some(&"x".repeat(254))).map(|h| h.len()), Some(254));
    assert_eq!(login_hint(Some(&"x".repeat(255))), None);
    assert_eq!(login_hint(Some("gina\n@guest.test")), None);
    assert_eq!(domain_hint(Some(&"x".repeat(254))), None);
    assert_eq!(domain_hint(Some("a\0b")), None);
    assert_eq!(domain_hint(None), None);
}

/// OID-23: of any number of distinct languages, those that exist here are left, in order, once.
#[test]
fn oid_23_keeps_languages_that_exist() {
    assert_eq!(ui_locales(Some("xx de-AT fr DE en-GB en")), ["de", "en"]);
    for nth in 0..100 {
        assert!(ui_locales(Some(&format!("x{nth}-{nth} q{nth}"))).is_empty());
    }
    assert!(ui_locales(Some(&format!("{}de", "xx ".repeat(10_000)))).is_empty(), "bounded");
}

/// OID-23: of `acr_values`, the weakest that exists here; an overlong parameter is refused.
#[test]
fn oid_23_keeps_levels_that_exist() {
    let asked = format!("1 {mfa} 2 {} {mfa}", Level::Single, mfa = Level::Mfa);
    assert_eq!(acr_values(Some(&asked)), Some(Wanted::AtLeast(Level::Single)));
    assert_eq!(acr_values(Some("1  2")), Some(Wanted::Any));
    assert_eq!(acr_values(Some("URN:VESTIBULE:ACR:MFA")), Some(Wanted::Any), "case counts");
    assert_eq!(acr_values(None), Some(Wanted::Any));
    assert_eq!(acr_values(Some(&"x".repeat(ACR_VALUES_MAX))), Some(Wanted::Any));
    assert_eq!(acr_values(Some(&"x".repeat(ACR_VALUES_MAX + 1))), None);
}
