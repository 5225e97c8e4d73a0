//! What holds for every page and mail in every language, and for the messages and files that they are made of.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::kit::sample::frame;
use crate::samples::{all_mail_samples, all_samples, page_states, samples_in};
use crate::{Frame, Lang, Ui};

mod budget;
mod catalogue;
mod colour;
pub(crate) mod scan;

use scan::{Tag, tags, text_of};

fn ui() -> Ui {
    Ui::with_pseudo().expect("the catalogue loads")
}

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web")
}

/// Every file below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(dir).expect("the directory is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() { out.extend(files(&path)) } else { out.push(path) }
    }
    out
}

/// `ui.md` 1.1: every state of every page in every language has one heading, its id, its language and a title.
#[test]
fn every_page_has_one_heading_its_id_and_language() {
    let ui = ui();
    for lang in Lang::ALL {
        for (name, html) in all_samples(&ui, *lang).expect("every page renders") {
            let tags = tags(&html);
            let count = |wanted: &str| tags.iter().filter(|tag| tag.name == wanted).count();
            assert_eq!(count("h1"), 1, "{lang} {name}");
            assert_eq!(count("title"), 1, "{lang} {name}");
            assert_eq!(count("main"), 1, "{lang} {name}");
            let main = tags.iter().find(|tag| tag.name == "main").expect("there is one");
            assert_eq!(main.get("data-testid"), name.split('-').next(), "{lang} {name}");
            let root = tags.iter().find(|tag| tag.name == "html").expect("there is one");
            assert_eq!(root.get("lang"), Some(lang.tag()), "{lang} {name}");
            assert_eq!(root.get("dir"), Some(lang.direction().as_str()), "{lang} {name}");
            for leftover in ["{$", "{ $", "{{", "\u{e000}", "\u{e001}"] {
                assert!(!html.contains(leftover), "{lang} {name}: {leftover}");
            }
            assert!(text_of(&html).contains("Alder Works"), "{lang} {name}");
        }
    }
}

/// Each page says which of its states it is in, and the samples have them all: no other state, none without a sample.
#[test]
fn every_state_of_every_page_has_a_sample() {
    let samples = all_samples(&ui(), Lang::En).expect("every page renders");
    let shown: BTreeSet<(String, String)> = samples
        .iter()
        .map(|(name, html)| {
            let main = tags(html).into_iter().find(|tag| tag.name == "main").expect("there is one");
            let attribute = |which| main.get(which).unwrap_or_else(|| panic!("{name}: {which}")).to_owned();
            (attribute("data-testid"), attribute("data-state"))
        })
        .collect();
    let all = page_states().into_iter().map(|(id, state)| (id.to_owned(), state.to_owned())).collect();
    assert_eq!(shown, all);
}

/// Ids are unique, and whatever is referred to is there.
#[test]
fn every_reference_in_a_page_leads_somewhere() {
    let ui = ui();
    for (name, html) in all_samples(&ui, Lang::En).expect("every page renders") {
        let tags = tags(&html);
        let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
        for tag in &tags {
            for attribute in ["aria-describedby", "aria-labelledby", "for", "data-auto"] {
                for id in tag.get(attribute).unwrap_or_default().split_whitespace() {
                    assert!(unique.contains(id), "{name}: {attribute} {id}");
                }
            }
        }
        assert!(tags.iter().filter(|tag| tag.has("autofocus")).count() <= 1, "{name}");
    }
}

/// WEB-03: no inline style, script or handler in a page; scripts are files with the nonce; nothing from elsewhere is
/// loaded.
#[test]
fn web_03_pages_have_nothing_inline_and_nothing_foreign() {
    let ui = ui();
    for lang in Lang::ALL {
        for (name, html) in all_samples(&ui, *lang).expect("every page renders") {
            for tag in tags(&html) {
                assert_ne!(tag.name, "style", "{name}");
                for (attribute, value) in &tag.attributes {
                    assert!(!attribute.starts_with("on") && attribute != "style", "{name}: {attribute}");
                    let loads = attribute == "src" || (attribute == "href" && tag.name == "link");
                    assert!(!loads || value.starts_with("/static/"), "{name}: {value}");
                }
                if tag.name == "script" {
                    assert!(tag.has("src") && tag.get("nonce") == Some("c2FtcGxl"), "{name}");
                }
                if tag.name == "button" {
                    assert!(tag.has("type"), "{name}");
                }
            }
        }
    }
}

/// WEB-06: a stored name is inert wherever it stands: no tag, no attribute and no handler comes of it.
#[test]
fn web_06_a_canary_in_every_stored_name_is_inert() {
    let ui = ui();
    for canary in ["'\"><svg/onload=x>", "');x('", "<!--", "]]>", "\" autofocus onfocus=x \""] {
        for lang in Lang::ALL {
            let plain = frame(*lang);
            let set = Frame {
                app: Some(canary.to_owned()),
                contact: Some(canary.to_owned()),
                csrf: Some(canary.to_owned()),
                locator: Some(canary.to_owned()),
                path: Some(format!("/{}", canary.replace(' ', ""))),
                keep: vec![(canary.to_owned(), canary.to_owned())],
                segment: canary.to_owned(),
                brand: canary.to_owned(),
                ..plain.clone()
            };
            let clean = samples_in(&ui, &plain).expect("renders");
            let dirty = samples_in(&ui, &set).expect("renders");
            for ((name, before), (_, after)) in clean.iter().zip(&dirty) {
                // The contact is a link only as an address, and the locator a field only if it is one.
                let shape = |html: &str| {
                    let mut tags = tags(html);
                    tags.retain(|tag| {
                        let mailto = tag.get("href").is_some_and(|href| href.starts_with("mailto:"));
                        !mailto
                            && tag.name != "bdi"
                            && tag.name != "input"
                            && tag.name != "/a"
                            && tag.name != "/bdi"
                    });
                    tags.into_iter()
                        .map(|tag| (tag.name, tag.attributes.into_iter().map(|(n, _)| n).collect::<Vec<_>>()))
                        .collect::<Vec<_>>()
                };
                assert_same_shape(name, &shape(before), &shape(after));
            }
        }
    }
}

