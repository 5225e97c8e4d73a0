//! A message with its values, rendered for a page, for the HTML of a mail, or as plain text.
//!
//! A value never passes through Fluent: Fluent gets a placeholder (one private-use character), the formatted text is
//! cut at the placeholders, its words are escaped, and each value is put in by [`Slot`] in the form that its kind and
//! the medium ask for. So a name can neither add markup nor a placeable, nor turn the direction of its sentence.

use std::fmt;

use askama::filters::{Escaper, Html, HtmlSafe};
use askama::{FastWritable, Values};
use chrono::{DateTime, Utc};
use fluent_bundle::{FluentArgs, FluentValue};
use vestibule_core::numbers::CODE_DIGITS;

use super::catalogue::{Catalogue, Surface};
use super::pseudo;
use super::slot::Slot;
use super::when::When;
use crate::kit::error::UiError;
use crate::kit::lang::Lang;

/// Who speaks: a catalogue in one language, at one time, on one surface.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speaker<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) lang: Lang,
    pub(crate) now: DateTime<Utc>,
    pub(crate) surface: Surface,
}

impl<'a> Speaker<'a> {
    /// A message without values yet.
    pub(crate) fn msg(self, key: &'static str) -> Message<'a> {
        Message { speaker: self, key, slots: Vec::new() }
    }
}

/// A message and its values. In a template it writes itself as HTML; nothing else in this crate may.
#[derive(Clone)]
pub(crate) struct Message<'a> {
    speaker: Speaker<'a>,
    key: &'static str,
    slots: Vec<(&'static str, Slot<'a>)>,
}

enum Piece {
    Words(String),
    Value(usize),
}

/// Names a private-use character for the value with this number.
fn placeholder(number: usize) -> Option<char> {
    u32::try_from(number).ok().and_then(|number| char::from_u32(FIRST + number)).filter(|c| *c <= LAST)
}

const FIRST: u32 = 0xe000;
const LAST: char = '\u{f8ff}';

impl<'a> Message<'a> {
    fn with(mut self, name: &'static str, slot: Slot<'a>) -> Self {
        self.slots.push((name, slot));
        self
    }

    /// Somebody's name.
    pub(crate) fn name(self, name: &'static str, value: &'a str) -> Self {
        self.with(name, Slot::Name { text: value.into(), strong: false })
    }

    /// Somebody's name, stressed.
    pub(crate) fn strong(self, name: &'static str, value: &'a str) -> Self {
        self.with(name, Slot::Name { text: value.into(), strong: true })
    }

    /// An address, host or network: always left to right.
    pub(crate) fn ltr(self, name: &'static str, value: &'a str) -> Self {
        self.with(name, Slot::Ltr { text: value.into(), strong: false })
    }

    /// The same, stressed.
    pub(crate) fn strong_ltr(self, name: &'static str, value: &'a str) -> Self {
        self.with(name, Slot::Ltr { text: value.into(), strong: true })
    }

    /// The four letters of a code.
    pub(crate) fn mark(self, name: &'static str, value: &'a str) -> Self {
        self.with(name, Slot::Mark(value))
    }

    /// A number, which may decide the plural.
    pub(crate) fn count(self, name: &'static str, value: i64) -> Self {
        self.with(name, Slot::Count(value))
    }

    /// An instant as a clock time.
    pub(crate) fn clock(self, name: &'static str, at: DateTime<Utc>) -> Self {
        self.with(name, Slot::Time { at, when: When::Clock, strong: false })
    }

    /// An instant as a clock time, stressed.
    pub(crate) fn strong_clock(self, name: &'static str, at: DateTime<Utc>) -> Self {
        self.with(name, Slot::Time { at, when: When::Clock, strong: true })
    }

    /// An instant as its date.
    pub(crate) fn date(self, name: &'static str, at: DateTime<Utc>) -> Self {
        self.with(name, Slot::Time { at, when: When::Date, strong: false })
    }

