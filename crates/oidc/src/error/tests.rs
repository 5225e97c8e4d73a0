use super::*;
use crate::testing::now;

fn is_description(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// WEB-11: every description is a plain ASCII line.
#[test]
fn web_11_has_ascii_lines_only() {
    for text in text::ALL {
        assert!(is_description(text), "{text}");
        assert!(text.ends_with('.'), "{text}");
    }
    assert_eq!(ascii_line("a\r\nb\"c\\d\u{e4}"), "a  b c d ");
}

#[test]
fn codes_are_plain_words() {
    for code in OAuthErrorCode::ALL {
        assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
    }
}

#[test]
fn statuses_follow_the_codes() {
    assert_eq!(TokenError::INVALID_CLIENT.status(), 401);
    assert_eq!(TokenError::INVALID_TOKEN.status(), 401);
    assert_eq!(TokenError::PKCE.status(), 400);
    assert_eq!(TokenError::UNAVAILABLE.status(), 503);
}

#[test]
fn the_body_is_entras_envelope() {
    let trace = TraceId(Uuid::from_u128(7));
    let body = TokenError::INVALID_CODE.body(trace, Uuid::from_u128(8), now());
    assert_eq!(
        body,
        json!({
            "error": "invalid_grant",
            "error_description": "AADSTS70008: The authorization code is invalid or has expired. Trace ID: \
                00000000-0000-0000-0000-000000000007; Timestamp: 2026-02-01 10:20:31Z",
            "error_codes": [70008],
            "timestamp": "2026-02-01 10:20:31Z",
            "trace_id": "00000000-0000-0000-0000-000000000007",
            "correlation_id": "00000000-0000-0000-0000-000000000008",
        })
    );
    for error in TokenError::ALL {
        let body = error.body(trace, Uuid::nil(), now());
        assert!(is_description(body["error_description"].as_str().unwrap()), "{error}");
    }
    let bare = TokenError { aadsts: None, ..TokenError::PKCE }.body(trace, Uuid::nil(), now());
    assert_eq!(bare["error_codes"], json!([]));
    assert!(!bare["error_description"].as_str().unwrap().contains("AADSTS"));
}

/// Each answer of the token endpoint stands in the reference, with its status.
#[test]
fn the_reference_has_every_token_error() {
    let reference = include_str!("../../../../docs/reference/errors.md");
    for error in TokenError::ALL {
        let (code, number, status) = (format!("| `{}` |", error.code), error.aadsts.unwrap(), error.status());
        let row = reference.lines().find(|line| {
            let mut cells = line.split('|').skip(2);
            let numbers = cells.next().unwrap_or_default();
            line.starts_with(&code) && numbers.split(',').any(|one| one.trim() == number.to_string())
        });
        let row = row.unwrap_or_else(|| panic!("{code} {number}"));
        assert!(row.contains(&format!("| {status} |")), "{row}");
    }
}