type Shape = Vec<(String, Vec<String>)>;

/// The details of the organization go where there is no tenant (`common`); all else is equal.
fn assert_same_shape(name: &str, before: &Shape, after: &Shape) {
    let optional = |shape: &Shape| -> Shape {
        shape
            .iter()
            .filter(|(tag, _)| !matches!(tag.as_str(), "dt" | "/dt" | "dd" | "/dd" | "p" | "/p"))
            .cloned()
            .collect()
    };
    assert_eq!(optional(before), optional(after), "{name}");
}

/// ADR-07: bidi and zero-width controls of a name do not reach a page or mail.
#[test]
fn adr_07_pages_show_names_without_invisible_characters() {
    let ui = ui();
    let evil = "Al\u{202e}der\u{200b} Wo\u{2066}rks\u{feff}";
    let frame = Frame { brand: evil.to_owned(), app: Some(evil.to_owned()), ..frame(Lang::En) };
    for (name, html) in samples_in(&ui, &frame).expect("renders") {
        for hidden in ['\u{202e}', '\u{200b}', '\u{2066}', '\u{feff}'] {
            assert!(!html.contains(hidden), "{name}: {hidden:?}");
        }
        assert!(html.contains("<bdi>Alder Works</bdi>"), "{name}");
    }
}

/// WEB-01 (the markup's part): every form that posts to us carries the token; G25 posts to the application and must not.
#[test]
fn web_01_every_form_of_ours_carries_the_token() {
    for (name, html) in all_samples(&ui(), Lang::En).expect("renders") {
        let posts = html.matches("<form method=\"post\"").count();
        let tokens = html.matches("<input type=\"hidden\" name=\"csrf\" value=\"b1Zk3m9u\">").count();
        assert_eq!(tokens, if name.starts_with("G25") { 0 } else { posts }, "{name}");
    }
}

/// OTP-28: the code field allows paste and autofill, takes digits of a soft keyboard, and is only ever posted.
#[test]
fn otp_28_the_code_field_is_as_the_catalogue_wants_it() {
    let samples = all_samples(&ui(), Lang::En).expect("renders");
    let fields: Vec<Tag> = samples
        .iter()
        .flat_map(|(_, html)| tags(html))
        .filter(|tag| {
            tag.name == "input" && tag.get("name") == Some("code") && tag.get("type") == Some("text")
        })
        .collect();
    assert!(fields.len() > 8);
    for field in fields {
        assert_eq!(field.get("autocomplete"), Some("one-time-code"));
        assert_eq!(field.get("inputmode"), Some("numeric"));
        assert!(!field.has("maxlength") && !field.has("pattern") && !field.has("value"));
    }
}

/// OTP-19: an expired code looks the same whatever was typed: the field is gone, a new code is the primary button.
#[test]
fn otp_19_an_expired_code_asks_for_a_new_one() {
    let samples = all_samples(&ui(), Lang::En).expect("renders");
    let (_, html) = samples.iter().find(|(name, _)| name == "G06-expired").expect("there is one");
    assert!(!html.contains("id=\"code\"") && html.contains("Your code has expired"));
    assert!(html.contains("/alder.example/signin/code/resend?i=8Qn4vYkT"));
}

/// The words of 1.12 that guests never read.
#[test]
fn pages_and_mails_have_no_jargon() {
    let ui = ui();
    let mut texts: Vec<(String, String)> = all_samples(&ui, Lang::En).expect("renders");
    texts.extend(
        all_mail_samples(&ui, Lang::En).expect("renders").into_iter().map(|(name, mail)| (name, mail.html)),
    );
    for (name, html) in texts {
        // Codes and what is said to developers are not for guests: they may have our words.
        let guests = html.split("<p class=\"fine developer").next().unwrap_or_default();
        let text = text_of(guests).to_lowercase().replace("tenant-", "").replace("redirect-", "");
        let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
        for jargon in
            ["otp", "token", "tenant", "idp", "redirect", "federation", "realm", "login", "oops", "please"]
        {
            assert!(!words.contains(jargon), "{name}: {jargon}");
        }
    }
}

/// WEB-06 (lint): templates neither switch escaping off nor write style, script or handlers by hand.
#[test]
fn web_06_templates_are_clean() {
    for path in files(&web().join("templates")) {
        let text = fs::read_to_string(&path).expect("it can be read");
        let mail = path.components().any(|part| part.as_os_str() == "mail");
        for forbidden in ["|safe", "| safe", "|escape", "{% filter", "javascript:", "tabindex=\"1"] {
            assert!(!text.contains(forbidden), "{}: {forbidden}", path.display());
        }
        let inline = text.contains(" style=\"") || text.contains("<style");
        assert!(mail || !inline, "{}", path.display());
        assert!(!text.contains("<button>") && !text.contains(" onclick"), "{}", path.display());
    }
}

/// The catalogue is shared between threads.
#[test]
fn the_interface_is_send_and_sync() {
    fn shared<T: Send + Sync>() {}
    shared::<Ui>();
}
