use super::*;
use vestibule_core::Realm;
use vestibule_core::ids::{InteractionId, TenantId};

const HOST: Names = Names { loopback: false };

fn read(line: &[u8]) -> Jar {
    HOST.read(std::iter::once(line))
}

/// SES-03: encoded names, exotic white space, quoting versions and doubled names are all anonymous.
#[test]
fn ses_03_reads_names_byte_for_byte() {
    assert_eq!(read(b"__Host-vs.AA=good").sessions.len(), 1);
    assert_eq!(read(b"x=1;\t__Host-vs.AA=good").sessions.len(), 1);
    for odd in [
        &b"%5F%5FHost-vs.AA=x"[..],
        b"\xE2\x80\x80__Host-vs.AA=x",
        b"__Host-vs.AA=x; __Host-vs.AA=y",
        b"__host-vs.AA=x",
        b"vs.AA=x",
        b"__Host-vs.AA=\"x\"",
        b"__Host-vs.AA",
    ] {
        assert!(read(odd).sessions.is_empty(), "{}", String::from_utf8_lossy(odd));
    }
    let versioned = read(b"$Version=1;__Host-vs.AA=x");
    assert_eq!(versioned.sessions.len(), 1, "the pair itself is plain; the version is another cookie");
}

/// SES-02: the form of the names is fixed by the base URL, and the other form is not read.
#[test]
fn ses_02_the_other_form_is_not_read() {
    let plain = Names { loopback: true };
    assert!(plain.read(std::iter::once(&b"__Host-vs.AA=x"[..])).sessions.is_empty());
    assert_eq!(plain.read(std::iter::once(&b"vs.AA=x"[..])).sessions.len(), 1);
    let change = CookieChange::Session {
        realm: Realm::Tenant(TenantId(uuid::Uuid::from_u128(1))),
        value: "v".into(),
        max_age: 60,
    };
    let line = HOST.write(std::slice::from_ref(&change), &Jar::default()).remove(0);
    assert!(
        line.starts_with("__Host-vs.")
            && line.ends_with("; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"),
        "{line}"
    );
    assert!(!plain.write(&[change], &Jar::default()).remove(0).contains("Secure"));
}

/// SES-02, N-21: at most three sealed interactions, together below 4 KiB; the oldest goes first.
#[test]
fn ses_02_the_oldest_interaction_goes_first() {
    let id = |n: u128| InteractionId(uuid::Uuid::from_u128(n << 80 | 0x7000 << 64));
    let jar = |sizes: &[(u128, usize)]| Jar {
        interactions: sizes.iter().map(|(n, size)| (locator(id(*n)), "x".repeat(*size))).collect(),
        ..Jar::default()
    };
    let new = |size| [CookieChange::Interaction { id: id(9), value: "x".repeat(size) }];
    let lines = HOST.write(&new(100), &jar(&[(3, 100), (1, 100), (2, 100)]));
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains(&locator(id(1))) && lines[0].contains("Max-Age=0"));
    assert_eq!(HOST.write(&new(100), &jar(&[(1, 100), (2, 100)])).len(), 1);
    let lines = HOST.write(&new(3000), &jar(&[(1, 900), (2, 500)]));
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains(&locator(id(1))));
}
