use proptest::prelude::*;
use vestibule_smtpsink::{Mail, Received};

use super::*;
use crate::testing::{Same, mail, with_mail};

fn read(composed: &Composed) -> Mail {
    Received { from: String::new(), to: vec![], raw: composed.bytes().to_vec() }.parse()
}

#[test]
fn ux_3_1_headers_and_parts_are_those_of_the_catalogue() {
    let composed = mail("Gina@guest.test");
    let mail = read(&composed);
    let names: Vec<&str> = mail.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "From",
            "To",
            "Subject",
            "Message-ID",
            "Date",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "X-Entity-Ref-ID",
            "Content-Language",
            "MIME-Version",
            "Content-Type"
        ]
    );
    assert_eq!(
        (mail.from_name.as_str(), mail.from_address.as_str()),
        ("Fabrikam (via Vestibule)", "no-reply@id.test")
    );
    assert_eq!(mail.header("To"), Some("Gina@guest.test"));
    assert_eq!(mail.header("Message-ID"), Some("<0af7651916cd43dd8448eb211c80319c@id.test>"));
    assert_eq!(mail.header("Date"), Some("Fri, 15 Jan 2027 08:00:00 +0000"));
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
    assert_eq!(mail.header("X-Auto-Response-Suppress"), Some("All"));
    assert_eq!(mail.header("Content-Language"), Some("en"));
    assert!(mail.header("Content-Type").unwrap().starts_with("multipart/alternative"));
    assert_eq!(mail.code().as_deref(), Some("12345678"));
    let raw = String::from_utf8(composed.bytes().to_vec()).unwrap();
    assert!(raw.find("text/plain").unwrap() < raw.find("text/html").unwrap(), "text first");
    assert!(mail.html.contains("\u{2014} für Projekte"));
    assert!(raw.lines().all(|line| line.len() <= 998) && !raw.replace("\r\n", "").contains(['\r', '\n']));
}

#[test]
fn the_same_mail_and_randomness_give_the_same_bytes() {
    assert_eq!(mail("gina@guest.test").bytes(), mail("gina@guest.test").bytes());
    let other = with_mail("gina@guest.test", |mail| compose(&mail, &Same(8)).unwrap());
    assert_ne!(mail("gina@guest.test").bytes(), other.bytes());
    assert_eq!(
        format!("{other:?}"),
        format!("Composed(Address(g***@guest.test), {} bytes)", other.bytes().len())
    );
}

#[test]
fn mail_01_control_characters_never_reach_a_header() {
    for bad in [
        "A\r\nBcc: x@evil.test",
        "A\nB",
        "A\rB",
        "A\0B",
        "A\u{7f}B",
        "A\u{85}B",
        "A\u{9b}B",
        "A\u{2028}B",
        "\t",
    ] {
        let composed = with_mail("gina@guest.test", |mail| {
            [
                compose(&Outgoing { from_name: bad, ..mail }, &Same(1)).err(),
                compose(&Outgoing { subject: bad, ..mail }, &Same(1)).err(),
                compose(&Outgoing { message_id: bad, ..mail }, &Same(1)).err(),
                compose(&Outgoing { entity_ref: bad, ..mail }, &Same(1)).err(),
                compose(&Outgoing { language: bad, ..mail }, &Same(1)).err(),
                compose(&Outgoing { extra: &[("X-Tenant", bad)], ..mail }, &Same(1)).err(),
                sender_name(bad, "Vestibule").err(),
                sender_name("Fabrikam", bad).err(),
            ]
        });
        assert!(composed.iter().all(Option::is_some), "{bad:?}: {composed:?}");
    }
}

#[test]
fn mail_01_names_and_subjects_are_capped() {
    assert!(sender_name(&"ü".repeat(64), &"ß".repeat(64)).is_ok());
    assert!(sender_name(&"ü".repeat(65), "V").is_err() && sender_name("", "V").is_err());
    let longest = sender_name(&"W".repeat(64), &"M".repeat(64)).unwrap();
    with_mail("gina@guest.test", |mail| {
        compose(&Outgoing { from_name: &longest, subject: &"s".repeat(120), ..mail }, &Same(1)).unwrap();
        let long = compose(&Outgoing { subject: &"s".repeat(121), ..mail }, &Same(1));
        assert_eq!(long.unwrap_err(), ComposeError::Malformed("the subject"));
    });
}

