use chrono::{DateTime, TimeDelta, Utc};

use super::{Speaker, Surface};
use crate::{Catalogue, Lang, UiError};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_542_940, 0).expect("an instant")
}

fn speaker(catalogue: &Catalogue, lang: Lang, surface: Surface) -> Speaker<'_> {
    Speaker { catalogue, lang, now: now(), surface }
}

/// WEB-06, ADR-07: a name in a sentence is escaped, cleaned and set apart; it cannot add a placeable or a placeholder.
#[test]
fn web_06_a_name_in_a_sentence_is_escaped_and_set_apart() {
    let catalogue = Catalogue::new().expect("it loads");
    let t = speaker(&catalogue, Lang::En, Surface::Guest);
    let html = |name: &str| t.msg("review-trust").name("org", name).html().expect("it formats");
    assert_eq!(html("Alder <Works>"), "Only accept if you know <bdi>Alder &#60;Works&#62;</bdi>.");
    assert_eq!(html("{ $x } \u{e000}\u{202e}y"), "Only accept if you know <bdi>{ $x } y</bdi>.");
    assert_eq!(
        t.msg("review-trust").name("org", "A <B>").plain().expect("it formats"),
        "Only accept if you know A <B>."
    );
}

/// An address keeps its direction; only a long one may break after its at sign.
#[test]
fn adr_07_addresses_run_left_to_right() {
    let catalogue = Catalogue::with_pseudo().expect("it loads");
    let html = |lang, email: &str| {
        speaker(&catalogue, lang, Surface::Guest)
            .msg("verbatim")
            .ltr("value", email)
            .html()
            .expect("it formats")
    };
    assert_eq!(html(Lang::En, "a@b.example"), "<bdi>a@b.example</bdi>");
    assert_eq!(html(Lang::ArXb, "a@b.example"), "<bdi dir=\"ltr\">a@b.example</bdi>");
    let long = "somebody.with.a.name@long-company.example";
    assert_eq!(html(Lang::En, long), format!("<bdi>{}</bdi>", long.replace('@', "@<wbr>")));
}

#[test]
fn times_say_their_day_unless_it_is_near() {
    let catalogue = Catalogue::new().expect("it loads");
    let say = |lang, at| {
        speaker(&catalogue, lang, Surface::Guest)
            .msg("verbatim")
            .clock("value", at)
            .html()
            .expect("it formats")
    };
    assert_eq!(
        say(Lang::En, now() + TimeDelta::minutes(30)),
        "<time datetime=\"2026-03-03T13:32:20Z\" data-local=\"clock\">13:32 UTC</time>"
    );
    assert_eq!(
        say(Lang::De, now() + TimeDelta::hours(24)),
        "<time datetime=\"2026-03-04T13:02:20Z\" data-local=\"day\">4. März 2026, 13:02 UTC</time>"
    );
}

#[test]
fn plurals_and_lists_are_the_languages_own() {
    let catalogue = Catalogue::new().expect("it loads");
    let left = |lang, n| {
        speaker(&catalogue, lang, Surface::Guest)
            .msg("code-error-wrong-left")
            .count("left", n)
            .plain()
            .expect("it formats")
    };
    assert!(left(Lang::En, 1).ends_with("1 try left.") && left(Lang::En, 2).ends_with("2 tries left."));
    assert!(left(Lang::De, 1).ends_with("1 Versuch.") && left(Lang::De, 2).ends_with("2 Versuche."));
}

/// WEB-07: a contact becomes a link only as the address that it is.
#[test]
fn web_07_a_contact_is_a_link_only_as_an_address() {
    let catalogue = Catalogue::new().expect("it loads");
    let t = speaker(&catalogue, Lang::En, Surface::Guest);
    let html = |contact: Option<&str>| {
        t.msg("help-contact").contact("contact", &contact.map(str::to_owned)).html().expect("it formats")
    };
    assert!(
        html(Some("it@alder.example"))
            .contains("<a href=\"mailto:it@alder.example\" dir=\"ltr\">it@alder.example</a>")
    );
    assert!(html(Some("a?b&c@alder.example")).contains("href=\"mailto:a%3Fb%26c@alder.example\""));
    assert!(html(Some("the front desk")).contains("<bdi>the front desk</bdi>"));
    assert!(!html(Some("javascript:x@y")).contains("<a "));
    assert!(html(None).contains("the person who invited you"));
}

#[test]
fn what_is_missing_is_an_error_with_its_name() {
    let catalogue = Catalogue::new().expect("it loads");
    let t = speaker(&catalogue, Lang::De, Surface::Guest);
    assert!(matches!(t.msg("no-such-message").html(), Err(UiError::NoMessage("no-such-message"))));
    assert!(matches!(t.msg("review-trust").html(), Err(UiError::Format { key: "review-trust", .. })));
}

#[test]
fn pseudo_locales_change_the_words_and_not_the_values() {
    let catalogue = Catalogue::with_pseudo().expect("it loads");
    let say = |lang| {
        speaker(&catalogue, lang, Surface::Guest)
            .msg("review-trust")
            .name("org", "Alder")
            .plain()
            .expect("it formats")
    };
    let accents = say(Lang::EnXa);
    assert!(accents.starts_with("[Öñlý") && accents.contains("Alder") && accents.ends_with(']'));
    assert!(accents.chars().count() >= say(Lang::En).chars().count() * 13 / 10);
    assert!(
        say(Lang::ArXb).contains("\u{202e}Only\u{202c}") && say(Lang::ArXb).contains("\u{2068}Alder\u{2069}")
    );
}
