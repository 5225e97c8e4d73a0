use proptest::prelude::*;
use serde_json::json;
use vestibule_core::proof::Amr;

use super::*;
use crate::testing::{Seeded, now, tenant};

const ISSUER: &str = "https://id.test/11111111-2222-4333-8444-555555555555/v2.0";
const OID: &str = "cbb896f9-8306-49d0-b56b-b8e39cd28825";
const SID: &str = "6b6b0a1e-0000-4000-8000-0000000000aa";

fn gina() -> ClaimsSubject<'static> {
    ClaimsSubject {
        tenant: tenant(),
        issuer: ISSUER,
        oid: OID.parse().unwrap(),
        sub: "pairwise",
        name: Some("Gina"),
        email: Some("gina@guest.test"),
        email_verified: true,
        preferred_username: Some("gina@guest.test"),
        kind: UserKind::Guest,
        idp: Some("mail"),
        amr: AmrSet::of(&[Amr::Otp]),
        acr: Some(Level::Mailbox),
        auth_time: now() - TimeDelta::seconds(60),
        sid: SID.parse().unwrap(),
    }
}

fn input(layout: ClaimsLayout, scopes: &[String]) -> IdTokenInput<'_> {
    IdTokenInput {
        audience: "web",
        nonce: Some("678910"),
        c_hash: None,
        layout,
        scopes,
        requested: &[],
        alone: false,
        issued: now(),
        lifetime: TimeDelta::hours(1),
    }
}

fn build(input: &IdTokenInput<'_>) -> Value {
    serde_json::to_value(IdTokenClaims::build(&gina(), input, &Seeded::new(1))).unwrap()
}

