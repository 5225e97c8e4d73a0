//! One mail as bytes. Deterministic: the same [`Outgoing`] and the same randomness give the same bytes.

use std::fmt;
use std::time::SystemTime;

use data_encoding::HEXLOWER;
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use vestibule_core::clock::Instant;
use vestibule_core::numbers::NAME_MAX;
use vestibule_core::{Address, Random};

/// MAIL-01: characters of a subject.
pub const SUBJECT_MAX: usize = 120;
/// Characters of a whole From name: two names and ` (via )`.
const FROM_NAME_MAX: usize = 2 * NAME_MAX + 7;
/// Bytes of Message-ID, X-Entity-Ref-ID and extra headers.
const TOKEN_MAX: usize = 200;

/// Why a mail is not built. The service raises an alarm: stored data were checked when they came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The mail library reads this address otherwise than we do (ADR-04).
    #[error("the mail library reads the {0} address otherwise than we do")]
    AddressMismatch(&'static str),
    /// A control character or line separator in what reaches a header (MAIL-01).
    #[error("{0} has characters that may not stand in a header")]
    Control(&'static str),
    /// Empty, too long, or not of the form of its header.
    #[error("{0} is empty, too long or malformed")]
    Malformed(&'static str),
    /// The mail library refuses to build the message.
    #[error("the mail library cannot build the message")]
    Library,
}

/// A mail to be built. All texts are final: rendered, escaped, translated.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// The deployment's sending address (MAIL-08).
    pub from_address: &'a Address,
    /// The display name: [`sender_name`] of organisation and site.
    pub from_name: &'a str,
    pub to: &'a Address,
    /// The inviter, only if verified in the tenant (MAIL-08).
    pub reply_to: Option<&'a Address>,
    /// The subject, without a code (OTP-21).
    pub subject: &'a str,
    pub text: &'a str,
    /// The HTML part.
    pub html: &'a str,
    /// `trace@host`, without angle brackets.
    pub message_id: &'a str,
    /// When it was asked for.
    pub date: Instant,
    /// The language tag of both parts.
    pub language: &'a str,
    /// Keeps mail programs from folding a new code under an old one.
    pub entity_ref: &'a str,
    /// Further `X-…` headers.
    pub extra: &'a [(&'a str, &'a str)],
}

/// A built mail. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Composed {
    sender: lettre::Address,
    recipient: lettre::Address,
    to: Address,
    subject: String,
    text: String,
    html: String,
    bytes: Vec<u8>,
}

impl Composed {
    /// The envelope's sender.
    pub fn sender(&self) -> &lettre::Address {
        &self.sender
    }

    /// The envelope's one recipient, as the mail library reads it.
    pub fn recipient(&self) -> &lettre::Address {
        &self.recipient
    }

    /// The recipient, as we read it.
    pub fn to(&self) -> &Address {
        &self.to
    }

    /// The subject.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The text part.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The HTML part.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// Headers and body as they go over the wire, ASCII only, before dot-stuffing.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Composed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Composed({:?}, {} bytes)", self.to, self.bytes.len())
    }
}

/// The sender's display name: `{organisation} (via {site})`.
///
/// ```
/// use vestibule_outbound::message::sender_name;
/// assert_eq!(sender_name("Fabrikam", "Vestibule").unwrap(), "Fabrikam (via Vestibule)");
/// assert!(sender_name("A\r\nBcc: x@evil.test", "Vestibule").is_err());
/// ```
pub fn sender_name(organisation: &str, site: &str) -> Result<String, ComposeError> {
    header_text("organisation", organisation, NAME_MAX)?;
    header_text("site", site, NAME_MAX)?;
    Ok(format!("{organisation} (via {site})"))
}

