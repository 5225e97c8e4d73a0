use super::*;

/// The key of RFC 7638 section 3.1.
const RFC_7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

fn rfc_7638() -> PublicJwk {
    PublicJwk::rsa(SigningAlgorithm::Rs256, &unb64(RFC_7638_N).unwrap(), &[1, 0, 1])
}

/// KEY-02: thumbprints as in RFC 7638 section 3.1 and RFC 8037 appendix A.3.
#[test]
fn key_02_kid_is_the_rfc_7638_thumbprint() {
    assert_eq!(rfc_7638().kid(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    let okp = PublicJwk::ed25519(&unb64("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap());
    assert_eq!(okp.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

/// KEY-02: what is read back must be public, whole and self-consistent.
#[test]
fn key_02_refuses_other_jwks() {
    let good = rfc_7638().to_value();
    assert!(PublicKey::from_jwk(&good).is_ok());
    let with = |name: &str, value: Value| {
        let mut jwk = good.clone();
        jwk[name] = value;
        PublicKey::from_jwk(&jwk).err()
    };
    assert_eq!(with("d", "AQ".into()), Some(KeyError::Malformed), "private");
    assert_eq!(with("k", "AQ".into()), Some(KeyError::Malformed));
    assert_eq!(with("kid", "other".into()), Some(KeyError::Kid));
    assert_eq!(with("n", "AQAB".into()), Some(KeyError::Kid), "the kid belongs to another key");
    assert_eq!(with("alg", "HS256".into()), Some(KeyError::Malformed));
    assert_eq!(with("alg", "ES256".into()), Some(KeyError::Malformed), "algorithm of another key type");
    assert_eq!(with("use", "enc".into()), Some(KeyError::Malformed));
    assert_eq!(with("kty", "oct".into()), Some(KeyError::Malformed));
    assert_eq!(with("n", "AQA=".into()), Some(KeyError::Malformed));
    assert_eq!(PublicKey::from_jwk(&Value::Null).err(), Some(KeyError::Malformed));
}
