use proptest::prelude::*;
use serde_json::json;
use vestibule_core::client::SigningAlgorithm;

use super::*;
use crate::keys::{Signer, generate};
use crate::testing::{Seeded, now};

const ISSUER: &str = "https://id.test/alpha/v2.0";
const EXPECT: Expect<'_> = Expect { typ: "JWT", issuer: ISSUER, audience: Some("web"), allow_expired: false };

fn signer() -> Signer {
    signer_of(SigningAlgorithm::EdDsa, 1)
}

fn signer_of(algorithm: SigningAlgorithm, seed: u64) -> Signer {
    let key = generate(algorithm, &Seeded::new(seed)).unwrap();
    Signer::parse(algorithm, key.kid.clone(), &key.der).unwrap()
}

fn claims() -> Value {
    let now = now().timestamp();
    json!({"iss": ISSUER, "aud": "web", "sub": "s", "iat": now, "nbf": now, "exp": now + 3600})
}

fn check(token: &str, expect: Expect<'_>) -> Result<Map<String, Value>, VerifyError> {
    verify_own(token, &[signer().public_key()], expect, now())
}

/// Signs the claims with one of them changed, or taken away by null.
fn with(name: &str, value: Value) -> Result<Map<String, Value>, VerifyError> {
    let mut changed = claims();
    if value.is_null() {
        changed.as_object_mut().unwrap().remove(name);
    } else {
        changed[name] = value;
    }
    check(&signer().sign("JWT", &changed).unwrap(), EXPECT)
}

/// A token of the given texts, with a good signature over them.
fn raw(header: &str, claims: &str) -> String {
    let encode = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
    let message = format!("{}.{}", encode(header), encode(claims));
    let key = generate(SigningAlgorithm::EdDsa, &Seeded::new(1)).unwrap();
    let pair = ring::signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(&key.der).unwrap();
    format!("{message}.{}", data_encoding::BASE64URL_NOPAD.encode(pair.sign(message.as_bytes()).as_ref()))
}

fn header(extra: &str) -> String {
    format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{}"{extra}}}"#, signer().kid())
}

/// TOK-01: each purpose takes its own `typ` only.
#[test]
fn tok_01_never_mixes_types() {
    let types = ["JWT", "at+jwt", "logout+jwt"];
    for made in types {
        let token = signer().sign(made, &claims()).unwrap();
        for typ in types {
            let outcome = check(&token, Expect { typ, ..EXPECT }).err();
            assert_eq!(outcome, (made != typ).then_some(VerifyError::Type), "{made} as {typ}");
        }
    }
    for typ in ["jwt", "", "AT+JWT"] {
        let token = signer().sign(typ, &claims()).unwrap();
        assert_eq!(check(&token, EXPECT), Err(VerifyError::Type), "{typ}");
    }
    let untyped = raw(&format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, signer().kid()), &claims().to_string());
    assert_eq!(check(&untyped, EXPECT), Err(VerifyError::Type));
}

/// TOK-07: padding, stray bits, white space, truncation, a fourth part: refused before any cryptography.
#[test]
fn tok_07_reads_strictly() {
    let token = signer().sign("JWT", &claims()).unwrap();
    assert!(check(&token, EXPECT).is_ok());
    let (rest, last) = token.split_at(token.len() - 1);
    let stray = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        .chars()
        .filter(|c| !c.to_string().eq(last))
        .map(|c| format!("{rest}{c}"));
    for other in stray {
        assert!(check(&other, EXPECT).is_err(), "no second spelling of the same signature: {other}");
    }
    for other in [
        format!("{token}="),
        format!("{token}=="),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{token}."),
        format!("{token}.x"),
        token.replace('.', "=."),
        rest.to_owned(),
        token.rsplit_once('.').unwrap().0.to_owned(),
        format!("{}.", token.rsplit_once('.').unwrap().0),
        String::new(),
        "..".to_owned(),
        "a.".repeat(TOKEN_MAX),
    ] {
        assert!(check(&other, EXPECT).is_err(), "{other}");
    }
}

