use proptest::prelude::*;
use serde_json::json;

use super::*;

/// TOK-07: a duplicate name is refused at every depth, also where it is written with escapes.
#[test]
fn tok_07_refuses_duplicate_names() {
    for text in [
        r#"{"aud":"a","aud":"b"}"#,
        r#"{"aud":"a","\u0061ud":"a"}"#,
        r#"{"a":{"b":1,"b":1}}"#,
        r#"{"a":[{"b":1,"b":2}]}"#,
    ] {
        assert_eq!(object(text.as_bytes()), Err(NotStrict), "{text}");
    }
}

#[test]
fn refuses_what_is_no_object() {
    for text in ["", "[]", "1", "null", "{", "{} x", "{\"a\":1,}"] {
        assert_eq!(object(text.as_bytes()), Err(NotStrict), "{text}");
    }
    assert_eq!(object("{\"a\":".repeat(100_000).as_bytes()), Err(NotStrict), "depth is bounded");
}

/// DOS-01: 32 levels and no more.
#[test]
fn dos_01_levels_are_bounded() {
    let nested = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    let list = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    for text in [nested(32), list(32)] {
        assert!(object(text.as_bytes()).is_ok(), "{text}");
    }
    for text in [nested(33), list(33)] {
        assert_eq!(object(text.as_bytes()), Err(NotStrict), "{text}");
    }
}

proptest! {
    #[test]
    fn agrees_with_the_library_otherwise(a in any::<i64>(), b in any::<String>(), c in any::<Option<bool>>(), d in any::<u64>()) {
        let value = json!({"a": a, "b": b, "c": [c, {"d": d}]});
        prop_assert_eq!(Value::Object(object(value.to_string().as_bytes()).unwrap()), value);
    }
}
