use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

async fn talk(sink: &SmtpSink, lines: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", sink.port())).await.unwrap();
    stream.write_all(lines.as_bytes()).await.unwrap();
    let mut out = String::new();
    stream.read_to_string(&mut out).await.unwrap();
    out
}

const MAIL: &str = "EHLO a.test\r\nMAIL FROM:<no-reply@id.test>\r\nRCPT TO:<Gina@guest.test>\r\nDATA\r\n\
From: =?utf-8?b?TsOpZQ==?= <no-reply@id.test>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\
Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\
Content-Transfer-Encoding: quoted-printable\r\n\r\nYour code f=C3=BCr:\r\n12345678\r\nhttps://id.test/report/x.\r\n--x\r\n\
Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+aGk8L3A+\r\n--x--\r\n.\r\nQUIT\r\n";

#[tokio::test]
async fn a_pipelined_message_is_taken_and_decoded() {
    let sink = SmtpSink::start().await.unwrap();
    let out = talk(&sink, MAIL).await;
    assert!(out.ends_with("250 2.0.0 queued\r\n221 2.0.0 bye\r\n"), "{out}");
    let mail = sink.wait_for("gina@guest.test", 1).await.remove(0).parse();
    assert_eq!((mail.subject.as_str(), mail.from_name.as_str()), ("Grüße", "Née"));
    assert_eq!(mail.code().as_deref(), Some("12345678"));
    assert_eq!(mail.links(), ["https://id.test/report/x"]);
    assert_eq!(mail.html.trim(), "<p>hi</p>");
    assert_eq!(sink.connections(), 1);
    assert!(!sink.saw_auth());
}

#[tokio::test]
async fn recipients_are_refused_and_greylisted_as_told() {
    let sink = SmtpSink::start().await.unwrap();
    sink.refuse("gina@guest.test");
    assert!(talk(&sink, MAIL).await.contains("\r\n550 5.1.1 "));
    sink.greylist("GINA@guest.test", 1);
    assert!(talk(&sink, MAIL).await.contains("\r\n451 4.7.1 "));
    assert!(sink.messages().is_empty());
    assert!(talk(&sink, MAIL).await.contains("250 2.0.0 queued"));
}

#[tokio::test]
async fn a_stalled_sink_answers_when_woken() {
    let sink = SmtpSink::start().await.unwrap();
    sink.stall(true);
    let ((), out) = tokio::join!(
        async {
            tokio::task::yield_now().await;
            sink.stall(false);
        },
        talk(&sink, MAIL)
    );
    assert!(out.contains("250 2.0.0 queued"));
}

#[test]
fn certificates_can_be_made() {
    let ca = TestCa::new().unwrap();
    assert!(ca.pem().starts_with("-----BEGIN CERTIFICATE-----"));
    ca.server(&["localhost", "127.0.0.1"]).unwrap();
    self_signed(&["localhost"]).unwrap();
}
