use super::*;

fn security(text: &str, loopback_mode: bool) -> Result<Security, SmtpUrlError> {
    SmtpUrl::parse(text, loopback_mode).map(|url| url.security())
}

#[test]
fn mail_03_only_this_machine_is_spoken_to_in_the_clear() {
    use Security::{Implicit, Plain, StartTls};
    for (text, expected) in [
        ("smtp://mail.example", StartTls),
        ("smtp://u:p@mail.example:2525?tls=required", StartTls),
        ("smtp://192.0.2.1", StartTls),
        ("smtp://localhost.evil.test", StartTls),
        ("smtp://127.0.0.1.evil.test", StartTls),
        ("smtps://mail.example", Implicit),
        ("smtps://localhost?tls=required", Implicit),
        ("smtp://localhost:1025", Plain),
        ("smtp://u:p@LOCALHOST", Plain),
        ("smtp://127.0.0.9:1025", Plain),
        ("smtp://[::1]:1025", Plain),
        ("smtp://[::ffff:127.0.0.1]", Plain),
        ("smtp://127.0.0.1?tls=none", Plain),
        ("smtp://127.0.0.1?tls=required", StartTls),
        ("smtp+unix:///run/mail.sock", Plain),
    ] {
        assert_eq!(security(text, false), Ok(expected), "{text}");
    }
    assert_eq!(security("smtp://mail.example?tls=none", false), Err(SmtpUrlError::Plaintext));
    assert_eq!(security("smtp://mailcatcher:1025?tls=none", true), Ok(Plain));
    assert_eq!(
        security("smtp://mailcatcher:1025", true),
        Ok(StartTls),
        "loopback mode allows, it does not choose"
    );
    assert_eq!(security("smtp://u:p@mail.example?tls=none", true), Err(SmtpUrlError::PasswordInClear));
}

#[test]
fn what_is_no_mail_server_is_refused() {
    use SmtpUrlError::{Contradiction, Credentials, Extra, Form, Host};
    for (text, expected) in [
        ("", Form),
        ("mail.example:587", Form),
        ("http://mail.example", Form),
        ("smtp://", Host),
        ("smtp:mail.example", Host),
        ("smtp://mail example", Form),
        ("smtp://mail.example:0", Host),
        ("smtp://mail%2eexample", Host),
        ("smtp://mail..example", Host),
        ("smtp://mail.example/path", Extra),
        ("smtp://mail.example#x", Extra),
        ("smtp://mail.example?tls=opportunistic", Extra),
        ("smtp://mail.example?tls=required&x=1", Extra),
        ("smtps://mail.example?tls=none", Contradiction),
        ("smtp+unix:///run/mail.sock?tls=required", Contradiction),
        ("smtp+unix://", Form),
        ("smtp+unix://host/run/mail.sock", Form),
        ("smtp+unix:///run/a%00b", Form),
        ("smtp://user@mail.example", Credentials),
        ("smtp://:pass@mail.example", Credentials),
        ("smtp://a%0d%0ab:pass@mail.example", Credentials),
    ] {
        assert_eq!(security(text, false), Err(expected), "{text}");
    }
}

#[test]
fn parts_are_read_and_the_password_is_masked() {
    let url = SmtpUrl::parse("smtp://no-reply%40id.test:p%40ss%2Fw@Mail.Example", false).unwrap();
    assert_eq!(url.endpoint(), &Endpoint::Tcp { host: "mail.example".into(), port: 587 });
    let credentials = url.credentials().unwrap();
    assert_eq!((credentials.user.as_str(), credentials.password.expose()), ("no-reply@id.test", "p@ss/w"));
    let shown = format!("{url:?} {url}");
    assert!(!shown.contains("p@ss") && !shown.contains("p%40ss") && !shown.contains("no-reply"), "{shown}");
    assert_eq!(url.to_string(), "smtp://mail.example:587");
    assert_eq!(
        SmtpUrl::parse("smtps://[2001:db8::1]", false).unwrap().to_string(),
        "smtps://[2001:db8::1]:465"
    );
    assert_eq!(SmtpUrl::parse("smtp://localhost", false).unwrap().to_string(), "smtp://localhost:25");
    let unix = SmtpUrl::parse("smtp+unix:///run/a%20b.sock", false).unwrap();
    assert_eq!(unix.endpoint(), &Endpoint::Unix("/run/a b.sock".into()));
}