/// TOK-07: a name that stands twice, in header or claims, makes a token of two minds.
#[test]
fn tok_07_refuses_duplicate_names() {
    let good = claims().to_string();
    assert!(check(&raw(&header(""), &good), EXPECT).is_ok());
    let twice = good.replacen('{', r#"{"aud":"evil","#, 1);
    assert_eq!(check(&raw(&header(""), &twice), EXPECT), Err(VerifyError::Malformed));
    let private = good.replacen('{', r#"{"sid":"a","sid":"b","#, 1);
    assert_eq!(
        check(&raw(&header(""), &private), EXPECT),
        Err(VerifyError::Malformed),
        "what the library does not know"
    );
    let nested = good.replacen('{', r#"{"x":{"y":1,"y":2},"#, 1);
    assert_eq!(check(&raw(&header(""), &nested), EXPECT), Err(VerifyError::Malformed));
    assert_eq!(check(&raw(&header(r#","alg":"EdDSA""#), &good), EXPECT), Err(VerifyError::Malformed));
    assert_eq!(check(&raw(&header(""), "[]"), EXPECT), Err(VerifyError::Malformed));
}

/// KEY-08: tokens lacking each claim, or with another type of it, are refused.
#[test]
fn key_08_requires_each_claim() {
    use VerifyError::{Audience, Issuer, Subject, Time};
    for (name, error) in [("iss", Issuer), ("aud", Audience), ("sub", Subject), ("exp", Time), ("iat", Time)]
    {
        assert_eq!(with(name, Value::Null), Err(error), "without {name}");
        assert!(with(name, json!({})).is_err(), "{name} as an object");
        assert_eq!(with(name, json!(true)), Err(error), "{name} as another type");
    }
    assert!(with("nbf", Value::Null).is_ok());
    assert_eq!(with("sub", json!("")), Err(Subject));
    for audience in [json!("other"), json!(["web"]), json!(["web", "evil"]), json!("")] {
        assert_eq!(with("aud", audience.clone()), Err(Audience), "{audience}");
    }
    for issuer in [json!("https://id.test/beta/v2.0"), json!("https://id.test/alpha/v2.0/"), json!([ISSUER])]
    {
        assert_eq!(with("iss", issuer.clone()), Err(Issuer), "{issuer}");
    }
}

/// KEY-08: one algorithm, that of the key; `none`, HMAC with the public key and borrowed algorithms are refused.
#[test]
fn key_08_takes_the_algorithm_from_the_key() {
    let rsa = signer_of(SigningAlgorithm::Rs256, 5);
    let body = claims().to_string();
    for alg in ["none", "None", "HS256", "ES256", "RS256", "eddsa", ""] {
        let token = raw(&header("").replace("EdDSA", alg), &body);
        assert_eq!(check(&token, EXPECT), Err(VerifyError::Key), "{alg}");
    }
    let token = rsa.sign("JWT", &claims()).unwrap();
    assert!(verify_own(&token, &[rsa.public_key()], EXPECT, now()).is_ok());
    let mut as_pss = rsa.public_jwk();
    as_pss["alg"] = "PS256".into();
    let pss = PublicKey::from_jwk(&as_pss).unwrap();
    assert_eq!(verify_own(&token, &[pss], EXPECT, now()), Err(VerifyError::Key));
    assert_eq!(verify_own(&token, &[], EXPECT, now()), Err(VerifyError::Key));
}

/// KEY-08: a forged signature, changed claims and keys that the header brings along are refused.
#[test]
fn key_08_checks_the_signature() {
    let token = signer().sign("JWT", &claims()).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let mut evil = claims();
    evil["sub"] = "somebody else".into();
    let payload = data_encoding::BASE64URL_NOPAD.encode(evil.to_string().as_bytes());
    assert_eq!(check(&format!("{}.{payload}.{}", parts[0], parts[2]), EXPECT), Err(VerifyError::Signature));
    assert_eq!(check(&format!("{}.{}.AAAA", parts[0], parts[1]), EXPECT), Err(VerifyError::Signature));
    for extra in
        [r#","crit":["exp"]"#, r#","jku":"https://evil.test""#, r#","jwk":{"kty":"OKP"}"#, r#","b64":false"#]
    {
        let token = raw(&header(extra), &claims().to_string());
        assert_eq!(check(&token, EXPECT), Err(VerifyError::Malformed), "{extra}");
    }
}

/// KEY-08: times are compared with the time that was passed in, not with the system's.
#[test]
fn key_08_compares_times_with_the_passed_clock() {
    let token = signer().sign("JWT", &claims()).unwrap();
    let at = |seconds, allow_expired| {
        let moment = now() + TimeDelta::seconds(seconds);
        verify_own(&token, &[signer().public_key()], Expect { allow_expired, ..EXPECT }, moment).err()
    };
    assert_eq!(at(3599, false), None);
    assert_eq!(at(3600, false), Some(VerifyError::Expired), "no leeway for our own");
    assert_eq!(at(-30, false), None, "another node's clock may run 30 s ahead");
    assert_eq!(at(-31, false), Some(VerifyError::Premature));
    assert_eq!(at(400 * 86_400, true), None);
    assert_eq!(at(-31, true), Some(VerifyError::Premature));
    let decades = now() - TimeDelta::days(20 * 365);
    let old = json!({"iss": ISSUER, "aud": "web", "sub": "s", "iat": decades.timestamp(), "exp": decades.timestamp() + 60});
    let token = signer().sign("JWT", &old).unwrap();
    assert!(verify_own(&token, &[signer().public_key()], EXPECT, decades).is_ok(), "as it was then");
}

/// TIM-03: times are integers between 2000 and 2100; nothing panics on anything else.
#[test]
fn tim_03_refuses_senseless_times() {
    let now = now().timestamp();
    for name in ["exp", "iat", "nbf"] {
        for value in [
            json!(9_000_000_000_000_000_000_i64),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(-1),
            json!(0),
            json!(946_684_799),
            json!(4_102_444_800_i64),
            json!(1.5),
            json!(1e300),
            json!(f64::from(1_769_941_231)),
            json!(now.to_string()),
            json!(true),
        ] {
            let error = with(name, value.clone()).unwrap_err();
            assert_eq!(error, VerifyError::Time, "{name} = {value}");
        }
        assert!(with(name, json!([now])).is_err());
    }
    assert_eq!(with("iat", json!(now + 3601)), Err(VerifyError::Premature));
    assert_eq!(with("nbf", json!(now + 3601)), Err(VerifyError::Premature));
    assert_eq!(with("exp", json!(now + 86_401)), Err(VerifyError::Time), "none of ours lives so long");
}

/// OID-13: a hint may be expired, but its signature, type, issuer and client must be right.
#[test]
fn oid_13_hints_identify_only_when_good() {
    let hint = Expect { allow_expired: true, ..EXPECT };
    let later = now() + TimeDelta::days(30);
    let keys = [signer().public_key()];
    let token = signer().sign("JWT", &claims()).unwrap();
    let at = |token: &str, expect| verify_own(token, &keys, expect, later);
    assert_eq!(at(&token, hint).unwrap()["sub"], "s");
    assert_eq!(
        at(&token, Expect { audience: None, ..hint }).unwrap()["aud"],
        "web",
        "a sign-out may learn the client"
    );
    assert_eq!(
        at(&token, Expect { audience: Some("spa"), ..hint }),
        Err(VerifyError::Audience),
        "foreign client"
    );
    let beta = Expect { issuer: "https://id.test/beta/v2.0", ..hint };
    assert_eq!(at(&token, beta), Err(VerifyError::Issuer), "foreign tenant");
    let access = signer().sign("at+jwt", &claims()).unwrap();
    assert_eq!(at(&access, hint), Err(VerifyError::Type), "access token");
    let unsigned = token.rsplit_once('.').map(|(message, _)| format!("{message}.")).unwrap();
    assert_eq!(at(&unsigned, hint), Err(VerifyError::Malformed), "unsigned");
    let stranger = signer_of(SigningAlgorithm::EdDsa, 2).sign("JWT", &claims()).unwrap();
    assert_eq!(at(&stranger, hint), Err(VerifyError::Key), "signed by someone else");
}

/// KEY-07: the library cannot sign.
#[test]
fn key_07_signs_only_through_signer() {
    let key = jsonwebtoken::EncodingKey::from_secret(b"x");
    for algorithm in [jsonwebtoken::Algorithm::HS256, jsonwebtoken::Algorithm::RS256] {
        assert!((PROVIDER.signer_factory)(&algorithm, &key).is_err());
    }
    let secret = jsonwebtoken::DecodingKey::from_secret(b"x");
    assert!(
        (PROVIDER.verifier_factory)(&jsonwebtoken::Algorithm::HS256, &secret).is_err(),
        "and knows no HMAC"
    );
    install();
    assert!(!install(), "a second time is harmless");
}

proptest! {
    #[test]
    fn never_panics(token in "[A-Za-z0-9_.=-]{0,80}") {
        prop_assert!(check(&token, EXPECT).is_err());
    }
}
