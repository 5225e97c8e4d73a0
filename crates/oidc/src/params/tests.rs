use proptest::prelude::*;

use super::*;

fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn reads_pairs_in_their_order() {
    let params = Params::parse("scope=openid+email&state=%F0%9F%98%80&a=b=c&&empty=&bare").unwrap();
    assert_eq!(params.get("scope"), Some("openid email"));
    assert_eq!(params.get("state"), Some("😀"));
    assert_eq!(params.get("a"), Some("b=c"));
    assert_eq!(params.get("empty"), None, "a parameter without a value counts as left out");
    let names: Vec<&str> = params.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["scope", "state", "a", "empty", "bare"]);
}

#[test]
fn decodes_once_only() {
    assert_eq!(Params::parse("a=%2561").unwrap().get("a"), Some("%61"));
}

#[test]
fn refuses_broken_encodings_and_floods() {
    for text in ["a=%", "a=%4", "a=%zz", "a=%+1", "a=%ff", "a=%ed%a0%80", "%c0%af=1"] {
        assert_eq!(Params::parse(text).err(), Some(ParamsError::Encoding), "{text}");
    }
    assert_eq!(Params::parse_bytes(b"a=\xff").err(), Some(ParamsError::Encoding));
    assert!(Params::parse(&"a=1&".repeat(PAIRS_MAX)).is_ok());
    assert_eq!(Params::parse(&"a=1&".repeat(PAIRS_MAX + 1)).err(), Some(ParamsError::TooMany));
}

/// WEB-14: a protocol parameter given twice is noticed, equal or empty values included; unknown ones may repeat.
#[test]
fn web_14_notices_repeated_parameters() {
    for (text, repeated) in [
        ("redirect_uri=a&redirect_uri=b", Some("redirect_uri")),
        ("state=a&scope=b&state=a", Some("state")),
        ("client_secret=a&client_secret=", Some("client_secret")),
        ("%73tate=a&state=b", Some("state")),
        ("x=1&x=2&client_info=1&client_info=1", None),
        ("state=a&State=b", None),
    ] {
        assert_eq!(Params::parse(text).unwrap().repeated(), repeated, "{text}");
    }
}

#[test]
fn debug_shows_no_value() {
    let shown = format!("{:?}", Params::parse("client_secret=hunter2&code=abc").unwrap());
    assert!(
        shown.contains("client_secret") && !shown.contains("hunter2") && !shown.contains("abc"),
        "{shown}"
    );
}

proptest! {
    #[test]
    fn brings_back_what_was_encoded(name in "[a-z_]{1,10}", value in any::<String>().prop_filter("given", |v| !v.is_empty())) {
        let params = Params::parse(&format!("{name}={}", encode(&value))).unwrap();
        prop_assert_eq!(params.get(&name), Some(value.as_str()));
    }

    #[test]
    fn never_panics(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        drop(Params::parse(&text));
        drop(Params::parse_bytes(&bytes));
    }
}
