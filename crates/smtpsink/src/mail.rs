//! A message as it came, and as a person would read it.

use mail_parser::MessageParser;

/// A message as it came over the wire.
#[derive(Debug, Clone)]
pub struct Received {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients that were accepted.
    pub to: Vec<String>,
    /// Headers and body, dot-stuffing undone.
    pub raw: Vec<u8>,
}

/// A message with its encodings undone (base64, quoted-printable, RFC 2047).
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// All headers in order, unfolded; encoded words are left as they stand.
    pub headers: Vec<(String, String)>,
    /// The subject, decoded.
    pub subject: String,
    /// The display name of From, decoded.
    pub from_name: String,
    pub from_address: String,
    /// The addresses of To.
    pub to: Vec<String>,
    /// The text part, decoded.
    pub text: String,
    /// The HTML part, decoded.
    pub html: String,
}

impl Received {
    /// Decodes headers and parts; what is missing or unreadable stays empty.
    pub fn parse(&self) -> Mail {
        let Some(message) = MessageParser::default().parse(&self.raw) else { return Mail::default() };
        let from = message.from().and_then(|from| from.first());
        let body = |part: Option<std::borrow::Cow<'_, str>>| {
            part.map(std::borrow::Cow::into_owned).unwrap_or_default()
        };
        let recipients =
            message.to().map(|to| to.iter().filter_map(|a| a.address()).map(str::to_owned).collect());
        Mail {
            headers: headers(&self.raw),
            subject: message.subject().unwrap_or_default().to_owned(),
            from_name: from.and_then(|from| from.name()).unwrap_or_default().to_owned(),
            from_address: from.and_then(|from| from.address()).unwrap_or_default().to_owned(),
            to: recipients.unwrap_or_default(),
            text: body(message.body_text(0)),
            html: body(message.body_html(0)),
        }
    }
}

impl Mail {
    /// The first header of this name, unfolded; letters in either case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The passcode of the text part: a line of eight digits and nothing else.
    pub fn code(&self) -> Option<String> {
        let digits = |line: &&str| line.len() == 8 && line.bytes().all(|b| b.is_ascii_digit());
        self.text.lines().map(str::trim).find(digits).map(str::to_owned)
    }

    /// Every `http` and `https` link of the text part, in order.
    pub fn links(&self) -> Vec<String> {
        self.text
            .split([' ', '\t', '\r', '\n', '<', '>', '(', ')'])
            .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
            .map(|word| word.trim_end_matches(['.', ',']).to_owned())
            .collect()
    }
}

/// The header lines before the first empty line, unfolded.
fn headers(raw: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(raw);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let mut out: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = out.last_mut() {
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            out.push((name.to_owned(), value.trim_start().to_owned()));
        }
    }
    out
}
