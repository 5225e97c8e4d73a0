use super::{cap_name, clean, clean_lines, has_digit_run, neutralise, split_digits};

/// ADR-07: bidi and zero-width controls, fillers and tags are gone; controls are spaces.
#[test]
fn adr_07_a_name_is_what_it_looks_like() {
    assert_eq!(clean("Al\u{202e}der \u{200d}Wo\u{ad}rks\u{e0041}"), "Alder Works");
    assert_eq!(clean(" a\r\nb\u{0}c\u{2028}d "), "a b c d");
    assert_eq!(clean("Bücher & Söhne 工房"), "Bücher & Söhne 工房");
    assert_eq!(clean("\u{e000}x\u{2066}"), "x");
}

/// MAIL-02: what mail programs turn into links is broken up; ordinary punctuation stays.
#[test]
fn mail_02_link_like_text_is_broken_up() {
    assert_eq!(neutralise("see http://evil.test/a"), "see http: //evil\u{2024}test/a");
    assert_eq!(neutralise("me@evil.test"), "me\u{fe6b}evil\u{2024}test");
    assert_eq!(neutralise("Alder Works Ltd. Est. 1984."), "Alder Works Ltd. Est. 1984.");
}

/// MAIL-02: lines are kept, runs of empty ones are not, and 500 characters are enough.
#[test]
fn mail_02_free_text_keeps_its_lines() {
    assert_eq!(clean_lines("\n\nHello,\n\n\n\nbye\u{202e}\n"), ["Hello,", "", "bye"]);
    assert!(clean_lines("").is_empty());
    assert_eq!(clean_lines(&"x".repeat(900)), ["x".repeat(500)]);
}

/// OTP-21: only the code looks like a code.
#[test]
fn otp_21_digits_of_names_are_set_apart() {
    assert!(has_digit_run("Studio 1984") && !has_digit_run("14:02 UTC, 203.0"));
    assert_eq!(split_digits("Plan 12345678"), "Plan 123\u{202f}456\u{202f}78");
    assert_eq!(split_digits("Plan 123"), "Plan 123");
}

/// MAIL-01: a name is at most 64 characters.
#[test]
fn mail_01_names_are_capped() {
    assert_eq!(cap_name(&"ä".repeat(80)).chars().count(), 64);
    assert_eq!(cap_name("Alder Works"), "Alder Works");
}
