//! As much of a browser as a sign-in needs: cookies and forms.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::trouble::{Res, Trouble};

/// Everything but what stands as it is in a form.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A value as a query or a form carries it.
pub(crate) fn encoded(value: &str) -> String {
    utf8_percent_encode(value, FORM).to_string()
}

/// A form's body.
pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// The cookies of one browser.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// Takes `Set-Cookie` lines.
    pub(crate) fn take(&mut self, lines: &[String]) {
        for line in lines {
            let pair = line.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            self.0.retain(|(known, _)| known != name);
            if !line.contains("Max-Age=0") {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// The `Cookie` header.
    pub(crate) fn header(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// What is left of these after a day: the remembered address and the language, no session and no open trip.
    pub(crate) fn next_day(&self) -> Self {
        let lasting = |name: &str| matches!(name.trim_start_matches("__Host-"), "va" | "vl");
        Self(self.0.iter().filter(|(name, _)| lasting(name)).cloned().collect())
    }

    /// What is left when only open trips are forgotten: a browser with a live session.
    pub(crate) fn without_trips(&self) -> Self {
        let trip = |name: &str| name.trim_start_matches("__Host-").starts_with("vi.");
        Self(self.0.iter().filter(|(name, _)| !trip(name)).cloned().collect())
    }
}

/// A form of ours that posts.
#[derive(Debug)]
pub(crate) struct Form {
    pub action: String,
    /// The token in it.
    pub csrf: String,
}

impl Form {
    /// The first form of a page that posts; the page must be the one that is expected, by its `data-testid`.
    pub(crate) fn read(html: &str, page: &str) -> Res<Self> {
        let wrong = |what: &str| {
            let shown = between(html, "data-testid=\"", "\"").unwrap_or("none");
            Trouble(format!("{what} on the page {shown}, where {page} was expected"))
        };
        if !html.contains(&format!("data-testid=\"{page}\"")) {
            return Err(wrong("not the right page:"));
        }
        let rest = html.split_once("<form method=\"post\" ").ok_or_else(|| wrong("no form that posts"))?.1;
        let action = between(rest, "action=\"", "\"").ok_or_else(|| wrong("no action"))?;
        let csrf = between(rest, "name=\"csrf\" value=\"", "\"").ok_or_else(|| wrong("no token"))?;
        Ok(Self { action: action.replace("&#38;", "&").replace("&amp;", "&"), csrf: csrf.to_owned() })
    }
}

/// What stands between two texts.
pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

/// A parameter of a URL's query, not decoded: ours are base64url.
pub(crate) fn parameter<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let query = url.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.split_once('=').filter(|(n, _)| *n == name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::{Cookies, Form, form, parameter};

    #[test]
    fn cookies_come_and_go() {
        let mut jar = Cookies::default();
        jar.take(&["va=1; Path=/; Max-Age=9".into(), "vs.x=2; Max-Age=9".into(), "vi.y=3; Max-Age=9".into()]);
        assert_eq!(jar.header(), "va=1; vs.x=2; vi.y=3");
        assert_eq!(jar.without_trips().header(), "va=1; vs.x=2");
        assert_eq!(jar.next_day().header(), "va=1");
        jar.take(&["va=; Max-Age=0".into()]);
        assert_eq!(jar.header(), "vs.x=2; vi.y=3");
    }

    #[test]
    fn forms_are_found() {
        let html = r#"<main data-testid="G05"><form method="get" action="/x"></form>
            <form method="post" action="/t?i=1&#38;a=2" novalidate><input type="hidden" name="csrf" value="T"></form>"#;
        let found = Form::read(html, "G05").unwrap();
        assert_eq!((found.action.as_str(), found.csrf.as_str()), ("/t?i=1&a=2", "T"));
        assert!(Form::read(html, "G06").is_err());
        assert_eq!(form(&[("a", "x@y"), ("b", "1")]), "a=x%40y&b=1");
        assert_eq!(parameter("http://a/cb?code=abc&state=1", "state"), Some("1"));
    }
}
