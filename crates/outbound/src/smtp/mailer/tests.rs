use std::sync::atomic::AtomicBool;

use vestibule_smtpsink::{SinkOptions, SmtpSink, TestCa, self_signed};

use super::*;
use crate::testing::{HandClock, mail};

const GINA: &str = "gina@guest.test";

fn mailer(url: &str, ca: Option<&TestCa>, clock: Arc<HandClock>) -> Mailer {
    let settings = MailerSettings {
        url: SmtpUrl::parse(url, false).unwrap(),
        ca_pem: ca.map(|ca| ca.pem().into_bytes()),
        hello: "id.test".into(),
        connections: 2,
        clock,
    };
    Mailer::new(settings).unwrap()
}

fn plain(sink: &SmtpSink) -> (Mailer, Arc<HandClock>) {
    let clock = HandClock::shared();
    (mailer(&sink.url(), None, clock.clone()), clock)
}

fn with_tls(tls: Arc<rustls::ServerConfig>) -> SinkOptions {
    let credentials = Some(("user".to_owned(), "pass word".to_owned()));
    SinkOptions { tls: Some(tls), credentials, ..SinkOptions::default() }
}

fn starttls_url(sink: &SmtpSink) -> String {
    format!("smtp://user:pass%20word@localhost:{}?tls=required", sink.port())
}

#[tokio::test]
async fn mail_03_starttls_and_auth_then_the_mail() {
    let ca = TestCa::new().unwrap();
    let sink = SmtpSink::start_with(with_tls(ca.server(&["localhost"]).unwrap())).await.unwrap();
    let mailer = mailer(&starttls_url(&sink), Some(&ca), HandClock::shared());
    mailer.check().await.unwrap();
    mailer.send(&mail(GINA)).await.unwrap();
    let got = sink.wait_for(GINA, 1).await.remove(0);
    assert_eq!(got.from, "no-reply@id.test");
    assert_eq!(got.parse().code().as_deref(), Some("12345678"));
    let commands = sink.commands();
    let at = |verb: &str| commands.iter().position(|c| c.starts_with(verb)).unwrap();
    assert!(at("EHLO id.test") < at("STARTTLS") && at("STARTTLS") < at("AUTH") && at("AUTH") < at("MAIL"));
}

#[tokio::test]
async fn mail_03_implicit_tls_carries_mail_too() {
    let ca = TestCa::new().unwrap();
    let options = SinkOptions { implicit_tls: true, ..with_tls(ca.server(&["localhost"]).unwrap()) };
    let sink = SmtpSink::start_with(options).await.unwrap();
    let url = format!("smtps://user:pass%20word@localhost:{}", sink.port());
    mailer(&url, Some(&ca), HandClock::shared()).send(&mail(GINA)).await.unwrap();
    assert_eq!(sink.messages().len(), 1);
    let stranger = TestCa::new().unwrap();
    let refused = mailer(&url, Some(&stranger), HandClock::shared()).send(&mail(GINA)).await;
    assert!(matches!(refused, Err(SendError::Config { .. })), "{refused:?}");
    let wrong_name = url.replace("localhost", "127.0.0.1");
    let refused = mailer(&wrong_name, Some(&ca), HandClock::shared()).send(&mail(GINA)).await;
    assert!(matches!(refused, Err(SendError::Config { .. })), "{refused:?}");
    assert_eq!(sink.messages().len(), 1);
}

#[tokio::test]
async fn mail_03_a_false_server_sees_neither_password_nor_mail() {
    let ca = TestCa::new().unwrap();
    let right = ca.server(&["localhost"]).unwrap();
    let stranger = TestCa::new().unwrap();
    let injected =
        "250-sink.test\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 ok\r\n250 queued\r\n";
    let cases = [
        ("no STARTTLS", SinkOptions { tls: None, auth_in_clear: true, ..with_tls(right.clone()) }),
        ("stripped", SinkOptions { strip_starttls: true, auth_in_clear: true, ..with_tls(right.clone()) }),
        ("self-signed", with_tls(self_signed(&["localhost"]).unwrap())),
        ("other authority", with_tls(stranger.server(&["localhost"]).unwrap())),
        ("wrong name", with_tls(ca.server(&["mail.other.test"]).unwrap())),
        ("injected", SinkOptions { inject_after_starttls: Some(injected.into()), ..with_tls(right) }),
    ];
    for (what, options) in cases {
        let sink = SmtpSink::start_with(options).await.unwrap();
        let outcome = mailer(&starttls_url(&sink), Some(&ca), HandClock::shared()).send(&mail(GINA)).await;
        assert!(matches!(outcome, Err(SendError::Config { .. })), "{what}: {outcome:?}");
        assert!(
            what != "injected" || format!("{outcome:?}").contains("together with the reply"),
            "{outcome:?}"
        );
        assert!(!sink.saw_auth(), "{what}: {:?}", sink.commands());
        assert!(!sink.commands().iter().any(|c| c.starts_with("MAIL")), "{what}: {:?}", sink.commands());
        assert!(sink.messages().is_empty(), "{what}");
    }
}

