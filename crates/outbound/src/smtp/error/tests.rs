use super::*;

#[test]
fn mail_09_only_a_dead_address_is_the_recipients_fault() {
    for (stage, code, said, expected) in [
        (SmtpStage::Rcpt, 550, "5.1.1 no such user", true),
        (SmtpStage::Rcpt, 550, "5.1.10 null MX", true),
        (SmtpStage::Rcpt, 550, "5.2.1 mailbox disabled", true),
        (SmtpStage::Rcpt, 550, "no such user", true),
        (SmtpStage::Rcpt, 551, "user not local", true),
        (SmtpStage::Rcpt, 553, "mailbox name not allowed", true),
        (SmtpStage::Data, 550, "5.1.1 no such user", true),
        (SmtpStage::Rcpt, 550, "5.7.1 blocked by reputation", false),
        (SmtpStage::Rcpt, 554, "5.7.1 relay access denied", false),
        (SmtpStage::Rcpt, 552, "5.2.2 mailbox full", false),
        (SmtpStage::Rcpt, 554, "no", false),
        (SmtpStage::Rcpt, 550, "5.1.8 sender's domain does not exist", false),
        (SmtpStage::Mail, 553, "5.1.3 bad sender", false),
        (SmtpStage::Mail, 550, "sender refused", false),
        (SmtpStage::Data, 550, "spam", false),
    ] {
        assert_eq!(
            SendError::from_reply(stage, code, said, "gina"),
            SendError::Permanent { code, text: said.into(), recipient: expected },
            "{stage:?} {code} {said}"
        );
    }
}

#[test]
fn replies_about_us_are_configuration() {
    for (stage, code) in [
        (SmtpStage::Auth, 535),
        (SmtpStage::Auth, 504),
        (SmtpStage::Connect, 554),
        (SmtpStage::Mail, 530),
        (SmtpStage::Rcpt, 530),
        (SmtpStage::Mail, 538),
    ] {
        assert!(
            matches!(SendError::from_reply(stage, code, "x", ""), SendError::Config { .. }),
            "{stage:?} {code}"
        );
    }
    let later = SendError::from_reply(SmtpStage::Auth, 454, "4.7.0 temporary failure", "");
    assert_eq!(
        later,
        SendError::Transient { cause: Transience::Reply(454), text: "4.7.0 temporary failure".into() }
    );
}

#[test]
fn aud_04_otp_20_server_texts_are_cleaned() {
    assert_eq!(cleaned("5.1.1 <Gina@guest.test>: no\r\n such user", "Gina"), "5.1.1 \u{2026} no such user");
    assert_eq!(
        cleaned("user GINA unknown (gina), gina's gone", "gina"),
        "user \u{2026} unknown \u{2026} gina's gone"
    );
    assert_eq!(cleaned("your code 12345678 is 1234 x99999y", ""), "your code # is 1234 x#y");
    assert_eq!(
        cleaned("see https://id.test/contoso/report/abcdefghijklmnopqrstuvwxyz0123", ""),
        "see \u{2026}"
    );
    assert_eq!(cleaned("a\u{1b}[31mb\0c", ""), "a [31mb c");
    assert_eq!(cleaned(&"ab ".repeat(500), "").chars().count(), 200);
}
