use super::*;

/// ADR-01: everything that is not plainly one mailbox is refused, before any mail library sees it.
#[test]
fn adr_01_refuses_what_is_not_plainly_one_mailbox() {
    let refused = [
        "",
        " ",
        "@",
        "a@",
        "@b.test",
        "a",
        "a@corp",
        "a@@corp.test",
        "a@b@corp.test",
        "victim@evil.test＠corp.test",
        "\"a@evil.test\"@corp.test",
        "a@[192.0.2.1]",
        "a@192.0.2.1",
        "a@corp.test.",
        "a@corp。test",
        "a@xn--corp-.test",
        "a b@corp.test",
        "=?utf-8?q?a=40b?=@corp.test",
        "a%evil.test@corp.test",
        "<a@evil.test>b@corp.test",
        "a@corp .test",
        "a@co rp.test",
        "a@-corp.test",
        "a@corp-.test",
        "a@corp..test",
        ".a@corp.test",
        "a.@corp.test",
        "a..b@corp.test",
        "a\\b@corp.test",
        "a(b)@corp.test",
        "a,b@corp.test",
        "a;b@corp.test",
        "a:b@corp.test",
        "a<b@corp.test",
        "a>b@corp.test",
        "a[b@corp.test",
        "a\"b@corp.test",
        "a\0@corp.test",
        "a\n@corp.test",
        "a@corp\n.test",
        "a\r\nBcc: x@evil.test@corp.test",
        "a@corp.te\u{ad}st",
        "a@ｅvil.test",
        "ａ@corp.test",
        "a@corp.test,b@corp.test",
        "a@corp.test;b@corp.test",
        "a@corp.test b@corp.test",
        "a@corp_x.test",
        "a@corp!.test",
        "a@.corp.test",
        "a@corp.1",
        "a@1.2.3",
        "mi\u{212a}e@corp.test",
        "m\u{131}ke@corp.test",
        "é@corp.test",
        "a@\u{200b}corp.test",
        "a@cor\u{202e}p.test",
        "a\u{202e}@corp.test",
        "a@xn--.test",
        "a@xn--a.test",
        "a@corp.test/x",
        "a@corp.test?x",
        "a@corp.test#x",
        "a@corp.test:25",
        "a@*.test",
        "a/../b@\u{2024}test",
        "javascript:alert(1)",
        "mailto:",
        "mailto:mailto:a@corp.test",
    ];
    for text in refused {
        assert!(Address::parse(text).is_err(), "accepted {text:?}");
    }
    let long = format!("{}@{}.test", "a".repeat(64), "b".repeat(60));
    assert!(Address::parse(&long).is_ok());
    assert_eq!(Address::parse(&format!("{}@corp.test", "a".repeat(65))), Err(AddressError::Local));
    assert_eq!(Address::parse(&format!("a@{}", "b.".repeat(140))), Err(AddressError::TooLong));
}

/// ADR-01, ADR-08: ordinary and unusual but valid mailboxes are accepted, plus tags among them.
#[test]
fn adr_01_accepts_every_dot_atom() {
    for (typed, key) in [
        ("nicole@riverstone.example", "nicole@riverstone.example"),
        (" Nicole.W@Riverstone.Example\n", "nicole.w@riverstone.example"),
        ("mailto:a@corp.test", "a@corp.test"),
        ("MAILTO:a@corp.test", "a@corp.test"),
        ("a+1@x.test", "a+1@x.test"),
        ("o'brien@x.test", "o'brien@x.test"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@straße.example", "a@xn--strae-oqa.example"),
        ("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example"),
        ("!#$&'*+-/=?^_`{|}~@x.test", "!#$&'*+-/=?^_`{|}~@x.test"),
    ] {
        assert_eq!(Address::parse(typed).map(|a| a.key().to_owned()), Ok(key.to_owned()), "{typed:?}");
    }
}

/// ADR-02: only ASCII case is folded; look-alikes of another script never become Mike.
#[test]
fn adr_02_never_folds_beyond_ascii() {
    assert_eq!(Address::parse("MIKE@corp.test").unwrap().key(), "mike@corp.test");
    for twin in ["mi\u{212a}e@corp.test", "m\u{131}ke@corp.test", "ｍike@corp.test"] {
        assert!(Address::parse(twin).is_err());
    }
}

/// ADR-05: whole labels are compared, so a longer name that merely ends alike is another domain.
#[test]
fn adr_05_compares_whole_labels() {
    let evil = Domain::parse("evil.test").unwrap();
    assert!(Domain::parse("EVIL.test").unwrap().is_or_below(&evil));
    assert!(Domain::parse("x.evil.test").unwrap().is_or_below(&evil));
    assert!(!Domain::parse("notevil.test").unwrap().is_or_below(&evil));
    assert!(!evil.is_or_below(&Domain::parse("x.evil.test").unwrap()));
    for odd in ["evil.test.", "ｅvil.test", "evil.te\u{ad}st"] {
        assert!(Domain::parse(odd).is_err());
    }
}

/// ADR-08: a tagged address is another person but shares the limits of the untagged one.
#[test]
fn adr_08_folds_plus_tags_for_limits_only() {
    let tagged = Address::parse("a+1@x.test").unwrap();
    let plain = Address::parse("a@x.test").unwrap();
    assert_ne!(tagged.key(), plain.key());
    assert_eq!(tagged.limit_key(), plain.limit_key());
    assert_eq!(Address::parse("+x@x.test").unwrap().limit_key(), "+x@x.test");
}

/// AUD-04, INV-12: what may be shown of an address.
#[test]
fn aud_04_masks() {
    let a = Address::parse("gina@guest.test").unwrap();
    assert_eq!(a.masked(), "g***@guest.test");
    assert_eq!(a.masked_fully(), "g***@g***.test");
    assert_eq!(format!("{a:?}"), "Address(g***@guest.test)");
}
