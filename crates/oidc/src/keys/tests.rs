use std::collections::HashSet;

use serde_json::{Value, json};

use super::*;
use crate::testing::{Seeded, now};
use crate::verify::{Expect, VerifyError, verify_own};

const ISSUER: &str = "https://id.test/t/v2.0";

fn signer(algorithm: SigningAlgorithm) -> Signer {
    let key = generate(algorithm, &Seeded::new(7)).unwrap();
    Signer::parse(algorithm, key.kid.clone(), &key.der).unwrap()
}

fn header(token: &str) -> Value {
    let part = token.split('.').next().unwrap();
    serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}

/// KEY-01: the four algorithms sign what verifies, and nothing else can be configured.
#[test]
fn key_01_signs_with_four_algorithms() {
    let claims = json!({"iss": ISSUER, "aud": "web", "sub": "s", "iat": now().timestamp(), "exp": now().timestamp() + 60});
    let expect = Expect { typ: "JWT", issuer: ISSUER, audience: Some("web"), allow_expired: false };
    for algorithm in SigningAlgorithm::ALL.iter().copied() {
        let signer = signer(algorithm);
        let token = signer.sign("JWT", &claims).unwrap();
        assert_eq!(header(&token), json!({"alg": algorithm.as_str(), "kid": signer.kid(), "typ": "JWT"}));
        let keys = [signer.public_key()];
        assert_eq!(
            verify_own(&token, &keys, expect, now()).map(Value::Object),
            Ok(claims.clone()),
            "{algorithm}"
        );
        let stranger = [generate(algorithm, &Seeded::new(8)).unwrap()]
            .map(|k| PublicKey::from_jwk(&k.public_jwk).unwrap());
        assert_eq!(verify_own(&token, &stranger, expect, now()), Err(VerifyError::Key), "{algorithm}");
    }
    assert_eq!(SigningAlgorithm::ALL.len(), 4);
    for other in ["HS256", "none", "RS512", "ES384", "rs256", ""] {
        assert_eq!(SigningAlgorithm::parse(other), None, "{other}");
    }
}

/// KEY-02: a JWK has kid, use and alg, and no private member; a set has distinct kids.
#[test]
fn key_02_publishes_public_members_only() {
    let signers: Vec<Signer> = SigningAlgorithm::ALL.iter().copied().map(signer).collect();
    for signer in &signers {
        let jwk = signer.public_jwk();
        assert_eq!(jwk["kid"], signer.kid());
        assert_eq!(jwk["use"], "sig");
        assert_eq!(jwk["alg"], signer.algorithm().as_str());
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(jwk.get(private).is_none(), "{private}");
        }
        assert_eq!(PublicKey::from_jwk(&jwk).unwrap().to_jwk(), jwk, "stored and read back");
    }
    let keys: Vec<PublicKey> =
        signers.iter().filter(|s| s.algorithm() != SigningAlgorithm::Ps256).map(Signer::public_key).collect();
    let set = jwk_set(&keys);
    let kids: HashSet<&str> =
        set["keys"].as_array().unwrap().iter().map(|k| k["kid"].as_str().unwrap()).collect();
    assert_eq!(kids.len(), 3);
}

/// KEY-02: the kid is the thumbprint, and a key does not load under another.
#[test]
fn key_02_loads_under_its_thumbprint_only() {
    let key = generate(SigningAlgorithm::EdDsa, &Seeded::new(1)).unwrap();
    assert!(Signer::parse(SigningAlgorithm::EdDsa, key.kid.clone(), &key.der).is_ok());
    assert_eq!(
        Signer::parse(SigningAlgorithm::EdDsa, "k-2026-01".to_owned(), &key.der).err(),
        Some(KeyError::Kid)
    );
}

/// KEY-07: keys of another kind are found when they are loaded.
#[test]
fn key_07_finds_malformed_keys_when_loading() {
    let ed = generate(SigningAlgorithm::EdDsa, &Seeded::new(1)).unwrap();
    let ec = generate(SigningAlgorithm::Es256, &Seeded::new(1)).unwrap();
    for (algorithm, der) in [
        (SigningAlgorithm::Es256, &ed.der),
        (SigningAlgorithm::EdDsa, &ec.der),
        (SigningAlgorithm::Rs256, &ec.der),
        (SigningAlgorithm::Ps256, &ed.der),
    ] {
        assert_eq!(
            Signer::parse(algorithm, "x".to_owned(), der).err(),
            Some(KeyError::Malformed),
            "{algorithm}"
        );
        assert_eq!(
            Signer::parse(algorithm, "x".to_owned(), &[]).err(),
            Some(KeyError::Malformed),
            "{algorithm}"
        );
    }
}

/// KEY-06: debug output shows no key.
#[test]
fn key_06_debug_shows_no_key() {
    let key = generate(SigningAlgorithm::EdDsa, &Seeded::new(1)).unwrap();
    let signer = Signer::parse(SigningAlgorithm::EdDsa, key.kid.clone(), &key.der).unwrap();
    assert_eq!(format!("{key:?} {signer:?}"), format!("GeneratedKey({0}) Signer(EdDSA {0})", key.kid));
}
