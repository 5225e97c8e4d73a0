use proptest::prelude::*;
use rsa::pkcs1::UintRef;
use rsa::pkcs1::der::Encode as _;

use super::*;
use crate::testing::Seeded;

const E: &[u8] = &[1, 0, 1];

/// A PKCS#1 document that only has the right shape.
fn document(n: &[u8], e: &[u8], p: &[u8], q: &[u8]) -> Vec<u8> {
    let uint = |bytes| UintRef::new(bytes).unwrap();
    let one = uint(&[1]);
    pkcs1::RsaPrivateKey {
        modulus: uint(n),
        public_exponent: uint(e),
        private_exponent: one,
        prime1: uint(p),
        prime2: uint(q),
        exponent1: one,
        exponent2: one,
        coefficient: one,
        other_prime_infos: None,
    }
    .to_der()
    .unwrap()
}

fn number(bytes: usize, fill: u8) -> Vec<u8> {
    let mut out = vec![fill; bytes];
    out[0] |= 0x80;
    out
}

/// KEY-11: 2,048 bits, e = 65537, primes that are far apart; each on its own.
#[test]
fn key_11_refuses_weak_rsa_keys() {
    let (n, p, q) = (number(256, 0xa5), number(128, 0xc3), number(128, 0x99));
    let near = [&p[..120], &[0x11; 8]].concat();
    let hundred_bits_less = [&p[..13], &[0x11; 115]].concat();
    assert_eq!(check_rsa(&document(&n, E, &p, &q)), Ok(()));
    assert_eq!(check_rsa(&document(&n[1..], E, &p, &q)), Err(KeyError::Short));
    assert_eq!(check_rsa(&document(&number(128, 0xa5), E, &p, &q)), Err(KeyError::Short));
    assert_eq!(check_rsa(&document(&n, &[3], &p, &q)), Err(KeyError::Exponent));
    assert_eq!(check_rsa(&document(&n, &[1, 0, 1, 1], &p, &q)), Err(KeyError::Exponent));
    assert_eq!(check_rsa(&document(&n, E, &p, &near)), Err(KeyError::ClosePrimes), "low 64 bits differ");
    assert_eq!(check_rsa(&document(&n, E, &near, &p)), Err(KeyError::ClosePrimes));
    assert_eq!(check_rsa(&document(&n, E, &p, &hundred_bits_less)), Err(KeyError::ClosePrimes));
    assert_eq!(check_rsa(&document(&n, E, &p, &p)), Err(KeyError::ClosePrimes));
    assert_eq!(check_rsa(&[]), Err(KeyError::Malformed));
}

/// KEY-11: a short key is refused at import, too, and not left to ring.
#[test]
fn key_11_refuses_a_real_short_key() {
    let der = rsa_der(1024, &Seeded::new(3)).unwrap();
    assert_eq!(Signer::parse(SigningAlgorithm::Rs256, "x".to_owned(), &der).err(), Some(KeyError::Short));
}

/// KEY-11: what is generated passes, differs by randomness, and has the size.
#[test]
fn key_11_generates_good_keys() {
    let first = generate(SigningAlgorithm::Rs256, &Seeded::new(1)).unwrap();
    let again = generate(SigningAlgorithm::Rs256, &Seeded::new(1)).unwrap();
    let other = generate(SigningAlgorithm::Ps256, &Seeded::new(2)).unwrap();
    assert_eq!(first.kid, again.kid, "all randomness is passed in");
    assert_ne!(first.kid, other.kid);
    assert_eq!(check_rsa(&first.der), Ok(()));
    assert_eq!(first.public_jwk["e"], "AQAB");
    assert_eq!(first.public_jwk["n"].as_str().unwrap().len(), 342, "2048 bits");
    assert_eq!(other.public_jwk["alg"], "PS256");
}

/// KEY-07: elliptic keys come in the encodings that ring parses.
#[test]
fn key_07_generates_elliptic_keys() {
    let ed = generate(SigningAlgorithm::EdDsa, &Seeded::new(1)).unwrap();
    assert_eq!(ed.der.len(), 48, "PKCS#8 v1");
    assert_eq!(ed.kid, generate(SigningAlgorithm::EdDsa, &Seeded::new(1)).unwrap().kid);
    assert_ne!(ed.kid, generate(SigningAlgorithm::EdDsa, &Seeded::new(2)).unwrap().kid);
    let ec = generate(SigningAlgorithm::Es256, &Seeded::new(1)).unwrap();
    assert_ne!(ec.kid, generate(SigningAlgorithm::Es256, &Seeded::new(1)).unwrap().kid, "from the system");
}

/// KEY-07, KEY-08: each dangerous call stands in one file of this crate.
#[test]
fn key_07_keeps_each_library_in_its_place() {
    fn sources(dir: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                found.push(path);
            }
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for (call, home) in [
        (" rsa::", "keys/generate.rs"),
        ("pkcs1::", "keys/generate.rs"),
        ("jsonwebtoken::decode", "verify.rs"),
        ("Validation::new", "verify.rs"),
        ("SystemRandom::new", "keys.rs"),
    ] {
        let naming: Vec<_> =
            files.iter().filter(|f| std::fs::read_to_string(f).unwrap().contains(call)).collect();
        assert_eq!(naming, [&root.join(home)], "{call}");
    }
}

proptest! {
    #[test]
    fn distances_are_right(a in any::<u128>(), b in any::<u64>()) {
        let found = distance(&a.to_be_bytes(), &b.to_be_bytes());
        prop_assert_eq!(u128::from_be_bytes(found.try_into().unwrap()), a.abs_diff(u128::from(b)));
        prop_assert_eq!(bits(&a.to_be_bytes()), (u128::BITS - a.leading_zeros()) as usize);
    }
}