/// Builds a mail; `random` draws the boundary between the parts.
pub fn compose(mail: &Outgoing<'_>, random: &dyn Random) -> Result<Composed, ComposeError> {
    let sender = library_view("From", mail.from_address)?;
    let recipient = library_view("To", mail.to)?;
    let reply_to = mail.reply_to.map(|address| library_view("Reply-To", address)).transpose()?;
    check(mail)?;

    let envelope =
        Envelope::new(Some(sender.clone()), vec![recipient.clone()]).map_err(|_| ComposeError::Library)?;
    let mut builder = Message::builder()
        .envelope(envelope)
        .from(Mailbox::new(Some(mail.from_name.to_owned()), sender.clone()))
        .to(Mailbox::new(None, recipient.clone()))
        .subject(mail.subject)
        .message_id(Some(format!("<{}>", mail.message_id)))
        .date(SystemTime::from(mail.date));
    if let Some(reply_to) = reply_to {
        builder = builder.reply_to(Mailbox::new(None, reply_to));
    }
    let ours = [
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Entity-Ref-ID", mail.entity_ref),
        ("Content-Language", mail.language),
    ];
    for (name, value) in ours.iter().chain(mail.extra) {
        let name =
            HeaderName::new_from_ascii((*name).to_owned()).map_err(|_| ComposeError::Malformed("header"))?;
        builder = builder.raw_header(HeaderValue::new(name, (*value).to_owned()));
    }
    let message = builder
        .multipart(
            MultiPart::alternative()
                .boundary(boundary(random))
                .singlepart(SinglePart::plain(mail.text.to_owned()))
                .singlepart(SinglePart::html(mail.html.to_owned())),
        )
        .map_err(|_| ComposeError::Library)?;
    let bytes = message.formatted();
    if !bytes.is_ascii() {
        return Err(ComposeError::Library); // would need 8BITMIME
    }
    Ok(Composed {
        sender,
        recipient,
        to: mail.to.clone(),
        subject: mail.subject.to_owned(),
        text: mail.text.to_owned(),
        html: mail.html.to_owned(),
        bytes,
    })
}

/// The mail library's reading of our canonical text, refused unless it is ours (ADR-04): any difference between two
/// parsers sends a code to somebody else.
fn library_view(what: &'static str, ours: &Address) -> Result<lettre::Address, ComposeError> {
    let mismatch = ComposeError::AddressMismatch(what);
    let theirs: lettre::Address = ours.as_str().parse().map_err(|_| mismatch)?;
    let same = theirs.user() == ours.local()
        && theirs.domain() == ours.domain().as_str()
        && AsRef::<str>::as_ref(&theirs) == ours.as_str();
    if same { Ok(theirs) } else { Err(mismatch) }
}

fn check(mail: &Outgoing<'_>) -> Result<(), ComposeError> {
    header_text("the sender's name", mail.from_name, FROM_NAME_MAX)?;
    header_text("the subject", mail.subject, SUBJECT_MAX)?;
    header_token("Message-ID", mail.message_id)?;
    if mail.message_id.split('@').filter(|part| !part.is_empty()).count() != 2 {
        return Err(ComposeError::Malformed("Message-ID"));
    }
    header_token("X-Entity-Ref-ID", mail.entity_ref)?;
    let tag = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if mail.language.is_empty() || mail.language.len() > 35 || !mail.language.bytes().all(tag) {
        return Err(ComposeError::Malformed("Content-Language"));
    }
    for (name, value) in mail.extra {
        let ours = name.eq_ignore_ascii_case("X-Entity-Ref-ID")
            || name.eq_ignore_ascii_case("X-Auto-Response-Suppress");
        if ours || !name.starts_with("X-") || name.len() > 64 || !name.bytes().all(tag) {
            return Err(ComposeError::Malformed("header"));
        }
        header_text("header", value, TOKEN_MAX)?;
    }
    for (what, body) in [("the text", mail.text), ("the HTML", mail.html)] {
        if body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(ComposeError::Control(what));
        }
        if body.trim().is_empty() {
            return Err(ComposeError::Malformed(what));
        }
    }
    Ok(())
}

/// MAIL-01: no C0, DEL, C1, no line separators; bounded, not empty. Encoding is the library's alone.
fn header_text(what: &'static str, text: &str, max: usize) -> Result<(), ComposeError> {
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(ComposeError::Control(what));
    }
    if text.trim().is_empty() || text.chars().count() > max {
        return Err(ComposeError::Malformed(what));
    }
    Ok(())
}

/// One word of printable ASCII.
fn header_token(what: &'static str, text: &str) -> Result<(), ComposeError> {
    let fits = !text.is_empty() && text.len() <= TOKEN_MAX;
    if fits && text.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>') {
        Ok(())
    } else {
        Err(ComposeError::Malformed(what))
    }
}

fn boundary(random: &dyn Random) -> String {
    let mut bytes = [0_u8; 16];
    random.fill(&mut bytes);
    HEXLOWER.encode(&bytes)
}

#[cfg(test)]
mod tests;
