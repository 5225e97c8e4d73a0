use chrono::DateTime;

use super::{CodeLetter, Content, InvitationLetter, Letter, RequestFacts, Sender};

fn letter(content: Content) -> Letter {
    let from = Sender {
        org: "Alder Works".to_owned(),
        help: "https://id.example/alder.example/signin/help".to_owned(),
        privacy: None,
    };
    Letter { to: "nicole@riverstone.example".to_owned(), from, content }
}

fn code() -> CodeLetter {
    CodeLetter {
        code: "48203917".to_owned(),
        mark: "KWRT".to_owned(),
        until: DateTime::UNIX_EPOCH,
        facts: RequestFacts {
            email: "nicole@riverstone.example".to_owned(),
            app: None,
            browser: "Firefox on Windows".to_owned(),
            network: "203.0.113.x".to_owned(),
            at: DateTime::UNIX_EPOCH,
        },
        report: "https://id.example/alder.example/report/7f3a".to_owned(),
    }
}

/// OTP-20, INV-03: neither the digits nor a link that acts for somebody reach a log by way of `Debug`.
#[test]
fn otp_20_debug_tells_neither_digits_nor_links() {
    let invitation = InvitationLetter {
        inviter: None,
        app: None,
        message: Some("48203917".to_owned()),
        link: "https://id.example/alder.example/invite/7f3a".to_owned(),
        until: None,
    };
    let told = [
        format!("{:?}", code()),
        format!("{invitation:?}"),
        format!("{:?}", letter(Content::Code(code()))),
        format!("{:?}", letter(Content::Invitation(invitation.clone()))),
        format!("{:?}", Content::Invitation(invitation)),
    ];
    for told in told {
        assert!(!told.contains("48203917") && !told.contains("7f3a") && !told.contains("nicole"), "{told}");
    }
}

/// What was sealed is what is opened; a kind that nobody knows is an error, never another mail.
#[test]
fn a_letter_comes_back_as_it_was_and_an_unknown_one_does_not() {
    let letter = letter(Content::Code(code()));
    let stored = serde_json::to_string(&letter).expect("it can be stored");
    assert_eq!(serde_json::from_str::<Letter>(&stored).expect("it can be read"), letter);
    let odd = stored.replace("\"kind\":\"code\"", "\"kind\":\"odd\"");
    assert_ne!(odd, stored);
    assert!(serde_json::from_str::<Letter>(&odd).is_err());
}
