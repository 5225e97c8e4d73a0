use super::*;

#[derive(Debug)]
struct Counting(std::sync::atomic::AtomicU8);

impl Random for Counting {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn vault(root: &str) -> Result<Vault, VaultError> {
    Vault::open(&Secret::new(root.into()), Arc::new(Counting(0.into())))
}

fn good() -> Vault {
    vault("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").unwrap()
}

/// KEY-10: short, all-same and non-hexadecimal root keys are refused.
#[test]
fn key_10_refuses_weak_root_keys() {
    for weak in ["", "00", &"00".repeat(32), &"ff".repeat(32), &"zz".repeat(32), &"01".repeat(31)] {
        assert_eq!(vault(weak).err(), Some(VaultError::RootKey), "{weak}");
    }
}

/// KEY-03: a sealed value opens only at its place, unaltered, for its purpose, with its root key.
#[test]
fn key_03_sealed_values_open_only_at_their_place() {
    let vault_a = good();
    let sealed = vault_a.seal(KeyPurpose::Outbox, &[b"outbox", b"1"], b"secret").unwrap();
    assert_eq!(
        vault_a.unseal(KeyPurpose::Outbox, &[b"outbox", b"1"], &sealed).unwrap().as_slice(),
        b"secret"
    );
    assert!(vault_a.unseal(KeyPurpose::Outbox, &[b"outbox", b"2"], &sealed).is_err());
    assert!(vault_a.unseal(KeyPurpose::Outbox, &[b"outbo", b"x1"], &sealed).is_err());
    assert!(vault_a.unseal(KeyPurpose::SigningKey, &[b"outbox", b"1"], &sealed).is_err());
    for bit in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[bit] ^= 1;
        assert!(vault_a.unseal(KeyPurpose::Outbox, &[b"outbox", b"1"], &altered).is_err());
    }
    let other = vault(&"0102".repeat(16)).unwrap();
    assert!(other.unseal(KeyPurpose::Outbox, &[b"outbox", b"1"], &sealed).is_err());
    assert!(vault_a.unseal(KeyPurpose::Outbox, &[b"outbox", b"1"], &[]).is_err());
}

/// KEY-09: no two purposes share a key.
#[test]
fn key_09_purposes_do_not_share_keys() {
    let vault = good();
    for a in KeyPurpose::ALL {
        for b in KeyPurpose::ALL {
            let same = vault.mac(a, &[b"x"]).unwrap().matches(&vault.mac(b, &[b"x"]).unwrap());
            assert_eq!(same, a == b);
        }
    }
}

/// OTP-16: the boundary between fields is part of the digest, and so is the epoch (CON-04).
#[test]
fn otp_16_field_boundaries_count() {
    let vault = good();
    let mac = |parts: &[&[u8]]| vault.mac(KeyPurpose::Passcode, parts).unwrap();
    assert!(!mac(&[b"ab", b"c"]).matches(&mac(&[b"a", b"bc"])));
    assert!(!hash("session", 1, "s").matches(&hash("session", 2, "s")));
    assert!(!hash("session", 1, "s").matches(&hash("code", 1, "s")));
}