#[tokio::test]
async fn mail_03_a_wrong_password_is_configuration() {
    let ca = TestCa::new().unwrap();
    let sink = SmtpSink::start_with(with_tls(ca.server(&["localhost"]).unwrap())).await.unwrap();
    let url = starttls_url(&sink).replace("pass%20word", "guess");
    let outcome = mailer(&url, Some(&ca), HandClock::shared()).send(&mail(GINA)).await;
    assert_eq!(outcome, Err(SendError::Config { text: "535 5.7.8 wrong user or password".into() }));
}

#[test]
fn mail_03_an_unusable_ca_file_is_said_at_once() {
    for pem in ["", "rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        for url in ["smtp://mail.example", "smtps://mail.example"] {
            let url = SmtpUrl::parse(url, false).unwrap();
            let ca_pem = Some(pem.as_bytes().to_vec());
            let clock = HandClock::shared();
            let settings = MailerSettings { url, ca_pem, hello: "id.test".into(), connections: 1, clock };
            assert!(matches!(Mailer::new(settings), Err(SendError::Config { .. })), "{pem:?}");
        }
    }
}

#[tokio::test]
async fn mail_03_a_unix_socket_is_spoken_to_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let sink = SmtpSink::start_unix(folder.path().join("mail.sock")).unwrap();
    let (mailer, _) = plain(&sink);
    mailer.send(&mail(GINA)).await.unwrap();
    assert_eq!(sink.messages_to(GINA).len(), 1);
}

#[tokio::test]
async fn mail_09_a_refused_recipient_is_permanent_and_quotes_nobody() {
    let sink = SmtpSink::start().await.unwrap();
    let (mailer, _) = plain(&sink);
    sink.refuse(GINA);
    let error = mailer.send(&mail(GINA)).await.unwrap_err();
    let text = "5.1.1 \u{2026} no such user here".to_owned();
    assert_eq!(error, SendError::Permanent { code: 550, text, recipient: true });
    assert!(!error.to_string().contains("gina"));
    mailer.send(&mail("nico@guest.test")).await.unwrap();
    assert_eq!(sink.connections(), 1, "a refusal costs no connection");
    sink.answer_data(Some("554 5.7.1 message 12345678 refused"));
    let error = mailer.send(&mail("nico@guest.test")).await.unwrap_err();
    assert_eq!(
        error,
        SendError::Permanent { code: 554, text: "5.7.1 message # refused".into(), recipient: false }
    );
    let stats = mailer.stats();
    assert_eq!(
        (stats.sent, stats.permanent, stats.transient, stats.connected, stats.reused),
        (1, 2, 0, 1, 2)
    );
}

#[tokio::test]
async fn greylisting_is_transient() {
    let sink = SmtpSink::start().await.unwrap();
    let (mailer, _) = plain(&sink);
    sink.greylist(GINA, 1);
    let error = mailer.send(&mail(GINA)).await.unwrap_err();
    let text = "4.7.1 greylisted, try again later".to_owned();
    assert_eq!(error, SendError::Transient { cause: Transience::Reply(451), text });
    mailer.send(&mail(GINA)).await.unwrap();
    assert_eq!(sink.messages().len(), 1);
}

#[tokio::test]
async fn connections_are_kept_for_20_seconds() {
    let sink = SmtpSink::start().await.unwrap();
    let (mailer, clock) = plain(&sink);
    for _ in 0..3 {
        mailer.send(&mail(GINA)).await.unwrap();
        clock.advance(TimeDelta::seconds(19));
    }
    assert_eq!(sink.connections(), 1);
    clock.advance(TimeDelta::seconds(1));
    mailer.send(&mail(GINA)).await.unwrap();
    assert_eq!(sink.connections(), 2);
    let both = (mail(GINA), mail("nico@guest.test"));
    let (one, two) = tokio::join!(mailer.send(&both.0), mailer.send(&both.1));
    one.and(two).unwrap();
    assert!(sink.connections() <= 3);
}

