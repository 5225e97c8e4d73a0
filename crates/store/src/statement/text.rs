//! From a statement as it is written to what the databases get, at compile time.
//!
//! A placeholder is `:name` of a parameter, `:name.field` of a record's field, `:now` of [`crate::Now`] as a moment and
//! `:now.us` of the same in microseconds. What names no parameter, and a parameter that nothing names, do not compile.

#[cfg(test)]
use crate::bind::Bind;
use crate::words::Say;

/// A part of a statement, as it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece {
    /// Text with placeholders.
    Text(&'static str),
    /// A list of columns, each with this prefix.
    Columns(&'static str, &'static [&'static str]),
    /// The placeholders of all fields of the record of this name.
    Values(&'static str),
    /// Text that differs: SQLite's, PostgreSQL's. It has no placeholders.
    Either(&'static str, &'static str),
    /// Words as quoted texts, separated by commas.
    Words(fn(Say<'_>)),
    /// What several statements have in common.
    Part(&'static [Piece]),
}

/// What a database gets, one after the other. Parameters and fields are counted from zero.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Token {
    Sql(&'static str),
    Columns(&'static str, &'static [&'static str]),
    Either(&'static str, &'static str),
    Words(fn(Say<'_>)),
    /// A parameter's field; of a single value the first one.
    Bind(usize, usize),
    /// All fields of a parameter.
    All(usize),
    /// The present moment.
    Now(usize),
    /// The present moment in microseconds.
    Micros(usize),
}

/// What a parameter consists of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// One value.
    One,
    /// The present moment, which is no plain value (TIM-01).
    Now,
    /// A value of each column.
    Record(&'static [&'static str]),
}

/// A parameter of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// What fixes the types of its fields.
    #[cfg(test)]
    pub(crate) nulls: &'static [Bind<'static>],
}

/// Tokens as they are gathered; without room they are only counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gathered<const N: usize> {
    pub(crate) tokens: [Token; N],
    pub(crate) len: usize,
}

impl<const N: usize> Gathered<N> {
    /// Reads a statement, and checks that each parameter is used, of a record each field.
    pub(crate) const fn of(pieces: &'static [Piece], parameters: &'static [Parameter]) -> Self {
        let gathered = Self { tokens: [Token::Sql(""); N], len: 0 }.pieces(pieces, parameters);
        if N > 0 {
            check_used(&gathered.tokens, parameters);
        }
        gathered
    }

    #[expect(clippy::indexing_slicing, reason = "at compile time, where beyond the end is an error")]
    const fn push(mut self, token: Token) -> Self {
        if self.len < N {
            self.tokens[self.len] = token;
        }
        self.len += 1;
        self
    }

    const fn pieces(mut self, mut pieces: &'static [Piece], parameters: &'static [Parameter]) -> Self {
        while let [piece, rest @ ..] = pieces {
            self = match *piece {
                Piece::Text(text) => self.text(text, parameters),
                Piece::Columns(prefix, names) => self.push(Token::Columns(prefix, names)),
                Piece::Values(name) => self.push(Token::All(record(name, parameters))),
                Piece::Either(sqlite, postgres) => {
                    assert!(plain(sqlite) && plain(postgres), "a text that differs has no placeholders");
                    self.push(Token::Either(sqlite, postgres))
                }
                Piece::Words(words) => self.push(Token::Words(words)),
                Piece::Part(part) => self.pieces(part, parameters),
            };
            pieces = rest;
        }
        self
    }

    const fn text(mut self, mut text: &'static str, parameters: &'static [Parameter]) -> Self {
        loop {
            let (before, name, after) = cut(text);
            self = self.push(Token::Sql(before));
            if name.is_empty() {
                return self;
            }
            self = self.push(placeholder(name, parameters));
            text = after;
        }
    }
}

/// The record that `(values name)` speaks of.
const fn record(name: &str, parameters: &[Parameter]) -> usize {
    let (at, shape) = parameter(name, parameters);
    assert!(matches!(shape, Shape::Record(_)), "(values …) names a record");
    at
}

/// The parameter of a name.
#[expect(clippy::indexing_slicing, reason = "at compile time, where beyond the end is an error")]
const fn parameter(name: &str, parameters: &[Parameter]) -> (usize, Shape) {
    let mut at = 0;
    while at < parameters.len() {
        if same(name, parameters[at].name) {
            return (at, parameters[at].shape);
        }
        at += 1;
    }
    assert!(at < parameters.len(), "a placeholder names no parameter");
    (at, Shape::One)
}

/// What `:name` or `:name.field` stands for.
const fn placeholder(placeholder: &str, parameters: &[Parameter]) -> Token {
    let (name, field) = fields_name(placeholder);
    let (at, shape) = parameter(name, parameters);
    match shape {
        Shape::One => {
            assert!(field.is_empty(), "a single value has no fields");
            Token::Bind(at, 0)
        }
        Shape::Now if field.is_empty() => Token::Now(at),
        Shape::Now => {
            assert!(same(field, "us"), "the present moment is `:now` or `:now.us`");
            Token::Micros(at)
        }
        Shape::Record(columns) => Token::Bind(at, column(field, columns)),
    }
}

/// The place of a column among a record's.
#[expect(clippy::indexing_slicing, reason = "at compile time, where beyond the end is an error")]
const fn column(name: &str, columns: &[&str]) -> usize {
    let mut at = 0;
    while at < columns.len() {
        if same(name, columns[at]) {
            return at;
        }
        at += 1;
    }
    assert!(at < columns.len(), "a placeholder names no field of its record");
    at
}

/// Fails where a parameter has no placeholder: a value that is passed in and does nothing is a mistake.
#[expect(clippy::indexing_slicing, reason = "at compile time, where beyond the end is an error")]
const fn check_used(tokens: &[Token], parameters: &[Parameter]) {
    let mut at = 0;
    while at < parameters.len() {
        let fields = match parameters[at].shape {
            Shape::Record(columns) => columns.len(),
            Shape::One | Shape::Now => 1,
        };
        let mut field = 0;
        while field < fields {
            assert!(uses(tokens, at, field), "a parameter, or a record's field, has no placeholder");
            field += 1;
        }
        at += 1;
    }
}

const fn uses(mut tokens: &[Token], parameter: usize, field: usize) -> bool {
    while let [token, rest @ ..] = tokens {
        match *token {
            Token::Bind(at, of) if at == parameter && of == field => return true,
            Token::All(at) | Token::Now(at) | Token::Micros(at) if at == parameter => return true,
            _ => {}
        }
        tokens = rest;
    }
    false
}

/// Whether a text has no placeholder.
const fn plain(text: &'static str) -> bool {
    let (_, name, _) = cut(text);
    name.is_empty()
}

/// A text before its first placeholder, the placeholder without its colon, and what follows.
const fn cut(text: &'static str) -> (&'static str, &'static str, &'static str) {
    let bytes = text.as_bytes();
    let (mut at, mut before) = (0, b' ');
    let mut rest = bytes;
    while let [byte, next @ ..] = rest {
        // `::` casts
        if *byte == b':' && before != b':' && begins_name(next) {
            let (head, tail) = text.split_at(at);
            let (_, tail) = tail.split_at(1);
            let (name, tail) = tail.split_at(name_length(tail.as_bytes()));
            return (head, name, tail);
        }
        before = *byte;
        at += 1;
        rest = next;
    }
    (text, "", "")
}

const fn begins_name(bytes: &[u8]) -> bool {
    matches!(bytes, [b'a'..=b'z', ..])
}

const fn name_length(mut bytes: &[u8]) -> usize {
    let mut length = 0;
    while let [b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.', rest @ ..] = bytes {
        length += 1;
        bytes = rest;
    }
    length
}

/// A placeholder's name, and its field where it names one.
const fn fields_name(placeholder: &str) -> (&str, &str) {
    let mut at = 0;
    let mut rest = placeholder.as_bytes();
    while let [byte, next @ ..] = rest {
        if *byte == b'.' {
            let (name, tail) = placeholder.split_at(at);
            let (_, field) = tail.split_at(1);
            return (name, field);
        }
        at += 1;
        rest = next;
    }
    (placeholder, "")
}

const fn same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([a, one_rest @ ..], [b, other_rest @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (one_rest, other_rest);
    }
    one.is_empty() && other.is_empty()
}
