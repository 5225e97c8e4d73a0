//! The messages: complete in every language, with the same variables, and all of them used.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::{files, web};

/// The messages of a language: key → the variables that it names.
fn messages(lang: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut out = BTreeMap::new();
    for path in files(&web().join("locales").join(lang)) {
        let text = fs::read_to_string(&path).expect("it can be read");
        let mut current: Option<(String, String)> = None;
        for line in text.lines().chain(["end = x"]) {
            let starts = line.starts_with(|c: char| c.is_ascii_lowercase());
            if starts {
                let (key, value) = line.split_once(" = ").expect("a message is `key = text`");
                if let Some((key, value)) = current.replace((key.to_owned(), value.to_owned())) {
                    assert!(out.insert(key.clone(), variables(&value)).is_none(), "{key} stands twice");
                }
            } else if let Some((_, value)) = &mut current {
                value.push_str(line);
            }
        }
    }
    out
}

fn variables(text: &str) -> BTreeSet<String> {
    let name = |rest: &str| rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    text.split('$').skip(1).map(name).collect()
}

/// Every language has every message, with the same variables: none is left out of a translation.
#[test]
fn german_has_the_messages_and_variables_of_english() {
    let (en, de) = (messages("en"), messages("de"));
    assert!(en.len() > 250);
    assert_eq!(en.keys().collect::<Vec<_>>(), de.keys().collect::<Vec<_>>());
    for (key, variables) in &en {
        assert_eq!(de.get(key), Some(variables), "{key}");
    }
}

/// A message that nothing says is not translated for nothing.
#[test]
fn every_message_is_used() {
    let mut sources = String::new();
    let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in files(&web().join("templates")).into_iter().chain(files(&code)) {
        sources.push_str(&fs::read_to_string(&path).expect("it can be read"));
    }
    for key in messages("en").keys() {
        assert!(sources.contains(&format!("\"{key}\"")), "nothing says {key}");
    }
}

/// No message has private-use characters, which stand for values, or the words that guests must not read (OTP-22).
#[test]
fn otp_22_no_language_says_ignore_this() {
    for lang in ["en", "de"] {
        for path in files(&web().join("locales").join(lang)) {
            let text = fs::read_to_string(&path).expect("it can be read");
            assert!(!text.chars().any(|c| ('\u{e000}'..='\u{f8ff}').contains(&c)), "{}", path.display());
            let text = text.to_lowercase();
            for forbidden in ["ignore this", "ignore it", "can ignore", "ignorieren", "passcode", "otp", "!"]
            {
                assert!(!text.contains(forbidden), "{}: {forbidden}", path.display());
            }
        }
    }
}