#[tokio::test]
async fn a_connection_that_has_died_or_carried_enough_is_replaced() {
    let sink = SmtpSink::start().await.unwrap();
    let (mailer, _) = plain(&sink);
    mailer.send(&mail(GINA)).await.unwrap();
    sink.hang_up();
    mailer.send(&mail(GINA)).await.unwrap();
    assert_eq!(sink.connections(), 2);
    sink.answer_mail_once("421 4.7.0 too many messages on this connection");
    mailer.send(&mail(GINA)).await.unwrap();
    assert_eq!((sink.connections(), sink.messages().len()), (3, 3));
}

#[test]
fn otp_20_nothing_of_the_conversation_is_logged() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    tracing::subscriber::with_default(Listening(lines.clone()), || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let sink = SmtpSink::start_with(with_tls(TestCa::new().unwrap().server(&["localhost"]).unwrap()));
            let sink = sink.await.unwrap();
            let clock = HandClock::shared();
            let url = format!("smtp://user:pass%20word@127.0.0.1:{}", sink.port());
            sink.refuse("nico@guest.test");
            let mailer = mailer(&url, None, clock);
            mailer.send(&mail(GINA)).await.unwrap_err(); // AUTH is not offered in the clear
            mailer.check().await.unwrap_err();
            let sink = SmtpSink::start().await.unwrap();
            let (mailer, _) = plain(&sink);
            let live = async {
                tracing::info!("asked whether live");
                true
            };
            mailer.send_if(&mail(GINA), live).await.unwrap();
            mailer.send(&mail("nico@guest.test")).await.unwrap();
        });
    });
    let lines = lines.lock().unwrap().join("\n");
    assert!(lines.contains("asked whether live"), "the caller's own lines go on: {lines}");
    assert!(
        !lines.contains("guest.test") && !lines.contains("12345678") && !lines.contains("Wrote"),
        "{lines}"
    );
}

/// Keeps every event of every level.
struct Listening(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Listening {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Fields(String);
        impl tracing::field::Visit for Fields {
            fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn fmt::Debug) {
                fmt::Write::write_fmt(&mut self.0, format_args!("{value:?} ")).unwrap();
            }
        }
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn mail_06_a_mail_that_is_stale_before_data_is_dropped() {
    let sink = SmtpSink::start().await.unwrap();
    let (mailer, _) = plain(&sink);
    let asked = AtomicBool::new(false);
    let live = async {
        asked.store(true, Ordering::Relaxed);
        assert!(sink.commands().last().unwrap().starts_with("RCPT"));
        false
    };
    assert_eq!(mailer.send_if(&mail(GINA), live).await, Ok(SmtpOutcome::Dropped));
    assert!(asked.into_inner() && !sink.commands().contains(&"DATA".to_owned()));
    mailer.send(&mail(GINA)).await.unwrap();
    assert_eq!((sink.messages().len(), sink.connections()), (1, 1));
    assert_eq!(mailer.stats().dropped, 1);
}

#[tokio::test(start_paused = true)]
async fn dos_07_a_silent_server_costs_fifteen_seconds_then_nothing() {
    let sink = SmtpSink::start().await.unwrap();
    sink.stall(true);
    let (mailer, clock) = plain(&sink);
    for n in 1..=5 {
        let error = mailer.send(&mail(GINA)).await.unwrap_err();
        assert!(matches!(error, SendError::Transient { cause: Transience::Timeout, .. }), "{n}: {error:?}");
    }
    let stats = mailer.stats();
    assert!(stats.circuit_open && stats.circuit_opened == 1 && stats.transient == 5);
    let tried = sink.connections();
    let error = mailer.send(&mail(GINA)).await.unwrap_err();
    assert!(matches!(error, SendError::Transient { cause: Transience::CircuitOpen, .. }), "{error:?}");
    assert_eq!(sink.connections(), tried, "nothing was tried");
    sink.stall(false);
    tokio::time::resume();
    clock.advance(TimeDelta::seconds(30));
    mailer.send(&mail(GINA)).await.unwrap();
    assert!(!mailer.stats().circuit_open);
}

#[tokio::test]
async fn nobody_at_home_is_transient() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mailer = mailer(&format!("smtp://127.0.0.1:{port}"), None, HandClock::shared());
    let error = mailer.send(&mail(GINA)).await.unwrap_err();
    assert!(matches!(error, SendError::Transient { cause: Transience::Unreachable, .. }), "{error:?}");
}