    /// An instant with date and time.
    pub(crate) fn stamp(self, name: &'static str, at: DateTime<Utc>) -> Self {
        self.with(name, Slot::Time { at, when: When::Stamp, strong: false })
    }

    /// An instant to the second.
    pub(crate) fn second(self, name: &'static str, at: DateTime<Utc>) -> Self {
        self.with(name, Slot::Time { at, when: When::Second, strong: false })
    }

    /// Another message, or words of ours.
    pub(crate) fn text(self, name: &'static str, value: Message<'a>) -> Self {
        self.with(name, Slot::Text(Box::new(value)))
    }

    /// Words of ours as they are.
    pub(crate) fn verbatim(self, name: &'static str, value: impl Into<String>) -> Self {
        self.with(name, Slot::Verbatim(value.into()))
    }

    #[expect(clippy::ref_option, reason = "a template passes its fields by reference")]
    /// Who can help: a link where it is a mail address, else the text; where the tenant names nobody, the inviter.
    pub(crate) fn contact(self, name: &'static str, contact: &'a Option<String>) -> Self {
        let slot = match contact {
            Some(contact) => Slot::Contact(contact),
            None => Slot::Text(Box::new(self.speaker.msg("contact-unknown"))),
        };
        self.with(name, slot)
    }

    /// The text cut at its values, in the language asked for.
    fn pieces(&self) -> Result<Vec<Piece>, UiError> {
        let mut args = FluentArgs::with_capacity(self.slots.len() + 1);
        args.set("digits", i64::try_from(CODE_DIGITS).unwrap_or_default());
        for (number, (name, slot)) in self.slots.iter().enumerate() {
            let value = match slot {
                Slot::Count(count) => FluentValue::from(*count),
                _ => FluentValue::from(placeholder(number).map(String::from).unwrap_or_default()),
            };
            args.set(*name, value);
        }
        let text = self.speaker.catalogue.format(self.speaker.surface, self.speaker.lang, self.key, &args)?;
        let mut words = vec![String::new()];
        let mut values = Vec::new();
        for c in text.chars() {
            match u32::from(c).checked_sub(FIRST).and_then(|n| usize::try_from(n).ok()) {
                Some(number) if number < self.slots.len() => {
                    values.push(number);
                    words.push(String::new());
                }
                _ => words.last_mut().into_iter().for_each(|word| word.push(c)),
            }
        }
        pseudo::transform(self.speaker.lang, &mut words);
        let mut values = values.into_iter();
        Ok(words
            .into_iter()
            .flat_map(|word| [Some(Piece::Words(word)), values.next().map(Piece::Value)])
            .flatten()
            .collect())
    }

    /// The message as HTML.
    pub(crate) fn html(&self) -> Result<String, UiError> {
        let mut out = String::new();
        for piece in self.pieces()? {
            match piece {
                Piece::Words(words) => out.push_str(&escape(&words)),
                Piece::Value(number) => {
                    if let Some((_, slot)) = self.slots.get(number) {
                        slot.html(self.speaker, &mut out)?;
                    }
                }
            }
        }
        Ok(out)
    }

    /// The message as plain text: for titles, labels, subjects and the text part of mails.
    pub(crate) fn plain(&self) -> Result<String, UiError> {
        let mut out = String::new();
        for piece in self.pieces()? {
            match piece {
                Piece::Words(words) => out.push_str(&words),
                Piece::Value(number) => {
                    if let Some((_, slot)) = self.slots.get(number) {
                        slot.plain(self.speaker, &mut out)?;
                    }
                }
            }
        }
        Ok(out)
    }
}

/// Text with `<>&"'` escaped, as the templates do it.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    match Html.write_escaped_str(&mut out, text) {
        Ok(()) => out,
        Err(fmt::Error) => String::new(), // writing into a string does not fail
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({})", self.key) // values are addresses and codes: not for logs
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.html().map_err(|_| fmt::Error)?)
    }
}

impl HtmlSafe for Message<'_> {}

impl FastWritable for Message<'_> {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        dest.write_str(&self.html().map_err(askama::Error::custom)?)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