fn scopes(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

fn sorted(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split(' ').filter(|n| !n.is_empty()).collect();
    names.sort_unstable();
    names
}

const PROTOCOL: &str = "iss sub aud exp iat nbf auth_time acr amr sid nonce";
const ENTRA: &str = "tid oid acct idp ver uti";

/// PRV-04: per scope and layout, the ID token has exactly the claims of the table.
#[test]
fn prv_04_id_token_has_the_tables_claims() {
    for (granted, person) in [
        ("openid", ""),
        ("openid profile", "name preferred_username"),
        ("openid email", "email email_verified"),
        ("openid offline_access", ""),
        ("openid profile email offline_access", "name preferred_username email email_verified"),
    ] {
        let granted = scopes(granted);
        let entra = build(&input(ClaimsLayout::Entra, &granted));
        assert_eq!(names(&entra), sorted(&format!("{PROTOCOL} {ENTRA} {person}")), "entra, {granted:?}");
        let standard = build(&input(ClaimsLayout::Standard, &granted));
        assert_eq!(names(&standard), sorted(PROTOCOL), "standard, {granted:?}");
        let alone = build(&IdTokenInput { alone: true, ..input(ClaimsLayout::Standard, &granted) });
        assert_eq!(names(&alone), sorted(&format!("{PROTOCOL} {person}")), "standard alone, {granted:?}");
    }
}

/// PRV-04: per scope and layout, userinfo has exactly the claims of the table.
#[test]
fn prv_04_userinfo_has_the_tables_claims() {
    for (granted, person) in [
        ("openid", ""),
        ("openid profile", "name preferred_username"),
        ("openid email", "email email_verified"),
    ] {
        let granted = scopes(granted);
        let entra = userinfo(&gina(), &granted, ClaimsLayout::Entra, &[]);
        assert_eq!(names(&entra), sorted(&format!("sub {person}")), "{granted:?}");
        let standard = userinfo(&gina(), &granted, ClaimsLayout::Standard, &[]);
        assert_eq!(names(&standard), sorted(&format!("sub tid oid acct idp {person}")), "{granted:?}");
    }
}

/// PRV-04: what the `claims` parameter names comes where it was asked for, in both layouts, and only that.
#[test]
fn prv_04_delivers_requested_claims() {
    let openid = scopes("openid");
    let requested = [StandardClaim::Email];
    for layout in [ClaimsLayout::Standard, ClaimsLayout::Entra] {
        let token = build(&IdTokenInput { requested: &requested, ..input(layout, &openid) });
        assert_eq!(token["email"], "gina@guest.test");
        assert!(token.get("email_verified").is_none() && token.get("name").is_none());
    }
    let info = userinfo(&gina(), &openid, ClaimsLayout::Entra, &[StandardClaim::Name]);
    assert_eq!(info, json!({"sub": "pairwise", "name": "Gina"}));
}

/// PRV-04: what is not known is left out, never null.
#[test]
fn prv_04_leaves_out_what_is_unknown() {
    let bare = ClaimsSubject {
        name: None,
        email: None,
        preferred_username: None,
        idp: None,
        kind: UserKind::Member,
        ..gina()
    };
    let granted = scopes("openid profile email");
    let claims = IdTokenClaims::build(&bare, &input(ClaimsLayout::Entra, &granted), &Seeded::new(1));
    let value = serde_json::to_value(claims).unwrap();
    assert_eq!(names(&value), sorted(&format!("{PROTOCOL} tid oid acct ver uti")));
    assert_eq!(value["acct"], 0);
    assert_eq!(userinfo(&bare, &granted, ClaimsLayout::Entra, &[]), json!({"sub": "pairwise"}));
}

/// TOK-08: `auth_time`, `acr`, `amr` always, `aud` is the client only, `exp` at most an hour after `iat`.
#[test]
fn tok_08_has_what_every_id_token_must_have() {
    let granted = scopes("openid profile email");
    for layout in [ClaimsLayout::Entra, ClaimsLayout::Standard] {
        for (hours, seconds) in [(1, 3600), (24, 3600), (-1, 0)] {
            let lifetime = TimeDelta::hours(hours);
            let token = build(&IdTokenInput { lifetime, nonce: None, ..input(layout, &granted) });
            assert_eq!(token["aud"], "web");
            assert_eq!(token["iss"], ISSUER);
            assert_eq!(token["acr"], "urn:vestibule:acr:mailbox");
            assert_eq!(token["amr"], json!(["otp"]));
            assert_eq!(token["auth_time"], now().timestamp() - 60);
            assert_eq!(token["iat"], now().timestamp());
            assert_eq!(token["exp"], now().timestamp() + seconds);
            assert_eq!(token["sid"], SID);
            assert!(token.get("nonce").is_none(), "OID-09: never invented");
        }
    }
}

#[test]
fn has_the_values_of_an_otp_guest() {
    let granted = scopes("openid profile email");
    let token = build(&IdTokenInput { c_hash: Some("h"), ..input(ClaimsLayout::Entra, &granted) });
    for (name, value) in [
        ("tid", json!(tenant())),
        ("oid", json!(OID)),
        ("acct", json!(1)),
        ("idp", json!("mail")),
        ("ver", json!("2.0")),
        ("nonce", json!("678910")),
        ("c_hash", json!("h")),
        ("email", json!("gina@guest.test")),
        ("email_verified", json!(true)),
        ("preferred_username", json!("gina@guest.test")),
        ("name", json!("Gina")),
    ] {
        assert_eq!(token[name], value, "{name}");
    }
    assert_eq!(token["uti"].as_str().unwrap().len(), 22);
}

/// RFC 7515-style half hash, by an independent value: SHA-256 of the code of OpenID Connect Core appendix A.4.
#[test]
fn hashes_codes_as_core_says() {
    assert_eq!(
        c_hash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk", SigningAlgorithm::Rs256),
        "LDktKdoQak3Pk0cnXxCltA"
    );
    assert_eq!(c_hash("x", SigningAlgorithm::EdDsa).len(), 43);
}

/// OID-19: the subject is stable, and differs by key (tenant), sector and person.
#[test]
fn oid_19_subjects_are_pairwise() {
    let oid: UserId = OID.parse().unwrap();
    let subject = pairwise_subject(b"alpha's key", "web", oid);
    assert_eq!(subject, pairwise_subject(b"alpha's key", "web", oid));
    assert_eq!(subject.len(), 43);
    assert_ne!(subject, pairwise_subject(b"beta's key", "web", oid));
    assert_ne!(subject, pairwise_subject(b"alpha's key", "spa", oid));
    assert_ne!(subject, pairwise_subject(b"alpha's key", "web", UserId(uuid::Uuid::nil())));
}

proptest! {
    /// OID-19: no bytes of an id can slip into the sector.
    #[test]
    fn oid_19_keeps_sector_and_person_apart(a in "[a-z]{0,20}", b in "[a-z]{0,20}", x in any::<u128>(), y in any::<u128>()) {
        let subject = |sector: &str, id| pairwise_subject(b"k", sector, UserId(uuid::Uuid::from_u128(id)));
        prop_assert_eq!(subject(&a, x) == subject(&b, y), a == b && x == y);
    }
}

/// MFA-05: a provider that says nothing of its sign-in leaves out `acr`, in both layouts; `amr` is then empty, and what
/// was said stands there word for word.
#[test]
fn mfa_05_says_no_more_of_a_sign_in_than_is_known() {
    let granted = scopes("openid");
    for layout in [ClaimsLayout::Entra, ClaimsLayout::Standard] {
        let of = |acr, amr: &[Amr]| {
            let subject =
                ClaimsSubject { acr, amr: AmrSet::of(amr), idp: Some("https://idp.test"), ..gina() };
            let claims = IdTokenClaims::build(&subject, &input(layout, &granted), &Seeded::new(1));
            serde_json::to_value(claims).unwrap()
        };
        let silent = of(None, &[]);
        assert!(silent.get("acr").is_none(), "{layout}");
        assert_eq!(silent["amr"], json!([]));
        let strong = of(Some(Level::Mfa), &[Amr::Mfa, Amr::Otp, Amr::Pwd]);
        assert_eq!(strong["acr"], "urn:vestibule:acr:mfa");
        assert_eq!(strong["amr"], json!(["pwd", "otp", "mfa"]));
    }
}

#[test]
fn debug_shows_no_address() {
    let granted = scopes("openid email");
    let claims = IdTokenClaims::build(&gina(), &input(ClaimsLayout::Entra, &granted), &Seeded::new(1));
    assert!(!format!("{claims:?} {:?}", gina()).contains("guest.test"));
}
