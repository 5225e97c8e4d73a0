use proptest::prelude::*;

use super::*;

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// OID-05: {challenge, none} × {right, wrong, none}: only challenge with its verifier, and none with none.
#[test]
fn oid_05_verifies_the_matrix() {
    let wrong = "A".repeat(43);
    assert_eq!(verify(Some(CHALLENGE), Some(VERIFIER)), Ok(()));
    assert_eq!(verify(Some(CHALLENGE), Some(&wrong)), Err(PkceError::Wrong));
    assert_eq!(verify(Some(CHALLENGE), None), Err(PkceError::Missing));
    assert_eq!(verify(None, Some(VERIFIER)), Err(PkceError::Unexpected));
    assert_eq!(verify(None, None), Ok(()));
    assert_eq!(verify(Some(VERIFIER), Some(VERIFIER)), Err(PkceError::Wrong), "plain does not exist");
}

/// OID-05: 43 to 128 unreserved characters, checked before anything is compared.
#[test]
fn oid_05_refuses_bad_verifiers() {
    let challenge =
        |verifier: &str| data_encoding::BASE64URL_NOPAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref());
    for length in [43, 128] {
        let verifier = "a".repeat(length);
        assert_eq!(verify(Some(&challenge(&verifier)), Some(&verifier)), Ok(()));
    }
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let odd = ["=", " ", "+", "/", "\u{e9}", "\0"].map(|c| format!("{}{c}", "a".repeat(43)));
    for verifier in [short, long].iter().chain(&odd) {
        assert_eq!(verify(Some(&challenge(verifier)), Some(verifier)), Err(PkceError::Form), "{verifier}");
    }
}

/// OID-05: a challenge is 32 bytes in base64url.
#[test]
fn oid_05_checks_the_form_of_a_challenge() {
    assert!(is_challenge(CHALLENGE));
    let stray_bits = format!("{}N", CHALLENGE.strip_suffix('M').unwrap());
    for text in
        ["", "a", CHALLENGE.split_at(42).0, &format!("{CHALLENGE}="), &format!("{CHALLENGE}A"), &stray_bits]
    {
        assert!(!is_challenge(text), "{text}");
    }
    assert!(!is_challenge(&CHALLENGE.replace('-', "+")));
}

proptest! {
    /// OID-05: no other verifier fits.
    #[test]
    fn oid_05_fits_one_verifier_only(verifier in "[A-Za-z0-9._~-]{43,128}") {
        prop_assert_eq!(verify(Some(CHALLENGE), Some(&verifier)).is_ok(), verifier == VERIFIER);
    }
}