#[test]
fn extra_headers_are_ours_to_name_only() {
    let try_header = |name: &str| {
        with_mail("gina@guest.test", |mail| {
            compose(&Outgoing { extra: &[(name, "1")], ..mail }, &Same(1)).is_ok()
        })
    };
    assert!(try_header("X-Vestibule-Kind"));
    for bad in [
        "Bcc",
        "In-Reply-To",
        "References",
        "List-Unsubscribe",
        "X-A: b",
        "X-\r\nBcc",
        "X-Entity-Ref-ID",
        "x-a",
        "",
    ] {
        assert!(!try_header(bad), "{bad:?}");
    }
}

#[test]
fn mail_08_reply_to_stands_only_where_given() {
    let inviter = Address::parse("adele@fabrikam.test").unwrap();
    let with = with_mail("gina@guest.test", |mail| {
        compose(&Outgoing { reply_to: Some(&inviter), ..mail }, &Same(1)).unwrap()
    });
    assert_eq!(read(&with).header("Reply-To"), Some("adele@fabrikam.test"));
    assert_eq!(read(&mail("gina@guest.test")).header("Reply-To"), None);
}

#[test]
fn adr_04_strange_but_valid_addresses_are_read_alike() {
    for address in [
        "!#$&'*+-/=?^_`{|}~@guest.test",
        "a.b+c@xn--bcher-kva.example",
        "=x@guest.test",
        "O'Neil@x-y.guest.test",
    ] {
        let composed = mail(address);
        assert_eq!(AsRef::<str>::as_ref(composed.recipient()), address);
        assert_eq!(read(&composed).to, [address]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn adr_04_the_library_never_reads_another_mailbox(
        local in "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.\"\\\\()<>@ -]{1,12}",
        domain in "[a-zA-Z0-9.\\[\\]@:ü-]{1,20}",
        top in "\\.(test|example|рф|invalid)",
    ) {
        let Ok(ours) = Address::parse(&format!("{local}@{domain}{top}")) else { return Ok(()) };
        // Either the library agrees in every part, or nothing is sent.
        if let Ok(theirs) = library_view("To", &ours) {
            prop_assert_eq!(theirs.user(), ours.local());
            prop_assert_eq!(theirs.domain(), ours.domain().as_str());
        }
    }

    #[test]
    fn adr_04_every_accepted_address_can_be_written_to(
        local in "[a-zA-Z0-9!#$&'*+/=?^_`{|}~-]{1,8}(\\.[a-zA-Z0-9!#$&'*+/=?^_`{|}~-]{1,8}){0,3}",
        domain in "[a-z0-9]{1,12}(-[a-z0-9]{1,5})?(\\.[a-z][a-z0-9]{0,8}){1,3}",
    ) {
        let Ok(ours) = Address::parse(&format!("{local}@{domain}")) else { return Ok(()) };
        prop_assert!(library_view("To", &ours).is_ok(), "{}", ours.as_str());
        let composed = with_mail("x@guest.test", |mail| compose(&Outgoing { to: &ours, ..mail }, &Same(1)).unwrap());
        prop_assert_eq!(read(&composed).to, vec![ours.as_str().to_owned()]);
    }

    #[test]
    fn mail_01_any_accepted_name_and_subject_arrive_as_they_are(name in "\\PC{1,64}", subject in "\\PC{1,120}") {
        let composed = with_mail("gina@guest.test", |mail| {
            compose(&Outgoing { from_name: &name, subject: &subject, ..mail }, &Same(1))
        });
        let Ok(composed) = composed else { return Ok(()) };
        let mail = read(&composed);
        prop_assert_eq!(mail.from_address.as_str(), "no-reply@id.test");
        prop_assert_eq!(mail.to.clone(), vec!["gina@guest.test".to_owned()]);
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        prop_assert_eq!(bare(&mail.subject), bare(&subject));
        prop_assert_eq!(bare(&mail.from_name), bare(&name));
        prop_assert_eq!(mail.headers.len(), 11, "{:?}", mail.headers);
        prop_assert!(mail.header("Bcc").is_none() && composed.bytes().is_ascii());
    }
}
