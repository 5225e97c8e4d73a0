//! What holds for the mails (OTP-21, OTP-22, MAIL-01, MAIL-02).

use vestibule_core::letter::{Content, Inviter, Letter};

use super::{Mail, letters, posting, render, samples};
use crate::tests::scan::{tags, text_of};
use crate::{Lang, Ui, UiError};

fn ui() -> Ui {
    Ui::with_pseudo().expect("the catalogue loads")
}

/// A letter of the samples.
fn letter(name: &str) -> Letter {
    letters().into_iter().find(|(sample, _)| sample == name).expect("there is one").1
}

fn rendered(letter: &Letter, lang: Lang) -> Mail {
    render(&ui(), letter, &posting(lang)).expect("renders")
}

fn all(lang: Lang) -> Vec<(String, Mail)> {
    samples(&ui(), lang).expect("every mail renders")
}

/// The words of a mail without its links, without white space and the signs that set quotes and links apart.
fn words(text: &str) -> Vec<String> {
    text.replace(['\u{2068}', '\u{2069}'], "")
        .split_whitespace()
        .filter(|word| !word.contains("://") && *word != ">")
        .map(|word| word.trim_matches([':', '.']).to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Runs of digits with their lengths, outside links.
fn digit_runs(text: &str) -> Vec<String> {
    let plain: Vec<&str> = text.split_whitespace().filter(|word| !word.contains("://")).collect();
    plain
        .join(" ")
        .split(|c: char| !c.is_ascii_digit())
        .filter(|run| !run.is_empty())
        .map(str::to_owned)
        .collect()
}

/// OTP-21: subject and preview have no code, not even part of one; nothing is loaded from anywhere.
#[test]
fn otp_21_no_code_in_subject_or_preview_and_no_remote_content() {
    for lang in Lang::ALL {
        for (name, mail) in all(*lang) {
            assert!(
                digit_runs(&mail.subject).iter().all(|run| run.len() < 4),
                "{lang} {name}: {}",
                mail.subject
            );
            let preview = mail.html.split_once("mso-hide:all\">").expect("there is one").1;
            let preview = preview.split_once("</div>").expect("it ends").0;
            assert!(!preview.contains("48203917"), "{lang} {name}");
            for tag in tags(&mail.html) {
                assert!(
                    !matches!(tag.name.as_str(), "img" | "script" | "link" | "iframe" | "form"),
                    "{name}"
                );
                assert!(!tag.has("src") && !tag.has("background"), "{name}");
            }
            assert!(!mail.html.contains("url(") && !mail.html.contains("@import"), "{name}");
        }
    }
}

/// OTP-21, ux 3.2: the code is the only number of five to ten digits, one text node, alone on its line, and the word
/// before it in both parts says that it is a code.
#[test]
fn otp_21_the_code_stands_alone() {
    for lang in Lang::ALL {
        for (name, mail) in all(*lang).into_iter().filter(|(name, _)| name.starts_with("E01")) {
            let long = |text: &str| {
                digit_runs(text).into_iter().filter(|run| (5..=10).contains(&run.len())).collect::<Vec<_>>()
            };
            assert_eq!(long(&mail.text), ["48203917"], "{lang} {name}");
            assert_eq!(long(&text_of(&mail.html)), ["48203917"], "{lang} {name}");
            assert_eq!(mail.text.lines().filter(|line| *line == "48203917").count(), 1, "{lang} {name}");
            assert_eq!(mail.html.matches(">48203917</p>").count(), 1, "{lang} {name}");
        }
    }
}

/// OTP-22: the mail says for whom, for what, who asked, when, until when, where alone it may be typed, and that nobody
/// will ask for it.
#[test]
fn otp_22_the_code_mail_says_what_it_must() {
    for lang in [Lang::En, Lang::De] {
        let mails = all(lang);
        let (_, mail) = mails.iter().find(|(name, _)| name == "E01-default").expect("there is one");
        for part in [mail.text.clone(), text_of(&mail.html)] {
            for must in [
                "Alder Works",
                "Project Portal",
                "Firefox on Windows",
                "203.0.113.x",
                "13:02 UTC",
                "13:32 UTC",
                "KWRT",
                "id.example",
            ] {
                assert!(part.contains(must), "{lang}: {must}");
            }
            let nobody = if lang == Lang::De { "Niemand von Alder Works" } else { "Nobody from Alder Works" };
            assert!(part.contains(nobody));
            assert!(!part.to_lowercase().contains("ignor"));
        }
        assert!(mail.html.contains("href=\"https://id.example/alder.example/report/7f3a\""));
        assert!(mail.text.contains("\nhttps://id.example/alder.example/report/7f3a\n"));
    }
}

/// ux 3.2: no sign-in link beside a code; the only links are the report, help and privacy.
#[test]
fn otp_22_the_code_mail_has_no_sign_in_link() {
    for (name, mail) in all(Lang::En).into_iter().filter(|(name, _)| name.starts_with("E01")) {
        for tag in tags(&mail.html) {
            let Some(href) = tag.get("href") else { continue };
            let known = ["/report/", "/signin/help", "/privacy"].iter().any(|part| href.contains(part));
            assert!(known, "{name}: {href}");
        }
    }
}

/// Both parts say the same words in the same order.
#[test]
fn text_and_html_say_the_same() {
    for lang in Lang::ALL {
        for (name, mail) in all(*lang) {
            let html = words(&text_of(&mail.html));
            let brand = html
                .iter()
                .take_while(|word| {
                    ["Alder", "Works", "Studio"].contains(&word.as_str())
                        || word.chars().all(|c| c.is_ascii_digit() || c == '\u{202f}')
                })
                .count();
            assert_eq!(html[brand..], words(&mail.text)[..], "{lang} {name}");
        }
    }
}

/// MAIL-01: a subject is one line of at most 120 characters, whatever the names are.
#[test]
fn mail_01_a_subject_is_one_short_line() {
    let mut mail = letter("E02-default");
    mail.from.org = "Alder\r\nBcc: x@evil.test ".repeat(20);
    let Content::Invitation(invite) = &mut mail.content else { panic!("an invitation") };
    let name = "J\0onas\u{85}\u{2028}Feld".repeat(30);
    invite.inviter = Some(Inviter { name, email: "jonas@alder.example".to_owned() });
    let subject = rendered(&mail, Lang::De).subject;
    assert!(subject.chars().count() <= 120);
    assert!(!subject.chars().any(char::is_control), "{subject:?}");
}

/// MAIL-02: a name that looks like a link or like markup becomes neither, in both parts.
#[test]
fn mail_02_names_are_neither_links_nor_markup() {
    let bad = "Win at http://evil.test <b>x, or mail it@evil.test";
    let mut letters = ["E02-default", "E01-default", "E14-all"].map(letter);
    for letter in &mut letters {
        letter.from.org = bad.to_owned();
        match &mut letter.content {
            Content::Invitation(invite) => {
                invite.app = Some(bad.to_owned());
                invite.message = Some(bad.to_owned());
                invite.inviter = Some(Inviter { name: bad.to_owned(), email: "j@alder.example".to_owned() });
            }
            Content::Code(code) => {
                code.facts.app = Some(bad.to_owned());
                code.facts.browser = bad.to_owned();
            }
            Content::NoAccess(_) | Content::Reported(_) => {}
        }
    }
    for lang in Lang::ALL {
        for mail in letters.each_ref().map(|letter| rendered(letter, *lang)) {
            for part in [&mail.subject, &mail.text, &mail.html] {
                assert!(!part.contains("evil.test") && !part.contains("http://"), "{part}");
            }
            assert!(!mail.html.contains("<b>x") && mail.html.contains("&#60;b&#62;x"));
        }
    }
}

/// MAIL-02: free text is cut at 500 characters.
#[test]
fn mail_02_free_text_is_bounded() {
    let mut mail = letter("E02-default");
    let Content::Invitation(invite) = &mut mail.content else { panic!("an invitation") };
    invite.message = Some("ab ".repeat(10_000));
    let text = rendered(&mail, Lang::En).text;
    assert!(text.matches("ab").count() <= 170);
}

/// WEB-06: a canary in every name of a mail is inert.
#[test]
fn web_06_a_canary_in_a_mail_is_inert() {
    let canary = "'\"><svg/onload=x>";
    let plain = letter("E01-default");
    let mut mail = plain.clone();
    mail.from.org = canary.to_owned();
    let Content::Code(code) = &mut mail.content else { panic!("a code") };
    code.facts.app = Some(canary.to_owned());
    code.facts.browser = canary.to_owned();
    code.facts.network = canary.to_owned();
    code.mark = canary.to_owned();
    let names = |mail: &Letter| {
        let html = rendered(mail, Lang::En).html;
        tags(&html).into_iter().map(|tag| tag.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&plain), names(&mail));
}

/// WEB-07: an address that may be no link of a mail makes no mail at all, wherever it stands.
#[test]
fn web_07_a_letter_with_another_link_is_not_made() {
    for bad in ["javascript:alert(1)", "http://evil.test/", "/report/7f3a", ""] {
        let mut mails = ["E01-default", "E02-default", "E13-default", "E13-bare"].map(letter);
        let [code, invite, help, privacy] = &mut mails;
        let (Content::Code(code), Content::Invitation(invite)) = (&mut code.content, &mut invite.content)
        else {
            panic!("a code and an invitation")
        };
        bad.clone_into(&mut code.report);
        bad.clone_into(&mut invite.link);
        bad.clone_into(&mut help.from.help);
        privacy.from.privacy = Some(bad.to_owned());
        for mail in &mails {
            let made = render(&ui(), mail, &posting(Lang::En));
            assert!(matches!(made, Err(UiError::NoLink)), "{bad:?}: {made:?}");
        }
    }
}

/// OTP-20: neither the mail nor what it is made of shows the code when it is printed for debugging.
#[test]
fn otp_20_debug_output_has_no_code() {
    let mail = letter("E01-default");
    let rendered = rendered(&mail, Lang::En);
    assert!(!format!("{mail:?} {rendered:?}").contains("48203917"));
}

/// ux 3.3: in a right-to-left language the values of the text part keep their direction to themselves; elsewhere no
/// invisible character is written.
#[test]
fn adr_07_isolates_stand_only_in_right_to_left_text() {
    for lang in Lang::ALL {
        for (name, mail) in all(*lang) {
            assert_eq!(mail.text.contains('\u{2068}'), lang.rtl(), "{lang} {name}");
            assert_eq!(
                mail.text.matches('\u{2068}').count(),
                mail.text.matches('\u{2069}').count(),
                "{lang} {name}"
            );
        }
    }
}
