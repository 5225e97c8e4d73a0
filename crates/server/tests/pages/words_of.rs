//! The English messages, read from their files, and whether a page or mail says one.

use std::fs;
use std::path::Path;

/// A message, or one of its plural forms.
pub(crate) struct Message {
    pub(crate) key: String,
    /// Its words, between its values.
    fragments: Vec<String>,
    /// Whether it begins with words, and whether it ends with them.
    bounds: [bool; 2],
}

/// All of them, but for the months, of which a test sees one.
pub(crate) fn messages() -> Vec<Message> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/locales/en");
    let files = fs::read_dir(dir).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let mut found = Vec::new();
    for file in files {
        let mut key = String::new();
        for line in file.lines() {
            if let Some((name, text)) = line.split_once(" = ").filter(|(n, _)| !n.starts_with([' ', '#'])) {
                name.clone_into(&mut key);
                found.extend((!text.ends_with("->")).then(|| message(&key, text)));
            } else if let Some((_, text)) = line.split_once("] ") {
                found.push(message(&key, text));
            }
        }
    }
    assert!(found.len() > 250, "{} messages", found.len());
    found.retain(|message| !message.key.starts_with("month-"));
    found
}

fn message(key: &str, text: &str) -> Message {
    let parts = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, words)| words));
    let fragments = parts.filter(|part| !part.trim().is_empty()).map(ToOwned::to_owned).collect();
    let bounds = [text.starts_with(char::is_alphanumeric), text.ends_with(char::is_alphanumeric)];
    Message { key: key.to_owned(), fragments, bounds }
}

/// A page or mail without the marks around values, so that a sentence is one text.
pub(crate) fn plain(html: &str) -> String {
    let mut text = html.to_owned();
    for (entity, char) in [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")] {
        text = text.replace(entity, char);
    }
    text
}

/// How far the words of one sentence may stand apart: a value between them, with its marks.
const GAP: usize = 600;

impl Message {
    /// Whether all of its words stand there, in their order, and whole.
    pub(crate) fn stands_in(&self, text: &str) -> bool {
        let Some((first, rest)) = self.fragments.split_first() else { return true };
        text.match_indices(first.as_str()).any(|(start, _)| {
            let end = start + first.len();
            let [begins, ends] = self.bounds;
            let part_of_before = begins && text[..start].ends_with(char::is_alphanumeric);
            let part_of_after = ends && rest.is_empty() && text[end..].starts_with(char::is_alphanumeric);
            !part_of_before && !part_of_after && follows(&text[end..], rest)
        })
    }
}

fn follows(text: &str, fragments: &[String]) -> bool {
    let Some((first, rest)) = fragments.split_first() else { return true };
    text.find(first.as_str()).is_some_and(|at| at <= GAP && follows(&text[at + first.len()..], rest))
}
