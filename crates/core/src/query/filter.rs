//! From the text of a filter to comparisons of fields that there are.

use chrono::{DateTime, Utc};

use super::{
    Expected, FILTER_MAX, Field, FieldKind, ListError, Literal, Operator, TERMS_MAX, Term, Words, fold,
};
use crate::address::Address;
use crate::clock::micros;
use crate::text_enum::Word as _;

/// Reads comparisons that are joined by `and`.
pub(super) fn parse<F: Field>(text: &str) -> Result<Vec<Term<F>>, ListError> {
    if text.len() > FILTER_MAX {
        return Err(ListError::TooLong);
    }
    let mut reader = Reader { rest: text, at: 1 };
    let mut terms = Vec::new();
    loop {
        if terms.len() == TERMS_MAX {
            return Err(ListError::TooMany);
        }
        terms.push(term(&mut reader)?);
        reader.skip_space();
        if reader.rest.is_empty() {
            return Ok(terms);
        }
        let (at, word) = reader.word();
        if !word.eq_ignore_ascii_case("and") {
            let expected = "and, or the end (or, not and brackets are not known here)";
            return Err(ListError::Syntax { at, expected });
        }
    }
}

/// `field op value`, `startswith(field,'…')` or `endswith(field,'…')`.
fn term<F: Field>(reader: &mut Reader<'_>) -> Result<Term<F>, ListError> {
    reader.skip_space();
    let (at, word) = reader.word();
    let function = [Operator::StartsWith, Operator::EndsWith]
        .into_iter()
        .find(|operator| word.eq_ignore_ascii_case(operator.word()) && reader.rest.starts_with('('));
    let (field, operator, operator_at) = match function {
        Some(operator) => {
            reader.take('(', "(")?;
            reader.skip_space();
            let (field_at, name) = reader.word();
            let field: F = field_of(field_at, name)?;
            reader.skip_space();
            reader.take(',', "a comma")?;
            (field, operator, at)
        }
        None => {
            let field: F = field_of(at, word)?;
            reader.skip_space();
            let (operator_at, word) = reader.word();
            let operator =
                Operator::read(word).filter(|op| !matches!(op, Operator::StartsWith | Operator::EndsWith));
            (field, operator.ok_or_else(|| not_compared(operator_at, field))?, operator_at)
        }
    };
    if !field.operators().contains(&operator) {
        return Err(not_compared(operator_at, field));
    }
    reader.skip_space();
    let value = value(reader, field, operator)?;
    if function.is_some() {
        reader.skip_space();
        reader.take(')', ")")?;
    }
    Ok(Term { field, operator, value })
}

fn field_of<F: Field>(at: usize, name: &str) -> Result<F, ListError> {
    F::read(name).ok_or_else(|| ListError::Field { at, fields: Words::of(F::ALL.iter().copied()) })
}

fn not_compared<F: Field>(at: usize, field: F) -> ListError {
    ListError::Operator { at, field: field.word(), operators: Words::of(field.operators().iter().copied()) }
}

/// A literal of the field's kind.
fn value<F: Field>(reader: &mut Reader<'_>, field: F, operator: Operator) -> Result<Literal, ListError> {
    let (at, kind) = (reader.at, field.kind());
    let error = || ListError::Value { at, field: field.word(), expected: Expected(kind) };
    let read = match kind {
        FieldKind::Bool => match reader.word().1 {
            "true" => Some(Literal::Bool(true)),
            "false" => Some(Literal::Bool(false)),
            _ => None,
        },
        FieldKind::Moment => DateTime::parse_from_rfc3339(reader.literal())
            .ok()
            .map(|moment| Literal::Moment(micros(moment.with_timezone(&Utc)))),
        FieldKind::Text => {
            reader.quoted().filter(|text| !text.is_empty()).map(|text| Literal::Text(fold(&text)))
        }
        FieldKind::Address => reader.quoted().and_then(|text| address(&text, operator)).map(Literal::Text),
        FieldKind::Words(words) => reader
            .quoted()
            .and_then(|text| words.iter().copied().find(|word| *word == text))
            .map(Literal::Word),
    };
    read.ok_or_else(error)
}

/// An address as it is compared, or the beginning or end of one.
fn address(text: &str, operator: Operator) -> Option<String> {
    match operator {
        Operator::StartsWith | Operator::EndsWith if !text.is_empty() => Some(text.to_ascii_lowercase()),
        Operator::StartsWith | Operator::EndsWith => None,
        _ => Address::parse(text).ok().map(|address| address.key().to_owned()),
    }
}

/// What is left of a text, and at which character.
struct Reader<'a> {
    rest: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn advance(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.at += taken.chars().count();
        self.rest = rest;
        taken
    }

    fn skip_space(&mut self) {
        let space = self.rest.len() - self.rest.trim_start_matches(' ').len();
        self.advance(space);
    }

    /// Letters, and where they begin; perhaps none.
    fn word(&mut self) -> (usize, &'a str) {
        self.skip_space();
        let at = self.at;
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
        (at, self.advance(end))
    }

    /// What stands up to the next space or bracket.
    fn literal(&mut self) -> &'a str {
        let end = self.rest.find([' ', ')']).unwrap_or(self.rest.len());
        self.advance(end)
    }

    /// A text in single quotes; two of them within are one.
    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1).peekable();
        if !self.rest.starts_with('\'') {
            return None;
        }
        while let Some((at, c)) = chars.next() {
            match c {
                '\'' if chars.next_if(|(_, next)| *next == '\'').is_some() => text.push('\''),
                '\'' => {
                    self.advance(at + 1);
                    return Some(text);
                }
                c => text.push(c),
            }
        }
        None
    }

    fn take(&mut self, c: char, expected: &'static str) -> Result<(), ListError> {
        if !self.rest.starts_with(c) {
            return Err(self.expected(expected));
        }
        self.advance(c.len_utf8());
        Ok(())
    }

    fn expected(&self, expected: &'static str) -> ListError {
        ListError::Syntax { at: self.at, expected }
    }
}
