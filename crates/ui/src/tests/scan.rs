//! A small reader of the HTML that our templates write: enough to look at tags and text, no parser of other HTML.

#![expect(clippy::string_slice, reason = "our own templates are ASCII around their tags")]

/// A tag; an end tag's name begins with a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(attribute, _)| attribute == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// Every tag of a page, in order.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let mut out = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if rest.starts_with('!') {
            assert!(
                rest.starts_with("!doctype html>"),
                "a comment or worse: {}",
                &rest[..rest.len().min(40)]
            );
            continue;
        }
        let (tag, after) = tag(rest);
        rest = after;
        out.push(tag);
    }
    out
}

fn tag(text: &str) -> (Tag, &str) {
    let end = text
        .find([' ', '>', '\n', '/'])
        .filter(|end| *end > 0)
        .unwrap_or_else(|| 1 + text[1..].find([' ', '>', '\n']).expect("a tag has a name"));
    let mut tag = Tag { name: text[..end].to_owned(), attributes: Vec::new() };
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches([' ', '\n', '/']);
        if let Some(after) = rest.strip_prefix('>') {
            return (tag, after);
        }
        let end = rest.find(['=', ' ', '>', '\n']).expect("an attribute ends");
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let value = if let Some(after) = rest.strip_prefix("=\"") {
            let end = after.find('"').expect("a value ends");
            rest = &after[end + 1..];
            after[..end].to_owned()
        } else {
            assert!(!rest.starts_with('='), "unquoted: {name}");
            String::new()
        };
        tag.attributes.push((name, value));
    }
}

/// What people read: the text of the body, without hidden preview text, with entities resolved and spaces collapsed.
pub(crate) fn text_of(html: &str) -> String {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    let body = match body.split_once("mso-hide:all\">") {
        Some((_, rest)) => rest.split_once("</div>").expect("it ends").1,
        None => body.split_once('>').expect("it ends").1,
    };
    let mut out = String::new();
    for (number, part) in body.split('<').enumerate() {
        let text = if number == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) };
        let inline = ["b>", "/b>", "bdi", "/bdi", "a ", "/a>", "span", "/span", "wbr", "time", "/time", "b "];
        if number > 0 && !inline.iter().any(|start| part.starts_with(start)) {
            out.push(' ');
        }
        out.push_str(text);
    }
    for (entity, char) in [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")] {
        out = out.replace(entity, char);
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}
